import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { digestedColumns } from '../../src/features/evidence/index.js';
import { notCompared, TABLES } from '../../src/features/verification/index.js';
import { sql } from '../support/database.js';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const tablesOfSchema = async () =>
  (await read('prisma/schema.prisma'))
    .split(/^(?=model |view |enum )/m)
    .filter((block) => block.startsWith('model '))
    .map((block) => /@@map\("(\w+)"\)/.exec(block)?.[1]);

describe('what npm run log -- verify compares', () => {
  it('says of every table of the schema what it is compared with, or why not', async () => {
    expect(Object.keys(TABLES).sort()).toEqual((await tablesOfSchema()).sort());
    for (const one of Object.values(TABLES)) expect(one.with ?? one.not).toBeTruthy();
  });

  it('is in docs/events.md', async () => {
    const page = await read('docs/events.md');
    const rows = Object.entries(TABLES).map(
      ([name, one]) => `| \`${name}\` | ${one.with ?? 'nothing'} | ${notCompared(one)} |`,
    );
    const squeezed = page.replaceAll(/ +\|/g, ' |');
    expect(rows.filter((row) => !squeezed.includes(row.replaceAll(/ +\|/g, ' |')))).toEqual([]);
  });

  it.each(['components', 'findings', 'claims', 'vulnerability_aliases'] as const)(
    'covers each column of %s by the digest of its rows',
    async (table) => {
      const columns = await sql<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1`,
        [table],
      );
      const covered = ['project_id', 'release_id', 'evidence_id'].concat(
        digestedColumns(table).map(({ name }) => name),
      );
      expect(columns.map(({ name }) => name).sort()).toEqual(covered.sort());
    },
  );
});
