import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { leak, sarif, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { denials, guard, verdictOf, waived } from '../support/verdicts.js';
import { postWaiver, requested, type WaiverBody } from '../support/waivers.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let first: string;
let release: string;
useRows(async () => {
  first = (await createRelease(context.app)).id;
  await guard(context.app, [
    { rule: 'no-secrets' },
    { rule: 'max-findings', types: ['code', 'misconfiguration', 'vulnerability'] },
  ]);
});
beforeEach(() => {
  release = first;
});

const KEY = { rule: 'generic-api-key' };
const known = leak('zQ8/+k3?Lw9xV=Tn', { File: 'test/fixture.js' });
const fresh = leak('mB4-+p7?Rs2yC=Wd', { File: 'src/prod.js' });

/** Uploads what `gate` asks for, with these secrets and code findings. */
async function scans(secrets: object[], code: object[] = []) {
  await uploaded(context.app, release, secrets, { kind: 'gitleaks', label: 'secrets' });
  await uploaded(context.app, release, sarif(code, { name: 'CodeQL' }), { label: 'code' });
  const config = { Target: 'Dockerfile', Class: 'config', Type: 'dockerfile' };
  const report = trivy();
  const Results = [...report.Results, { ...config, MisconfSummary: { Successes: 1, Failures: 0 } }];
  await uploaded(context.app, release, { ...report, Results }, { label: 'trivy' });
}
const nextRelease = async () => {
  release = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
};
const verdict = () => verdictOf(context.app, release, { environment: 'gate' });
const fingerprintsOf = async (rule: string): Promise<string[]> => {
  const found = await context.app.inject(`/releases/${release}/findings`);
  return found
    .json()
    .filter((one: { rule: string }) => one.rule === rule)
    .map(({ fingerprint }: { fingerprint: string }) => fingerprint);
};

describe('a waiver of a secret', () => {
  it('covers what it matched at its request, and no later secret of its rule', async () => {
    await scans([known]);
    expect(denials(await verdict()).join()).toContain(
      'POST /waivers, with the `fingerprints` of these findings',
    );
    const waiver = await waived(guarded.app, KEY);
    expect(waiver).toMatchObject({ fingerprints: await fingerprintsOf(KEY.rule) });
    expect((await verdict()).decision).toBe('allow');
    await nextRelease();
    await scans([known]);
    expect((await verdict()).decision).toBe('allow');
    await uploaded(context.app, release, [known, fresh], { kind: 'gitleaks', label: 'secrets' });
    const denied = denials(await verdict());
    expect(denied).toHaveLength(1);
    expect(denied[0]).toMatch(/^no-secrets: 1 secret, 0 allowed: generic-api-key in src\/prod\.js/);
    const { warnings } = (await context.app.inject(`/waivers/${waiver.id}`)).json<WaiverBody>();
    expect(warnings).toEqual([expect.stringContaining('does not cover other findings')]);
  });

  it('covers only the fingerprints that it names', async () => {
    await scans([known, fresh]);
    const fingerprints = await fingerprintsOf(KEY.rule);
    expect(fingerprints).toHaveLength(2);
    await waived(guarded.app, { ...KEY, fingerprints: fingerprints.slice(0, 1) });
    expect(denials(await verdict())[0]).toContain('1 secret, 0 allowed');
    await waived(guarded.app, { ...KEY, fingerprints: fingerprints.slice(1) });
    expect((await verdict()).decision).toBe('allow');
  });

  it('covers none that was not there, or that the requester may not see', async () => {
    const before = await waived(guarded.app, KEY);
    expect(before).toMatchObject({ fingerprints: [], matches: [] });
    await scans([known]);
    const { headers } = await giveToken({ subject: 'carol', scopes: ['waivers:request'] });
    const blind = await requested(guarded.app, KEY, headers);
    expect(blind).toMatchObject({ fingerprints: [] });
    const { id } = blind;
    const bob = await giveToken({ subject: 'bob' });
    const approval = { method: 'POST', url: `/waivers/${id}/approve`, ...bob } as const;
    const approved = await guarded.app.inject(approval);
    expect(approved.json()).toMatchObject({
      state: 'approved',
      matches: [],
      warnings: [
        expect.stringContaining('matches no finding now'),
        expect.stringContaining('request a waiver with their `fingerprints`'),
      ],
    });
    expect(denials(await verdict())[0]).toContain('no-secrets: 1 secret');
  });
});

describe('a waiver of a code finding', () => {
  it('covers no other file with a finding of the rule', async () => {
    const rule = 'js/sql-injection';
    await scans([], [{ rule, file: 'test/db.js' }]);
    await waived(guarded.app, { rule });
    expect((await verdict()).decision).toBe('allow');
    await nextRelease();
    await scans(
      [],
      [
        { rule, file: 'test/db.js' },
        { rule, file: 'src/db.js' },
      ],
    );
    expect(denials(await verdict())[0]).toMatch(/^max-findings: 1 high finding.*src\/db\.js/);
  });
});

describe('a waiver of a vulnerability', () => {
  it('needs no fingerprint, and covers the package of a later release', async () => {
    await scans([]);
    const of = (version: string) =>
      uploaded(context.app, release, trivy({ version }), { label: 'packages' });
    await of('4.17.20');
    const waiver = await waived(guarded.app);
    expect(waiver).toMatchObject({ fingerprints: [] });
    expect(waiver.warnings).toBeUndefined();
    await nextRelease();
    await scans([]);
    await of('4.17.19');
    expect((await verdict()).decision).toBe('allow');
  });

  it('can name fingerprints', async () => {
    await scans([]);
    await uploaded(context.app, release, trivy({}, { name: 'lodash-es' }), { label: 'packages' });
    const [one] = await fingerprintsOf('CVE-2021-23337');
    await waived(guarded.app, { fingerprints: [one] });
    expect(denials(await verdict())[0]).toContain('max-findings: 1 high finding');
  });
});

describe('fingerprints', () => {
  const F = 'a'.repeat(64);

  it.each<[string, object, string]>([
    ['no list', { fingerprints: F }, '/fingerprints'],
    ['an empty list', { fingerprints: [] }, '/fingerprints'],
    ['a short one', { fingerprints: ['a'] }, '/fingerprints/0'],
    ['one in upper case', { fingerprints: ['A'.repeat(64)] }, '/fingerprints/0'],
    ['one twice', { fingerprints: [F, F] }, '/fingerprints'],
    [
      '101',
      { fingerprints: Array.from({ length: 101 }, (_, n) => `${n}`.padStart(64, '0')) },
      '/fingerprints',
    ],
    ['null', { fingerprints: null }, '/fingerprints'],
    ['those of a rule of policies', { rule: 'sealed-only', fingerprints: [F] }, '/fingerprints'],
  ])('refuses %s', async (_case, body, pointer) => {
    const { errors } = expectProblem(await postWaiver(context.app, body), 400, 'validation-failed');
    expect(errors[0]).toMatchObject({ in: 'body', pointer });
    expect(await sql('SELECT 1 FROM waivers')).toEqual([]);
  });

  it('are required if the rule matches more than 100', async () => {
    const leaks = Array.from({ length: 101 }, (_, n) => ({ ...known, File: `test/${n}.js` }));
    await scans(leaks);
    const { errors } = expectProblem(await postWaiver(context.app, KEY), 400, 'validation-failed');
    expect(errors).toEqual([
      { in: 'body', pointer: '/fingerprints', message: expect.stringContaining('is required') },
    ]);
    const waiver = await requested(context.app, { ...KEY, fingerprints: [F, '0'.repeat(64)] });
    expect(waiver).toMatchObject({ fingerprints: ['0'.repeat(64), F], matches: [] });
  });

  it('never change', async () => {
    await requested(context.app, { ...KEY, fingerprints: [F] });
    await expect(sql(`UPDATE waivers SET fingerprints = '{}'`)).rejects.toThrow();
  });
});
