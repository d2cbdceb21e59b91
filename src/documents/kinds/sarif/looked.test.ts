import { describe, expect, it } from 'vitest';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { withDeclared } from '../../parsing/declared.js';
import { sarif } from './index.js';
import { artifacts, document, parse, result } from './sarif.support.js';

/** The coverage of a run without artifacts, unless they are given. */
const covers = (name: string, results: object[] = [], more: object = {}, properties = {}) =>
  parse(document(results, { name, properties }, { artifacts: [], ...more })).coverage;

const KNOWN: [name: string, what: FindingType][] = [
  ['Grype', 'vulnerability'],
  ['npm audit', 'vulnerability'],
  ['Snyk Open Source', 'vulnerability'],
  ['Snyk Container', 'vulnerability'],
  ['docker scout', 'vulnerability'],
  ['osv-scanner', 'vulnerability'],
  ['gitleaks', 'secret'],
  ['TruffleHog', 'secret'],
  ['checkov', 'misconfiguration'],
  ['KICS', 'misconfiguration'],
  ['CodeQL', 'code'],
  ['Semgrep OSS', 'code'],
  ['gosec', 'code'],
  ['ESLint', 'code'],
];

describe('SARIF without a result', () => {
  it.each(KNOWN)('of %s does not show that it looked at anything', (name, what) => {
    for (const more of [
      {},
      { invocations: [{ executionSuccessful: true }] },
      { artifacts: [{}] },
      {
        artifacts: [{ location: { uri: '.gitleaks.toml' }, roles: ['userSpecifiedConfiguration'] }],
      },
      { properties: { metrics: 3 } },
      { artifacts: [{ location: { uri: ' ' } }] },
      { artifacts: [{ location: { uri: 'a.json' }, roles: 'policy' }] },
      { results: [{ ...result(), kind: 'notApplicable', level: 'none' }] },
      { results: [{ ...result(), baselineState: 'absent' }] },
    ])
      expect(covers(name, [], more)).toMatchObject([
        { what, ran: 'unknown', reason: expect.stringContaining(`?scanners=${what}`) },
      ]);
  });

  it.each(KNOWN)('of %s counts by the word of the uploader', (name, what) => {
    const parsed = parse(document([], { name }, { artifacts: [] }));
    expect(withDeclared(parsed, sarif, [what]).coverage).toMatchObject([
      { what, ran: 'yes', declared: true },
    ]);
  });

  it('of Grype and Semgrep: their JSON shows more', () => {
    expect(covers('Grype')[0]?.reason).toContain('grype -o json');
    expect(covers('Semgrep OSS')[0]?.reason).toContain('--json');
    expect(covers('gitleaks')[0]?.reason).not.toContain('JSON');
  });

  it.each<[string, string, object, object]>([
    ['files', 'ESLint', { artifacts }, {}],
    ['targets', 'CodeQL', { artifacts: [{ roles: ['analysisTarget'] }] }, {}],
    ['a number of packages', 'Snyk Open Source', {}, { artifactsScanned: 12 }],
    ['metrics', 'Bandit', { properties: { metrics: { _totals: {}, 'a.py': { loc: 3 } } } }, {}],
  ])('shows %s of %s: it ran', (_what, name, more, properties) => {
    expect(covers(name, [], more, properties)).toMatchObject([{ ran: 'yes' }]);
  });

  it.each<[string, string, object, object]>([
    ['packages', 'Snyk Container', {}, { artifactsScanned: 0 }],
    ['files', 'Bandit', { properties: { metrics: { _totals: { loc: 0 } } } }, {}],
    ['lines', 'Bandit', { properties: { metrics: { _totals: { loc: 0 }, 'a.py': {} } } }, {}],
  ])('shows no %s of %s: no word makes up for it', (_what, name, more, properties) => {
    const parsed = parse(document([], { name, properties }, { artifacts: [], ...more }));
    const [entry] = parsed.coverage;
    expect(entry).toMatchObject({ ran: 'unknown', lookedAt: 0 });
    const { coverage } = withDeclared(parsed, sarif, [entry?.what as FindingType]);
    expect(coverage.map(({ ran }) => ran)).not.toContain('yes');
  });
});

it('SARIF with a result shows that the tool looked at something', () => {
  expect(covers('gosec', [result()])).toMatchObject([{ what: 'code', ran: 'yes' }]);
  expect(covers('checkov', [result({ kind: 'pass' })])).toMatchObject([{ ran: 'yes' }]);
});
