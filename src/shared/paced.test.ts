import { expect, it } from 'vitest';
import { paced } from './paced.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function scene() {
  let time = 0;
  let reads = 0;
  let fails = false;
  const look = paced(
    async () => {
      reads += 1;
      if (fails) throw new Error('away');
      return reads;
    },
    { periodMs: 30, keepMs: 100, now: () => time },
  );
  return {
    look,
    reads: () => reads,
    pass: (ms: number) => {
      time += ms;
    },
    fail: () => {
      fails = true;
    },
  };
}

it('returns what was read before, and reads no more often than its period', async () => {
  const { look, reads, pass } = scene();
  expect(look()).toBeUndefined();
  await settled();
  for (let call = 0; call < 5; call += 1) expect(look()).toBe(1);
  expect(reads()).toBe(1);
  pass(30);
  expect(look()).toBe(1);
  await settled();
  expect(look()).toBe(2);
});

it('does not begin a second time while it reads', async () => {
  let reads = 0;
  let time = 0;
  const look = paced(
    () => {
      reads += 1;
      return new Promise(() => {});
    },
    { periodMs: 10, now: () => time },
  );
  look();
  time = 1000;
  look();
  expect(reads).toBe(1);
});

it('does not know a value any more that it could not read again', async () => {
  const { look, pass, fail } = scene();
  look();
  await settled();
  fail();
  pass(100);
  expect(look()).toBe(1);
  await settled();
  pass(1);
  expect(look()).toBeUndefined();
});
