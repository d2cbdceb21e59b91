import { sha256 } from '../../security/signing/sha256.js';
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

/** The place of an entry among those of its release. Null without a release, and `previous` for the first. */
export interface ReleasePlace {
  /** From 1. */
  readonly sequence: number | null;
  /** Leaf hash of the entry before, 32 bytes. */
  readonly previous: Buffer | null;
}

function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  return Object.values(value).every((part) => isShallow(part, depth + 1));
}

/** Data of an event. undefined: it is not a JSON object, so it was written beside the API. */
function dataOf(text: string): object | undefined {
  try {
    const data: unknown = JSON.parse(text);
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    return isObject && isShallow(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** PostgreSQL has times that JavaScript does not have, such as infinity. */
const timeOf = (time: Date) =>
  time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : String(time);

/**
 * Writes the members in the order of RFC 8785. By hand, because it is most of the work for an entry.
 * @throws {Error} for a number that has no canonical form
 */
function canonical(event: EventRow, { sequence, previous }: ReleasePlace, data: object): string {
  const text = (value: string | null) => JSON.stringify(value);
  return (
    `{"actor":${text(event.actor)},"credential":${text(event.credential)},` +
    `"data":${canonicalJson(data)},"id":"${event.id}",` +
    `"previous":${previous ? `"${previous.toString('hex')}"` : null},` +
    `"project":${event.projectId},"release":${text(event.releaseId)},` +
    `"requestId":${text(event.requestId)},"schema":"${STATEMENT_SCHEMA}","sequence":${sequence},` +
    `"subject":{"id":${text(event.subjectId)},"kind":${text(event.subjectKind)}},` +
    `"time":"${timeOf(event.time)}","type":${text(event.type)}}`
  );
}

/** The statement with its data. undefined: the data has no canonical form, or is too large. */
function whole(event: EventRow, place: ReleasePlace): string | undefined {
  const data = dataOf(event.data);
  if (data === undefined) return undefined;
  let statement: string;
  try {
    statement = canonical(event, place, data);
  } catch {
    return undefined;
  }
  const isShort = statement.length <= MAX_STATEMENT / 3;
  return isShort || Buffer.byteLength(statement) <= MAX_STATEMENT ? statement : undefined;
}

/**
 * What an entry of the log says: canonical JSON (RFC 8785) of at most 16 KiB. All members are always there. If it would
 * be larger, or the data is not a JSON object with a canonical form, `data` is `{"sha256": …}`: the digest of the
 * stored text.
 */
export const statementOf = (event: EventRow, place: ReleasePlace): string =>
  whole(event, place) ?? canonical(event, place, { sha256: sha256(event.data).toString('hex') });

/** The entry of the log: SHA-256 over the salt (32 bytes) and the statement. */
export const commitmentOf = (salt: Uint8Array, statement: string): Buffer =>
  sha256(salt, statement);
