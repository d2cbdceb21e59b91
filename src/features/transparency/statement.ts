import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.js';

/** Names the form of a statement. A change of the form gets another name. */
export const STATEMENT_SCHEMA = 'urn:srp:event:v1';

/** Bytes. */
const MAX_STATEMENT = 16_384;

/** The API records data of two levels. Anything deeper was written beside it. */
const MAX_DEPTH = 64;

/** A row of the table of events. */
export interface EventRow {
  /** UUID. */
  readonly id: string;
  readonly time: Date;
  readonly type: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly projectId: number | null;
  readonly releaseId: string | null;
  readonly actor: string;
  readonly credential: string | null;
  readonly requestId: string | null;
  /** JSON as it is stored. */
  readonly data: string;
}

/** The place of an entry among those of its release. Null for entries without a release, and `previous` for the first. */
export interface ReleasePlace {
  /** From 1. */
  readonly sequence: number | null;
  /** Leaf hash of the entry before, 32 bytes. */
  readonly previous: Buffer | null;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  return Object.values(value).every((part) => isShallow(part, depth + 1));
}

/** Data of an event. What is not JSON that has a canonical form is written beside the API, and gets its digest. */
function dataOf(text: string): object {
  try {
    const data: unknown = JSON.parse(text);
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    if (isObject && isShallow(data)) {
      canonicalJson(data); // throws for a number that is too large
      return data;
    }
  } catch {
    // not JSON
  }
  return { sha256: sha256(text) };
}

/** PostgreSQL has times that JavaScript does not have, such as infinity. */
const timeOf = (time: Date) =>
  time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : String(time);

/**
 * What an entry of the log says: canonical JSON (RFC 8785) of at most 16 KiB. All members are always there. If it would
 * be larger, `data` is `{"sha256": …}`, the digest of the stored text.
 */
export function statementOf(event: EventRow, { sequence, previous }: ReleasePlace): string {
  const statement = (data: object) =>
    canonicalJson({
      schema: STATEMENT_SCHEMA,
      id: event.id,
      time: timeOf(event.time),
      type: event.type,
      subject: { kind: event.subjectKind, id: event.subjectId },
      project: event.projectId,
      release: event.releaseId,
      actor: event.actor,
      credential: event.credential,
      requestId: event.requestId,
      data,
      sequence,
      previous: previous?.toString('hex') ?? null,
    });
  const whole = statement(dataOf(event.data));
  if (Buffer.byteLength(whole) <= MAX_STATEMENT) return whole;
  return statement({ sha256: sha256(event.data) });
}

/** The entry of the log: SHA-256 over the salt (32 bytes) and the statement. */
export function commitmentOf(salt: Uint8Array, statement: string): Buffer {
  return createHash('sha256').update(salt).update(statement).digest();
}
