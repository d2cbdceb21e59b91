import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { grype, leak, rpm, sarif, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, revoke } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { ageWaivers, guard, resultOf, verdictOf, waived } from '../support/verdicts.js';
import { inDays, postWaiver, requested, revokeWaiver } from '../support/waivers.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const LODASH = 'pkg:npm/lodash';
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings' }]);
});

const scan = (...found: object[]) =>
  uploaded(context.app, release, trivy(...found), { label: 'scan' });
const waive = (body: object = {}) => waived(guarded.app, body);
const judged = () => resultOf(context.app, release);

describe('a waiver', () => {
  it('of a policy rule does not cover findings of a tool with the same name, nor the other way round', async () => {
    await guard(context.app, [{ rule: 'max-findings', types: ['code'] }], 'code');
    await uploaded(context.app, release, sarif([{ rule: 'max-findings' }], { name: 'ESLint' }));
    const code = () => resultOf(context.app, release, 'code');
    expect(await code()).toMatchObject({ denies: true, status: 'fail' });
    const finding = await waive({ rule: 'max-findings', about: 'finding' });
    expect(await code()).toMatchObject({ denies: false, status: 'pass', waivers: [finding.id] });
    expect((await judged()).waivers).toEqual([]);
    await revokeWaiver(context.app, finding.id);
    expect(await code()).toMatchObject({ denies: true });
    const rule = await waive({ rule: 'max-findings' });
    expect(await code()).toMatchObject({ denies: false, status: 'fail', waivers: [rule.id] });
  });

  it('covers a finding, and the verdict shows both', async () => {
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

  it('does not cover other findings', async () => {
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

  it('covers a vulnerability by any of its ids, if a caller with vex:write uploaded them', async () => {
    await waive({ rule: 'CVE-2021-23337' });
    const document = grype({ also: ['CVE-2021-23337'] });
    const ci = await giveToken({ subject: 'ci', scopes: ['evidence:write'] });
    await uploaded(guarded.app, release, document, { headers: ci.headers });
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
    await uploaded(context.app, release, document);
    expect((await judged()).denies).toBe(false);
  });

  it('does not cover what a pipeline calls by the waived id', async () => {
    const ci = await giveToken({ subject: 'ci', scopes: ['evidence:write'] });
    await waive({ rule: 'CVE-2020-8203' });
    await scan({ also: ['CVE-2020-8203'] });
    const named = trivy({ id: 'CVE-2020-8203', also: ['CVE-2021-23337'] });
    await uploaded(guarded.app, release, named, { headers: ci.headers, label: 'ci' });
    const { denies, findings, waivers } = await judged();
    expect(denies).toBe(true);
    expect(findings).toMatchObject([{ rule: 'CVE-2021-23337' }]);
    expect(waivers).toHaveLength(1);
  });

  it('covers a secret', async () => {
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
  ])('covers or ignores the finding if the waiver is %s', async (_case, body, denies) => {
    await scan({});
    await waive(body);
    expect((await judged()).denies).toBe(denies);
  });

  it('does not cover a finding while another version of the package has it', async () => {
    await scan({ version: '4.17.19', severity: 'CRITICAL' }, { version: '4.17.20' });
    const first = await waive({ purl: `${LODASH}@4.17.19` });
    expect((await judged()).denies).toBe(true);
    const second = await waive({ purl: `${LODASH}@4.17.20` });
    const { denies, waivers } = await judged();
    expect([denies, waivers]).toEqual([false, [first.id, second.id].sort()]);
  });

  it('applies to its release, or to all releases of its project', async () => {
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

describe('the qualifiers of a waiver', () => {
  const RPM = 'pkg:rpm/redhat/openssl';
  const VERSION = `${RPM}@1.1.1k-4.el8`;

  it.each<[string, string, boolean]>([
    ['none', RPM, false],
    ['none, with a version', VERSION, false],
    ['those of the finding', `${VERSION}?arch=x86_64&epoch=1`, false],
    ['some of those of the finding', `${RPM}?arch=x86_64`, false],
    ['another architecture', `${VERSION}?arch=aarch64`, true],
    ['another epoch', `${VERSION}?arch=x86_64&epoch=2`, true],
    ['one that the finding does not have', `${RPM}?arch=x86_64&distro=rhel-8`, true],
  ])('are asked for when they are given: %s', async (_case, purl, denies) => {
    await uploaded(context.app, release, rpm('CVE-2022-0778', 1));
    await waive({ rule: 'CVE-2022-0778', purl });
    expect((await judged()).denies).toBe(denies);
  });

  it('are asked for of each finding of the defect', async () => {
    await uploaded(context.app, release, rpm('CVE-2022-0778', 1));
    await uploaded(context.app, release, rpm('CVE-2022-0778', 2));
    await waive({ rule: 'CVE-2022-0778', purl: `${RPM}?epoch=1` });
    expect((await judged()).denies).toBe(true);
    await waive({ rule: 'CVE-2022-0778', purl: `${RPM}?epoch=2` });
    expect((await judged()).denies).toBe(false);
  });
});

describe('a waiver has no effect', () => {
  useRows(() => scan({}));

  it('if it is not approved', async () => {
    const { headers } = await giveToken();
    await requested(guarded.app, {}, headers);
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
  });

  it('after it has expired', async () => {
    await waive({ expiresAt: inDays(2) });
    expect((await judged()).denies).toBe(false);
    await ageWaivers(3);
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
  });

  it('after it was revoked', async () => {
    const { id } = await waive();
    const { headers } = await giveToken({ subject: 'bob' });
    await revokeWaiver(guarded.app, id, 'It is called now', headers);
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
  });

  it('if the release is revoked', async () => {
    await revoke(context.app, release);
    await waive({ rule: 'release-revoked' });
    await waive({ rule: 'max-findings' });
    expect((await verdictOf(context.app, release, { environment: 'gate' })).decision).toBe('deny');
  });
});

describe('a waiver for a rule', () => {
  it('waives the rule as a whole, and the verdict shows the result that was waived', async () => {
    await scan({});
    const { id } = await waive({ rule: 'max-findings' });
    const { status, denies, waivers, message } = await judged();
    expect([status, denies, waivers]).toEqual(['fail', false, [id]]);
    expect(message).toMatch(/^Waived: 1 high finding, 0 allowed: CVE-2021-23337/);
  });

  it('waives missing evidence', async () => {
    await waive({ rule: 'max-findings' });
    expect(await judged()).toMatchObject({ status: 'not-evidenced', denies: false });
  });

  it('does not waive other rules', async () => {
    await waive({ rule: 'no-secrets' });
    expect(await judged()).toMatchObject({ denies: true, waivers: [] });
  });

  it('400: must not name a package', async () => {
    const body = { rule: 'licences', about: 'policy-rule', purl: LODASH };
    const response = await postWaiver(context.app, body);
    const { errors } = expectProblem(response, 400, 'validation-failed');
    expect(errors).toMatchObject([{ pointer: '/purl' }]);
  });
});
