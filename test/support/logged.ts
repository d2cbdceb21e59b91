import { Writable } from 'node:stream';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/config/logger.js';
import { openDatabase } from '../../src/database/client.js';
import { BUILD } from './app.js';
import { serverDatabaseUrl } from './database.js';

export type LogLine = Record<string, unknown>;

/** A stream that keeps the lines of a log. */
export const lineStream = (lines: LogLine[]) =>
  new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()));
      done();
    },
  });

/** The application, and the lines that it logs. The caller closes `app`. */
export async function startLogged(
  env: Record<string, string>,
  lines: LogLine[] = [],
  url = serverDatabaseUrl(),
) {
  const stream = lineStream(lines);
  const config = loadConfig({ LOG_FORMAT: 'json', MAX_EVENT_LOOP_DELAY_MS: '0', ...env });
  const database = openDatabase(url, config);
  const logger = { ...((await createLogger(config)) as object), stream };
  const app = await buildApp({ config, database, build: BUILD, logger });
  app.addHook('onClose', () => database.close());
  return { app, lines };
}
