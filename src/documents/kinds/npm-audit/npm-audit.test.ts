import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../fault.support.js';
import { npmAudit } from './index.js';
import { parser } from './parser.js';

/** Written by npm 11, from advisories of GitHub. */
const fixture = () =>
  JSON.parse(readFileSync(new URL('./fixtures/report.json', import.meta.url), 'utf8'));

const parse = (document: unknown) => parser.parse(document, { secretKey: new Uint8Array(32) });
const report = (vulnerabilities: unknown) => ({ auditReportVersion: 2, vulnerabilities });
const advisory = (fields: object = {}) => ({
  source: 1,
  name: 'left-pad',
  title: 'Left is right',
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  severity: 'high',
  cvss: { score: 0, vectorString: null },
  range: '<2.0.0',
  ...fields,
});
const only = (fields: object = {}, vulnerability: object = {}) =>
  parse(report({ 'left-pad': { via: [advisory(fields)], ...vulnerability } })).findings?.[0];

const fault = (document: unknown) => faultOf(() => parse(document));

describe('npm audit: a report', () => {
  const result = parse(fixture());

  it('has a finding for each advisory of a package', () => {
    expect(result).toMatchObject({ tool: 'npm audit', specVersion: '2' });
    expect(
      result.findings?.map(({ rule, packageName, severity }) => [rule, packageName, severity]),
    ).toEqual([
      ['GHSA-29mw-wpgm-hmr9', 'lodash', 'medium'],
      ['GHSA-35jh-r3h4-6jhm', 'lodash', 'high'],
      ['GHSA-vh95-rmgr-6w4m', 'minimist', 'medium'],
      ['GHSA-xvch-5gv4-984h', 'minimist', 'critical'],
    ]);
  });

  it('reports ranges, places and the package to update', () => {
    expect(result.findings?.[3]).toMatchObject({
      type: 'vulnerability',
      title: 'Prototype Pollution in minimist',
      message:
        'Affected versions: <0.2.4 || >=1.0.0 <1.2.6. In node_modules/minimist, node_modules/mkdirp/node_modules/minimist',
      score: 9.8,
      vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
      purl: 'pkg:npm/minimist',
      fixedVersion: 'mkdirp@0.5.6',
      location: 'node_modules/minimist',
      url: 'https://github.com/advisories/GHSA-xvch-5gv4-984h',
    });
  });
});

describe('npm audit: an advisory that several entries name', () => {
  it.each([
    [false, true, 'a compatible version (npm audit fix)', false],
    [true, false, 'a compatible version (npm audit fix)', false],
    [false, undefined, undefined, false],
    [false, false, undefined, true],
  ])('with the fixes %j and %j', (one, other, fixedVersion, unfixable) => {
    const { findings } = parse(
      report({
        'left-pad': { via: [advisory()], fixAvailable: one },
        pad: { via: [advisory()], fixAvailable: other },
      }),
    );
    expect(findings).toMatchObject([{ fixedVersion, unfixable }]);
  });
});

describe('npm audit: advisories', () => {
  it.each([
    ['critical', 'critical'],
    ['high', 'high'],
    ['moderate', 'medium'],
    ['low', 'low'],
    ['info', 'none'],
    ['constructor', 'unknown'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ])('severity %s is %s', (severity, expected) => {
    expect(only({ severity })).toMatchObject({ severity: expected, score: undefined });
  });

  it('takes a missing severity from the score or the vector', () => {
    expect(only({ severity: null, cvss: { score: 9.1 } })?.severity).toBe('critical');
    const vectorString = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N';
    expect(only({ severity: null, cvss: { score: 0, vectorString } })).toMatchObject({
      severity: 'medium',
      score: 6.5,
    });
    expect(only({ severity: null, cvss: null })?.severity).toBe('unknown');
  });

  it.each([
    ['https://github.com/advisories/ghsa-AAAA-bbbb-cccc/', 1, 'GHSA-aaaa-bbbb-cccc'],
    ['https://npmjs.com/advisories/577', 577, 'npm-577'],
    [null, 0, 'npm-0'],
    ['https://example.com/a', null, 'https://example.com/a'],
  ])('id of %s, %s', (url, source, rule) => {
    expect(only({ url, source })?.rule).toBe(rule);
  });

  it.each([
    [true, 'a compatible version (npm audit fix)', false],
    [{ name: 'parent', version: '3.0.0', isSemVerMajor: true }, 'parent@3.0.0', false],
    [false, undefined, true],
    [null, undefined, false],
  ])('fixAvailable %j', (fixAvailable, fixedVersion, unfixable) => {
    expect(only({}, { fixAvailable })).toMatchObject({ fixedVersion, unfixable });
  });

  it('reads scopes, many places and no place', () => {
    expect(only({ name: '@a/b' })?.purl).toBe('pkg:npm/%40a/b');
    const nodes = Array.from({ length: 12 }, (_, i) => `n${i}`);
    expect(only({}, { nodes })?.message).toMatch(/n9 and 2 more$/);
    expect(only({ range: null }, { nodes: null })).toMatchObject({
      message: undefined,
      location: undefined,
    });
    expect(only({ url: 'javascript:1', source: 1 })?.url).toBeUndefined();
  });

  it('skips names of dependencies, and accepts hostile names', () => {
    const text = JSON.stringify({ __x: { via: ['left-pad', advisory({ name: '__proto__' })] } });
    const vulnerabilities = JSON.parse(text.replace('__x', '__proto__'));
    expect(parse(report(vulnerabilities)).findings).toMatchObject([{ packageName: '__proto__' }]);
    expect(parse(report({ a: { via: ['b'] }, b: { via: null }, c: {} })).findings).toEqual([]);
  });

  it('keeps fingerprints unless id or package change', () => {
    const other = { title: 'x', severity: 'low', range: '*', source: 9 };
    const own = only()?.fingerprint;
    expect(only(other, { nodes: ['y'] })?.fingerprint).toBe(own);
    expect(only({ name: 'right-pad' })?.fingerprint).not.toBe(own);
    expect(only({ url: null })?.fingerprint).not.toBe(own);
  });
});

describe('npm audit: documents', () => {
  it('reads its own example, and a report without findings', () => {
    expect(parser.recognizes(npmAudit.example)).toBe(true);
    expect(parse(npmAudit.example).findings).toHaveLength(1);
    expect(parse(report({})).findings).toEqual([]);
  });

  it.each([
    [null],
    [2],
    ['x'],
    [[]],
    [{}],
    [Object.create(null)],
    [{ error: { code: 'not_found', message: 'x' } }],
    [{ message: '405', statusCode: 405 }],
    [{ advisories: {}, abandoned: [] }],
    [{ auditReportVersion: '2' }],
    [JSON.parse('{"__proto__": {"auditReportVersion": 2}}')],
  ])('not one of npm: %j', (document) => {
    expect(parser.recognizes(document)).toBe(false);
  });

  it.each([
    [{ auditReportVersion: 3, vulnerabilities: {} }, '/auditReportVersion'],
    [{ auditReportVersion: 2 }, '/vulnerabilities'],
    [report([]), '/vulnerabilities'],
    [report({ 'a/b': 1 }), '/vulnerabilities/a~1b'],
    [report({ 'a\nb': { via: {} } }), '/vulnerabilities/a\nb/via'],
    [report({ a: { via: [1] } }), '/vulnerabilities/a/via/0'],
    [report({ a: { via: [{}] } }), '/vulnerabilities/a/via/0/name'],
    [report({ '@a/b': { via: ['x', { name: 'x' }] } }), '/vulnerabilities/@a~1b/via/1/url'],
  ])('fault %#', (document, pointer) => {
    expect(parser.recognizes(document)).toBe(true);
    expect(fault(document)).toMatchObject({ pointer, reason: 'invalid' });
  });
});

describe('npm audit: a severity and its score', () => {
  it.each([
    ['low', 9.8, 'critical'],
    ['info', 5, 'medium'],
    ['critical', 3.1, 'critical'],
    ['moderate', 0, 'medium'],
  ])('%s and %s: the worse counts, %s', (severity, score, expected) => {
    expect(only({ severity, cvss: { score, vectorString: null } })?.severity).toBe(expected);
  });

  it('counts the worst of the entries of one advisory', () => {
    const cvss = { score: 9.8, vectorString: null };
    for (const via of [
      [advisory({ severity: 'low', cvss }), advisory()],
      [advisory(), advisory({ severity: 'low', cvss })],
    ])
      expect(parse(report({ 'left-pad': { via } })).findings?.[0]?.severity).toBe('critical');
  });
});
