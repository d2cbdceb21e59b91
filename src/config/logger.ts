import type { FastifyServerOptions } from 'fastify';
import type { Config } from './config.js';

/** True for readable text instead of JSON lines. */
export function isPretty({ LOG_FORMAT }: Config): boolean {
  return LOG_FORMAT === 'pretty' || (LOG_FORMAT === 'auto' && process.stdout.isTTY === true);
}

/** This project logs no headers. If a library or an error does, headers with credentials are masked. */
const SECRET_HEADERS = ['authorization', 'cookie', '["set-cookie"]', '["idempotency-key"]'];
const REDACT = ['headers', 'req.headers', 'request.headers', 'err.headers', 'err.request.headers'];
const redact = {
  paths: REDACT.flatMap((place) =>
    SECRET_HEADERS.map((name) => (name.startsWith('[') ? place + name : `${place}.${name}`)),
  ),
  censor: '***',
};

/** Creates pino's options: JSON lines, or readable text on a terminal. */
export async function createLogger(config: Config): Promise<FastifyServerOptions['logger']> {
  const level = config.LOG_LEVEL;
  if (!isPretty(config)) return { level, redact };
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({ sync: true, translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname' });
  return { level, redact, stream };
}
