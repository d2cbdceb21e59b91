import { canonicalJson } from '../../shared/canonical-json.js';

const SHA256 = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isDigest = (value: unknown) => typeof value === 'string' && SHA256.test(value);
const isId = (value: unknown) => typeof value === 'string' && UUID.test(value);
const isWord = (value: unknown) =>
  typeof value === 'string' && /^[a-z0-9][a-z0-9._-]*$/i.test(value);
const every = (test: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(test);

/**
 * Members of the data of an event that stay when it is erased, because rows are compared with them and they name no
 * person: digests, ids of resources, and what was decided where.
 */
const KEPT: Readonly<Record<string, (value: unknown) => boolean>> = {
  row: isDigest,
  rows: (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every(isDigest),
  digest: isDigest,
  sha256: isDigest,
  receivedSha256: isDigest,
  storedSha256: isDigest,
  inputsHash: isDigest,
  verdictHash: isDigest,
  resultsSha256: isDigest,
  // A long list is its digest.
  superseded: (value) => every(isId)(value) || /^sha256:[0-9a-f]{64}$/.test(String(value)),
  before: (value) => value === null || isDigest(value) || isId(value),
  after: (value) => value === null || isDigest(value),
  operation: isWord,
  of: isWord,
  environment: isWord,
  decision: isWord,
  predicate: isWord,
  artifact: (value) => value === null || isDigest(value),
  engine: Number.isInteger,
  late: (value) => typeof value === 'boolean',
  intent: isWord,
};

export type Kept = Readonly<Record<string, unknown>>;

/** What stays of the data of an event. What was written beside the API can be anything. */
export function keptOf(data: string): Kept {
  try {
    const members = Object.entries(JSON.parse(data) as object);
    return Object.fromEntries(members.filter(([name, value]) => KEPT[name]?.(value)));
  } catch {
    return {};
  }
}

/** The data of an erased event. */
export const erasedData = (kept: Kept): string => canonicalJson({ erased: true, ...kept });
