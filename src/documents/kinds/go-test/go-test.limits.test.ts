import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { readJson } from '../../parsing/read-json.js';
import { parser } from './parser.js';

const read = (bytes: Buffer) => parser.parse(readJson(bytes), { secretKey: new Uint8Array(32) });
const lines = (size: number) =>
  Buffer.from(
    Array.from({ length: size }, (_, i) =>
      ['run', 'output', 'fail']
        .map(
          (Action) =>
            `${JSON.stringify({ Action, Package: `p${i % 100}`, Test: `T${i}`, Output: 'x' })}\n`,
        )
        .join(''),
    ).join(''),
  );

it('go test: reads 50,000 tests with linear work', async () => {
  expect(read(lines(50_000)).tests).toMatchObject({ tests: 50_000, failures: 50_000 });
  expect(
    await growth(1000, (size) => {
      const bytes = lines(size);
      return () => read(bytes);
    }),
  ).toBeLessThan(LINEAR);
});
