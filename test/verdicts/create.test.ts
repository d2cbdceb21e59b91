import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { bom, junit, leak, trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { createRelease, type ReleaseBody } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import {
  denials,
  evidenceOfAll,
  keptVerdicts,
  listed,
  postVerdict,
  verdictOf,
  XML,
} from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const NO_ARTIFACTS =
  '. Warning: the release has no artifacts, so none was looked at. Add them: POST /releases/{id}/artifacts';
const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
const send = (document: unknown, options = {}) =>
  uploaded(context.app, release.id, document, options);

describe('POST /releases/{id}/verdicts: allow', () => {
  it('returns 201 with the verdict and its address if baseline is met', async () => {
    const { scan, sbom, tests, secrets } = await evidenceOfAll(context.app, release.id);
    const { headers } = await giveToken({ subject: 'jenkins', scopes: ['verdicts:write'] });
    const response = await postVerdict(guarded.app, release.id, {}, headers);
    expect(response.statusCode, response.body).toBe(201);
    const verdict = response.json();
    const passed = (rule: string, message: string, evidence: string[]) => ({
      policy: 'baseline',
      policyVersion: 2,
      rule,
      mode: 'block',
      status: 'pass',
      denies: false,
      message,
      evidence,
      findings: [],
      waivers: [],
    });
    expect(verdict).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/),
      releaseId: release.id,
      projectId: 1,
      environment: 'production',
      decision: 'allow',
      inputsHash: expect.stringMatching(/^[\da-f]{64}$/),
      results: [
        passed('tests-passed', '2 tests passed, 0 failed, 0 skipped', [tests.id]),
        passed('evidence-required', 'Found 1 document: SBOM', [sbom.id]),
        passed(
          'max-findings',
          `No fixable findings of severity high or worse, or of unknown severity, 0 allowed${NO_ARTIFACTS}`,
          [scan.id],
        ),
        passed(
          'no-secrets',
          `No secrets, 0 allowed. That gitleaks (secrets) looked for it is the word of the uploader${NO_ARTIFACTS}`,
          [secrets.id],
        ),
      ],
      evaluatedAt: expect.stringMatching(/Z$/),
      createdBy: 'jenkins',
      verdictHash: expect.stringMatching(/^[\da-f]{64}$/),
      decidedAt: verdict.evaluatedAt,
      decidedBy: 'jenkins',
      askedAt: verdict.evaluatedAt,
      askedBy: 'jenkins',
      ...{ validUntil: null, opensAt: null, closesAt: null },
    });
    expect(Math.abs(Date.now() - Date.parse(verdict.evaluatedAt))).toBeLessThan(60_000);
    expect(response.headers.location).toBe(`/verdicts/${verdict.id}`);
    expect((await context.app.inject(`/verdicts/${verdict.id}`)).json()).toMatchObject(
      listed(verdict),
    );
  });

  it('stores one verdict for concurrent requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => postVerdict(context.app, release.id)),
    );
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual([...Array(11).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
    expect(await keptVerdicts()).toBe(1);
  });

  it('accepts the example of the OpenAPI document', async () => {
    const { components } = (await context.app.inject('/openapi.json')).json();
    for (const example of components.schemas.CreateVerdict.examples) {
      expect((await postVerdict(context.app, release.id, example)).statusCode).toBe(201);
    }
  });
});

describe('POST /releases/{id}/verdicts: deny', () => {
  it('201: returns the denial with what each rule misses', async () => {
    const response = await postVerdict(context.app, release.id);
    expect(response.statusCode).toBe(201);
    expect(response.json().decision).toBe('deny');
    const no = (what: string, upload: string) =>
      `No ${what} counts for this release. Upload ${upload}: POST /releases/{id}/evidence`;
    expect(denials(response.json())).toEqual([
      `tests-passed: ${no('test report', 'a test report (junit, trx or go-test)')}`,
      'evidence-required: No SBOM counts for this release. Upload an SBOM (cyclonedx or spdx): POST /releases/{id}/evidence',
      `max-findings: ${no('vulnerability scan', 'a report of trivy, grype, npm-audit or osv with --all-packages')}`,
      `no-secrets: ${no('secret scan', 'a report of gitleaks or trivy with its secret scanner (name all scanners that ran in the upload, such as ?scanners=vuln,secret)')}`,
    ]);
  });

  it.each<[string, string, unknown, object, RegExp]>([
    [
      'a test that failed',
      'tests-passed',
      junit('passed', 'failure'),
      { ...XML, label: 'tests' },
      /^1 test failed, 0 allowed: a > test 1 \(junit \(tests\)\)\. Fix the tests/,
    ],
    [
      'a finding that is high and fixable',
      'max-findings',
      trivy({ fixed: '4.17.21' }),
      { label: 'scan' },
      /^1 high fixable finding, 0 allowed: CVE-2021-23337 in pkg:npm\/lodash@4\.17\.20, fixed in 4\.17\.21\. Update/,
    ],
    [
      'a secret',
      'no-secrets',
      [leak('zQ8/+k3?Lw9xV=Tn')],
      { label: 'secrets' },
      /^1 secret, 0 allowed: generic-api-key in src\/api\.py/,
    ],
  ])('denies %s', async (_case, rule, document, options, message) => {
    await evidenceOfAll(context.app, release.id);
    expect((await verdictOf(context.app, release.id)).decision).toBe('allow');
    const { id } = await send(document, options);
    const { decision, results } = await verdictOf(context.app, release.id);
    expect(decision).toBe('deny');
    const denying = results.filter(({ denies }) => denies);
    expect(denying).toMatchObject([{ rule, status: 'fail', evidence: [id] }]);
    expect(denying[0]?.message).toMatch(message);
  });

  it('denies a retracted SBOM', async () => {
    const { sbom } = await evidenceOfAll(context.app, release.id);
    await retract(context.app, sbom.id);
    const [denial, ...others] = denials(await verdictOf(context.app, release.id));
    expect(denial).toContain('evidence-required: No SBOM counts');
    expect(others).toEqual([]);
  });

  it('denies without a scan, even with an SBOM', async () => {
    const { scan } = await evidenceOfAll(context.app, release.id);
    await retract(context.app, scan.id);
    await send(bom([{ name: 'ms' }]), { label: 'sbom' });
    const verdict = await verdictOf(context.app, release.id);
    expect(denials(verdict)).toEqual([expect.stringContaining('No vulnerability scan counts')]);
  });
});

describe('POST /releases/{id}/verdicts: 400, 403 and 404', () => {
  it.each<[object, string[]]>([
    [{ environment: undefined }, ['/environment']],
    [{ environment: 'PROD' }, ['/environment']],
    [{ environment: 1 }, ['/environment']],
    [{ dryRun: 'yes' }, ['/dryRun']],
    [{ force: true }, ['/force']],
    [{ policyVersions: { baseline: 1 } }, ['/policyVersions']],
    [{ policyVersions: {} }, ['/policyVersions']],
  ])('400: %j', async (body, expected) => {
    const problem = expectProblem(
      await postVerdict(context.app, release.id, body),
      400,
      'validation-failed',
    );
    expect(pointers(problem)).toEqual(expected);
    expect(await keptVerdicts()).toBe(0);
  });

  it('404: the environment or the release does not exist', async () => {
    const response = await postVerdict(context.app, release.id, { environment: 'moon' });
    const { detail } = expectProblem(response, 404, 'environment-not-found');
    expect(detail).toBe('Environment moon does not exist. Create it: POST /environments');
    expectProblem(await postVerdict(context.app, MISSING), 404, 'release-not-found');
    expectProblem(await postVerdict(context.app, '1'), 400, 'validation-failed');
  });

  it('404: the caller is bound to other projects', async () => {
    const { headers } = await giveToken({ projects: [2] });
    const response = await postVerdict(guarded.app, release.id, {}, headers);
    expectProblem(response, 404, 'release-not-found');
    expect(await keptVerdicts()).toBe(0);
  });

  it('403 without verdicts:write, 401 without a token', async () => {
    const { headers } = await giveToken({ scopes: ['verdicts:read', 'releases:write'] });
    const response = await postVerdict(guarded.app, release.id, { dryRun: true }, headers);
    expectProblem(response, 403, 'insufficient-scope');
    expectProblem(await postVerdict(guarded.app, release.id), 401, 'unauthenticated');
  });
});
