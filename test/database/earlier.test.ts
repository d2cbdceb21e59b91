import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LANDED } from '../../src/database/landed.js';
import { prepareSchema } from '../../src/database/migrate.js';
import { knownMigrations, MIGRATIONS } from '../../src/database/schema-state.js';
import { buildTestApp } from '../support/app.js';
import { createEmptyDatabase } from '../support/database.js';
import { bom, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';

/** Databases that have an earlier file of a migration, from before landed migrations were never edited. */

const EARLIER = new URL('earlier', import.meta.url).pathname;

const sqlOf = (path: string) => readFileSync(path, 'utf8');
const fileOf = (name: string) => join(MIGRATIONS, name, 'migration.sql');
const checksumOf = (text: string) => createHash('sha256').update(text).digest('hex');
const isMend = (name: string) => name.includes('_mend_');

/** Migrations that were written when the earlier files existed, and can be applied after them. */
const LAST_AFTER: Record<string, string> = {
  '20261125000000_releases_and_evidence': '20261129120000_rights_not_truncated',
};
const LAST_EDITED = '20261129140000_ids_in_order';

/** What a schema consists of. The order of columns does not matter. */
const SCHEMA = `
  SELECT format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                pg_get_expr(d.adbin, d.adrelid)) AS part
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v')
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT format('%s %s %s', conname, pg_get_constraintdef(oid), convalidated)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT format('%s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
   WHERE pronamespace = 'public'::regnamespace AND lanname <> 'c'
  UNION ALL SELECT definition FROM pg_views WHERE schemaname = 'public'
  ORDER BY 1`;

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let expected: string[];

async function onDatabase<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return use(client).finally(() => client.end());
}
const schema = () =>
  onDatabase(async (client) => (await client.query(SCHEMA)).rows.map(({ part }) => part as string));
const migrate = () => prepareSchema(database.url, { apply: true, connectTimeoutMs: 5000 });

/** Applies a file as Prisma does, and records it. */
async function apply(client: pg.Client, name: string, path: string): Promise<void> {
  const text = sqlOf(path);
  await client.query(text);
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
     VALUES (gen_random_uuid(), $1, now(), $2, 1)`,
    [checksumOf(text), name],
  );
}

/** Makes a database as it was: with an earlier file of `name`, and what came after it up to `last`. */
async function asItWas(name: string, path: string, last: string): Promise<void> {
  await onDatabase(async (client) => {
    await client.query(`CREATE TABLE _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
    for (const known of knownMigrations()) {
      if (known > last || isMend(known)) continue;
      await apply(client, known, known === name ? path : fileOf(known));
    }
  });
}

const withoutRecord = (parts: readonly string[]) =>
  parts.filter((part) => !part.includes('_prisma_migrations'));

const CASES = readdirSync(EARLIER).flatMap((name) =>
  readdirSync(join(EARLIER, name)).map((file) => ({ name, file, path: join(EARLIER, name, file) })),
);

beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.drop());

describe('a database with an earlier file of a migration', () => {
  beforeAll(async () => {
    database = await createEmptyDatabase();
    await migrate();
    expected = withoutRecord(await schema());
    await database.drop();
  });

  it.each(CASES)('gets the same schema: $name/$file', async ({ name, path }) => {
    await asItWas(name, path, name);
    await migrate();
    expect(withoutRecord(await schema())).toEqual(expected);
  });

  it.each(CASES)('and all that came after it: $name/$file', async ({ name, path }) => {
    await asItWas(name, path, LAST_AFTER[name] ?? LAST_EDITED);
    await migrate();
    expect(withoutRecord(await schema())).toEqual(expected);
  });

  it('knows the checksum of each of these files', () => {
    for (const { name, path } of CASES)
      expect(LANDED[name]?.slice(1)).toContain(checksumOf(sqlOf(path)));
    const listed = Object.values(LANDED).reduce((sum, { length }) => sum + length - 1, 0);
    expect(listed).toBe(CASES.length);
  });
});

describe('a database that was migrated by other files', () => {
  it('is refused, and not changed', async () => {
    await migrate();
    await onDatabase((client) =>
      client.query(
        `UPDATE _prisma_migrations SET checksum = 'other' WHERE migration_name ~ 'policies'`,
      ),
    );
    await expect(migrate()).rejects.toThrow(/other files .*20261125120000_policies/);
  });
});

describe('evidence of a database with an earlier file', () => {
  it('stays, and the server reads and writes', async () => {
    const name = '20261125000000_releases_and_evidence';
    await asItWas(name, join(EARLIER, name, '3.sql'), '20261125120000_policies');
    const [release, evidence] = ['01', '02'].map((n) => `00000000-0000-7000-8000-0000000000${n}`);
    const sha = 'a'.repeat(64);
    await onDatabase((client) =>
      client.query(`
        INSERT INTO projects (name) VALUES ('old');
        INSERT INTO releases (id, project_id, version, commit, created_by, updated_by)
          VALUES ('${release}', 1, '1.0.0', '${'b'.repeat(40)}', 'x', 'x');
        INSERT INTO documents (project_id, sha256, size, gzip_size)
          VALUES (1, '${sha}', 1, 1);
        INSERT INTO evidence (id, project_id, release_id, kind, label, media_type, received_sha256, stored_sha256,
                              parser_version, size, summary, may_absolve, created_by)
          VALUES ('${evidence}', 1, '${release}', 'trivy', 'a', 'application/json', '${sha}', '${sha}',
                  1, 1, '{"shows": []}', true, 'x');
        INSERT INTO claims (project_id, release_id, evidence_id, ordinal, target, purl_exact, status, absolves,
                            stated_at)
          VALUES (1, '${release}', '${evidence}', 0, 'CVE-2026-0001', false, 'not_affected', true, now());
        INSERT INTO vulnerability_aliases (project_id, alias, canonical) VALUES (1, 'GHSA-1', 'CVE-2026-0001')`),
    );
    await migrate();
    const app = await buildTestApp(database.url);
    try {
      expect((await app.inject(`/evidence/${evidence}`)).json()).toMatchObject({ label: 'a' });
      const { rows } = await onDatabase((client) =>
        client.query(
          'SELECT e.absolves, c.applied FROM evidence e JOIN claims c ON c.evidence_id = e.id',
        ),
      );
      expect(rows).toEqual([{ absolves: true, applied: true }]);
      const { id } = await createRelease(app, { projectId: 1, version: '2.0.0' });
      for (const document of [bom([{}]), trivy({})]) await uploaded(app, id, document);
      for (const url of [
        `/releases/${id}/findings`,
        `/releases/${release}/findings`,
        `/findings?cve=CVE-2026-0001`,
      ])
        expect((await app.inject(url)).statusCode, url).toBe(200);
      for (const asked of [id, release]) {
        const answer = await app.inject(`/assert?release=${asked}&environment=production`);
        expect(answer.statusCode, answer.body).toBe(409);
      }
    } finally {
      await app.close();
    }
  });
});
