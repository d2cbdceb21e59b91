import { canonicalJson } from '../../shared/canonical-json.js';

/** in-toto Statement v1: who signs it says something (the predicate) about artifacts (the subjects). */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const STATEMENT_MEDIA_TYPE = 'application/vnd.in-toto+json';
export const ENVELOPE_MEDIA_TYPE = 'application/vnd.dsse.envelope.v1+json';

export interface Subject {
  readonly name: string;
  /** 64 lower-case hexadecimal digits. Subjects are found by their digest, whatever the name. */
  readonly digest: { readonly sha256: string };
}

export interface Statement<Predicate extends object = object> {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: Predicate;
}

/** @throws {Error} without a subject, and for a digest that is not SHA-256 in lower case */
export function statementOf<Predicate extends object>(
  subject: readonly Subject[],
  predicateType: string,
  predicate: Predicate,
): Statement<Predicate> {
  if (subject.length === 0) throw new Error('A statement has one or more subjects');
  const wrong = subject.find(({ digest }) => !/^[0-9a-f]{64}$/.test(digest.sha256));
  if (wrong !== undefined) throw new Error(`${wrong.digest.sha256} is not a SHA-256 digest`);
  return { _type: STATEMENT_TYPE, subject, predicateType, predicate };
}

/** The bytes that are signed: canonical JSON (RFC 8785). */
export const statementBytes = (statement: Statement): Buffer =>
  Buffer.from(canonicalJson(statement));
