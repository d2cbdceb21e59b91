import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { npmAudit } from './index.js';
import { parser } from './parser.js';

const fixture = () =>
  JSON.parse(readFileSync(new URL('./fixtures/report.json', import.meta.url), 'utf8'));
const parse = (document: unknown) => parser.parse(document, { secretKey: new Uint8Array(32) });

const counts = (fields: object = {}) => ({
  ...{ info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 },
  ...fields,
});
const metadata = (total: unknown, vulnerabilities: unknown = counts()) => ({
  vulnerabilities,
  dependencies: { prod: 1, total },
});
const report = (vulnerabilities: object, more: object = {}) => ({
  auditReportVersion: 2,
  vulnerabilities,
  ...more,
});
const via = { source: 1, name: 'a', severity: 'high', url: 'https://example.com/1' };

describe('npm audit: what a report shows', () => {
  it('its example and its fixture are whole', () => {
    for (const document of [npmAudit.example, fixture()]) {
      const { coverage, contradictions } = parse(document);
      expect(contradictions).toEqual([]);
      expect(shownBy(coverage)).toEqual(['vulnerability']);
    }
  });

  it.each([
    [metadata(9), 'yes', 9],
    [metadata(0), 'unknown', 0],
    [metadata(-1), 'unknown', 0],
    [metadata('9'), 'yes', 9],
    [metadata(null), 'failed', undefined],
    [metadata(9, counts({ high: 'some' })), 'failed', 9],
    [metadata(9, counts({ high: -1 })), 'failed', 9],
    [metadata(9, counts({ high: null })), 'failed', 9],
    [metadata(9, [1]), 'failed', 9],
    [metadata(9, {}), 'failed', 9],
    [metadata(9, { critical: 0, total: 0 }), 'failed', 9],
    [metadata(9, counts({ total: undefined })), 'failed', 9],
    [metadata(9, counts({ critical: 1 })), 'failed', 9],
    [metadata(9, counts({ total: 3 })), 'failed', 9],
    [metadata(9, null), 'failed', 9],
    [undefined, 'failed', undefined],
    [7, 'failed', undefined],
  ])('with the metadata %j', (metadata, ran, lookedAt) => {
    const { coverage } = parse(report({}, { metadata }));
    expect(coverage).toMatchObject([{ what: 'vulnerability', ran }]);
    expect(coverage[0]?.lookedAt).toBe(lookedAt);
  });
});

describe('npm audit: the answer of a registry', () => {
  it.each([
    [404, 'failed'],
    ['500', 'failed'],
    [200, 'yes'],
    [null, 'yes'],
  ])('with the status %j', (statusCode, ran) => {
    const { coverage } = parse(report({}, { metadata: metadata(9), statusCode }));
    expect(coverage).toMatchObject([{ what: 'vulnerability', ran }]);
  });
});

describe('npm audit: a report that contradicts itself', () => {
  it.each([
    ['an empty list', {}, { high: 2, critical: 1, total: 3 }, ['critical', 'high', 'total']],
    [
      'a list without criticals',
      { a: { severity: 'high', via: [via] } },
      { high: 1, critical: 1, total: 2 },
      ['critical', 'total'],
    ],
    [
      'a list without severities',
      { a: { via: [via] } },
      { high: 1, critical: 1, total: 2 },
      ['total'],
    ],
    ['counts as texts', {}, { critical: '1', total: '1' }, ['critical', 'total']],
    ['another severity', { a: { severity: 'low', via: [via] } }, { high: 1, total: 1 }, ['high']],
  ])('%s', (_, vulnerabilities, counted, places) => {
    const document = report(vulnerabilities, { metadata: metadata(9, counts(counted)) });
    const { findings, coverage, contradictions = [] } = parse(document);
    expect(contradictions.map(({ pointer }) => pointer?.split('/').at(-1)).sort()).toEqual(places);
    expect(findings).toHaveLength(Object.keys(vulnerabilities).length);
    expect(coverage).toMatchObject([{ ran: 'failed', lookedAt: 9 }]);
  });

  it.each([
    ['its own advisory', { a: { severity: 'high', via: [via] } }, []],
    ['that of a dependency', { a: { via: [via] }, b: { severity: 'high', via: ['a'] } }, []],
    ['one without a severity', { a: { severity: 'high', via: [{ ...via, severity: null }] } }, []],
    ['a worse one', { a: { severity: 'low', via: [via] } }, []],
    ['no advisory', { a: { severity: 'critical', via: [via] } }, ['/vulnerabilities/a']],
    [
      'no dependency',
      { a: { severity: 'high', via: [via] }, b: { severity: 'critical', via: ['a'] } },
      ['/vulnerabilities/b'],
    ],
  ])('has packages whose severity is that of %s', (_, vulnerabilities, places) => {
    const { contradictions = [] } = parse(report(vulnerabilities, { metadata: metadata(9) }));
    const severities = contradictions.filter(({ message }) => message.includes('no listed'));
    expect(severities.map(({ pointer }) => pointer)).toEqual(places);
  });

  it('lists vulnerable packages without their advisory', () => {
    const whole = { a: { via: [via] }, 'b/c': { via: ['a'] }, d: { via: ['b/c', 'd'] } };
    expect(parse(report(whole)).contradictions).toEqual([]);
    const { a: _, ...cut } = whole;
    expect(parse(report({ ...cut, e: { via: null } }))).toMatchObject({
      contradictions: [
        { pointer: '/vulnerabilities/b~1c' },
        { pointer: '/vulnerabilities/d' },
        { pointer: '/vulnerabilities/e' },
      ],
      coverage: [{ ran: 'failed' }],
    });
  });
});

describe('npm audit: two readings of one document', () => {
  it('count the worse severity of an advisory that is listed twice', () => {
    const twice = {
      a: {
        severity: 'critical',
        via: [
          { ...via, severity: 'low' },
          { ...via, severity: 'critical' },
        ],
      },
    };
    const both = [twice, { a: { ...twice.a, via: twice.a.via.toReversed() } }];
    for (const listed of both)
      expect(parse(report(listed, { metadata: metadata(9) })).findings).toMatchObject([
        { severity: 'critical' },
      ]);
  });

  it('are refused if the document has the lists of npm 6 and of npm 7', () => {
    const critical = { a: { severity: 'critical', via: [via] } };
    const old = { advisories: {}, metadata: { vulnerabilities: counts(), totalDependencies: 9 } };
    expect(() => parse(report(critical, old))).toThrow('the lists of npm 6 and of npm 7');
  });
});
