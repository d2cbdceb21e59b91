import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, grype, sarif, trivy, vex } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { evidenceOfAll, guard, resultOf } from '../support/verdicts.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, label?: string) =>
  uploaded(context.app, release, document, label === undefined ? {} : { label });
const judged = async (rule: object, ...documents: unknown[]) => {
  await guard(context.app, [{ rule: 'max-findings', ...rule }]);
  for (const document of documents) await send(document);
  return resultOf(context.app, release);
};
const NO_SCAN =
  'No vulnerability scan counts for this release. Upload a report of trivy, grype, npm-audit or osv with --all-packages: POST /releases/{id}/evidence';

describe('max-findings', () => {
  it('allows a scan that found nothing', async () => {
    expect(await judged({}, trivy())).toMatchObject({
      status: 'pass',
      denies: false,
      message: 'No findings of severity high or worse, or of unknown severity, 0 allowed',
    });
  });

  it('denies, and names the worst findings first with their place and fix', async () => {
    const document = trivy(
      { name: 'ms', version: '1.0.0', id: 'CVE-2015-8315' },
      { severity: 'CRITICAL', fixed: '4.17.21' },
      { name: 'qs', id: 'CVE-2022-24999', severity: 'LOW' },
    );
    const result = await judged({}, document);
    expect(result).toMatchObject({ status: 'fail', denies: true, mode: 'block' });
    expect(result.message).toBe(
      '1 critical and 1 high findings, 0 allowed: CVE-2021-23337 in pkg:npm/lodash@4.17.20, fixed in 4.17.21; CVE-2015-8315 in pkg:npm/ms@1.0.0. Update the packages, scan again and upload the report with the same label, or request a waiver: POST /waivers. No upload supersedes trivy without a label. Retract what is out of date: POST /evidence/{id}/retract',
    );
    expect(result.findings.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['CVE-2021-23337', 'critical'],
      ['CVE-2015-8315', 'high'],
    ]);
  });

  it('names five of many findings, and their number', async () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ id: `CVE-2020-${1000 + i}` }));
    const { message, findings } = await judged({}, trivy(...many));
    expect(message).toMatch(/^30 high findings, 0 allowed: CVE-2020-10\d\d in/);
    expect(message).toContain('; and 25 more. ');
    expect(findings).toHaveLength(5);
  });

  it.each<[string, object, boolean]>([
    ['as many as are allowed', { maximum: 2 }, false],
    ['more than are allowed', { maximum: 1 }, true],
    ['only those that are worse', { severity: 'critical' }, false],
    ['those that are less bad, too', { severity: 'low', maximum: 2 }, true],
    ['only fixable ones', { fixableOnly: true, maximum: 1 }, false],
    ['fixable ones of which there are more', { fixableOnly: true }, true],
    ['any type that is asked for', { types: ['code'], severity: 'low' }, true],
  ])('counts %s', async (_case, rule, denies) => {
    const found = [{ fixed: '4.17.21' }, { id: 'CVE-2020-8203', status: 'affected' }];
    const scan = trivy(...found, { id: 'CVE-2020-28500', severity: 'MEDIUM' });
    expect((await judged(rule, scan, sarif([{}]))).denies).toBe(denies);
  });

  it('counts a finding once if two scanners report it', async () => {
    const other = grype({ id: 'CVE-2021-23337' });
    expect((await judged({}, trivy({}), other)).message).toContain('1 high finding, 0 allowed');
  });

  it('counts two if they name it by different ids: an alias is the word of a document', async () => {
    const other = grype({ also: ['CVE-2021-23337'] });
    expect((await judged({}, trivy({}), other)).message).toContain('2 high findings, 0 allowed');
  });

  it('counts unknown severities unless the policy excludes them', async () => {
    const document = trivy({ severity: 'UNKNOWN' });
    expect((await judged({}, document)).message).toContain('1 unknown-severity finding');
    await guard(context.app, [{ rule: 'max-findings', countUnknown: false }], 'lax');
    expect((await resultOf(context.app, release, 'lax')).denies).toBe(false);
  });

  it('does not count findings that VEX suppresses', async () => {
    expect((await judged({}, trivy({}), vex({}))).denies).toBe(false);
  });

  it('reports a failure without denying in mode warn', async () => {
    const result = await judged({ mode: 'warn' }, trivy({}));
    expect(result).toMatchObject({ mode: 'warn', status: 'fail', denies: false });
  });
});

describe('max-findings without a scan', () => {
  const NOT_EVIDENCED = { status: 'not-evidenced', denies: true, message: NO_SCAN };

  it('denies without evidence', async () => {
    expect(await judged({})).toMatchObject(NOT_EVIDENCED);
  });

  it('denies with only an SBOM, which does not list vulnerabilities', async () => {
    expect(await judged({}, bom([{}]))).toMatchObject({ ...NOT_EVIDENCED, evidence: [] });
  });

  it('denies if evidence covers one of two types', async () => {
    const result = await judged({ types: ['vulnerability', 'code'] }, trivy());
    expect(result.status).toBe('not-evidenced');
    expect(result.message).toMatch(
      /^No code analysis counts for this release.*a code analysis report \(sarif or semgrep\)/,
    );
  });

  it('denies if the scan was retracted', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    const { scan } = await evidenceOfAll(context.app, release);
    expect((await resultOf(context.app, release)).status).toBe('pass');
    await retract(context.app, scan.id);
    expect(await resultOf(context.app, release)).toMatchObject(NOT_EVIDENCED);
  });

  it('reports the missing scan without denying in mode warn', async () => {
    const result = await judged({ mode: 'warn' });
    expect(result).toMatchObject({ status: 'not-evidenced', denies: false });
  });
});

describe('evidence', () => {
  it('neither suppresses nor reports findings after it is superseded or retracted', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await send(trivy({}), 'scan');
    expect((await resultOf(context.app, release)).denies).toBe(true);
    const next = await send(trivy(), 'scan');
    expect(await resultOf(context.app, release)).toMatchObject({
      denies: false,
      evidence: [next.id],
    });
    const second = await send(trivy({}), 'other');
    expect((await resultOf(context.app, release)).denies).toBe(true);
    await retract(context.app, second.id);
    expect((await resultOf(context.app, release)).denies).toBe(false);
  });

  it('no longer suppresses findings if it is VEX', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await send(trivy({}));
    const { id } = await send(vex({}));
    expect((await resultOf(context.app, release)).denies).toBe(false);
    await retract(context.app, id);
    expect((await resultOf(context.app, release)).denies).toBe(true);
  });
});
