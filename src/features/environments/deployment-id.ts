import { randomFillSync } from 'node:crypto';

/** Number of leading bytes of a UUID that hold its time, in milliseconds since 1970 (RFC 9562, section 5.7). */
const TIME_BYTES = 6;

/**
 * Creates a UUID of version 7 that sorts after `previous`. The deployment with the highest id is the one that runs, so
 * the order must not depend on a clock that is set back, or on the random part within a millisecond.
 * @param previous the highest id so far; undefined if there is none
 * @param now the clock of the database
 */
export function idAfter(previous: string | undefined, now: Date): string {
  const bytes = Buffer.alloc(16);
  const last = Buffer.from(previous?.replaceAll('-', '') ?? '00'.repeat(16), 'hex');
  bytes.writeUIntBE(Math.max(now.getTime(), last.readUIntBE(0, TIME_BYTES) + 1), 0, TIME_BYTES);
  randomFillSync(bytes, TIME_BYTES);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
