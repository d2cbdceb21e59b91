import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loadDotEnv } from './config/config.js';
import { failureText } from './database/backup/failure.js';
import { quarters } from './database/backup/progress.js';
import { restoreBackup } from './database/backup/restore.js';

/** `npm run restore`: puts a backup of `npm run backup` in the place of the embedded database. */
const USAGE = `usage: npm run -s restore -- FOLDER [--replace]

Restores a backup of npm run backup into EMBEDDED_PG_DIR. Stop the server first.
The command checks the backup, unpacks it, and lets PostgreSQL recover it before it changes anything.

  FOLDER      the folder of the backup
  --replace   replace the database in EMBEDDED_PG_DIR. The command keeps it in a folder there, and prints its path

The backup must be of the same PostgreSQL major version, operating system and processor, and must not have migrations
of a newer server. With DATABASE_URL, use pg_restore instead: docs/operations.md#backup-and-restore.

Exit code: 0 restored; 1 not restored, and the error output has the reason.`;

const say = (line: string) => process.stderr.write(`restore: ${line}\n`);

async function run(signal: AbortSignal): Promise<string> {
  const { values, positionals } = parseArgs({
    options: { replace: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) return USAGE;
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0)
    throw new ConfigError('name the folder of one backup. See --help');
  loadDotEnv();
  const config = loadConfig();
  if (config.DATABASE_URL) {
    throw new ConfigError(
      'DATABASE_URL is set, and this command restores only the embedded database. Use pg_restore. See ' +
        'docs/operations.md#backup-and-restore',
    );
  }
  const { EMBEDDED_PG_DIR: dir } = config;
  const { description, rows, replaced } = await restoreBackup({
    backup: resolve(folder),
    dir,
    replace: values.replace ?? false,
    progress: quarters(say),
    signal,
  });
  const counts = Object.entries(rows).map(([table, count]) => `${table} ${count}`);
  say(`restored the backup of ${description.createdAt}: ${counts.join(', ')}`);
  if (replaced)
    say(`the replaced database is in ${replaced}. Delete it when you no longer need it`);
  say(
    'start the server. Then revoke again what was revoked after that time, and begin a new log if /health/ready asks ' +
      'for it: docs/operations.md#after-a-restore',
  );
  return dir;
}

const stopping = new AbortController();
const stop = () => stopping.abort();
process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
try {
  process.stdout.write(`${await run(stopping.signal)}\n`);
} catch (error) {
  say(failureText(error));
  process.exitCode = 1;
}
