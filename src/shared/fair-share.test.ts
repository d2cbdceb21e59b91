import { describe, expect, it } from 'vitest';
import { fairShare, type Share } from './fair-share.js';

const share = (total: number, timeoutMs = 1000, each = total) =>
  fairShare({ total, each, timeoutMs, busy: 'Too much' });

/** True if the share was given within a few milliseconds. */
async function isGiven(taking: Promise<Share>): Promise<boolean> {
  return Promise.race([
    taking.then(() => true),
    new Promise<false>((done) => setTimeout(() => done(false), 5)),
  ]);
}

describe('a fair share', () => {
  it('gives what is free, and the rest after it is given back', async () => {
    const memory = share(10);
    const first = await memory.take(6, 'a');
    await memory.take(4, 'a');
    const third = memory.take(1, 'a');
    expect(await isGiven(third)).toBe(false);
    first.giveBack();
    expect(await isGiven(third)).toBe(true);
  });

  it('serves in order of arrival: a small request does not overtake a large one', async () => {
    const memory = share(10);
    const first = await memory.take(6, 'a');
    const large = memory.take(10, 'a');
    const small = memory.take(1, 'a');
    expect(await isGiven(small)).toBe(false);
    first.giveBack();
    const given = await large;
    expect(await isGiven(small)).toBe(false);
    given.giveBack();
    expect(await isGiven(small)).toBe(true);
  });

  it('is given back only once, and can be given back in parts', async () => {
    const memory = share(10);
    const first = await memory.take(5, 'a');
    const second = await memory.take(5, 'a');
    first.giveBack();
    first.giveBack();
    await memory.take(5, 'a');
    const waiting = memory.take(3, 'a');
    expect(await isGiven(waiting)).toBe(false);
    second.keep(8); // larger than the share: no effect
    expect(await isGiven(waiting)).toBe(false);
    second.keep(2);
    expect(await isGiven(waiting)).toBe(true);
    second.giveBack();
    expect(await isGiven(memory.take(2, 'a'))).toBe(true);
  });

  it('serves a request that is larger than the total, alone', async () => {
    const memory = share(10);
    const given = await memory.take(11, 'a');
    const next = memory.take(1, 'b');
    expect(await isGiven(next)).toBe(false);
    given.giveBack();
    expect(await isGiven(next)).toBe(true);
  });

  it('limits each owner, so that others get a share', async () => {
    const memory = share(10, 1000, 5);
    const first = await memory.take(5, 'greedy');
    const second = memory.take(5, 'greedy');
    expect(await isGiven(second)).toBe(false);
    expect(await isGiven(memory.take(5, 'other'))).toBe(true);
    first.giveBack();
    expect(await isGiven(second)).toBe(true);
  });

  it('serves the owner that holds the least first', async () => {
    const threads = share(2);
    const [first] = await Promise.all([threads.take(1, 'greedy'), threads.take(1, 'greedy')]);
    const more = threads.take(1, 'greedy');
    const other = threads.take(1, 'other');
    first.giveBack();
    expect(await isGiven(other)).toBe(true);
    expect(await isGiven(more)).toBe(false);
  });

  it('serves owners in turns: one with many requests does not hold up another', async () => {
    const thread = share(1);
    const order: string[] = [];
    const ask = async (owner: string) => {
      const given = await thread.take(1, owner);
      order.push(owner);
      return given;
    };
    const first = await thread.take(1, 'greedy');
    const waiting = ['greedy', 'greedy', 'b', 'b', 'c'].map(ask);
    first.giveBack();
    const all = await Promise.all(waiting.map((one) => one.then((given) => given.giveBack())));
    expect(all).toHaveLength(5);
    expect(order).toEqual(['b', 'c', 'greedy', 'b', 'greedy']);
  });

  it('does not let new owners hold up one that has waited', async () => {
    const thread = share(1);
    const order: string[] = [];
    const ask = (owner: string) =>
      thread.take(1, owner).then((given) => {
        order.push(owner);
        return given;
      });
    let given = await thread.take(1, 'a');
    const waiting = ['a', 'b'].map(ask);
    given.giveBack();
    given = await (waiting[1] as Promise<Share>);
    const late = ask('c');
    given.giveBack();
    (await (waiting[0] as Promise<Share>)).giveBack();
    await late;
    expect(order).toEqual(['b', 'a', 'c']);
  });

  it('answers 503 with Retry-After after the timeout, and serves the next request', async () => {
    const memory = share(10, 20);
    await memory.take(6, 'a');
    const large = memory.take(5, 'a').catch((error: unknown) => error);
    await new Promise((done) => setTimeout(done, 10));
    const small = memory.take(4, 'a');
    expect(await large).toMatchObject({
      code: 'overloaded',
      status: 503,
      headers: { 'retry-after': '5' },
    });
    expect(await isGiven(small)).toBe(true);
  });

  it('does not wait for a client that disconnected', async () => {
    const memory = share(1);
    const first = await memory.take(1, 'a');
    const gone = new AbortController();
    const waiting = memory.take(1, 'a', gone.signal).catch((error: unknown) => error);
    gone.abort();
    expect(await waiting).toMatchObject({ code: 'malformed-request' });
    expect(await memory.take(1, 'a', gone.signal).catch(() => 'refused')).toBe('refused');
    first.giveBack();
    expect(await isGiven(memory.take(1, 'b'))).toBe(true);
  });
});

describe('a fair share with patience', () => {
  const patient = () =>
    fairShare({ total: 10, each: 5, timeoutMs: 5000, patienceMs: 20, busy: 'x' });
  /** Work that gives its share back when it is stopped. */
  const work = (done: number, stopped: string[], name: string) => {
    let given: Share | undefined;
    const stop = () => {
      stopped.push(name);
      given?.giveBack();
    };
    return { done: () => done, stop, has: (share: Share) => (given = share) };
  };

  it('stops the slowest work of others, as far as needed', async () => {
    const memory = patient();
    const stopped: string[] = [];
    const [slow, fast] = [work(1, stopped, 'slow'), work(1000, stopped, 'fast')];
    fast.has(await memory.take(5, 'a', undefined, fast));
    slow.has(await memory.take(5, 'b', undefined, slow));
    await memory.take(5, 'c');
    expect(stopped).toEqual(['slow']);
  });

  it('stops no work of the same owner, and none that has settled or given its share back', async () => {
    const memory = patient();
    const stopped: string[] = [];
    const [own, settled] = [work(1, stopped, 'own'), work(1, stopped, 'settled')];
    const share = await memory.take(5, 'a', undefined, settled);
    share.settle();
    own.has(await memory.take(5, 'c', undefined, own));
    const waiting = memory.take(5, 'c');
    await new Promise((resolve) => setTimeout(resolve, 60));
    share.giveBack();
    await expect(Promise.race([waiting, Promise.resolve('waits')])).resolves.toBe('waits');
    own.stop();
    await waiting;
    expect(stopped).toEqual(['own']);
  });
});
