import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ADDED_COLUMNS } from './added-columns.js';
import { ROWS } from './rows.js';

const FOLDER = 'prisma/migrations';
/** The migration that creates the table of events. No digest is older. */
const EVENTS = '20261128120000_events';

/** The columns that one migration adds to tables of rows with digests, by table. */
function addedBy(migration: string): [table: string, columns: string[]][] {
  const text = readFileSync(join(FOLDER, migration, 'migration.sql'), 'utf8');
  return [...text.matchAll(/ALTER TABLE "(\w+)"([^;]*)/g)].map(([, table = '', actions = '']) => [
    table,
    [...actions.matchAll(/ADD COLUMN "(\w+)"/g)].map(([, column = '']) => column),
  ]);
}

it('lists what the migrations since the table of events added, in their order', () => {
  const migrations = readdirSync(FOLDER).filter((name) => /^\d/.test(name) && name > EVENTS);
  const added = migrations.sort().flatMap(addedBy);
  for (const [kind, { table }] of Object.entries(ROWS)) {
    const found = added.filter(([name, columns]) => name === table && columns.length > 0);
    const listed = ADDED_COLUMNS[kind as keyof typeof ROWS] ?? [];
    expect([kind, listed.map(({ columns }) => columns)]).toEqual([
      kind,
      found.map(([, columns]) => columns),
    ]);
  }
});
