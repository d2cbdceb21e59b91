import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import fp from 'fastify-plugin';
import sjson from 'secure-json-parse';
import { AppError, type FieldError, invalid } from '../shared/app-error.js';
import { escapePointer, isStorable, NOT_STORABLE } from '../shared/text.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of the body as it was sent, base64; only where an `Idempotency-Key` came with it. */
    bodyDigest?: string;
  }
}

/** Deeper documents are refused: walking them is recursive. */
const MAX_DEPTH = 100;

/**
 * Text that PostgreSQL would refuse or store as something else. JSON can spell NUL and lone surrogates
 * only as `\u` escapes, so that few bodies need the walk.
 */
function findBadText(value: unknown, pointer = '', depth = 0): FieldError | undefined {
  if (depth > MAX_DEPTH) {
    return { in: 'body', pointer, message: `is nested deeper than ${MAX_DEPTH} levels` };
  }
  if (typeof value === 'string') {
    return isStorable(value) ? undefined : { in: 'body', pointer, message: NOT_STORABLE };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, child] of Object.entries(value)) {
    const place = `${pointer}/${escapePointer(name)}`;
    const bad = findBadText(name, place, depth) ?? findBadText(child, place, depth + 1);
    if (bad) return bad;
  }
  return undefined;
}

/** No schema has as many; to name each unknown one would take longer than to read them. */
const MAX_FIELDS = 1000;

/** Parses a JSON body; refuses whatever could not be stored exactly as it was sent. */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new AppError('malformed-json', 'The body is not valid UTF-8');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = sjson.parse(text, null, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new AppError('malformed-json', (error as Error).message, { cause: error });
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > MAX_FIELDS) {
    throw invalid([{ in: 'body', pointer: '', message: `has more than ${MAX_FIELDS} fields` }]);
  }
  const bad = text.includes('\\u') ? findBadText(value) : undefined;
  if (bad) throw invalid([bad]);
  return value;
}

function checkHeaders(headers: IncomingHttpHeaders): void {
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = headers;
  if (encoding !== 'identity') {
    throw new AppError('unsupported-media-type', 'Send the body without Content-Encoding');
  }
  const [, charset = 'utf-8'] = /charset="?([^";]*)/i.exec(type) ?? [];
  if (!/^utf-?8$/i.test(charset)) {
    throw new AppError('unsupported-media-type', 'JSON is UTF-8: send no other charset');
  }
}

export default fp(
  async (app) => {
    app.decorateRequest('bodyDigest');
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      try {
        checkHeaders(request.headers);
        if (request.headers['idempotency-key'] !== undefined) {
          request.bodyDigest = createHash('sha256').update(body).digest('base64');
        }
        // An empty body is no body: clients send the header with a DELETE, too.
        done(null, body.length === 0 ? undefined : parseJson(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    });
  },
  { name: 'json-body', fastify: '5.x' },
);
