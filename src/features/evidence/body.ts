import { createHash, type Hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { finished, PassThrough, type Readable, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../shared/app-error.js';
import { encodingOf } from '../../shared/encoding.js';
import type { FairShare } from '../../shared/fair-share.js';

/** Maximum size of a document after decompression, in bytes. */
export const MAX_DOCUMENT = 32 * 1024 * 1024;

/** A document as it was received. */
export interface ReceivedDocument {
  /** Decompressed. The buffer is not shared, so that it can be transferred to another thread. */
  readonly bytes: Uint8Array;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly size: number;
  readonly mediaType: string;
  readonly format: 'json' | 'xml';
  /** The charset of the `Content-Type`, unless it is UTF-8. */
  readonly charset: string | undefined;
}

const tooLarge = () =>
  new AppError(
    'payload-too-large',
    `A document may have at most ${MAX_DOCUMENT / 1024 ** 2} MiB after decompression`,
  );

const tooSlow = () =>
  new AppError(
    'overloaded',
    'The document arrived too slowly while others waited for memory. Retry after the seconds in Retry-After',
    { headers: { 'retry-after': '5' } },
  );

/** JSON Lines have no registered media type. */
const JSON_LINES = /^(?:application|text)\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)$/;

/** @throws {AppError} `unsupported-media-type` */
function formatOf(type: string): 'json' | 'xml' {
  const [, format] = /^(?:application|text)\/(?:[\w.+-]+\+)?(json|xml)$/.exec(type) ?? [];
  if (format) return format as 'json' | 'xml';
  if (JSON_LINES.test(type)) return 'json';
  const detail =
    'The Content-Type is not a JSON or XML media type, such as application/json or application/xml';
  throw new AppError('unsupported-media-type', detail);
}

/**
 * The charset of a document, if it is not UTF-8. JSON is always Unicode, so only XML has another one.
 * @throws {AppError} `unsupported-media-type`
 */
function charsetOf(parameters: readonly string[], format: 'json' | 'xml'): string | undefined {
  const parameter = parameters.find((parameter) => parameter.startsWith('charset='));
  if (!parameter) return undefined;
  const label = parameter.slice('charset='.length).replace(/^"(.*)"$/, '$1');
  const charset = encodingOf(label);
  if (charset === 'utf-8') return undefined;
  if (charset !== undefined && format === 'xml') return charset;
  const detail =
    format === 'xml'
      ? 'The charset is not supported. Save the document as UTF-8, and send charset=utf-8'
      : 'JSON must be UTF-8. Remove the charset from the Content-Type, or send charset=utf-8';
  throw new AppError('unsupported-media-type', detail);
}

/** @throws {AppError} `unsupported-media-type` */
function mediaTypeOf({ 'content-type': header = '' }: IncomingHttpHeaders) {
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const format = formatOf(type);
  const charset = charsetOf(parameters, format);
  // Browsers run scripts in XHTML and SVG, so a download must not have these types.
  const mediaType = /xhtml|svg/.test(type) ? 'application/xml' : type.slice(0, 100);
  return { mediaType, format, charset };
}

/** @throws {AppError} `unsupported-media-type` */
function isCompressed({ 'content-encoding': encoding = 'identity' }: IncomingHttpHeaders): boolean {
  const name = encoding.trim().toLowerCase();
  if (name === 'gzip' || name === 'x-gzip') return true;
  if (name === 'identity') return false;
  throw new AppError('unsupported-media-type', 'The Content-Encoding must be gzip or identity');
}

/** Memory to reserve before the size is known: a few bytes of gzip can decompress to the maximum. */
function expectedSize(length: number | undefined, compressed: boolean): number {
  return length === undefined || compressed ? MAX_DOCUMENT : length;
}

/** A growing buffer. It doubles by copying, so a document of unknown size is copied about once. */
class Collector {
  #buffer: Uint8Array<ArrayBuffer>;
  #size = 0;
  readonly #hash: Hash = createHash('sha256');

  constructor(expected: number) {
    this.#buffer = new Uint8Array(Math.max(expected, 1024));
  }

  get size(): number {
    return this.#size;
  }

  add(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    if (size > MAX_DOCUMENT) throw tooLarge();
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(
        Math.min(MAX_DOCUMENT, Math.max(size, 2 * this.#buffer.length)),
      );
      larger.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#size);
    this.#size = size;
    this.#hash.update(chunk);
  }

  end() {
    const bytes = this.#buffer.subarray(0, this.#size);
    return { bytes, size: this.#size, sha256: this.#hash.digest('hex') };
  }
}

/** Translates an error of reading: a client that disconnected, or bytes that are not gzip. */
function errorOfReading(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_')) {
    return new AppError('malformed-request', 'The body is not valid gzip', { cause: error });
  }
  if (code === 'ECONNRESET' || code === 'ABORT_ERR' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    const detail = 'The connection was closed before the body was complete';
    return new AppError('malformed-request', detail, { cause: error });
  }
  return error;
}

/** `memory` is reserved for `owner`, until `signal` says that the request has ended. */
export interface Reception {
  readonly memory: FairShare;
  readonly owner: string;
  readonly signal: AbortSignal;
}

/**
 * Receives the body of a request: waits for memory, decompresses it, and stops as soon as it is too large. The memory
 * stays reserved until the request has ended.
 * @throws {AppError} `unsupported-media-type`, `payload-too-large`, `malformed-request`, `overloaded`
 */
export async function receive(
  headers: IncomingHttpHeaders,
  body: Readable,
  { memory, owner, signal }: Reception,
): Promise<ReceivedDocument> {
  const media = mediaTypeOf(headers);
  const compressed = isCompressed(headers);
  const length =
    headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  if (length !== undefined && length > MAX_DOCUMENT) throw tooLarge();
  const source = compressed ? createGunzip() : new PassThrough();
  const collector = new Collector(compressed || length === undefined ? 64 * 1024 : length);
  const work = { done: () => collector.size, stop: () => source.destroy(tooSlow()) };
  const share = await memory.take(expectedSize(length, compressed), owner, signal, work);
  try {
    await readInto(collector, body, source);
    share.settle();
    const received = collector.end();
    if (received.size === 0) {
      throw new AppError('malformed-request', 'The body is empty. Send the document as the body');
    }
    share.keep(received.bytes.buffer.byteLength);
    // A body that has arrived is decompressed to its end, although the client may have left meanwhile.
    if (signal.aborted) throw new AppError('malformed-request', 'The client closed the connection');
    signal.addEventListener('abort', share.giveBack, { once: true });
    return { ...received, ...media };
  } catch (error) {
    share.giveBack();
    throw errorOfReading(error);
  }
}

async function readInto(collector: Collector, body: Readable, source: Transform): Promise<void> {
  // `pipe` does not forward failures. The client may already have disconnected during the wait for memory.
  finished(body, { writable: false }, (error) => {
    if (error) source.destroy(error);
  });
  // Destroying the request itself would close the connection before the client reads the answer.
  body.pipe(source);
  try {
    for await (const chunk of source) collector.add(chunk);
  } finally {
    body.unpipe(source);
    source.destroy();
  }
}
