import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { duplicates } from './duplicates.js';

const alike = (length: number) => Array.from({ length }, (_, i) => ({ name: 'x', i }));

/** Lists in lists, each of which looks like the next. */
function nest(depth: number, text: string): void {
  let nested: unknown[] = [{ name: 'x', text }];
  const find = duplicates();
  for (let level = 0; level < depth; level += 1) {
    nested = [{ name: 'x', nested }, { name: 'x' }];
    expect(find(nested).size).toBe(0);
  }
}

describe('duplicates: linear work', () => {
  it('where all look alike', async () => {
    expect(duplicates()(alike(50_000)).size).toBe(0);
    const work = (size: number) => {
      const items = alike(size);
      return () => duplicates()(items);
    };
    expect(await growth(1000, work)).toBeLessThan(LINEAR);
  });

  it('where they are nested in each other', async () => {
    nest(90, 'x'.repeat(5_000_000));
    expect(await growth(40, (depth) => () => nest(depth, 'x'))).toBeLessThan(LINEAR);
  });
});
