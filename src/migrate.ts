import { parseArgs } from 'node:util';
import { loadConfig, loadDotEnv } from './config/config.js';
import { joinEmbedded } from './database/embedded/join.js';
import { prepareSchema, resolveMigration } from './database/migrate.js';

/**
 * `npm run db:migrate`: applies pending migrations, as the server does at start. With `-- --rolled-back NAME` or
 * `-- --applied NAME` it first records the outcome of a migration that failed.
 */
async function migrate(): Promise<string> {
  loadDotEnv();
  const config = loadConfig();
  const { values } = parseArgs({
    options: { 'rolled-back': { type: 'string' }, applied: { type: 'string' } },
  });
  const embedded = config.DATABASE_URL ? undefined : joinEmbedded(config);
  try {
    const url = config.DATABASE_URL ?? (await embedded?.ready) ?? '';
    if (values['rolled-back']) await resolveMigration(url, 'rolled-back', values['rolled-back']);
    if (values.applied) await resolveMigration(url, 'applied', values.applied);
    const { applied } = await prepareSchema(url, {
      apply: true,
      connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    });
    return applied.length > 0 ? `applied ${applied.join(', ')}` : 'the schema is current';
  } finally {
    await embedded?.stop();
  }
}

try {
  process.stdout.write(`${await migrate()}\n`);
} catch (error) {
  process.stderr.write(`cannot migrate: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
