import { AppError } from './app-error.js';

/** A part of a limited resource, such as memory or threads. */
export interface Share {
  /** Gives back all but `amount`. If the share is not larger than `amount`, nothing changes. */
  keep(amount: number): void;
  /** Gives the share back. Calling it again has no effect. */
  giveBack(): void;
  /** From now on the work is not stopped. */
  settle(): void;
}

/** Work that holds a share and can be stopped, such as a body that is still arriving. */
export interface Stoppable {
  /** How much of its work is done, in any unit that is the same for all shares. */
  done(): number;
  /** Stops the work, which gives its share back. */
  stop(): void;
}

/** How much of the resource is taken, and how many requests wait. */
export interface Load {
  readonly taken: number;
  readonly waiting: number;
}

export interface FairShare {
  load(): Load;
  /**
   * Waits until enough of the resource is free. The owner that holds the least is served first; among equals, the one
   * whose last turn is longest ago, and then the one that has waited longest.
   * @param amount capped at the maximum for one owner
   * @param owner the caller
   * @param signal ends the wait when the client disconnects
   * @param work can be stopped until `settle`: see `patienceMs`
   * @throws {AppError} `overloaded` after the timeout, `malformed-request` when the signal aborts
   */
  take(amount: number, owner: string, signal?: AbortSignal, work?: Stoppable): Promise<Share>;
}

export interface FairShareOptions {
  readonly total: number;
  /** Maximum for one owner at a time. Default: `total`. */
  readonly each?: number;
  readonly timeoutMs: number;
  /**
   * After this wait, the slowest work of other owners is stopped, so that nobody holds the resource by being slow. Work
   * that began within the same time is not stopped. Default: no work is stopped.
   */
  readonly patienceMs?: number;
  /** Beginning of the error's detail, such as "Too many documents are being received". */
  readonly busy: string;
}

interface Waiting {
  readonly amount: number;
  readonly owner: string;
  start(): void;
}

/** A share whose work can be stopped. */
interface Running {
  readonly owner: string;
  readonly began: number;
  readonly work: Stoppable;
  amount(): number;
}

/** Work done per millisecond. */
const paceOf = ({ began, work }: Running) => work.done() / Math.max(performance.now() - began, 1);

export function fairShare(options: FairShareOptions): FairShare {
  const { total, each = total, timeoutMs, patienceMs, busy } = options;
  let free = total;
  const running = new Set<Running>();
  const held = new Map<string, number>();
  const queue: Waiting[] = [];
  /** The number of the last turn of each owner that holds or waits. An owner that arrives comes before the last one. */
  const lastTurns = new Map<string, number>();
  let turn = 0;

  const heldBy = (owner: string) => held.get(owner) ?? 0;

  const change = (owner: string, amount: number) => {
    const now = heldBy(owner) + amount;
    free -= amount;
    if (now > 0) held.set(owner, now);
    else held.delete(owner);
  };

  const lastTurn = (owner: string) => lastTurns.get(owner) ?? 0;

  const forget = (owner: string) => {
    if (heldBy(owner) > 0 || queue.some((one) => one.owner === owner)) return;
    lastTurns.delete(owner);
  };

  /** Whether an owner is served before another. */
  const isBefore = (one: string, other: string) =>
    heldBy(one) === heldBy(other) ? lastTurn(one) < lastTurn(other) : heldBy(one) < heldBy(other);

  /** The next request to serve. Of each owner, only the first request in the queue is considered. */
  function next(): Waiting | undefined {
    const seen = new Set<string>();
    let best: Waiting | undefined;
    for (const one of queue) {
      if (seen.has(one.owner)) continue;
      seen.add(one.owner);
      const isAllowed = heldBy(one.owner) + one.amount <= each;
      if (isAllowed && (!best || isBefore(one.owner, best.owner))) best = one;
    }
    return best;
  }

  const admit = () => {
    for (let one = next(); one && one.amount <= free; one = next()) {
      queue.splice(queue.indexOf(one), 1);
      change(one.owner, one.amount);
      turn += 1;
      lastTurns.set(one.owner, turn);
      one.start();
    }
  };

  const shareOf = ({ owner, amount }: Waiting, work?: Stoppable): Share => {
    let mine = amount;
    const own = work && { owner, work, began: performance.now(), amount: () => mine };
    if (own) running.add(own);
    const settle = () => {
      if (own) running.delete(own);
    };
    const keep = (rest: number) => {
      if (rest >= mine) return;
      change(owner, rest - mine);
      mine = rest;
      admit();
      forget(owner);
    };
    const giveBack = () => {
      settle();
      keep(0);
    };
    return { keep, giveBack, settle };
  };

  /** Stops the slowest work of other owners until there is room for a request that has waited too long. */
  const makeRoom = (waiting: Waiting, patience: number) => {
    const since = performance.now() - patience;
    const slow = [...running]
      .filter(({ owner, began }) => owner !== waiting.owner && began <= since)
      .sort((a, b) => paceOf(a) - paceOf(b));
    // Work gives its share back a moment after it was stopped.
    let room = free;
    for (const one of slow) {
      if (room >= waiting.amount) return;
      room += one.amount();
      running.delete(one);
      one.work.stop();
    }
  };

  return {
    load: () => ({ taken: total - free, waiting: queue.length }),

    take(requested, owner, signal, work) {
      const amount = Math.min(requested, each);
      return new Promise((resolve, reject) => {
        const stopTimers = () => {
          clearTimeout(timer);
          clearInterval(patience);
        };
        const leave = (error: Error) => {
          const place = queue.indexOf(waiting);
          if (place === -1) return;
          queue.splice(place, 1);
          stopTimers();
          reject(error);
          admit(); // later requests may need less
          forget(owner);
        };
        const onAbort = () =>
          leave(new AppError('malformed-request', 'The client closed the connection'));
        const waiting: Waiting = {
          amount,
          owner,
          start() {
            stopTimers();
            signal?.removeEventListener('abort', onAbort);
            resolve(shareOf(waiting, work));
          },
        };
        const timer = setTimeout(() => {
          const detail = `${busy}. Retry after the seconds in Retry-After`;
          leave(new AppError('overloaded', detail, { headers: { 'retry-after': '5' } }));
        }, timeoutMs);
        const patience =
          patienceMs === undefined
            ? undefined
            : setInterval(() => makeRoom(waiting, patienceMs), patienceMs);
        queue.push(waiting);
        if (!lastTurns.has(owner)) lastTurns.set(owner, turn - 0.5);
        signal?.addEventListener('abort', onAbort, { once: true });
        if (signal?.aborted) onAbort();
        else admit();
      });
    },
  };
}
