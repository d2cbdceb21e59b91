import { type Place, query } from '../../database/context.js';
import { isDatabaseUnavailable, rootCause } from '../../database/errors.js';
import { bookkeeping } from '../../database/transaction.js';
import { onRecorded } from '../../events/index.js';
import type { JobLog } from '../../jobs/job.js';
import type { WebhookKey, WebhookKeyFile } from '../../security/signing/webhook-key.js';
import { type Attempted, type AttemptSettings, attempt } from './attempt.js';
import { CLAIM, type Claimed, LOOK, type Looked } from './deliveries.sql.js';
import { type Recorded, recordAttempt } from './outcome.js';

/** Deliveries of one webhook at a time, in this process. */
const AT_A_TIME = 3;
/** Events of this process are looked for once in this time. */
const PACE_MS = 1000;
/** A wait up to this time is kept to the second. Longer ones end with the next period of the job. */
const SHORT_MS = 10_000;

/** What was last seen, for metrics and warnings. */
export type Seen = Omit<Looked, 'due'>;

export interface SenderOptions extends Place {
  readonly keyFile: WebhookKeyFile;
  readonly settings: AttemptSettings;
  readonly log: JobLog;
  readonly observe: (outcome: Recorded['outcome']) => void;
  readonly see: (seen: Seen) => void;
}

export interface Sender {
  /** Begins to send what is due, and does not wait until it is sent. */
  dispatch(): Promise<void>;
  /** Resolves when this process sends nothing. */
  idle(): Promise<void>;
  /** Calls `wake` when there may be something to send. @returns a function that ends it */
  watch(wake: () => void): () => void;
  /** Says that a webhook was created, or has something to send, although no event was recorded. */
  expect(): void;
  /** Ends what is being sent. It is sent again by another process, or after the next start. */
  close(): Promise<void>;
}

/**
 * Sends events to webhooks. Each webhook has its own lane, so that a slow receiver holds up nobody else. Deliveries are
 * claimed in the database: several instances send each once, unless one is killed in the middle.
 */
export function sender(options: SenderOptions): Sender {
  const { keyFile, settings, log, observe, see } = options;
  const place: Place = { store: options.store };
  const lanes = new Map<string, Promise<void>>();
  /** Lanes that may have looked before something was due. */
  const again = new Set<string>();
  const closing = new AbortController();
  let key: WebhookKey | undefined;
  let active = 0;
  let wake = () => {};
  const timers = new Set<NodeJS.Timeout>();

  function wakeIn(ms: number): void {
    if (closing.signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      wake();
    }, ms);
    timers.add(timer.unref());
  }

  function tell(claimed: Claimed, attempted: Attempted, recorded: Recorded): void {
    observe(recorded.outcome);
    const details = {
      webhook: claimed.webhookId,
      event: claimed.id,
      attempts: claimed.attempts,
      ...('status' in attempted && { status: attempted.status }),
      ...('cause' in attempted && { cause: rootCause(attempted.cause) }),
    };
    const { waitS: nextTryInSeconds, disabled } = recorded;
    if (nextTryInSeconds !== undefined) {
      const next = Math.round(nextTryInSeconds);
      log.info({ ...details, nextTryInSeconds: next }, 'a webhook was not accepted');
      if (nextTryInSeconds * 1000 < SHORT_MS) wakeIn(nextTryInSeconds * 1000 + 50);
    } else if (recorded.outcome === 'given-up' || recorded.outcome === 'gone') {
      log.warn(details, 'gave up to deliver an event to a webhook');
    }
    if (disabled) log.warn({ ...details, because: disabled }, 'disabled a webhook');
  }

  async function deliver(claimed: Claimed, own: WebhookKey): Promise<Recorded['outcome']> {
    const attempted = await attempt(claimed, own, settings, closing.signal);
    const recorded = await recordAttempt(place, claimed, attempted);
    tell(claimed, attempted, recorded);
    return recorded.outcome;
  }

  /** Sends what is due, until nothing is or the receiver accepts nothing. */
  async function lane(webhookId: string, own: WebhookKey): Promise<void> {
    while (!closing.signal.aborted) {
      const claimed = await bookkeeping({ store: place.store }, (context) =>
        query<Claimed>(context, CLAIM, [webhookId, AT_A_TIME, own.id]),
      );
      const sent = await Promise.allSettled(claimed.map((one) => deliver(one, own)));
      for (const one of sent) if (one.status === 'rejected') throw one.reason;
      const accepts = sent.some((one) => one.status === 'fulfilled' && one.value === 'delivered');
      if (!accepts) return;
    }
  }

  function begin(webhookId: string, own: WebhookKey): void {
    if (closing.signal.aborted) return;
    if (lanes.has(webhookId)) {
      again.add(webhookId);
      return;
    }
    const running = lane(webhookId, own)
      .catch((error: unknown) => {
        // What was claimed is due again when its claim ends.
        if (isDatabaseUnavailable(error)) {
          const cause = rootCause(error);
          log.warn({ cause }, 'failed to send to a webhook: the database is not available');
        } else log.error({ err: error, webhook: webhookId }, 'failed to send to a webhook');
      })
      .finally(() => {
        lanes.delete(webhookId);
        if (again.delete(webhookId)) begin(webhookId, own);
      });
    lanes.set(webhookId, running);
  }

  async function look(): Promise<Looked> {
    const [seen] = await query<Looked>(place, LOOK, [key?.id ?? null]);
    if (!seen) throw new Error('the webhooks were not counted');
    return seen;
  }

  return {
    async dispatch() {
      let seen = await look();
      if (seen.otherKey > 0) {
        key = await keyFile.read();
        seen = await look();
      }
      ({ active } = seen);
      see(seen);
      if (key) for (const id of seen.due) begin(id, key);
    },
    async idle() {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
    watch(given) {
      wake = given;
      let planned = false;
      const ignore = onRecorded(place.store, () => {
        if (planned || active === 0) return;
        planned = true;
        setTimeout(() => {
          planned = false;
          wake();
        }, PACE_MS).unref();
      });
      return () => {
        wake = () => {};
        ignore();
      };
    },
    expect() {
      active = Math.max(active, 1);
      wakeIn(PACE_MS);
    },
    async close() {
      closing.abort(new Error('the server stops'));
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(lanes.values());
    },
  };
}
