import { AppError } from './app-error.js';

/** A part of something that there is only so much of: memory, threads. */
export interface Share {
  /** Gives back all but so much of it. More than there is of it changes nothing. */
  keep(amount: number): void;
  /** Gives it back; calling it again does nothing. */
  giveBack(): void;
}

export interface FairShare {
  /**
   * Waits until there is enough. Whoever has the least comes first, among those the one that has waited longest.
   * @param amount how much; never more than one may have
   * @param owner who asks: a caller
   * @param signal ends the waiting, for an owner that has left
   * @throws {AppError} `overloaded` when there is not enough in time
   */
  take(amount: number, owner: string, signal?: AbortSignal): Promise<Share>;
}

export interface FairShareOptions {
  readonly total: number;
  /** The most that one owner may have at a time. */
  readonly each?: number;
  readonly timeoutMs: number;
  /** What there is too much of: "Too many documents are being received". */
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

  /** The next one that may have what it asks for, as soon as there is enough: of each owner the first in the queue. */
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
    take(asked, owner, signal) {
      const amount = Math.min(asked, each);
      return new Promise((resolve, reject) => {
        const leave = (error: Error) => {
          const place = queue.indexOf(waiting);
          if (place === -1) return;
          queue.splice(place, 1);
          clearTimeout(timer);
          reject(error);
          admit(); // those behind may ask for less
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
