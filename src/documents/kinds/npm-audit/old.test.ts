import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { faultOf } from '../../fault.support.js';
import { parser } from './parser.js';

const parse = (document: unknown) => parser.parse(document, { secretKey: new Uint8Array(32) });
const advisory = (fields: object = {}) => ({
  id: 1106913,
  module_name: 'lodash',
  title: 'Command Injection in lodash',
  severity: 'high',
  url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
  cves: ['CVE-2021-23337'],
  cvss: { score: 7.2, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' },
  vulnerable_versions: '<4.17.21',
  patched_versions: '>=4.17.21',
  findings: [{ version: '4.17.20', paths: ['.>lodash', '.>a>lodash'] }],
  ...fields,
});
const counts = (fields: object = {}) => ({
  ...{ info: 0, low: 0, moderate: 0, high: 0, critical: 0 },
  ...fields,
});
const report = (advisories: object, more: object = {}) => ({
  advisories,
  metadata: { vulnerabilities: counts(), totalDependencies: 9 },
  ...more,
});
const only = (fields: object = {}) => parse(report({ 1: advisory(fields) })).findings?.[0];

describe('npm audit: reports of npm 6 and pnpm', () => {
  it('have a finding for each version of a package', () => {
    const findings = [{ version: '4.17.20', paths: ['.>lodash'] }, { version: '3.0.0' }];
    const result = parse(report({ 1: advisory({ findings }), 2: advisory({ module_name: 'b' }) }));
    expect(result).toMatchObject({ tool: 'npm audit', specVersion: '1' });
    expect(result.findings).toMatchObject([
      {
        type: 'vulnerability',
        severity: 'high',
        rule: 'GHSA-35jh-r3h4-6jhm',
        aliases: ['CVE-2021-23337'],
        title: 'Command Injection in lodash',
        message: 'Affected versions: <4.17.21',
        score: 7.2,
        purl: 'pkg:npm/lodash@4.17.20',
        packageVersion: '4.17.20',
        fixedVersion: '>=4.17.21',
        location: '.>lodash',
        url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
      },
      { packageVersion: '3.0.0', location: undefined },
      { packageName: 'b' },
    ]);
    const [one, two, three] = result.findings ?? [];
    expect(one?.fingerprint).toBe(two?.fingerprint);
    expect(one?.fingerprint).not.toBe(three?.fingerprint);
  });

  it.each([
    [{ findings: null }, { purl: 'pkg:npm/lodash', packageVersion: undefined }],
    [{ cves: [] }, { rule: 'GHSA-35jh-r3h4-6jhm' }],
    [{ cves: ['CVE-2021-1', 'CVE-2021-2'] }, { rule: 'GHSA-35jh-r3h4-6jhm', aliases: [] }],
    [
      { cves: [], url: null, github_advisory_id: 'GHSA-aaaa-bbbb-cccc' },
      { rule: 'GHSA-aaaa-bbbb-cccc' },
    ],
    [{ cves: [], url: 'https://npmjs.com/advisories/577', id: 577 }, { rule: 'npm-577' }],
    [
      { severity: 'moderate', cvss: null },
      { severity: 'medium', score: undefined },
    ],
    [{ patched_versions: '<0.0.0' }, { fixedVersion: undefined, unfixable: true }],
    [{ patched_versions: null }, { fixedVersion: undefined, unfixable: true }],
    [{ patched_versions: undefined }, { fixedVersion: undefined, unfixable: false }],
  ])('with %j', (fields, expected) => {
    expect(only(fields)).toMatchObject(expected);
  });

  it.each([
    [{ vulnerabilities: counts(), totalDependencies: 9 }, 9],
    [{ vulnerabilities: counts(), dependencies: 3, devDependencies: 4 }, 7],
    [{ vulnerabilities: counts(), totalDependencies: 0 }, 0],
    [{ vulnerabilities: counts() }, undefined],
    [{ totalDependencies: 9 }, undefined],
  ])('with the metadata %j', (metadata, lookedAt) => {
    const { coverage } = parse(report({}, { metadata }));
    if (lookedAt !== undefined) expect(coverage[0]?.lookedAt).toBe(lookedAt);
    expect(shownBy(coverage)).toEqual(lookedAt ? ['vulnerability'] : []);
  });

  it.each([
    ['pnpm, which counts advisories', undefined, { high: 2 }, 1],
    ['pnpm, whole', undefined, { high: 1 }, 0],
    ['npm 6, which counts paths', [], { high: 2 }, 0],
    ['npm 6, without a path', [], { high: 3 }, 1],
    ['npm 6, without a severity', [], { high: 2, critical: 1 }, 1],
  ])('counts are compared with the list: %s', (_, actions, counted, contradictions) => {
    const metadata = { vulnerabilities: counts(counted), totalDependencies: 9 };
    const result = parse(report({ 1: advisory() }, { metadata, ...(actions && { actions }) }));
    expect(result.contradictions).toHaveLength(contradictions);
    expect(result.coverage).toMatchObject([{ ran: contradictions ? 'failed' : 'yes' }]);
    expect(result.findings).toHaveLength(1);
  });

  it.each([
    [report({ 1: {} }), '/advisories/1/module_name'],
    [report({ 'a/b': { module_name: 'x' } }), '/advisories/a~1b/url'],
    [report({ 1: advisory({ findings: {} }) }), '/advisories/1/findings'],
  ])('fault %#', (document, pointer) => {
    expect(parser.recognizes(document)).toBe(true);
    expect(faultOf(() => parse(document))).toMatchObject({ pointer, reason: 'invalid' });
  });
});

describe('npm audit: other outputs', () => {
  const children = { ID: 1, Severity: 'high', 'Vulnerable Versions': '<1' };

  it.each([
    [{ error: { code: 'ENOLOCK', summary: 'needs a lockfile', detail: 'x' } }, 'needs a lockfile'],
    [{ error: { summary: '', detail: '' } }, 'is an error'],
    [{ message: 'registry is not found', error: { summary: '' } }, '(npm: registry is not found)'],
    [{ message: '405', method: 'POST', uri: 'https://r.example', statusCode: 405 }, 'npm: 405'],
    [{ error: { code: 'ERR_PNPM_AUDIT_NO_LOCKFILE', message: 'No lockfile' } }, 'No lockfile'],
    [{ type: 'auditSummary', data: { vulnerabilities: {} } }, 'Yarn 1'],
    [{ value: 'lodash', children }, 'Yarn 4'],
    [{ added: 1, audited: 2, audit: { auditReportVersion: 2 } }, 'npm audit fix'],
    [{ invalid: [], missing: [] }, 'npm audit signatures'],
    [{ lodash: [{ id: 1, severity: 'high', vulnerable_versions: '<4.17.21' }] }, 'bun audit'],
  ])('are refused by their name: %j', (document, message) => {
    expect(parser.recognizes(document)).toBe(true);
    expect(faultOf(() => parse(document)).message).toContain(message);
  });

  it.each([
    [{ message: 'x', statusCode: 500 }],
    [{ error: { message: 'x' } }],
    [{ auditReportVersion: 2, vulnerabilities: {}, error: { summary: 'x' } }],
  ])('are refused as errors if their kind is named: %j', (document) => {
    expect(faultOf(() => parse(document)).message).toContain('is an error and not a report');
  });

  it('lacks what a report needs', () => {
    expect(faultOf(() => parse({}))).toMatchObject({ pointer: '/auditReportVersion' });
  });
});

it.each([
  ['low', 9.8, 'critical'],
  ['critical', 3.1, 'critical'],
])('npm 6: of the severity %s and the score %s, the worse counts', (severity, score, expected) => {
  expect(only({ severity, cvss: { score } })?.severity).toBe(expected);
});
