import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EVENTS } from './catalogue.js';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Fields of each type of event, from the source of the interface `EventData`. */
async function fieldsByType(): Promise<Map<string, string[]>> {
  const source = await read('src/events/catalogue.ts');
  const [, body = ''] = /interface EventData \{\n(.*?)^\}/ms.exec(source) ?? [];
  return new Map(
    [...body.matchAll(/'([a-z.-]+)': \{([^}]*)\}/g)].map(([, type = '', fields = '']) => [
      type,
      [...fields.matchAll(/(\w+\??):/g)].map(([, field = '']) => field),
    ]),
  );
}

describe('docs/events.md', () => {
  it('has the types of the catalogue in the same order, with subject, meaning and data', async () => {
    const page = await read('docs/events.md');
    const rows = page
      .split('\n')
      .filter((line) => /^\| `[a-z-]+\.[a-z-]+` /.test(line))
      .map((line) => line.slice(2, -2).split(/ +\| +/));
    const fields = await fieldsByType();
    const expected = Object.entries(EVENTS).map(([type, { subject, meaning }]) => [
      `\`${type}\``,
      `\`${subject}\``,
      meaning,
      (fields.get(type) ?? []).map((field) => `\`${field}\``).join(', '),
    ]);
    expect(rows.map((row) => row.map((cell) => cell.trim()))).toEqual(expected);
    expect(expected.every(([, , , data]) => data !== '')).toBe(true);
    expect(expected.length).toBeGreaterThan(20);
  });
});
