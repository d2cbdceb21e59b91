import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { bom, trivy, vex } from '../support/documents.js';
import { rowCounts, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';

const context = useApp();
let release: string;
let scan: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  const artifact = await addArtifact(context.app, release);
  const document = { ...trivy({ also: ['GHSA-35jh-r3h4-6jhm'] }), Trivy: { Version: '0.58.1' } };
  const options = { label: 'image', artifact };
  scan = (await uploaded(context.app, release, document, options)).id;
  await uploaded(context.app, release, bom([{}]));
  await uploaded(context.app, release, vex({}));
});

/** PostgreSQL's `restrict_violation`. */
const REFUSED = '23001';

const columnsOf = async (table: string) =>
  (
    await sql<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = $1`,
      [table],
    )
  ).map(({ name }) => name);

/** Columns of evidence that can be set once, or can only increase. */
const CHANGING = [
  'last_received_at',
  'superseded_at',
  'superseded_by',
  'retracted_at',
  'retracted_by',
  'retract_reason',
];
const ROWS = [
  'components',
  'findings',
  'claims',
  'documents',
  'document_chunks',
  'vulnerability_aliases',
] as const;

describe('the database refuses', () => {
  it.each(['components', 'findings', 'claims'])(
    'INSERT into %s for stored evidence',
    async (table) => {
      const names = (await columnsOf(table)).filter((name) => name !== 'ordinal');
      const addition = sql(
        `INSERT INTO ${table} (${names}, ordinal) SELECT ${names}, 999 FROM ${table} LIMIT 1`,
      );
      await expect(addition).rejects.toMatchObject({
        code: REFUSED,
        message: 'nothing is added to evidence that is there',
      });
    },
  );

  it('changes of the key for secrets', async () => {
    await sql(`INSERT INTO server_keys VALUES ('test', '\x01')`);
    for (const change of [
      `UPDATE server_keys SET value = ''`,
      'DELETE FROM server_keys',
      'TRUNCATE server_keys',
    ]) {
      await expect(sql(change), change).rejects.toMatchObject({ code: REFUSED });
    }
  });

  it.each(ROWS)('UPDATE and DELETE of %s', async (table) => {
    for (const column of await columnsOf(table)) {
      const change = sql(`UPDATE ${table} SET ${column} = ${column}`);
      await expect(change, column).rejects.toMatchObject({ code: REFUSED });
    }
    const removal = sql(`DELETE FROM ${table}`);
    await expect(removal).rejects.toMatchObject({
      code: REFUSED,
      message: `DELETE of ${table} is refused: it is kept as it is`,
    });
    expect((await rowCounts())[table]).toBeGreaterThan(0);
  });

  it('UPDATE of evidence, except of its status columns', async () => {
    const columns = (await columnsOf('evidence')).filter((name) => !CHANGING.includes(name));
    expect(columns).toHaveLength(22);
    for (const column of columns) {
      const value = column === 'triggered_by' ? `'x'` : 'NULL'; // it is null already
      const change = sql(`UPDATE evidence SET ${column} = ${value} WHERE id = $1`, [scan]);
      await expect(change, column).rejects.toMatchObject({
        code: REFUSED,
        message: 'evidence cannot be changed',
      });
    }
    await expect(sql('DELETE FROM evidence')).rejects.toMatchObject({ code: REFUSED });
  });

  it.each([...ROWS, 'evidence', 'releases', 'artifacts'])('TRUNCATE of %s', async (table) => {
    await expect(sql(`TRUNCATE ${table} CASCADE`)).rejects.toMatchObject({ code: REFUSED });
    expect(await rowCounts()).toMatchObject({ evidence: 3, documents: 3 });
  });

  it.each(['releases', 'artifacts'])('DELETE of %s that have evidence', async (table) => {
    await expect(sql(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: REFUSED });
    // Without the trigger, the foreign key still prevents it.
    await sql(`ALTER TABLE ${table} DISABLE TRIGGER ${table}_kept`);
    try {
      // PostgreSQL 18 reports restrict_violation, older versions foreign_key_violation.
      const code = expect.stringMatching(/^23(?:001|503)$/);
      await expect(sql(`DELETE FROM ${table}`)).rejects.toMatchObject({ code });
    } finally {
      await sql(`ALTER TABLE ${table} ENABLE TRIGGER ${table}_kept`);
    }
  });
});

const set = (assignments: string) =>
  sql(`UPDATE evidence SET ${assignments} WHERE id = $1`, [scan]);
const RETRACT = `retracted_at = now(), retracted_by = 'a', retract_reason = 'b'`;
const RIVAL = '019aaf61-0b52-7f1e-b3c4-5d6e7f8091a2';

/** Inserts another scan with the same label, as an upload does. */
async function supersede(at = 'now()') {
  const names = (await columnsOf('evidence')).filter((name) => name !== 'id');
  await sql(
    `BEGIN;
     INSERT INTO evidence (id, ${names}) SELECT '${RIVAL}', ${names} FROM evidence WHERE id = '${scan}';
     UPDATE evidence SET superseded_at = ${at}, superseded_by = '${RIVAL}' WHERE id = '${scan}';
     COMMIT`,
  );
}

describe('evidence', () => {
  it('can be received again, superseded and then retracted', async () => {
    await set('last_received_at = now()');
    await supersede();
    await set(RETRACT);
    const rows = await sql('SELECT retracted_by FROM evidence WHERE superseded_at IS NOT NULL');
    expect(rows).toEqual([{ retracted_by: 'a' }]);
  });

  it('has the time of the database, even if a statement sets another time', async () => {
    await supersede(`'2000-01-01'`);
    await set(RETRACT.replace('now()', `'2999-01-01'`));
    const [row] = await sql(
      `SELECT now() - superseded_at < interval '1 minute' AS superseded,
              abs(extract(epoch FROM now() - retracted_at)) < 60 AS retracted
         FROM evidence WHERE id = $1`,
      [scan],
    );
    expect(row).toEqual({ superseded: true, retracted: true });
  });

  it.each([
    'retracted_at = NULL, retracted_by = NULL, retract_reason = NULL',
    `retract_reason = 'c'`,
    `retracted_by = 'c'`,
    `retracted_at = now() + interval '1 s'`,
    'last_received_at = now()',
  ])('refuses this change after retraction: %s', async (assignments) => {
    await set(RETRACT);
    await expect(set(assignments)).rejects.toMatchObject({ code: REFUSED });
  });

  it.each([
    'superseded_at = NULL, superseded_by = NULL',
    `superseded_by = (SELECT id FROM evidence WHERE kind = 'cyclonedx')`,
    `superseded_at = now() + interval '1 s'`,
    'last_received_at = now()',
  ])('refuses this change after it was superseded: %s', async (assignments) => {
    await supersede();
    await expect(set(assignments)).rejects.toMatchObject({ code: REFUSED });
  });

  it.each([
    `superseded_at = now(), superseded_by = id`,
    `superseded_at = now(), superseded_by = (SELECT id FROM evidence WHERE kind = 'cyclonedx')`,
  ])(
    'can only be superseded by evidence of its kind, label and artifact: %s',
    async (assignments) => {
      await expect(set(assignments)).rejects.toMatchObject({ code: REFUSED });
    },
  );

  it('without a label can only be superseded by another reading of its document', async () => {
    const names = (await columnsOf('evidence')).filter((name) => name !== 'id');
    const read = (digest: string) =>
      sql(
        `BEGIN;
         INSERT INTO evidence (id, ${names})
         SELECT '${RIVAL}', ${names.map((name) => (name === 'received_sha256' ? digest : name))}
           FROM evidence WHERE kind = 'cyclonedx';
         UPDATE evidence SET superseded_at = now(), superseded_by = '${RIVAL}'
          WHERE kind = 'cyclonedx' AND id <> '${RIVAL}';
         COMMIT`,
      );
    await expect(read(`repeat('0', 64)`)).rejects.toMatchObject({ code: REFUSED });
    await read('received_sha256');
    const rows = await sql(
      `SELECT superseded_by AS "by" FROM evidence WHERE kind = 'cyclonedx' AND id <> '${RIVAL}'`,
    );
    expect(rows).toEqual([{ by: RIVAL }]);
  });

  it.each([
    `last_received_at = last_received_at - interval '1 ms'`,
    `last_received_at = now() + interval '1 h'`,
    'last_received_at = NULL',
  ])('refuses this change while current: %s', async (assignments) => {
    await expect(set(assignments)).rejects.toThrow();
  });

  it.each([
    'superseded_at = now()',
    'retracted_at = now()',
    `retracted_by = 'a'`,
    `retracted_at = now(), retracted_by = 'a'`,
    `retract_reason = 'b'`,
  ])('refuses an incomplete change: %s', async (assignments) => {
    await expect(set(assignments)).rejects.toMatchObject({ code: '23514' });
  });
});
