import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { ANONYMOUS } from './access/caller.js';
import { SCOPE_NAMES, SCOPES } from './access/scopes.js';
import { ConfigError, loadConfig, loadDotEnv } from './config/config.js';
import { databaseAccess } from './database/access.js';
import { openDatabase } from './database/client.js';
import { databaseNow } from './database/clock.js';
import { type CallContext, callContext } from './database/context.js';
import { joinEmbedded } from './database/embedded/join.js';
import { prepareDatabase } from './database/prepare.js';
import { CreateToken, MAX_DAYS, type Token, tokensService } from './features/tokens/index.js';
import { checkBody } from './platform/validation.js';
import { AppError } from './shared/app-error.js';

/** `npm run token`: manages API tokens in the database. It creates the first token of a server. */
const USAGE = `usage: npm run -s token -- create --name TEXT --subject TEXT --scopes LIST [--projects IDS] [--days N]
                               [--person]
       npm run -s token -- list [--all]
       npm run -s token -- revoke ID

In the container, use node dist/token.js instead of npm run -s token --.

  create   creates a token. The token goes to the standard output, and is never shown again
  list     lists the active tokens, oldest first
  revoke   revokes a token permanently. ID is its id in the list. Every instance refuses it within 5 seconds

  --name TEXT      purpose of the token
  --subject TEXT   the person, team or pipeline that uses it
  --scopes LIST    separated by commas, or "all":
${Object.entries(SCOPES)
  .map(([scope, { meaning }]) => `                     ${scope.padEnd(24)}${meaning}`)
  .join('\n')}
  --projects IDS   project ids, separated by commas (default: all projects)
  --days N         days until it expires, 1 to ${MAX_DAYS} (default: 90)
  --person         the token is that of the one person whom --subject names: its approvals count
  --all            also list expired and revoked tokens

The command uses the database of the server: DATABASE_URL from the environment or .env, or the embedded database.

Exit code: 0 done; 1 not done, and the error output has the reason.
`;

const OPTIONS = {
  name: { type: 'string' },
  subject: { type: 'string' },
  scopes: { type: 'string' },
  projects: { type: 'string' },
  days: { type: 'string' },
  person: { type: 'boolean' },
  all: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** The option of each value in the body of POST /tokens. */
const OPTION_OF: Record<string, string> = { expiresInDays: 'days' };

/** Converts digits to a number. The schema refuses any other text. */
const integer = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);

/** Validates the options like the body of POST /tokens. */
function requestOf({ name, subject, scopes, projects, days, person }: Values): CreateToken {
  return checkBody(CreateToken, {
    ...(name !== undefined && { name }),
    ...(subject !== undefined && { subject }),
    ...(scopes !== undefined && { scopes: scopes === 'all' ? SCOPE_NAMES : scopes.split(',') }),
    ...(projects !== undefined && { projects: projects.split(',').map(integer) }),
    ...(days !== undefined && { expiresInDays: integer(days) }),
    ...(person !== undefined && { person }),
  });
}

/** The name of the user, or the id if it has no name, which is common in containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid:${process.getuid?.()}`;
  }
}

type Service = ReturnType<typeof tokensService>;

async function create(service: Service, context: CallContext, values: Values): Promise<string> {
  const { secret, id, expiresAt } = await service.create(context, requestOf(values));
  // Only the secret goes to stdout, so that scripts can capture it.
  process.stderr.write(
    `token ${id}, valid until ${expiresAt.toISOString()}; it is not shown again:\n`,
  );
  return secret;
}

const day = (time: Date | null) => time?.toISOString().slice(0, 10) ?? '-';

function stateOf({ revokedAt, expiresAt }: Token, now: Date): string {
  if (revokedAt) return 'revoked';
  return expiresAt <= now ? 'expired' : 'active';
}

function row(token: Token, now: Date): string {
  const projects = token.projects?.join(',') ?? 'every';
  return [
    token.id,
    stateOf(token, now),
    `until ${day(token.expiresAt)}`,
    `used ${day(token.lastUsedAt)}`,
    `projects ${projects}`,
    token.scopes.join(','),
    `${token.subject}${token.person ? ' (a person)' : ''}: ${token.name}`,
    `by ${token.createdBy}`,
  ].join('  ');
}

async function list(service: Service, context: CallContext, { all }: Values): Promise<string> {
  const lines: string[] = [];
  const now = await databaseNow(context);
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await service.list(context, {
      limit: 1000,
      state: all ? 'all' : 'active',
      ...(cursor !== undefined && { cursor }),
    });
    lines.push(...page.items.map((token) => row(token, now)));
    cursor = page.next;
  }
  return lines.join('\n') || (all ? 'there are no tokens' : 'there are no active tokens');
}

async function revoke(service: Service, context: CallContext, id: string): Promise<string> {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
  if (!uuid.test(id))
    throw new ConfigError('revoke needs the id of a token. Find it with: npm run -s token -- list');
  await service.revoke(context, id);
  return `revoked ${id}; every instance refuses it within 5 seconds`;
}

async function run(): Promise<string> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help) return USAGE.trimEnd();
  const [command = '', id = ''] = positionals;
  if (!['create', 'list', 'revoke'].includes(command)) {
    throw new ConfigError(
      `the command must be create, list or revoke, not '${command}'. See --help`,
    );
  }
  loadDotEnv();
  const config = loadConfig();
  const embedded = config.DATABASE_URL ? undefined : joinEmbedded(config);
  try {
    // As the server does: this command needs no more.
    const settings = { ...config, MIGRATION_DATABASE_URL: undefined };
    const access = await databaseAccess(settings, await embedded?.ready);
    await prepareDatabase(access, {
      // A newer program must not migrate the database of a running server.
      apply: embedded !== undefined,
      connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    });
    const database = openDatabase(access.url, config);
    const service = tokensService();
    const caller = { ...ANONYMOUS, subject: `cli:${userName()}` };
    const context = callContext(database.store, caller, 'cli');
    try {
      if (command === 'create') return await create(service, context, values);
      if (command === 'revoke') return await revoke(service, context, id);
      return await list(service, context, values);
    } finally {
      await database.close();
    }
  } finally {
    await embedded?.stop();
  }
}

/** Names the options instead of the places in a body. */
function describeError(error: unknown): string {
  if (!(error instanceof AppError) || !error.errors) return (error as Error).message;
  const faults = error.errors.map(({ pointer, message }) => {
    const [field = '', index] = pointer.slice(1).split('/');
    const item = index === undefined ? '' : ` (item ${Number(index) + 1})`;
    const fault = message.replace(/^must be null/, 'must be absent');
    return `--${OPTION_OF[field] ?? field}${item} ${fault}`;
  });
  return `${faults.join('; ')}. See --help`;
}

try {
  process.stdout.write(`${await run()}\n`);
} catch (error) {
  process.stderr.write(`token: ${describeError(error)}\n`);
  process.exitCode = 1;
}
