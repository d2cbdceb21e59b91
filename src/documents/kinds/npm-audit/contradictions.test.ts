import { describe, expect, it } from 'vitest';
import { parser } from './parser.js';

const parse = (document: unknown) => parser.parse(document, { secretKey: new Uint8Array(32) });
const none = { info: 0, low: 0, moderate: 0, high: 0, critical: 0 };
const current = (vulnerabilities: object) => ({
  auditReportVersion: 2,
  vulnerabilities: {},
  metadata: {
    vulnerabilities: { ...none, total: 0, ...vulnerabilities },
    dependencies: { total: 3 },
  },
});
const old = (vulnerabilities: object, more: object = {}) => ({
  advisories: {},
  metadata: { vulnerabilities: { ...none, ...vulnerabilities }, totalDependencies: 3 },
  ...more,
});

describe('npm audit: counts of other severities', () => {
  it.each([{ Critical: 1 }, { severe: '2' }])('contradict an empty list: %j', (counts) => {
    for (const document of [current(counts), old(counts)]) {
      const { coverage, contradictions } = parse(document);
      expect(coverage).toMatchObject([{ ran: 'failed' }]);
      expect(contradictions).toMatchObject([
        { pointer: `/metadata/vulnerabilities/${Object.keys(counts)[0]}` },
      ]);
    }
  });

  it('do not matter if they are 0', () => {
    for (const document of [current({ none: 0 }), old({ none: 0 })])
      expect(parse(document)).toMatchObject({ coverage: [{ ran: 'yes' }], contradictions: [] });
  });
});

describe('npm audit: reports of npm 6', () => {
  const action = (...ids: unknown[]) => ({
    actions: [{ action: 'update', module: 'a', resolves: ids.map((id) => ({ id, path: 'a' })) }],
  });

  it('contradict themselves if they resolve an advisory that they do not list', () => {
    expect(parse(old({}, action(1)))).toMatchObject({
      coverage: [{ ran: 'failed' }],
      contradictions: [
        { message: 'names the advisory 1, which is not listed', pointer: '/actions/0/resolves' },
      ],
    });
    const advisories = {
      1: { id: 1, module_name: 'a', severity: 'low', findings: [{ paths: ['a'] }] },
    };
    const whole = { ...old({ low: 1 }, action(1)), advisories };
    expect(parse(whole)).toMatchObject({ coverage: [{ ran: 'yes' }], contradictions: [] });
  });

  it('do not count if the user muted advisories', () => {
    for (const muted of [[{}], { 1: {} }, 'GHSA-x'])
      expect(parse(old({}, { muted })).coverage).toMatchObject([
        { ran: 'failed', reason: expect.stringContaining('the user muted') },
      ]);
    expect(parse(old({}, { muted: [] })).coverage).toMatchObject([{ ran: 'yes' }]);
  });
});
