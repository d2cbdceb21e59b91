import { parseArgs } from 'node:util';
import { ANONYMOUS } from './access/caller.js';
import { ConfigError, loadConfig, loadDotEnv } from './config/config.js';
import { callContext } from './database/context.js';
import { newOrigin, rotate } from './features/transparency/index.js';
import { type Keys, openKeys } from './security/signing/keys.js';
import { userName, withDatabase } from './with-database.js';

/** `npm run keys`: the keys that sign checkpoints of the log, and verdicts. */
const USAGE = `usage: npm run -s keys -- list
       npm run -s keys -- export
       npm run -s keys -- rotate log|verdicts

In the container, use node dist/keys.js instead of npm run -s keys --.

  list     lists all keys, oldest first
  export   writes the public keys as JSON, as GET /log/keys does
  rotate   begins a new key. The old key signs that the new one follows. Servers that run use it within seconds

The command uses the keys of the server: SIGNING_KEYS_DIR from the environment or .env, or the folder beside the
embedded database. rotate uses its database. No command shows a private key.

Exit code: 0 done; 1 not done, and the error output has the reason.
`;

const say = (line: string) => process.stderr.write(`keys: ${line}\n`);

const period = (from: string, until: string | null) => `from ${from}  until ${until ?? 'now'}`;

function listed(keys: Keys): string {
  const { log, verdicts } = keys.list();
  return [
    ...log.map(({ vkey, from, until }) => `log       ${period(from, until)}  ${vkey}`),
    ...verdicts.map(({ keyId, from, until }) => `verdicts  ${period(from, until)}  ${keyId}`),
  ].join('\n');
}

async function opened(): Promise<Keys> {
  const config = loadConfig();
  const { SIGNING_KEYS_DIR: dir } = config;
  if (dir === undefined) {
    throw new ConfigError('the keys are in a folder that is not set: set SIGNING_KEYS_DIR');
  }
  return openKeys(dir, () => newOrigin(config));
}

async function rotated(purpose: string | undefined): Promise<string> {
  if (purpose !== 'log' && purpose !== 'verdicts') {
    throw new ConfigError('rotate needs log or verdicts. See --help');
  }
  return withDatabase(async ({ database, keys, config }) => {
    if (!keys)
      throw new ConfigError('the keys are in a folder that is not set: set SIGNING_KEYS_DIR');
    const caller = { ...ANONYMOUS, subject: `cli:${userName()}` };
    await rotate(callContext(database.store, caller, 'cli'), keys, purpose);
    say(
      `the private key from before signs nothing any more: you can delete its file, the second newest ${purpose}-….pem in ` +
        `${config.SIGNING_KEYS_DIR}. Copy the folder to its backup, and tell those who keep keys`,
    );
    return purpose === 'log' ? keys.log.vkey : keys.verdicts.keyId;
  });
}

async function run(): Promise<string> {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) return USAGE.trimEnd();
  const [command = '', purpose, ...others] = positionals;
  if (others.length > 0 || !['list', 'export', 'rotate'].includes(command)) {
    throw new ConfigError(
      `the command must be list, export or rotate, not '${positionals.join(' ')}'. See --help`,
    );
  }
  loadDotEnv();
  if (command === 'rotate') return rotated(purpose);
  const keys = await opened();
  return command === 'list' ? listed(keys) : JSON.stringify(keys.list(), null, 2);
}

try {
  process.stdout.write(`${await run()}\n`);
} catch (error) {
  say((error as Error).message);
  process.exitCode = 1;
}
