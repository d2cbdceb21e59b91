import { AppError } from './app-error.js';

/** A part of a limited resource, such as memory or threads. */
export interface Share {
  /** Gives back all but `amount`. If the share is not larger than `amount`, nothing changes. */
  keep(amount: number): void;
  /** Gives the share back. Calling it again has no effect. */
  giveBack(): void;
}

export interface FairShare {
  /**
   * Waits until enough of the resource is free. The owner that holds the least is served first; among equals, the one
   * that has waited longest.
   * @param amount capped at the maximum for one owner
   * @param owner the caller
   * @param signal ends the wait when the client disconnects
   * @throws {AppError} `overloaded` after the timeout, `malformed-request` when the signal aborts
   */
  take(amount: number, owner: string, signal?: AbortSignal): Promise<Share>;
}

export interface FairShareOptions {
  readonly total: number;
  /** Maximum for one owner at a time. Default: `total`. */
  readonly each?: number;
  readonly timeoutMs: number;
  /** Beginning of the error's detail, such as "Too many documents are being received". */
  readonly busy: string;
}

interface Waiting {
  readonly amount: number;
  readonly owner: string;
  start(): void;
}

export function fairShare({ total, each = total, timeoutMs, busy }: FairShareOptions): FairShare {
  let free = total;
  const held = new Map<string, number>();
  const queue: Waiting[] = [];

  const heldBy = (owner: string) => held.get(owner) ?? 0;

  const change = (owner: string, amount: number) => {
    const now = heldBy(owner) + amount;
    free -= amount;
    if (now > 0) held.set(owner, now);
    else held.delete(owner);
  };

  /** The next request to serve. Of each owner, only the first request in the queue is considered. */
  function next(): Waiting | undefined {
    const seen = new Set<string>();
    let best: Waiting | undefined;
    for (const one of queue) {
      if (seen.has(one.owner)) continue;
      seen.add(one.owner);
      const isAllowed = heldBy(one.owner) + one.amount <= each;
      if (isAllowed && (!best || heldBy(one.owner) < heldBy(best.owner))) best = one;
    }
    return best;
  }

  const admit = () => {
    for (let one = next(); one && one.amount <= free; one = next()) {
      queue.splice(queue.indexOf(one), 1);
      change(one.owner, one.amount);
      one.start();
    }
  };

  const shareOf = (owner: string, amount: number): Share => {
    let mine = amount;
    const keep = (rest: number) => {
      if (rest >= mine) return;
      change(owner, rest - mine);
      mine = rest;
      admit();
    };
    return { keep, giveBack: () => keep(0) };
  };

  return {
    take(requested, owner, signal) {
      const amount = Math.min(requested, each);
      return new Promise((resolve, reject) => {
        const leave = (error: Error) => {
          const place = queue.indexOf(waiting);
          if (place === -1) return;
          queue.splice(place, 1);
          clearTimeout(timer);
          reject(error);
          admit(); // later requests may need less
        };
        const onAbort = () =>
          leave(new AppError('malformed-request', 'The client closed the connection'));
        const waiting: Waiting = {
          amount,
          owner,
          start() {
            clearTimeout(timer);
            signal?.removeEventListener('abort', onAbort);
            resolve(shareOf(owner, amount));
          },
        };
        const timer = setTimeout(() => {
          const detail = `${busy}. Retry after the seconds in Retry-After`;
          leave(new AppError('overloaded', detail, { headers: { 'retry-after': '5' } }));
        }, timeoutMs);
        queue.push(waiting);
        signal?.addEventListener('abort', onAbort, { once: true });
        if (signal?.aborted) onAbort();
        else admit();
      });
    },
  };
}
