import { parseArgs } from 'node:util';
import { loadConfig, loadDotEnv } from './config/config.js';
import { databaseAccess } from './database/access.js';
import { joinEmbedded } from './database/embedded/join.js';
import { resolveMigration } from './database/migrate.js';
import { noticesOf } from './database/notices.js';
import { prepareDatabase } from './database/prepare.js';

/** `npm run db:migrate`: applies pending migrations, as the server does at start. */
const USAGE = `usage: npm run db:migrate -- [--rolled-back NAME | --applied NAME]

Applies the pending migrations, and gives the role of the server its rights.
In the container, use node dist/migrate.js instead of npm run db:migrate --.
The command uses the database of the server, as its owner: MIGRATION_DATABASE_URL from the environment or .env, or
DATABASE_URL if that is unset, or the embedded database.

A migration that failed stops every start until its outcome is recorded. NAME is its name in the error message.

  --rolled-back NAME   first records that the migration had no effect, and applies it again
  --applied NAME       first records that the migration was completed by hand, and does not apply it

Exit code: 0 the schema is current; 1 not done, and the error output has the reason.`;

async function migrate(): Promise<string> {
  const { values } = parseArgs({
    options: {
      'rolled-back': { type: 'string' },
      applied: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return USAGE;
  loadDotEnv();
  const config = loadConfig();
  const embedded = config.DATABASE_URL ? undefined : joinEmbedded(config);
  try {
    const access = await databaseAccess(config, await embedded?.ready);
    const url = access.ownerUrl ?? access.url;
    if (values['rolled-back']) await resolveMigration(url, 'rolled-back', values['rolled-back']);
    if (values.applied) await resolveMigration(url, 'applied', values.applied);
    const { applied, granted } = await prepareDatabase(access, {
      apply: true,
      connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    });
    return [
      applied.length === 0 ? 'the schema is current' : `applied ${applied.join(', ')}`,
      ...noticesOf(applied),
      ...(granted ? [`granted the rights of the server to the role ${granted}`] : []),
    ].join('\n');
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
