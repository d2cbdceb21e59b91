import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, type ReleaseBody, revoke } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import {
  assertRelease,
  denials,
  evidenceOfAll,
  keptVerdicts,
  verdictOf,
} from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
const ask = (more: Record<string, string> = {}) =>
  assertRelease(context.app, { release: release.id, ...more });

describe('GET /assert?release=…', () => {
  it('200 and the stored verdict if the release is allowed', async () => {
    await evidenceOfAll(context.app, release.id);
    const { headers } = await giveToken({ subject: 'argo', scopes: ['verdicts:read'] });
    const response = await assertRelease(guarded.app, { release: release.id }, headers);
    expect(response.statusCode, response.body).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.json()).toEqual({
      decision: 'allow',
      environment: 'production',
      verdicts: [
        {
          id: expect.any(String),
          releaseId: release.id,
          projectId: 1,
          environment: 'production',
          decision: 'allow',
          inputsHash: expect.stringMatching(/^[\da-f]{64}$/),
          results: expect.any(Array),
          evaluatedAt: expect.any(String),
          createdBy: 'argo',
          verdictHash: expect.stringMatching(/^[\da-f]{64}$/),
          decidedAt: expect.any(String),
          decidedBy: 'argo',
          askedAt: expect.any(String),
          askedBy: 'argo',
          ...{ validUntil: null, opensAt: null, closesAt: null },
        },
      ],
    });
    const [{ id }] = response.json().verdicts;
    expect((await context.app.inject(`/verdicts/${id}`)).json()).toMatchObject({
      decision: 'allow',
      createdBy: 'argo',
    });
  });

  it('409 if the release is denied: a problem with the reasons and the stored verdict', async () => {
    const { scan } = await evidenceOfAll(context.app, release.id);
    await uploaded(context.app, release.id, trivy({ fixed: '4.17.21', severity: 'CRITICAL' }), {
      label: 'scan',
    });
    const response = await ask();
    const problem = expectProblem(response, 409, 'release-denied');
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const [verdict] = problem.verdicts;
    const [denial] = denials(verdict);
    expect(problem).toMatchObject({
      title: 'The release is denied for this environment',
      decision: 'deny',
      environment: 'production',
      reasons: [`1.0.0: ${denial}`],
      detail: `1.0.0: ${denial}`,
      verdicts: [{ releaseId: release.id, decision: 'deny' }],
    });
    expect(denial).toMatch(/^max-findings: 1 critical fixable finding, 0 allowed: CVE-2021-23337/);
    expect(verdict).not.toHaveProperty('inputs');
    const { components } = (await context.app.inject('/openapi.json')).json();
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const check = ajv.compile({ $ref: '#/components/schemas/Denial', components });
    expect(check(problem), ajv.errorsText(check.errors)).toBe(true);
    expect(check({ ...problem, verdicts: [{ ...verdict, decision: 'maybe' }] })).toBe(false);
    expect(verdict.results[2].evidence).not.toContain(scan.id);
    expect((await context.app.inject(`/verdicts/${verdict.id}`)).json().decision).toBe('deny');
  });

  it('stores one verdict for each change and returns its id', async () => {
    const ids = [];
    for (let i = 0; i < 3; i += 1) ids.push((await ask()).json().verdicts[0].id);
    expect(new Set(ids).size).toBe(1);
    expect((await verdictOf(context.app, release.id)).id).toBe(ids[0]);
    await evidenceOfAll(context.app, release.id);
    const next = (await ask()).json().verdicts[0].id;
    expect(next).not.toBe(ids[0]);
    expect(await keptVerdicts()).toBe(2);
  });

  it('accepts an id in capitals', async () => {
    const response = await ask({ release: release.id.toUpperCase() });
    expect(response.json().verdicts).toMatchObject([{ releaseId: release.id }]);
  });

  it('decides for the named environment', async () => {
    await sql(`UPDATE environments SET policies = '[]' WHERE name = 'staging'`);
    await evidenceOfAll(context.app, release.id);
    expect((await ask()).statusCode).toBe(200);
    const problem = expectProblem(await ask({ environment: 'staging' }), 409, 'release-denied');
    expect(problem.reasons[0]).toContain('policy-required');
  });

  it('denies a revoked release with the reason', async () => {
    await evidenceOfAll(context.app, release.id);
    await revoke(context.app, release.id, 'Charges the fee twice');
    const problem = expectProblem(await ask(), 409, 'release-denied');
    expect(problem.reasons).toEqual([
      '1.0.0: release-revoked: 1.0.0 is revoked and cannot ship to any environment: Charges the fee twice. Register a new release',
    ]);
  });
});

describe('GET /assert: 400, 403 and 404', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['neither a release nor an artifact', {}, ['/release']],
    ['both', { release: MISSING, sha256: 'a'.repeat(64) }, ['/release']],
    ['a release that is no id', { release: '1.0.0' }, ['/release']],
    ['a digest with its algorithm', { sha256: `sha256:${'a'.repeat(64)}` }, ['/sha256']],
    ['an environment that is no name', { release: MISSING, environment: '' }, ['/environment']],
    ['project 0', { sha256: 'a'.repeat(64), project: '0' }, ['/project']],
    ['what it does not know', { release: MISSING, force: 'true' }, ['/force']],
  ])('400: %s', async (_case, query, expected) => {
    const problem = expectProblem(
      await assertRelease(context.app, query),
      400,
      'validation-failed',
    );
    expect(pointers(problem)).toEqual(expected);
  });

  it('400: the release belongs to another project', async () => {
    expect((await ask({ project: '1' })).statusCode).toBe(409);
    const problem = expectProblem(await ask({ project: '2' }), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(['/project']);
  });

  it('400 without an environment', async () => {
    const response = await context.app.inject(`/assert?release=${release.id}`);
    expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual(['/environment']);
  });

  it('400: the release belongs to another project', async () => {
    for (const environment of ['production', 'moon']) {
      const response = await ask({ project: '77', environment });
      expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual(['/project']);
    }
    expect(await keptVerdicts()).toBe(0);
  });

  it('reads the id of a release in either case', async () => {
    const { verdicts } = (await ask({ release: release.id.toUpperCase() })).json();
    expect(verdicts).toMatchObject([{ releaseId: release.id, id: expect.any(String) }]);
    expect((await ask()).json().verdicts[0].id).toBe(verdicts[0].id);
  });

  it('404: the release or the environment does not exist', async () => {
    expectProblem(await ask({ release: MISSING }), 404, 'release-not-found');
    expectProblem(await ask({ environment: 'moon' }), 404, 'environment-not-found');
  });

  it('404: the caller is bound to other projects', async () => {
    const { headers } = await giveToken({ projects: [2] });
    const response = await assertRelease(guarded.app, { release: release.id }, headers);
    expectProblem(response, 404, 'release-not-found');
    const nowhere = { release: release.id, environment: 'moon' };
    expectProblem(await assertRelease(guarded.app, nowhere, headers), 404, 'release-not-found');
    expect(await keptVerdicts()).toBe(0);
    expect(await keptVerdicts()).toBe(0);
  });

  it('403 without verdicts:read', async () => {
    const { headers } = await giveToken({ scopes: ['verdicts:write'] });
    const response = await assertRelease(guarded.app, { release: release.id }, headers);
    expectProblem(response, 403, 'insufficient-scope');
  });
});
