import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/config/logger.js';
import { openDatabase } from '../../src/database/client.js';
import { BUILD, buildTestApp, reader } from '../support/app.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { leak } from '../support/documents.js';
import { rowCounts, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';

let log = '';
const stream = new Writable({
  write(chunk, _encoding, done) {
    log += chunk.toString();
    done();
  },
});
let app: Awaited<ReturnType<typeof buildApp>>;
let release: string;
beforeAll(async () => {
  const config = loadConfig({ LOG_FORMAT: 'json', LOG_LEVEL: 'trace' });
  const database = openDatabase(serverDatabaseUrl(), config);
  const logger = { ...((await createLogger(config)) as object), stream };
  app = await buildApp({ config, database, build: BUILD, logger, reader });
  app.addHook('onClose', () => database.close());
});
beforeEach(async () => {
  log = '';
  release = (await createRelease(app)).id;
});
afterAll(() => app.close());

/** No output may contain a part of this. */
const SECRET = 'zQ8/+k3?Lw9xV=Tn';

/** Documents with the secret in each field where it can appear. */
const DOCUMENTS: Record<string, object> = {
  gitleaks: [
    leak(SECRET, {
      Message: `Use ${SECRET}`,
      File: `keys/${encodeURIComponent(SECRET)}.txt`,
      Description: `Found ${SECRET}`,
      Tags: [SECRET],
      Fingerprint: `abc:${SECRET}:1`,
    }),
    leak('another-secret', { Link: `https://git.example.com/?q=${encodeURIComponent(SECRET)}` }),
  ],
  trivy: {
    SchemaVersion: 2,
    ArtifactName: 'shop',
    Metadata: { ImageConfig: { config: { Env: [`KEY=${SECRET}`], Cmd: ['run', SECRET] } } },
    Results: [
      {
        Target: 'Dockerfile',
        Secrets: [
          {
            RuleID: 'generic',
            Severity: 'HIGH',
            Title: `Key ${SECRET}`,
            StartLine: 3,
            Match: SECRET,
            Code: { Lines: [{ Number: 3, Content: `ENV KEY=${SECRET}`, Highlighted: SECRET }] },
          },
        ],
        Misconfigurations: [
          {
            ID: 'DS031',
            Severity: 'HIGH',
            Status: 'FAIL',
            Message: `Secret in ENV KEY=${SECRET}`,
            CauseMetadata: { Code: { Lines: [{ Content: `ENV KEY=${SECRET}` }] } },
          },
        ],
      },
    ],
  },
  sarif: {
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'gitleaks' } },
        properties: { note: `remember ${SECRET}` },
        artifacts: [{ location: { uri: 'a.env' }, contents: { text: `KEY=${SECRET}` } }],
        results: [
          {
            ruleId: 'generic',
            message: { text: `found ${SECRET}` },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: `a.env?${encodeURIComponent(SECRET)}` },
                  region: { startLine: 1, snippet: { text: SECRET } },
                },
              },
            ],
            suppressions: [{ kind: 'external', justification: `${SECRET} is old` }],
          },
        ],
      },
    ],
  },
};

const TABLES = ['evidence', 'components', 'findings', 'claims', 'vulnerability_aliases'];

function expectNoSecret(text: string) {
  for (const spelling of [SECRET, encodeURIComponent(SECRET), encodeURI(SECRET)])
    expect(text).not.toContain(spelling);
  expect(text).not.toContain(SECRET.slice(0, 8));
}

describe.each(Object.keys(DOCUMENTS))('a secret in a document of the kind %s', (kind) => {
  it('does not appear in answers, the database or the log', async () => {
    const response = await upload(app, release, DOCUMENTS[kind]);
    expect(response.statusCode, response.body).toBe(201);
    expectNoSecret(response.body);
    const { id, summary, receivedSha256, storedSha256 } = response.json();
    expect(summary).toMatchObject({ masked: true });
    expect(storedSha256).not.toBe(receivedSha256);

    const rule = kind === 'gitleaks' ? 'generic-api-key' : 'generic';
    const paths = [
      `/evidence/${id}`,
      `/evidence/${id}/document`,
      `/releases/${release}/evidence`,
      `/releases/${release}/findings`,
      `/releases/${release}/summary`,
      `/releases/${release}/diff/${release}`,
      `/findings?cve=${rule}`,
    ];
    for (const path of paths) {
      const read = await app.inject(path);
      expect(read.statusCode, path).toBe(200);
      expect(read.body, path).toContain(path.includes('findings') ? rule : '');
      expectNoSecret(read.body);
    }
    for (const table of TABLES) {
      const rows = await sql<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${table} t`);
      for (const { row } of rows) expectNoSecret(row);
    }
    expect(log.split('\n').length).toBeGreaterThan(paths.length);
    expectNoSecret(log);
  });
});

describe('the fingerprint of a secret', () => {
  const count = async () =>
    (await sql<{ n: number }>('SELECT count(DISTINCT fingerprint)::int AS n FROM findings'))[0]?.n;

  it('is the same in every release', async () => {
    const other = await createRelease(app, { projectId: 1, version: '2.0.0' });
    for (const id of [release, other.id]) await upload(app, id, [leak(SECRET), leak(`${SECRET}!`)]);
    expect(await count()).toBe(2);
  });

  it('uses a key that the first document creates and all instances share', async () => {
    const instances = [await buildTestApp(), await buildTestApp()];
    const releases = await Promise.all(instances.map((instance) => createRelease(instance)));
    await Promise.all(
      instances.map((instance, i) => upload(instance, releases[i]?.id ?? '', [leak(SECRET)])),
    );
    await Promise.all(instances.map((instance) => instance.close()));
    const keys = await sql<{ value: Buffer }>('SELECT value FROM server_keys');
    expect(keys.map(({ value }) => value.length)).toEqual([32]);
    expect(await rowCounts()).toMatchObject({ findings: 2 });
    expect(await count()).toBe(1);

    await expect(sql(`UPDATE server_keys SET value = '\\x00'`)).rejects.toThrow('is refused');
    await sql(
      `BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE server_keys SET value = '\\x00'; COMMIT`,
    );
    const another = await buildTestApp();
    await upload(another, releases[0]?.id ?? '', [leak(SECRET), leak('something else')]);
    await another.close();
    expect(await count()).toBe(3);
  });
});
