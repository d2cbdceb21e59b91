import { readFile } from 'node:fs/promises';
import { satisfies } from 'semver';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly engines?: { readonly node?: string };
}

/** The oldest Node of `engines` in package.json. */
const OLDEST = '20.19.0';

const read = async (file: string) =>
  JSON.parse(await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'));

describe('package-lock.json', () => {
  it('has no package that the oldest supported Node refuses: npm ci prints no EBADENGINE', async () => {
    const { engines } = await read('package.json');
    expect(engines.node).toBe(`>=${OLDEST.replace(/\.0$/, '')}`);
    const { packages } = await read('package-lock.json');
    const entries = Object.entries(packages as Record<string, Locked>);
    expect(entries.length).toBeGreaterThan(100);
    const refused = entries.filter(
      ([, { engines: needs }]) => needs?.node && !satisfies(OLDEST, needs.node),
    );
    expect(refused.map(([path]) => path)).toEqual([]);
  });
});
