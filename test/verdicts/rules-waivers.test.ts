import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { grype, leak, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, revoke } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { ageWaivers, guard, resultOf, verdictOf, waived } from '../support/verdicts.js';
import { inDays, postWaiver, requested, revokeWaiver } from '../support/waivers.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const LODASH = 'pkg:npm/lodash';
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings' }]);
});

const scan = (...found: object[]) =>
  uploaded(context.app, release, trivy(...found), { label: 'scan' });
const waive = (body: object = {}) => waived(guarded.app, body);
const judged = () => resultOf(context.app, release);

describe('a waiver', () => {
  it('hides a finding, and both stay visible in the verdict', async () => {
    await scan({ fixed: '4.17.21' });
    const { id } = await waive();
    expect(await judged()).toMatchObject({
      status: 'pass',
      denies: false,
      message: `No findings of severity high or worse, or of unknown severity, 0 allowed. 1 waived finding does not count (1 waiver): CVE-2021-23337 in ${LODASH}@4.17.20, fixed in 4.17.21`,
      findings: [],
      waivers: [id],
    });
  });

  it('hides no other finding', async () => {
    await scan({}, { id: 'CVE-2020-8203' });
    const { id } = await waive();
    const { denies, message, findings, waivers } = await judged();
    expect(denies).toBe(true);
    expect(message).toMatch(
      /^1 high finding, 0 allowed: CVE-2020-8203 in .*1 waived finding does not count/,
    );
    expect(findings).toMatchObject([{ rule: 'CVE-2020-8203' }]);
    expect(waivers).toEqual([id]);
  });

  it('covers a vulnerability by any of its ids', async () => {
    await uploaded(context.app, release, grype({ also: ['CVE-2021-23337'] }));
    await waive({ rule: 'GHSA-35jh-r3h4-6jhm' });
    expect((await judged()).denies).toBe(false);
  });

  it('hides a secret', async () => {
    await guard(context.app, [{ rule: 'no-secrets' }], 'secrets');
    await uploaded(context.app, release, [leak('zQ8/+k3?Lw9xV=Tn')]);
    expect((await resultOf(context.app, release, 'secrets')).denies).toBe(true);
    const { id } = await waive({ rule: 'generic-api-key' });
    const { denies, waivers, message } = await resultOf(context.app, release, 'secrets');
    expect([denies, waivers]).toEqual([false, [id]]);
    expect(message).toContain('1 waived finding does not count (1 waiver)');
  });

  it.each<[string, object, boolean]>([
    ['of the package', { purl: LODASH }, false],
    ['of the version', { purl: `${LODASH}@4.17.20` }, false],
    ['of another version', { purl: `${LODASH}@4.17.19` }, true],
    ['of another package', { purl: 'pkg:npm/lodash-es' }, true],
    ['of another vulnerability', { rule: 'CVE-2020-8203' }, true],
  ])('%s', async (_case, body, denies) => {
    await scan({});
    await waive(body);
    expect((await judged()).denies).toBe(denies);
  });

  it('of one version hides nothing while another one has it, too', async () => {
    await scan({ version: '4.17.19', severity: 'CRITICAL' }, { version: '4.17.20' });
    const first = await waive({ purl: `${LODASH}@4.17.19` });
    expect((await judged()).denies).toBe(true);
    const second = await waive({ purl: `${LODASH}@4.17.20` });
    const { denies, waivers } = await judged();
    expect([denies, waivers]).toEqual([false, [first.id, second.id].sort()]);
  });

  it('of a release is for that release alone; of a project, for that project', async () => {
    await scan({});
    const next = (await createRelease(context.app, { projectId: 1, version: '1.1.0' })).id;
    const other = (await createRelease(context.app)).id;
    for (const id of [next, other]) await uploaded(context.app, id, trivy({}));
    const denies = async () =>
      Promise.all(
        [release, next, other].map(async (id) => (await resultOf(context.app, id)).denies),
      );
    await waive({ releaseId: release });
    expect(await denies()).toEqual([false, true, true]);
    await waive({ projectId: 1 });
    expect(await denies()).toEqual([false, false, true]);
  });
});

describe('a waiver that does not count', () => {
  beforeEach(() => scan({}));

  it('is not approved', async () => {
    const { headers } = await giveToken();
    await requested(guarded.app, {}, headers);
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
  });

  it('has expired, which nobody has to say', async () => {
    await waive({ expiresAt: inDays(2) });
    expect((await judged()).denies).toBe(false);
    await ageWaivers(3);
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
  });

  it('was revoked', async () => {
    const { id } = await waive();
    const { headers } = await giveToken({ subject: 'bob' });
    await revokeWaiver(guarded.app, id, 'It is called now', headers);
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
  });

  it('is for a revoked release: there is no such waiver', async () => {
    await revoke(context.app, release);
    await waive({ rule: 'release-revoked' });
    await waive({ rule: 'max-findings' });
    expect((await verdictOf(context.app, release, { environment: 'gate' })).decision).toBe('deny');
  });
});

describe('a waiver of a rule of policies', () => {
  it('waives it as a whole, and the verdict tells what for', async () => {
    await scan({});
    const { id } = await waive({ rule: 'max-findings' });
    const { status, denies, waivers, message } = await judged();
    expect([status, denies, waivers]).toEqual(['fail', false, [id]]);
    expect(message).toMatch(/^Waived: 1 high finding, 0 allowed: CVE-2021-23337/);
  });

  it('waives that nothing could have shown it', async () => {
    await waive({ rule: 'max-findings' });
    expect(await judged()).toMatchObject({ status: 'not-evidenced', denies: false });
  });

  it('waives no other rule', async () => {
    await waive({ rule: 'no-secrets' });
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
  });

  it('is not about a package: 400', async () => {
    const response = await postWaiver(context.app, { rule: 'licences', purl: LODASH });
    const { errors } = expectProblem(response, 400, 'validation-failed');
    expect(errors).toMatchObject([{ pointer: '/purl' }]);
  });
});
