import type { Exceeded } from '../shared/quota.js';
import { MAX_ROWS } from './kind.js';

/** A row with more than a quota allows. `row` names it. */
export interface QuotaFault extends Exceeded {
  readonly row: string;
}

export type FaultReason = 'invalid' | 'unrecognized' | 'limit' | QuotaFault;

/** The reason why a document is refused, and the place in the document. The API answers 422, or 413 for `limit`. */
export class DocumentFault extends Error {
  override name = 'DocumentFault';

  constructor(
    /** A message that continues the name of the place: "must be a string". */
    readonly fault: string,
    /** JSON Pointer (RFC 6901) into a JSON document. Empty for the whole document. */
    readonly pointer = '',
    /** Position from 1, for XML and for JSON with a syntax error. */
    readonly position?: { readonly line: number; readonly column?: number },
    /** `limit`: the document exceeds a limit of the server. A row that exceeds a quota: which, and the row. */
    readonly reason: FaultReason = 'invalid',
  ) {
    super(fault);
  }
}

const LIMIT = MAX_ROWS.toLocaleString('en-US');

/** Refuses a document with too many rows. @param what names them in the plural @throws {DocumentFault} */
export function refuseTooMany(count: number, what: string, pointer = ''): void {
  if (count <= MAX_ROWS) return;
  throw new DocumentFault(`has more than ${LIMIT} ${what}`, pointer, undefined, 'limit');
}
