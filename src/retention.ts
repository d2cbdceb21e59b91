import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loadDotEnv } from './config/config.js';
import { joinEmbedded } from './database/embedded/join.js';
import { removeDocuments } from './database/retention.js';
import { loginOf } from './database/role/login.js';
import { faultOfRetentionRole, makeRetentionRole } from './database/role/retention.js';
import { withClient } from './database/with-client.js';
import { counted } from './shared/text.js';

/** `npm run retention`: removes the bytes of documents that nothing needs. */
const USAGE = `usage: npm run -s retention -- --dry-run
       npm run -s retention -- --apply [--limit N]
       npm run -s retention -- --make-role

In the container, use node dist/retention.js instead of npm run -s retention --.

  --dry-run    lists the documents that would go, a line each: project, SHA-256, bytes, versions. Changes nothing
  --apply      removes them, one transaction each, and lists those that went. It can be stopped at any time, and
               repeated. The servers can run
  --limit N    removes at most N documents
  --make-role  as the owner: makes the role of RETENTION_DATABASE_URL, or mends its rights and its password

What may go is in the retention policy and the legal holds of the server, and the database itself decides it. Without a
policy nothing goes. Findings, verdicts, digests and events stay.

RETENTION_DATABASE_URL is the database as the role of retention. --make-role also needs MIGRATION_DATABASE_URL. With the
embedded database neither is needed.

Exit code: 0 done; 1 some documents were in use and stay until the next run; 2 not done, and the error output has why.
`;

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  apply: { type: 'boolean' },
  'make-role': { type: 'boolean' },
  limit: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const say = (line: string) => process.stderr.write(`retention: ${line}\n`);

const CONNECT_TIMEOUT_MS = 10_000;

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.MAX_SAFE_INTEGER;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ConfigError('--limit must be a number from 1');
  return Number(text);
}

/** As the role of retention, or as the owner of the embedded database. */
async function remove(url: string, apply: boolean, limit: number): Promise<number> {
  return withClient(url, CONNECT_TIMEOUT_MS, async (client) => {
    const { removed, bytes, kept, inUse } = await removeDocuments(client, { apply, limit }, (one) =>
      process.stdout.write(
        `${one.projectId}\t${one.sha256}\t${one.size}\t${one.versions.join(',')}\n`,
      ),
    );
    for (const [because, count] of Object.entries(kept).sort())
      say(`kept: ${counted(count, 'document')}, ${because}`);
    say(`${apply ? 'removed' : 'would remove'} ${counted(removed, 'document')}, ${bytes} bytes`);
    if (inUse > 0) say(`${counted(inUse, 'document')} in use: repeat the command`);
    return inUse > 0 ? 1 : 0;
  });
}

async function makeRole(url: string | undefined, owner: string | undefined): Promise<number> {
  if (url === undefined || owner === undefined)
    throw new ConfigError('--make-role needs RETENTION_DATABASE_URL and MIGRATION_DATABASE_URL');
  const { role, password } = loginOf(url);
  if (role === '' || password === '')
    throw new ConfigError('RETENTION_DATABASE_URL must have a role and a password');
  await withClient(owner, CONNECT_TIMEOUT_MS, (client) =>
    makeRetentionRole(client, role, password),
  );
  await withClient(url, CONNECT_TIMEOUT_MS, async (client) => {
    const fault = await faultOfRetentionRole(client, role);
    if (fault) throw new Error(`the role ${role} ${fault}`);
  });
  say(`the role ${role} can remove documents, and nothing else`);
  return 0;
}

async function run(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { 'dry-run': dry = false, apply = false, 'make-role': make = false } = values;
  if ([dry, apply, make].filter(Boolean).length !== 1)
    throw new ConfigError('give one of --dry-run, --apply and --make-role. See --help');
  const limit = limitOf(values.limit);
  loadDotEnv();
  const config = loadConfig();
  const { DATABASE_URL, MIGRATION_DATABASE_URL, RETENTION_DATABASE_URL: url } = config;
  if (make) return makeRole(url, MIGRATION_DATABASE_URL);
  if (url !== undefined) return remove(url, apply, limit);
  if (DATABASE_URL !== undefined)
    throw new ConfigError('RETENTION_DATABASE_URL is not set. See docs/runbooks/retention.md');
  const embedded = joinEmbedded(config);
  try {
    return await remove(await embedded.ready, apply, limit);
  } finally {
    await embedded.stop();
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
