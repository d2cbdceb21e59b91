import { beforeEach, describe, expect, it } from 'vitest';
import { useOwnApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { bom, grype, trivy } from '../support/documents.js';
import { NO_ROWS, retract, rowCounts, upload, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const report = (n: number) => trivy({ id: `CVE-2021-${1000 + n}` });
const bytesOf = (document: object) => JSON.stringify(document).length;

const reports = useOwnApp({ QUOTA_REPORTS_PER_RELEASE: '2' });
/** Two reports, to the byte. */
const TWO = bytesOf(report(1)) + bytesOf(report(2));
const bytes = useOwnApp({ QUOTA_BYTES_PER_PROJECT: String(TWO) });
const rows = useOwnApp({ QUOTA_ALIASES_PER_FINDING: '2', QUOTA_LICENCES_PER_COMPONENT: '1' });
const unlimited = useOwnApp({ QUOTA_REPORTS_PER_RELEASE: '0', QUOTA_BYTES_PER_PROJECT: '0' });

let release: string;
let projectId: number;
beforeEach(async () => {
  ({ id: release, projectId } = await createRelease(unlimited.app));
});

/** Kept counts, and the same counted from the rows. */
async function counts() {
  const [kept] = await sql(
    `SELECT f.reports, f.row_count::int AS rows, u.document_bytes::int AS bytes
       FROM release_facts f LEFT JOIN project_usage u USING (project_id) WHERE release_id = $1`,
    [release],
  );
  const [counted] = await sql(
    `SELECT count(*)::int AS reports, COALESCE(sum(e.row_count), 0)::int AS rows,
            (SELECT sum(size)::int FROM documents d WHERE d.project_id = $2) AS bytes
       FROM evidence e WHERE release_id = $1 AND superseded_at IS NULL AND retracted_at IS NULL`,
    [release, projectId],
  );
  expect(kept).toEqual(counted);
  return kept;
}

const refusals = async (app: typeof reports.app, quota: string) =>
  new RegExp(`^srp_quota_exceeded_total{quota="${quota}"} (\\d+)$`, 'm').exec(
    (await app.inject('/metrics')).body,
  )?.[1];

describe('QUOTA_REPORTS_PER_RELEASE', () => {
  const send = (n: number, label?: string) =>
    upload(reports.app, release, report(n), label === undefined ? {} : { label });

  it('refuses a report beyond it, and stores nothing of it', async () => {
    expect([(await send(1)).statusCode, (await send(2)).statusCode]).toEqual([201, 201]);
    const before = await rowCounts();
    const refusedBefore = Number(await refusals(reports.app, 'QUOTA_REPORTS_PER_RELEASE'));
    const problem = expectProblem(await send(3), 422, 'quota-exceeded');
    expect(problem).toMatchObject({
      quota: 'QUOTA_REPORTS_PER_RELEASE',
      maximum: 2,
      wanted: 3,
      detail: expect.stringContaining('Retract reports that need not count'),
    });
    expect(await rowCounts()).toEqual(before);
    expect(await counts()).toMatchObject({ reports: 2 });
    const refused = Number(await refusals(reports.app, 'QUOTA_REPORTS_PER_RELEASE'));
    expect(refused - refusedBefore).toBe(1);
  });

  it('counts what counts: not the same document again, nor what is replaced or retracted', async () => {
    expect((await send(1, 'a')).statusCode).toBe(201);
    expect((await send(2, 'b')).statusCode).toBe(201);
    expect((await send(2, 'b')).statusCode).toBe(200);
    const replacing = await upload(reports.app, release, trivy(), { label: 'a' });
    expect(replacing.statusCode, replacing.body).toBe(201);
    expect(replacing.json().supersedes).toHaveLength(1);
    expect(await counts()).toMatchObject({ reports: 2 });
    expect((await send(3, 'c')).statusCode).toBe(422);
    await retract(reports.app, replacing.json().id);
    expect(await counts()).toMatchObject({ reports: 1 });
    expect((await send(3, 'c')).statusCode).toBe(201);
    expect(await counts()).toMatchObject({ reports: 2 });
  });

  it('holds for uploads at the same time', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => send(n)));
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual([201, 201, 422, 422, 422]);
    expect(await counts()).toMatchObject({ reports: 2 });
  });
});

describe('QUOTA_BYTES_PER_PROJECT', () => {
  const send = (n: number, id = release) => upload(bytes.app, id, report(n));

  it('allows exactly so many bytes, each document once, and refuses the next', async () => {
    expect([(await send(1)).statusCode, (await send(2)).statusCode]).toEqual([201, 201]);
    expect(await counts()).toMatchObject({ bytes: TWO });
    const wanted = TWO + bytesOf(report(3));
    expect(expectProblem(await send(3), 422, 'quota-exceeded')).toMatchObject({
      ...{ quota: 'QUOTA_BYTES_PER_PROJECT', maximum: TWO, wanted },
    });
    const other = await createRelease(bytes.app, { projectId, version: '2.0.0' });
    expect((await send(1, other.id)).statusCode).toBe(201);
    expect((await send(3, other.id)).statusCode).toBe(422);
    expect((await send(3, (await createRelease(bytes.app)).id)).statusCode).toBe(201);
    expect(await counts()).toMatchObject({ bytes: TWO });
  });

  it('holds for uploads to several releases at the same time', async () => {
    const others = await Promise.all(
      [2, 3, 4, 5].map((n) => createRelease(bytes.app, { projectId, version: `${n}.0.0` })),
    );
    const answers = await Promise.all(others.map(({ id }, n) => send(n + 1, id)));
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual([201, 201, 422, 422]);
  });
});

describe('a row that cannot be stored whole', () => {
  it.each([
    ['aliases', grype({ id: 'CVE-2021-1', also: ['GHSA-1', 'GHSA-2'] }), 201],
    ['too many aliases', grype({ id: 'CVE-2021-1', also: ['GHSA-1', 'GHSA-2', 'GHSA-3'] }), 422],
    ['a licence', bom([{ licence: 'MIT' }]), 201],
  ])('%s: the document is stored with all of them, or refused', async (_what, document, status) => {
    const response = await upload(rows.app, release, document);
    expect(response.statusCode, response.body).toBe(status);
    if (status === 201) return;
    expect(expectProblem(response, 422, 'quota-exceeded')).toMatchObject({
      quota: 'QUOTA_ALIASES_PER_FINDING',
      maximum: 2,
      wanted: 3,
    });
    expect(await rowCounts()).toEqual(NO_ROWS);
    expect(await refusals(rows.app, 'QUOTA_ALIASES_PER_FINDING')).toBe('1');
  });

  it('too many licences: the document is refused', async () => {
    const sbom = bom([{ name: 'left-pad' }]);
    const licenses = ['MIT', 'GPL-3.0-only'].map((id) => ({ license: { id } }));
    const components = sbom.components.map((one) => ({ ...one, licenses }));
    const response = await upload(rows.app, release, { ...sbom, components });
    const problem = expectProblem(response, 422, 'quota-exceeded');
    expect(problem).toMatchObject({ quota: 'QUOTA_LICENCES_PER_COMPONENT', maximum: 1, wanted: 2 });
    expect(problem.detail).toContain('left-pad');
    expect(await rowCounts()).toEqual(NO_ROWS);
  });
});

it('0 is no limit, and the counts are kept', async () => {
  for (const n of [1, 2, 3]) await uploaded(unlimited.app, release, report(n));
  expect(await counts()).toMatchObject({ reports: 3, bytes: TWO + bytesOf(report(3)) });
});
