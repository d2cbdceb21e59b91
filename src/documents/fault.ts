/** Why a document is refused: 422, with the place of the fault. */
export class DocumentFault extends Error {
  override name = 'DocumentFault';

  constructor(
    /** What is wrong there, to be read behind the place: "must be a string". */
    readonly fault: string,
    /** JSON Pointer (RFC 6901) into a JSON document; empty for the whole. */
    readonly pointer = '',
    /** Counted from 1, for text that could not be parsed, and for XML. */
    readonly position?: { readonly line: number; readonly column?: number },
    /** `limit`: there is too much of something. */
    readonly reason: 'invalid' | 'unrecognized' | 'limit' = 'invalid',
  ) {
    super(fault);
  }
}
