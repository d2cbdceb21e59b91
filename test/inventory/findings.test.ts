import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { grype, rpm, sarif, trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { walkPages } from '../support/pages.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';

const context = useApp();
let release: string;
/** Ids of the superseded scan, the scan by Trivy and the scan by Grype. */
let evidence: string[];

useRows(async () => {
  const { app } = context;
  release = (await createRelease(app)).id;
  const scan = trivy(
    { id: 'CVE-2020-0001', severity: 'LOW' },
    { id: 'CVE-2020-0002', severity: 'CRITICAL', fixed: '4.17.21' },
    { id: 'CVE-2020-0003', severity: 'UNKNOWN', version: '4.17.19' },
  );
  const other = grype(
    { id: 'GHSA-aaaa-bbbb-cccc', also: ['CVE-2020-0002'], severity: 'Medium' },
    { id: 'CVE-2020-0004', name: 'minimist', version: '1.2.0', severity: 'High', fixed: '1.2.6' },
  );
  evidence = [
    (await uploaded(app, release, trivy({ id: 'CVE-2019-0001' }), { label: 'a' })).id,
    (await uploaded(app, release, scan, { label: 'a' })).id,
    (await uploaded(app, release, other)).id,
  ];
  await uploaded(app, release, sarif([{}, { suppressions: [{ kind: 'inSource' }] }]));
});
type Query = Record<string, string | string[]>;
const list = (query: Query = {}, id = release) =>
  context.app.inject({ url: `/releases/${id}/findings`, query });
/** Severity and rule of each finding. */
const short = async (query: Query) =>
  (await list(query))
    .json()
    .map(({ severity, rule }: { severity: string; rule: string }) => `${severity} ${rule}`);

const ALL = [
  'critical CVE-2020-0002',
  'high CVE-2020-0004',
  'high no-eval',
  'high no-eval',
  'medium GHSA-aaaa-bbbb-cccc',
  'low CVE-2020-0001',
  'unknown CVE-2020-0003',
];

describe('GET /releases/{id}/findings: 200', () => {
  it('lists current findings, worst first', async () => {
    expect(await short({})).toEqual(ALL);
  });

  it('returns all fields of each finding', async () => {
    const [worst] = (await list()).json();
    expect(worst).toEqual({
      type: 'vulnerability',
      severity: 'critical',
      rule: 'CVE-2020-0002',
      aliases: [],
      title: null,
      message: null,
      score: null,
      vector: null,
      purl: 'pkg:npm/lodash@4.17.20',
      packageName: 'lodash',
      packageVersion: '4.17.20',
      fixedVersion: '4.17.21',
      location: 'package-lock.json',
      line: null,
      url: null,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      suppressed: false,
      claim: null,
      firstSeenAt: expect.any(String),
      lastSeenAt: expect.any(String),
      evidenceId: evidence[1],
      kind: 'trivy',
    });
  });

  it.each([
    [{ severity: 'low' }, ['low CVE-2020-0001']],
    [{ severity: ['low', 'critical'] }, ['critical CVE-2020-0002', 'low CVE-2020-0001']],
    [{ severity: 'none' }, []],
    [{ rule: 'CVE-2020-0002' }, ['critical CVE-2020-0002', 'medium GHSA-aaaa-bbbb-cccc']],
    [{ rule: 'ghsa-AAAA-bbbb-cccc' }, ['critical CVE-2020-0002', 'medium GHSA-aaaa-bbbb-cccc']],
    [{ rule: ' cve-2020-0004 ' }, ['high CVE-2020-0004']],
    [{ rule: 'no-eval' }, ['high no-eval', 'high no-eval']],
    [{ rule: 'NO-EVAL' }, []],
    [{ type: 'code' }, ['high no-eval', 'high no-eval']],
    [{ type: 'secret' }, []],
    [{ kind: 'grype' }, ['high CVE-2020-0004', 'medium GHSA-aaaa-bbbb-cccc']],
    [{ purl: 'pkg:npm/minimist' }, ['high CVE-2020-0004']],
    [{ purl: 'pkg:npm/lodash@4.17.19' }, ['unknown CVE-2020-0003']],
    [{ purl: 'pkg:npm/lodash@1' }, []],
    [{ fixable: 'true' }, ['critical CVE-2020-0002', 'high CVE-2020-0004']],
    [{ suppressed: 'true' }, ['high no-eval']],
    [{ suppressed: 'false' }, ALL.filter((_text, i) => i !== 3)],
    [{ suppressed: 'false', type: 'code' }, ['high no-eval']],
    [
      { purl: 'pkg:npm/lodash', severity: ['critical', 'medium', 'low'], fixable: 'false' },
      ['medium GHSA-aaaa-bbbb-cccc', 'low CVE-2020-0001'],
    ],
    [{ kind: 'trivy', type: 'vulnerability', rule: 'GHSA-aaaa-bbbb-cccc' }, [ALL[0]]],
  ] as [Query, string[]][])('%j', async (query, expected) => {
    expect(await short(query)).toEqual(expected);
  });

  it('filters by evidence, including superseded evidence', async () => {
    expect(await short({ evidence: evidence[0] ?? '' })).toEqual(['high CVE-2019-0001']);
    expect(await short({ evidence: evidence[2] ?? '', severity: 'high' })).toEqual([ALL[1]]);
    await retract(context.app, evidence[2] ?? '');
    expect(await short({ evidence: evidence[2] ?? '', severity: 'high' })).toEqual([ALL[1]]);
    expect(await short({ kind: 'grype' })).toEqual([]);
  });

  it('returns nothing for evidence of another release', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    expect((await list({}, other.id)).json()).toEqual([]);
    expect((await list({ evidence: evidence[1] ?? '' }, other.id)).json()).toEqual([]);
  });

  it('filters by the purl of a finding', async () => {
    await uploaded(context.app, release, rpm('CVE-2020-0005', 1));
    const [finding] = (await list({ rule: 'CVE-2020-0005' })).json();
    expect(finding.packageVersion).toBe('1:1.1.1k-4.el8');
    expect((await list({ purl: finding.purl })).json()).toEqual([finding]);
  });

  it.each<Query>([{}, { type: 'vulnerability' }, { severity: ['high', 'low'] }])(
    'returns pages without gaps that keep the filter: %j',
    async (query) => {
      const all = (await list(query)).json();
      const parameters = new URLSearchParams({ limit: '1' });
      for (const [name, value] of Object.entries(query))
        for (const text of [value].flat()) parameters.append(name, text);
      const path = `/releases/${release}/findings?${parameters}`;
      expect(await walkPages(context.app, path)).toEqual(all);
      expect(nextPage(await list({ ...query, limit: String(all.length) }))).toBeUndefined();
    },
  );
});

describe('GET /releases/{id}/findings', () => {
  const ID = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

  it('answers 404 if the release does not exist', async () => {
    expectProblem(await list({}, ID), 404, 'release-not-found');
  });

  const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');

  it.each([
    [{ severity: 'severe' }, '/severity/0'],
    [{ severity: ['high', 'HIGH'] }, '/severity/1'],
    [{ rule: '' }, '/rule'],
    [{ type: 'bug' }, '/type'],
    [{ kind: 'snyk' }, '/kind'],
    [{ purl: 'lodash' }, '/purl'],
    [{ purl: 'pkg:npm' }, '/purl'],
    [{ fixable: 'yes' }, '/fixable'],
    [{ suppressed: '2' }, '/suppressed'],
    [{ evidence: 'x' }, '/evidence'],
    [{ limit: 'all' }, '/limit'],
    [{ cursor: cursor([ID, 1]) }, '/cursor'],
    [{ cursor: cursor(['severe', ID, 1]) }, '/cursor'],
    [{ cursor: cursor(['high', ID, 1.5]) }, '/cursor'],
    [{ cursor: cursor(['high', ID, null]) }, '/cursor'],
    [{ cursor: cursor({}) }, '/cursor'],
    [{ page: '2' }, '/page'],
  ] as [Query, string][])('400 for %j', async (query, pointer) => {
    const problem = expectProblem(await list(query), 400, 'validation-failed');
    expect(new Set(pointers(problem))).toEqual(new Set([pointer]));
  });
});
