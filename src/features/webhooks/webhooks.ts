import type { Config } from '../../config/config.js';
import { listOf } from '../../config/config.js';
import { type Place, query } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';
import type { Job, JobLog } from '../../jobs/job.js';
import { type WebhookKeyFile, webhookKeyFile } from '../../security/signing/webhook-key.js';
import { privateHosts } from './address.js';
import type { AttemptSettings } from './attempt.js';
import { END_REVOKED, REMOVE_OLD } from './deliveries.sql.js';
import type { Recorded } from './outcome.js';
import { type Seen, type Sender, sender } from './sender.js';

/** Who is told what the sender does. */
export interface Watcher {
  readonly log: JobLog;
  /** Called after each attempt. */
  observe(outcome: Recorded['outcome']): void;
  /** Called after each look. */
  see(seen: Seen): void;
}

/** The sending of events of one process: it belongs to one application, which watches and closes it. */
export interface Webhooks {
  readonly keyFile: WebhookKeyFile;
  readonly sender: Sender;
  readonly jobs: readonly Job[];
  watch(watcher: Watcher): void;
  close(): Promise<void>;
}

export interface WebhooksOptions extends Place {
  readonly config: Pick<Config, 'PUBLIC_URL' | 'WEBHOOK_PRIVATE_HOSTS'>;
  /** The folder of the keys. */
  readonly keysFolder: string;
  readonly timeoutMs?: number;
  readonly resolve?: AttemptSettings['resolve'];
}

const nobody: JobLog = { info() {}, warn() {}, error() {}, child: () => nobody };

/** How often this process looks for what other instances recorded, and for attempts whose time has come. */
const PERIOD_MS = 10_000;
const HOUR_MS = 3_600_000;

/** Names of the jobs. */
export const SEND_JOB = 'webhooks';
export const CLEAN_JOB = 'old-webhook-deliveries';

/** Opens nothing and starts nothing. */
export function openWebhooks(options: WebhooksOptions): Webhooks {
  const { store, config, keysFolder, timeoutMs, resolve } = options;
  let watcher: Watcher = { log: nobody, observe() {}, see() {} };
  const log: JobLog = {
    info: (details, message) => watcher.log.info(details, message),
    warn: (details, message) => watcher.log.warn(details, message),
    error: (details, message) => watcher.log.error(details, message),
    child: (details) => watcher.log.child(details),
  };
  const keyFile = webhookKeyFile(keysFolder);
  const running = sender({
    store,
    keyFile,
    settings: {
      publicUrl: config.PUBLIC_URL,
      privateHosts: privateHosts(listOf(config.WEBHOOK_PRIVATE_HOSTS)),
      timeoutMs,
      resolve,
    },
    log,
    observe: (outcome) => watcher.observe(outcome),
    see: (seen) => watcher.see(seen),
  });
  const send: Job = {
    name: SEND_JOB,
    everyMs: PERIOD_MS,
    runAtStart: true,
    watch: running.watch,
    async run() {
      await running.dispatch();
      return 'again';
    },
  };
  const clean: Job = {
    name: CLEAN_JOB,
    everyMs: HOUR_MS,
    async run({ signal }) {
      const write = (statement: typeof REMOVE_OLD, values: unknown[] = []) =>
        bookkeeping({ store }, (context) => query(context, statement, values));
      await write(END_REVOKED, [null]);
      while ((await write(REMOVE_OLD)).length > 0 && !signal.aborted);
      return 'again';
    },
  };
  return {
    keyFile,
    sender: running,
    jobs: [send, clean],
    watch(next) {
      watcher = next;
    },
    close: () => running.close(),
  };
}
