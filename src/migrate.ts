import { loadConfig, loadDotEnv } from './config.js';
import { startEmbedded } from './database/embedded.js';
import { prepareSchema } from './database/migrate.js';

/** `npm run db:migrate`: what the server does at start, without the server. */
loadDotEnv();
try {
  const config = loadConfig();
  const embedded = config.DATABASE_URL
    ? undefined
    : startEmbedded({ dir: config.EMBEDDED_PG_DIR, port: config.EMBEDDED_PG_PORT });
  const url = config.DATABASE_URL ?? (await embedded?.ready) ?? '';
  const { applied } = await prepareSchema(url, {
    apply: true,
    connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
  }).finally(() => embedded?.stop());
  process.stdout.write(
    applied.length > 0 ? `applied ${applied.join(', ')}\n` : 'the schema is current\n',
  );
} catch (error) {
  process.stderr.write(`cannot migrate: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
