import type { FastifyServerOptions } from 'fastify';
import type { Config } from './config.js';

/** Is somebody reading along? */
export function isPretty({ LOG_FORMAT }: Config): boolean {
  return LOG_FORMAT === 'pretty' || (LOG_FORMAT === 'auto' && process.stdout.isTTY === true);
}

/** pino writes JSON lines; on a terminal pino-pretty makes them readable. */
export async function createLogger(config: Config): Promise<FastifyServerOptions['logger']> {
  const level = config.LOG_LEVEL;
  if (!isPretty(config)) return { level };
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({ sync: true, translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname' });
  return { level, stream };
}
