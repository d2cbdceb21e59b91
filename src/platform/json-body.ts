import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import fp from 'fastify-plugin';
import sjson from 'secure-json-parse';
import { AppError, type FieldError, invalid, invalidAt } from '../shared/app-error.js';
import { escapePointer, isStorable, NOT_STORABLE } from '../shared/text.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of the body's bytes, in base64. Set only if the request has an `Idempotency-Key`. */
    bodyDigest?: string;
  }
}

/** The walk is recursive, so deeper documents are refused. */
const MAX_DEPTH = 100;

/**
 * Finds text that PostgreSQL would refuse or change. In JSON, NUL and lone surrogates need `\u` escapes, so few
 * bodies need this walk.
 */
function findBadText(value: unknown, pointer = '', depth = 0): FieldError | undefined {
  if (depth > MAX_DEPTH) {
    return { in: 'body', pointer, message: `must not be nested deeper than ${MAX_DEPTH} levels` };
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

/** More than any schema has. Without a limit, naming each unknown field would take longer than parsing. */
const MAX_FIELDS = 1000;

/** Parses a JSON body. Refuses text that could not be stored unchanged. */
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
    throw invalidAt('body', '', `must have at most ${MAX_FIELDS} fields`);
  }
  const bad = text.includes('\\u') ? findBadText(value) : undefined;
  if (bad) throw invalid([bad]);
  return value;
}

function checkHeaders(headers: IncomingHttpHeaders): void {
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = headers;
  if (encoding !== 'identity') {
    throw new AppError(
      'unsupported-media-type',
      'Content-Encoding is not supported. Send the body uncompressed',
    );
  }
  const [, charset = 'utf-8'] = /charset="?([^";]*)/i.exec(type) ?? [];
  if (!/^utf-?8$/i.test(charset)) {
    throw new AppError('unsupported-media-type', 'The charset must be UTF-8');
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
        // Some clients send the header with a DELETE, so an empty body counts as absent.
        done(null, body.length === 0 ? undefined : parseJson(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    });
  },
  { name: 'json-body', fastify: '5.x' },
);
