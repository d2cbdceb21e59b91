import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { bom, trivy, vex } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { addArtifact, createRelease } from '../support/releases.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

describe('an upload stores', () => {
  it('the metadata of the evidence', async () => {
    const artifact = await addArtifact(context.app, release);
    const { id } = await uploaded(context.app, release, trivy({}), { artifact, label: 'image' });
    const rows = await sql(
      `SELECT id, project_id, release_id, artifact_sha256, label, kind, tool, may_absolve,
              created_by FROM evidence`,
    );
    expect(rows).toEqual([
      {
        id,
        project_id: 1,
        release_id: release,
        artifact_sha256: artifact,
        label: 'image',
        kind: 'trivy',
        tool: 'Trivy',
        may_absolve: true,
        created_by: 'anonymous',
      },
    ]);
  });

  it('the components', async () => {
    const parts = [{ licence: 'MIT' }, { name: 'own "part"\\', version: '', purl: null }];
    await uploaded(context.app, release, bom(parts));
    const rows = await sql(
      `SELECT ordinal, type, name, NULLIF(version, '') AS version, purl, key, licences, release_id
         FROM components ORDER BY ordinal`,
    );
    const common = { type: 'library', release_id: release };
    expect(rows).toEqual([
      {
        ...common,
        ordinal: 0,
        name: 'lodash',
        version: '4.17.20',
        purl: 'pkg:npm/lodash@4.17.20',
        key: 'pkg:npm/lodash',
        licences: ['MIT'],
      },
      {
        ...common,
        ordinal: 1,
        name: 'own "part"\\',
        version: null,
        purl: null,
        key: 'library:own "part"\\',
        licences: [],
      },
    ]);
  });

  it('the findings and the aliases of their vulnerabilities', async () => {
    const also = ['GHSA-35jh-r3h4-6jhm'];
    await uploaded(
      context.app,
      release,
      trivy({ also, fixed: '4.17.21' }, { id: 'CVE-2020-8203' }),
    );
    const rows = await sql(
      `SELECT ordinal, type, severity, rule, aliases, purl_key, package_version, fixed_version,
              length(fingerprint) AS bytes FROM findings ORDER BY ordinal`,
    );
    const common = {
      type: 'vulnerability',
      severity: 'high',
      purl_key: 'pkg:npm/lodash',
      package_version: '4.17.20',
      bytes: 32,
    };
    expect(rows).toEqual([
      { ...common, ordinal: 0, rule: 'CVE-2021-23337', aliases: also, fixed_version: '4.17.21' },
      { ...common, ordinal: 1, rule: 'CVE-2020-8203', aliases: [], fixed_version: null },
    ]);
    const aliases = await sql('SELECT project_id, alias, canonical FROM vulnerability_aliases');
    expect(aliases).toEqual([{ project_id: 1, alias: also[0], canonical: 'CVE-2021-23337' }]);
  });

  it('the claims, with times in the future cut to now', async () => {
    const parts = ['pkg:npm/lodash@4.17.20?os=linux'];
    const [past, future] = ['2026-01-01T00:00:00.000Z', '2999-01-01T00:00:00Z'];
    const statement = { product: 'pkg:oci/shop?tag=1', parts };
    const document = vex({ ...statement, at: past }, { ...statement, at: future });
    await uploaded(context.app, release, document);
    const rows = await sql<{ stated_at: Date }>(
      `SELECT target, purl_key, purl_version, purl_exact, products, status, absolves,
              justification, stated_at FROM claims ORDER BY ordinal`,
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({
      target: 'CVE-2021-23337',
      purl_key: 'pkg:npm/lodash',
      purl_version: '4.17.20',
      purl_exact: true,
      products: ['pkg:oci/shop?tag=1'],
      status: 'not_affected',
      absolves: true,
      justification: 'vulnerable_code_not_in_execute_path',
      stated_at: new Date(past),
    });
    expect(Number(rows[1]?.stated_at)).toBeLessThanOrEqual(Date.now());
  });

  it('a replacement for text that PostgreSQL cannot store', async () => {
    const document = trivy({ name: 'a\u0000b', version: 'x\ud800y', id: '{"a",\\}' });
    await uploaded(context.app, release, document);
    const rows = await sql('SELECT rule, package_name, package_version FROM findings');
    expect(rows).toEqual([
      { rule: '{"a",\\}', package_name: 'a\ufffdb', package_version: 'x\ufffdy' },
    ]);
  });
});
