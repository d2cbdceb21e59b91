import { PROBLEMS, type ProblemCode } from './problems.js';

/** One faulty value in a request. */
export interface FieldError {
  /** The part of the request that the pointer starts from. */
  readonly in: 'body' | 'query' | 'path' | 'headers';
  /** JSON Pointer (RFC 6901); empty for the whole part. */
  readonly pointer: string;
  /** What is wrong. It continues the name of the value: "must be …". */
  readonly message: string;
}

export interface AppErrorOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem (RFC 9457, section 3.2), for clients that know its code. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** For the log only, never for the client. */
  readonly cause?: unknown;
}

/** A failure that the client may see. Services throw it; the error handler turns it into a problem. */
export class AppError extends Error {
  override name = 'AppError';
  readonly status: number;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ProblemCode,
    /** What happened in this request. The client sees it. */
    detail: string,
    { errors, headers = {}, members = {}, cause }: AppErrorOptions = {},
  ) {
    super(detail, { cause });
    this.status = PROBLEMS[code].status;
    this.errors = errors;
    this.headers = headers;
    this.members = members;
  }
}

/** Returns the error for a request with one value that is not valid. */
export function invalidAt(part: FieldError['in'], pointer: string, message: string): AppError {
  return invalid([{ in: part, pointer, message }]);
}

/** Returns the error for a request with values that are not valid. */
export function invalid(errors: readonly FieldError[], cause?: unknown): AppError {
  const places = errors.map(({ in: part, pointer, message }) => {
    const name = pointer.slice(1) || (part === 'body' ? 'the body' : part);
    return `${name} ${message}`;
  });
  return new AppError('validation-failed', places.join('; '), { errors, cause });
}
