import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, junit, leak, trivy } from '../support/documents.js';
import { retract, upload, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { ageDocuments, ageEvidence, guard, resultOf, XML } from '../support/verdicts.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, options: object = {}) =>
  uploaded(context.app, release, document, options);
const rule = (name: string, more: object = {}) => guard(context.app, [{ rule: name, ...more }]);
const judged = () => resultOf(context.app, release);

describe('evidence-required', () => {
  it.each([
    ['what it shows', { shows: 'components' }, 'No SBOM counts for this release'],
    ['its kind', { kinds: ['cyclonedx', 'spdx'] }, 'No evidence of kind cyclonedx or spdx counts'],
    [
      'both',
      { shows: 'components', kinds: ['cyclonedx'] },
      'No SBOM of kind cyclonedx counts for this release',
    ],
  ])('requires evidence by %s', async (_case, parameters, message) => {
    await rule('evidence-required', parameters);
    await send(trivy());
    const before = await judged();
    expect(before).toMatchObject({ status: 'not-evidenced', denies: true });
    expect(before.message).toContain(message);
    const { id } = await send(bom([{}]));
    expect(await judged()).toMatchObject({ status: 'pass', denies: false, evidence: [id] });
    await retract(context.app, id);
    expect((await judged()).status).toBe('not-evidenced');
  });

  it('requires evidence of each artifact', async () => {
    await rule('evidence-required', { shows: 'vulnerability', scope: 'artifacts' });
    expect((await judged()).message).toMatch(/^The release has no artifacts/);
    const artifact = await addArtifact(context.app, release);
    await addArtifact(context.app, release, { sha256: digest(2), name: 'worker' });
    await send(trivy());
    expect((await judged()).message).toBe(
      'No vulnerability scan counts for image; worker. trivy was uploaded for the whole release. Upload a report of trivy, grype or osv with --all-packages: POST /releases/{id}/evidence?artifact={sha256}',
    );
    await send(trivy(), { artifact });
    expect((await judged()).message).toMatch(/^No vulnerability scan counts for worker\./);
    await send(trivy(), { artifact: digest(2) });
    expect(await judged()).toMatchObject({
      status: 'pass',
      message: '2 artifacts, each with its own vulnerability scan',
    });
  });

  it('denies evidence that is too old until another one is uploaded', async () => {
    await rule('evidence-required', { shows: 'vulnerability', maximumAgeDays: 7 });
    const { id } = await send(trivy());
    await ageEvidence(6);
    expect((await judged()).denies).toBe(false);
    await ageEvidence(2);
    expect(await judged()).toMatchObject({
      status: 'not-evidenced',
      message: expect.stringContaining(
        'The vulnerability scan for this release is older than 7 days. Run the tool again and upload the report',
      ),
      evidence: [id],
    });
    await ageDocuments(8);
    expect((await upload(context.app, release, trivy())).statusCode).toBe(200);
    expect((await judged()).denies).toBe(true);
    await send({ ...trivy(), CreatedAt: new Date().toISOString() });
    expect((await judged()).denies).toBe(false);
  });

  it('reports a failure without denying in mode warn', async () => {
    await rule('evidence-required', { shows: 'tests', mode: 'warn' });
    expect(await judged()).toMatchObject({ status: 'not-evidenced', denies: false, mode: 'warn' });
  });
});

describe('tests-passed', () => {
  it('counts the same document once, also if it has two labels', async () => {
    await rule('tests-passed', { minimumTests: 3 });
    const two = junit('passed', 'passed');
    await send(two, { ...XML, label: 'unit' });
    await send(two, { ...XML, label: 'again' });
    expect(await judged()).toMatchObject({
      denies: true,
      message: expect.stringContaining('2 tests ran, at least 3 required'),
    });
    await send(junit('passed'), { ...XML, label: 'other' });
    expect(await judged()).toMatchObject({ denies: false, status: 'pass' });
  });

  it('denies without a report, and with a report that has no tests', async () => {
    await rule('tests-passed');
    expect(await judged()).toMatchObject({ status: 'not-evidenced', denies: true });
    await send(junit(), XML);
    expect(await judged()).toMatchObject({
      status: 'not-evidenced',
      denies: true,
      message:
        'No test report counts for this release. junit does not count: no test ran. Upload a test report (junit, trx or go-test): POST /releases/{id}/evidence',
    });
  });

  it.each<[object, boolean, RegExp]>([
    [
      {},
      true,
      /^2 tests failed, 0 allowed: a > test 1 \(junit \(e2e\)\); a > test 1 \(junit \(unit\)\)\. Fix the/,
    ],
    [{ maximumFailures: 2 }, false, /^2 tests passed, 2 failed, 1 skipped$/],
    [{ maximumFailures: 1 }, true, /^2 tests failed, 1 allowed/],
    [
      { maximumFailures: 2, minimumTests: 5 },
      true,
      /^4 tests ran, at least 5 required \(1 skipped\)/,
    ],
    [{ maximumFailures: 2, maximumSkipped: 0 }, true, /^1 test skipped, 0 allowed/],
    [{ mode: 'warn' }, false, /^2 tests failed/],
  ])('adds up all reports: %j', async (parameters, denies, message) => {
    await rule('tests-passed', parameters);
    await send(junit('passed', 'failure', 'skipped'), { ...XML, label: 'unit' });
    await send(junit('passed', 'error'), { ...XML, label: 'e2e' });
    const result = await judged();
    expect(result.denies).toBe(denies);
    expect(result.message).toMatch(message);
    expect(result.evidence).toHaveLength(2);
  });

  it('uses the latest report of each label', async () => {
    await rule('tests-passed');
    await send(junit('failure'), { ...XML, label: 'unit' });
    expect((await judged()).denies).toBe(true);
    await send(junit('passed'), { ...XML, label: 'unit' });
    expect((await judged()).denies).toBe(false);
  });
});

describe('no-secrets', () => {
  it('denies without a scan for secrets', async () => {
    await rule('no-secrets');
    await send(trivy());
    expect(await judged()).toMatchObject({
      status: 'not-evidenced',
      denies: true,
      message: expect.stringMatching(/^No secret scan counts for this release/),
    });
  });

  it('denies a secret and names its place, but not the secret', async () => {
    await rule('no-secrets');
    const { id } = await send([leak('zQ8/+k3?Lw9xV=Tn')], { label: 'leaks' });
    const result = await judged();
    expect(result).toMatchObject({ status: 'fail', denies: true });
    expect(result.message).toMatch(/^1 secret, 0 allowed: generic-api-key in src\/api\.py/);
    expect(JSON.stringify(result)).not.toContain('zQ8');
    // A report of Gitleaks names nothing, so that a clean one can be about another folder.
    await send([], { kind: 'gitleaks', label: 'leaks' });
    expect(await judged()).toMatchObject({ status: 'fail' });
    const retract = { method: 'POST', url: `/evidence/${id}/retract` } as const;
    await context.app.inject({ ...retract, payload: { reason: 'a wrong folder' } });
    expect(await judged()).toMatchObject({
      status: 'pass',
      message:
        'No secrets, 0 allowed. That gitleaks (leaks) looked for it is the word of the uploader',
    });
  });

  it('reports a failure without denying in mode warn', async () => {
    await rule('no-secrets', { mode: 'warn' });
    await send([leak('zQ8/+k3?Lw9xV=Tn')]);
    expect(await judged()).toMatchObject({ status: 'fail', denies: false });
  });
});
