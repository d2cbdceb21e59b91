import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBuildInfo } from './config/build-info.js';
import { ConfigError, loadConfig, loadDotEnv } from './config/config.js';
import { createBackup } from './database/backup/create.js';
import { failureText } from './database/backup/failure.js';
import { megabytes, quarters } from './database/backup/progress.js';
import { joinEmbedded } from './database/embedded/join.js';

/** `npm run backup`: copies the embedded database while the server runs. */
const USAGE = `usage: npm run -s backup -- [FOLDER]

Creates a backup of the embedded database, and reads it back. The server can run or not.
The standard output is the path of the folder.

  FOLDER   the folder to create (default: backups/TIME beside EMBEDDED_PG_DIR, TIME is UTC)

The folder has the database, its password and the hashes of all tokens. Only its owner can read it (mode 0700).
It has neither the settings (your environment variables and .env) nor the keys that sign the log (SIGNING_KEYS_DIR).
Keep the keys apart from the backups: docs/operations.md#keys.
With DATABASE_URL, use pg_dump instead: docs/operations.md#backup-and-restore.

Exit code: 0 the backup is complete; 1 there is no backup, and the error output has the reason.`;

const say = (line: string) => process.stderr.write(`backup: ${line}\n`);

/** Such as 20261129T135036Z. */
const timestamp = () => `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

async function run(signal: AbortSignal): Promise<string> {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) return USAGE;
  const [folder, ...others] = positionals;
  if (others.length > 0) throw new ConfigError('name one folder. See --help');
  loadDotEnv();
  const config = loadConfig();
  if (config.DATABASE_URL) {
    throw new ConfigError(
      'DATABASE_URL is set, and this command copies only the embedded database. Use pg_dump of the same or a newer ' +
        'major version than the server: pg_dump -Fc. See docs/operations.md#backup-and-restore',
    );
  }
  const { EMBEDDED_PG_DIR: dir } = config;
  if (!existsSync(join(dir, 'data')))
    throw new ConfigError(`there is no database in ${dir}. Check EMBEDDED_PG_DIR`);
  const target = resolve(folder ?? join(dirname(dir), 'backups', timestamp()));
  const embedded = joinEmbedded(config);
  try {
    const { dataBytes, files, postgres, migrations } = await createBackup({
      url: await embedded.ready,
      password: join(dir, 'password'),
      target,
      build: readBuildInfo(),
      progress: quarters(say),
      signal,
    });
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
    say(
      `complete and read back: ${megabytes(bytes)}, unpacked ${megabytes(dataBytes)}. PostgreSQL ${postgres}, ` +
        `${migrations.length} migrations`,
    );
    say(
      'copy the folder to another disk, and keep it secret. It has neither the settings (.env) nor the keys of the ' +
        'log: docs/operations.md#keys',
    );
    return target;
  } finally {
    await embedded.stop();
  }
}

const stopping = new AbortController();
const stop = () => stopping.abort();
process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
try {
  process.stdout.write(`${await run(stopping.signal)}\n`);
} catch (error) {
  say(`${failureText(error)}. There is no new backup`);
  process.exitCode = 1;
}
