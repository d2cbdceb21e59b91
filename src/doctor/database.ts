import { LITTLE_MEMORY, useDisk } from '../database/probe.js';
import { commandOf, START } from './commands.js';
import { type Finding, fail, ok, warn } from './finding.js';
import type { Connected, NotConnected } from './patient.js';

/** Part of all connections of PostgreSQL above which new ones may soon be refused. */
const MANY = 0.8;

/** The next step for a cause, by SQLSTATE or by Node's code. */
const NEXT: readonly (readonly [code: RegExp, next: string])[] = [
  [/^NO_DATABASE$/, START],
  [/^NO_PASSWORD$/, commandOf('migrate')],
  [/^28/, `correct the password in DATABASE_URL, or set that of the role: ${commandOf('migrate')}`],
  [
    /^3D000$/,
    'check the name in DATABASE_URL, or restore a backup: docs/runbooks/backup-and-restore.md',
  ],
  [/^53300$/, 'see docs/runbooks/database-pool-exhausted.md'],
  [/^53100$/, 'free disk space: docs/runbooks/disk-full.md'],
  [
    /^(?:ECONNREFUSED|57P0)/,
    'start PostgreSQL: docker compose up -d db, or sudo systemctl start postgresql',
  ],
  [/^(?:ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/, 'check the host in DATABASE_URL'],
];

function notConnected({ where, code, cause }: NotConnected): Finding {
  const [, next] = NEXT.find(([pattern]) => pattern.test(code)) ?? [];
  return fail(`${where}: ${cause}`, next ?? 'see docs/runbooks/README.md#database');
}

interface Row {
  readonly version: string;
  readonly number: number;
  readonly used: number;
  readonly most: number;
  readonly standby: boolean;
  readonly readOnly: string;
  readonly bytes: string;
}

const LOOK = {
  text: `SELECT current_setting('server_version') AS version,
                current_setting('server_version_num')::int AS number,
                (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
                current_setting('max_connections')::int AS most,
                pg_is_in_recovery() AS standby,
                (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS "readOnly",
                pg_database_size(current_database())::text AS bytes`,
};

const OLDEST = 150_000;
const MIB = 1024 * 1024;

/** Makes PostgreSQL use its disk for a moment. It keeps nothing. */
async function diskOf({ client }: Connected): Promise<Finding[]> {
  await client.query(`BEGIN READ ONLY; ${LITTLE_MEMORY}`);
  try {
    await useDisk(client);
    return [];
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    return [fail(`${code} ${message}`, 'free disk space: docs/runbooks/disk-full.md')];
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Looks at the database with the credentials of the server. */
export async function checkDatabase(database: Connected | NotConnected): Promise<Finding[]> {
  if (!('client' in database)) return [notConnected(database)];
  const [row] = await database.read<Row>(LOOK, []);
  if (!row) throw new Error('the database did not answer');
  const { version, number, used, most, standby, readOnly, bytes } = row;
  const size = `${Math.ceil(Number(bytes) / MIB)} MiB`;
  const connections = `${used} of ${most} connections`;
  const findings = [ok(`PostgreSQL ${version}, ${database.where}, ${size}, ${connections}`)];
  if (number < OLDEST) findings.push(fail('PostgreSQL is too old', 'use PostgreSQL 15 or later'));
  if (standby) {
    findings.push(fail('it is a standby', 'promote it, or point DATABASE_URL at the primary'));
  }
  if (readOnly !== 'off') {
    const next = 'ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf()';
    findings.push(fail('it takes no writes: default_transaction_read_only is on', next));
  }
  if (used > most * MANY) {
    findings.push(warn('few connections are free', 'see docs/runbooks/database-pool-exhausted.md'));
  }
  return [...findings, ...(await diskOf(database))];
}
