import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { ANONYMOUS } from './access/caller.js';
import { SCOPE_NAMES, SCOPES } from './access/scopes.js';
import { ConfigError, loadConfig, loadDotEnv } from './config/config.js';
import { openDatabase } from './database/client.js';
import { type CallContext, callContext } from './database/context.js';
import { joinEmbedded } from './database/embedded/join.js';
import { prepareSchema } from './database/migrate.js';
import { CreateToken, MAX_DAYS, type Token, tokensService } from './features/tokens/index.js';
import { checkBody } from './platform/validation.js';

/** `npm run token`: API tokens without the API, for whoever may use the database: the first token, above all. */
const USAGE = `Usage:
  npm run -s token -- create --name TEXT --subject TEXT --scopes LIST [--projects IDS] [--days N]
  npm run -s token -- list [--all]
  npm run -s token -- revoke ID

  --name      what it is for
  --subject   who it stands for: a person, a team or a pipeline
  --scopes    separated by commas, or "all":
${Object.entries(SCOPES)
  .map(([scope, { meaning }]) => `                ${scope.padEnd(20)}${meaning}`)
  .join('\n')}
  --projects  ids, separated by commas; without it every project
  --days      until it expires, 1 to ${MAX_DAYS}; 90 unless given
  --all       also those that have expired or were revoked

In the container: node dist/token.js instead of npm run -s token --.
`;

const OPTIONS = {
  name: { type: 'string' },
  subject: { type: 'string' },
  scopes: { type: 'string' },
  projects: { type: 'string' },
  days: { type: 'string' },
  all: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** Digits as a number; anything else is left to the schema, which refuses it. */
const integer = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);

/** The same rules as for POST /tokens, and the same words for what breaks them. */
function requestOf({ name, subject, scopes, projects, days }: Values): CreateToken {
  return checkBody(CreateToken, {
    ...(name !== undefined && { name }),
    ...(subject !== undefined && { subject }),
    ...(scopes !== undefined && { scopes: scopes === 'all' ? SCOPE_NAMES : scopes.split(',') }),
    ...(projects !== undefined && { projects: projects.split(',').map(integer) }),
    ...(days !== undefined && { expiresInDays: integer(days) }),
  });
}

/** A user id that the system has no name for is usual in containers. */
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
  // The secret alone goes to stdout, for scripts to catch.
  process.stderr.write(
    `token ${id}, valid until ${expiresAt.toISOString()}; it is not shown again:\n`,
  );
  return secret;
}

const day = (time: Date | null) => time?.toISOString().slice(0, 10) ?? '-';

function row(token: Token): string {
  const state = token.revokedAt ? 'revoked' : token.expiresAt <= new Date() ? 'expired' : 'active';
  const projects = token.projects?.join(',') ?? 'every';
  return [
    token.id,
    state,
    `until ${day(token.expiresAt)}`,
    `used ${day(token.lastUsedAt)}`,
    `projects ${projects}`,
    token.scopes.join(','),
    `${token.subject}: ${token.name}`,
    `by ${token.createdBy}`,
  ].join('  ');
}

async function list(service: Service, context: CallContext, { all }: Values): Promise<string> {
  const lines: string[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await service.list(context, {
      limit: 1000,
      state: all ? 'all' : 'active',
      ...(cursor !== undefined && { cursor }),
    });
    lines.push(...page.items.map(row));
    cursor = page.next;
  }
  return lines.join('\n') || (all ? 'there are no tokens' : 'there are no active tokens');
}

async function revoke(service: Service, context: CallContext, id: string): Promise<string> {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
  if (!uuid.test(id)) throw new ConfigError('revoke needs the id of a token, as list shows it');
  await service.revoke(context, id);
  return `revoked ${id}; every instance refuses it within 5 seconds`;
}

async function run(): Promise<string> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [command = '', id = ''] = positionals;
  if (values.help || !['create', 'list', 'revoke'].includes(command)) {
    throw new ConfigError(USAGE);
  }
  loadDotEnv();
  const config = loadConfig();
  const embedded = config.DATABASE_URL ? undefined : joinEmbedded(config);
  try {
    const url = config.DATABASE_URL ?? (await embedded?.ready) ?? '';
    await prepareSchema(url, {
      // A newer program's list of tokens must not change the schema below a server.
      apply: embedded !== undefined,
      connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    });
    const database = openDatabase(url, config);
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

try {
  process.stdout.write(`${await run()}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
