import { parseArgs } from 'node:util';
import { ANONYMOUS } from './access/caller.js';
import { ConfigError } from './config/config.js';
import { callContext } from './database/context.js';
import {
  erase,
  LogError,
  newOrigin,
  recover,
  requireReason,
  settleNow,
} from './features/transparency/index.js';
import { verify } from './features/verification/index.js';
import { KeysError } from './security/signing/keys.js';
import { counted } from './shared/text.js';
import { type Opened, userName, withDatabase } from './with-database.js';

/** `npm run log`: verifies the log and the database, and what only a person may decide about the log. */
const USAGE = `usage: npm run -s log -- verify
       npm run -s log -- recover --reason TEXT
       npm run -s log -- erase --event ID --reason TEXT

In the container, use node dist/log.js instead of npm run -s log --.

  verify    recomputes every entry from its event, tiles, roots and signatures, and compares rows with their events.
            Each fault is a line of the standard output. The server can run
  recover   begins a new log, if the database was restored and the log is not signed any more. Its first entry names
            the old log. Proofs of the old log stay valid
  erase     erases the content of an event. Its entry stays, and the tree can be verified. This cannot be undone

  --event ID      id of the event
  --reason TEXT   why: 1 to 2000 characters. It is kept in the database, and its digest in the log

The command uses the database and the keys of the server: DATABASE_URL and SIGNING_KEYS_DIR from the environment or
.env, or the embedded database. erase needs the role that owns the tables.

Exit code: 0 done, and nothing is wrong; 1 verify found faults; 2 not done, and the error output has the reason.
`;

const OPTIONS = {
  event: { type: 'string' },
  reason: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Some statements read whole tables. */
const VERIFY_STATEMENT_MS = 3_600_000;

const say = (line: string) => process.stderr.write(`log: ${line}\n`);

function requireKeys({ keys }: Opened) {
  if (keys) return keys;
  throw new ConfigError('the keys are in a folder that is not set: set SIGNING_KEYS_DIR');
}

/** @returns whether nothing is wrong */
async function verified({ database, keys }: Opened): Promise<boolean> {
  let faults = 0;
  const { besideApi, imported, erasures, notComparable, roleSettings, ...counts } = await verify(
    database,
    {
      keys,
      report(fault) {
        faults += 1;
        process.stdout.write(`${fault}\n`);
      },
    },
  );
  const text = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  if (!keys)
    say('SIGNING_KEYS_DIR is not set, so signatures and the last signed size were not verified');
  say(`compared ${text.join(', ')}`);
  say(
    `${counted(besideApi, 'event')} of writes beside the API, and ${imported} of rows from before the events`,
  );
  for (const { event, by, at, reason } of erasures) {
    say(
      `erased: event ${event}, by ${by} at ${at.toISOString()}: ${reason ?? 'the reason is missing'}`,
    );
  }
  for (const [what, count] of Object.entries(notComparable)) {
    say(`not comparable: ${count} × ${what}`);
  }
  for (const setting of roleSettings) {
    say(
      `a role has a setting of its own: ${setting}. See docs/security.md#settings-that-the-role-gives-itself`,
    );
  }
  say(
    faults === 0
      ? 'nothing is wrong'
      : `${counted(faults, 'fault')} in the standard output. See docs/operations.md#the-log`,
  );
  return faults === 0;
}

async function run(): Promise<boolean> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const { event, help } = values;
  if (help) {
    process.stdout.write(USAGE);
    return true;
  }
  const [command = '', ...others] = positionals;
  if (others.length > 0 || !['verify', 'recover', 'erase'].includes(command)) {
    throw new ConfigError(
      `the command must be verify, recover or erase, not '${positionals.join(' ')}'. See --help`,
    );
  }
  const reason = command === 'verify' ? '' : requireReason(values.reason);
  if (command === 'erase' && !UUID.test(event ?? '')) {
    throw new ConfigError('erase needs --event with the id of an event, as GET /events has it');
  }
  const verifying = command === 'verify' ? { statementTimeoutMs: VERIFY_STATEMENT_MS } : {};
  return withDatabase(async (opened) => {
    const { database, config } = opened;
    if (command === 'verify') return verified(opened);
    const caller = { ...ANONYMOUS, subject: `cli:${userName()}` };
    const context = callContext(database.store, caller, 'cli');
    const keys = requireKeys(opened);
    if (command === 'recover') {
      const origin = newOrigin(config, true);
      const { before, lastSigned } = await recover(context, keys, origin, reason);
      say(`the log ${lastSigned.origin} was signed up to size ${lastSigned.size}`);
      say(
        before
          ? `the database has ${before.origin}, size ${before.size}`
          : 'the database had no log',
      );
      say(
        'began the log that the standard output names. Servers continue within 10 seconds. Copy the folder of the ' +
          'keys to its backup: it has a new key. Tell those who keep checkpoints',
      );
      process.stdout.write(`${origin}\n`);
      return true;
    }
    const { origin, index } = await erase(context, event ?? '', reason);
    await settleNow(context, keys);
    say(`erased the event of entry ${index} of ${origin}. Backups and WAL files may still have it`);
    return true;
  }, verifying);
}

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  const known = error instanceof LogError || error instanceof KeysError;
  say(known || error instanceof Error ? (error as Error).message : String(error));
  process.exitCode = 2;
}
