import type { Read } from '../../database/sql.js';
import type { Report } from './verify-log.js';
import { EVENTS } from './verify-rows.sql.js';

const PAGE = 5000;
const STRING = /"(?:[^"\\]|\\.)*"/g;
/** PostgreSQL computes with numbers of up to 131,072 digits. */
const ENDLESS = /[eE][+-]?[0-9]{4}|[0-9]{1000}/;

/** PostgreSQL has no text with a NUL or with half a character. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every((member) => member.every(isStorable));
}

/** Whether PostgreSQL reads the data as a JSON object. */
export function isReadable(data: string): boolean {
  if (ENDLESS.test(data.replace(STRING, '""'))) return false;
  try {
    const value: unknown = JSON.parse(data);
    return (
      typeof value === 'object' && value !== null && !Array.isArray(value) && isStorable(value)
    );
  } catch {
    return false; // also for data that is nested too deeply
  }
}

/** Ids of events whose data is no JSON object: the role that owns the table can write anything. Each is reported. */
export async function unreadableEvents(read: Read, report: Report): Promise<string[]> {
  const found: string[] = [];
  for (let before: string | null = null; ; ) {
    const rows: { id: string; data: string }[] = await read(EVENTS, [before, PAGE]);
    for (const { id, data } of rows) {
      if (isReadable(data)) continue;
      report(`event ${id}: its data cannot be read, so its row was not compared`);
      found.push(id);
    }
    if (rows.length < PAGE) return found;
    before = rows.at(-1)?.id ?? null;
  }
}
