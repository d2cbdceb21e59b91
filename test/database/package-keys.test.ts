import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { readPurl } from '../../src/vocabulary/purl.js';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { createRelease, digest } from '../support/releases.js';

/** Keys of packages that waivers and artifacts have from before. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
const MIGRATION = readFileSync(
  'prisma/migrations/20261129132000_keys_of_packages/migration.sql',
  'utf8',
);

describe('the migration of keys', () => {
  it.each([
    ['pkg:nuget/Newtonsoft.Json', 'pkg:nuget/Newtonsoft.Json@13'],
    ['pkg:pypi/zope.interface', 'pkg:pypi/zope.interface'],
    ['pkg:pypi/ruamel-.yaml', 'pkg:pypi/ruamel-.yaml'],
    ['pkg:npm/%40acme%2Fui', 'pkg:npm/%40acme%2Fui@1'],
    ['pkg:golang/github.com%2fgorilla%2fmux', 'pkg:golang/github.com%2FGorilla%2Fmux'],
    ['pkg:maven/Org.Acme/App', 'pkg:maven/Org.Acme/App@1'],
  ])('computes the key that the server computes: %s', async (old, purl) => {
    await sql(
      `INSERT INTO artifacts (id, project_id, release_id, name, kind, sha256, purl, purl_key, created_by)
       SELECT gen_random_uuid(), project_id, id, 'a', 'file', $2, $3, $4, 'x' FROM releases WHERE id = $1`,
      [release, digest(1), purl, old],
    );
    await sql(
      `INSERT INTO waivers (id, project_id, rule, purl, purl_key, reason, expires_at, created_by)
       SELECT gen_random_uuid(), project_id, 'x', $2, $3, 'x', now() + INTERVAL '1 day', 'x'
         FROM releases WHERE id = $1`,
      [release, purl, old],
    );
    const [before] = await sql('SELECT count(*)::int AS n FROM events');
    await sql(MIGRATION);
    const keys = await sql('SELECT purl_key FROM artifacts UNION ALL SELECT purl_key FROM waivers');
    const key = readPurl(purl)?.key;
    expect(keys).toEqual([{ purl_key: key }, { purl_key: key }]);
    expect(await sql('SELECT count(*)::int AS n FROM events')).toEqual([before]);
    await expect(sql(`UPDATE artifacts SET purl_key = 'x'`)).rejects.toThrow('refused');
    await expect(sql(`UPDATE waivers SET purl_key = 'x'`)).rejects.toThrow('never changed');
  });
});
