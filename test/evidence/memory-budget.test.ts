import { describe, expect, it } from 'vitest';
import { memoryBudget } from '../../src/features/evidence/memory-budget.js';

/** Was it given room? Told after all that could be given was. */
async function isGiven(taking: Promise<() => void>): Promise<boolean> {
  return Promise.race([
    taking.then(() => true),
    new Promise<false>((done) => setTimeout(() => done(false), 5)),
  ]);
}

describe('a memory budget', () => {
  it('lets in what there is room for, and others when there is again', async () => {
    const budget = memoryBudget(10, 1000);
    const first = await budget.take(6);
    await budget.take(4);
    const third = budget.take(1);
    expect(await isGiven(third)).toBe(false);
    first();
    expect(await isGiven(third)).toBe(true);
  });

  it('keeps to the order of arrival: no small one overtakes a large one for ever', async () => {
    const budget = memoryBudget(10, 1000);
    const first = await budget.take(6);
    const large = budget.take(10);
    const small = budget.take(1);
    expect(await isGiven(small)).toBe(false);
    first();
    const release = await large;
    expect(await isGiven(small)).toBe(false);
    release();
    expect(await isGiven(small)).toBe(true);
  });

  it('is given back once, however often it is said', async () => {
    const budget = memoryBudget(10, 1000);
    const first = await budget.take(5);
    await budget.take(5);
    first();
    first();
    await budget.take(5);
    expect(await isGiven(budget.take(1))).toBe(false);
  });

  it('lets in what is larger than the whole, alone', async () => {
    const budget = memoryBudget(10, 1000);
    const release = await budget.take(11);
    const next = budget.take(1);
    expect(await isGiven(next)).toBe(false);
    release();
    expect(await isGiven(next)).toBe(true);
  });

  it('503 after a while, with when to come again; who waits behind is not lost', async () => {
    const budget = memoryBudget(10, 20);
    await budget.take(6);
    const large = budget.take(5).catch((error: unknown) => error);
    await new Promise((done) => setTimeout(done, 10));
    const small = budget.take(4);
    expect(await large).toMatchObject({
      code: 'overloaded',
      status: 503,
      headers: { 'retry-after': '5' },
    });
    expect(await isGiven(small)).toBe(true);
  });
});
