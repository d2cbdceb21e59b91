import { createHash } from 'node:crypto';
import { canonicalJson } from '../shared/canonical-json.js';

/** Bytes of JSON. The API accepts no longer value in an event, and no event has more than five long ones. */
const MAX_VALUE = 3000;

const isLong = (json: string) => json.length > MAX_VALUE || Buffer.byteLength(json) > MAX_VALUE;

/** Replaces long text and long lists by their digests. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string' || Array.isArray(value)) {
    const json = JSON.stringify(value);
    if (!isLong(json)) return value;
    const bytes = typeof value === 'string' ? value : json;
    return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shortened(part)]));
}

/**
 * Data of an event as it is stored. A row that is older than the API, or was written beside it, can have values of any
 * length. Its change must not fail because its event would be larger than the table accepts (16 KiB).
 */
export function eventData(data: object): string {
  const json = canonicalJson(data);
  return isLong(json) ? canonicalJson(shortened(data) as object) : json;
}
