import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { bom, trivy, vex } from '../support/documents.js';
import { retract, upload, uploaded } from '../support/evidence.js';
import { useOidc } from '../support/oidc.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';

/** All scopes for evidence that can be bound to projects. */
const SCOPES: Scope[] = ['evidence:read', 'evidence:write', 'evidence:retract', 'vex:write'];
const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

const context = useApp({ AUTH_MODE: 'token' });
let own: { release: string; evidence: string };
let foreign: typeof own;
let bound: Holder;
useRows(async () => {
  const { app } = context;
  const { headers } = await giveToken();
  const all: (typeof own)[] = [];
  for (const projectId of [1, 2]) {
    await app.inject({ method: 'POST', url: '/projects', headers, payload: { name: 'Any' } });
    const { id } = await createRelease(app, { projectId, headers });
    await uploaded(app, id, bom([{}]), { headers });
    const evidence = await uploaded(app, id, trivy({}), { headers });
    all.push({ release: id, evidence: evidence.id });
  }
  [own, foreign] = all as [typeof own, typeof own];
  bound = await giveToken({ subject: 'bound', scopes: SCOPES, projects: [1] });
});
const as = ({ headers }: Holder, url: string) => context.app.inject({ url, headers });

const PATHS = [
  '/releases/RELEASE/evidence',
  '/releases/RELEASE/components',
  '/releases/RELEASE/findings',
  '/releases/RELEASE/summary',
  '/releases/RELEASE/diff/RELEASE',
  '/evidence/EVIDENCE',
  '/evidence/EVIDENCE/document',
];
const pathOf = (path: string, { release, evidence }: typeof own) =>
  path.replaceAll('RELEASE', release).replaceAll('EVIDENCE', evidence);

describe('a token bound to a project', () => {
  it.each(PATHS)('reads %s of its project and answers 404 for other projects', async (path) => {
    expect((await as(bound, pathOf(path, own))).statusCode).toBe(200);
    const ask = (ids: typeof own) =>
      context.app.inject({
        url: pathOf(path, ids),
        headers: { ...bound.headers, 'x-request-id': 'same' },
      });
    const other = await ask(foreign);
    const missing = await ask({ release: MISSING, evidence: MISSING });
    const code = path.startsWith('/releases') ? 'release-not-found' : 'evidence-not-found';
    const problem = expectProblem(other, 404, code);
    expect({ ...problem, instance: '' }).toEqual({ ...missing.json(), instance: '' });
  });

  it('uploads only to its project', async () => {
    const { headers } = bound;
    const evidence = await uploaded(context.app, own.release, vex({}), { headers });
    expect(evidence).toMatchObject({ mayAbsolve: true, createdBy: 'bound' });
    const refused = await upload(context.app, foreign.release, vex({}), { headers });
    expectProblem(refused, 404, 'release-not-found');
    expect(await sql(`SELECT 1 FROM evidence WHERE project_id = 2`)).toHaveLength(2);
  });

  it('retracts only evidence of its project', async () => {
    const other = await retract(context.app, foreign.evidence, 'wrong', bound.headers);
    expectProblem(other, 404, 'evidence-not-found');
    const mine = await retract(context.app, own.evidence, 'wrong', bound.headers);
    expect(mine.json()).toMatchObject({ status: 'retracted', retractedBy: 'bound' });
    expect(await sql('SELECT 1 FROM evidence WHERE retracted_at IS NOT NULL')).toHaveLength(1);
  });

  it('cannot compare its release with a release of another project', async () => {
    for (const [from, to] of [
      [own, foreign],
      [foreign, own],
    ] as const) {
      const response = await as(bound, `/releases/${from.release}/diff/${to.release}`);
      expectProblem(response, 404, 'release-not-found');
    }
  });

  it('finds nothing of other projects', async () => {
    const admin = await giveToken();
    for (const path of ['/components?purl=pkg:npm/lodash', '/findings?cve=CVE-2021-23337']) {
      const projects = async (holder: Holder) =>
        (await as(holder, path)).json().map((row: { project: { id: number } }) => row.project.id);
      expect(await projects(admin)).toEqual([1, 2]);
      expect(await projects(bound)).toEqual([1]);
    }
  });
});

describe('a token with one scope', () => {
  const READS = [...PATHS, '/components?purl=pkg:npm/lodash', '/findings?cve=CVE-2021-23337'];

  it.each(SCOPES)('%s allows only its own operations', async (scope) => {
    const { headers } = await giveToken({ scopes: [scope] });
    const expected = (needed: Scope, status: number) => (scope === needed ? status : 403);
    for (const path of READS) {
      const { statusCode } = await context.app.inject({ url: pathOf(path, own), headers });
      expect(statusCode, path).toBe(expected('evidence:read', 200));
    }
    const sent = await upload(context.app, own.release, vex({}), { headers });
    expect(sent.statusCode).toBe(expected('evidence:write', 201));
    const retracted = await retract(context.app, own.evidence, 'wrong', headers);
    expect(retracted.statusCode).toBe(expected('evidence:retract', 200));
  });

  it('evidence:write without vex:write uploads claims without effect', async () => {
    const { headers } = await giveToken({ scopes: ['evidence:write'] });
    const answer = await upload(context.app, own.release, vex({}), { headers });
    const message =
      'The document claims that findings do not count. This has no effect, because the caller does not have vex:write';
    expect(answer.json()).toMatchObject({ mayAbsolve: false, warnings: [{ message }] });
  });
});

describe('a caller with several grants', () => {
  const oidc = useOidc();

  it('uploads claims with effect only to projects with vex:write', async () => {
    await oidc.trust({ scopes: ['evidence:write'] });
    await oidc.trust({ name: 'other', scopes: ['vex:write'], projects: [2] });
    const headers = { authorization: `Bearer ${await oidc.issuer.sign()}` };
    const answers = [];
    for (const { release } of [own, foreign])
      answers.push((await upload(oidc.app, release, vex({}), { headers })).json());
    expect(answers).toMatchObject([
      { mayAbsolve: false, warnings: [{}] },
      { mayAbsolve: true, warnings: [] },
    ]);
  });
});
