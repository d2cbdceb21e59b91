import { describe, expect, it } from 'vitest';
import { faultOf } from '../../fault.support.js';
import { withDeclared } from '../../parsing/declared.js';
import { sarif } from './index.js';
import { document, parse, result } from './sarif.support.js';

const GITLEAKS = { name: 'Acme Guard', informationUri: 'https://github.com/gitleaks/gitleaks' };
const GRYPE = { name: 'Acme Scan', fullName: 'Grype 0.104.0' };

const ran = (driver: object, results: object[] = []) =>
  parse(document(results, driver)).coverage.map(({ what, ran: did }) => `${what}: ${did}`);

describe('SARIF of a tool with the name of a vendor', () => {
  it.each([
    [GITLEAKS, 'secret'],
    [
      { name: 'Acme Guard', informationUri: 'https://github.com/Yelp/detect-secrets.git' },
      'secret',
    ],
    [GRYPE, 'vulnerability'],
    [{ name: 'Acme', informationUri: 'http://github.com/anchore/grype#readme' }, 'vulnerability'],
    [{ name: 'Acme', fullName: 'checkov' }, 'misconfiguration'],
  ])('%j reports findings of its type, and its silence shows nothing', (driver, what) => {
    expect(parse(document([result()], driver)).findings).toMatchObject([{ type: what }]);
    expect(ran(driver)).toEqual([`${what}: unknown`]);
    expect(ran(driver, [result()])).toEqual([`${what}: unknown`]);
  });

  it('masks what a scanner of secrets found', () => {
    const { masked } = parse(document([result({}, 3, 'password=hunter2hunter2')], GITLEAKS));
    expect(JSON.stringify(masked)).not.toContain('hunter2');
  });

  it('looks for what that tool can look for', () => {
    const clean = parse(document([], GRYPE));
    expect(faultOf(() => withDeclared(clean, sarif, ['secret'])).message).toContain('secret');
    expect(withDeclared(clean, sarif, ['vulnerability']).coverage).toMatchObject([{ ran: 'yes' }]);
  });

  it.each([
    {},
    { fullName: null, informationUri: null },
    { informationUri: 'https://acme.example/grype' },
    { fullName: 'Acme secret scanner', informationUri: ['https://github.com/anchore/grype'] },
  ])('says nothing of a tool with %j', (more) => {
    expect(ran({ name: 'Acme', ...more })).toEqual(['code: unknown']);
  });
});

describe('SARIF of a tool that the server knows', () => {
  it.each([
    { name: 'ESLint', informationUri: 'https://eslint.org' },
    { name: 'CodeQL', informationUri: 'https://github.com/github/codeql' },
    {
      name: 'Snyk IaC',
      fullName: 'Snyk Infrastructure as Code',
      informationUri: 'https://docs.snyk.io',
    },
  ])('ran: %j', (driver) => {
    expect(ran(driver)[0]).toMatch(/: yes$/);
  });

  it.each([
    { name: 'gitleaks', fullName: 'Grype' },
    { name: 'Grype', informationUri: 'https://github.com/gitleaks/gitleaks' },
    { name: 'ESLint', informationUri: 'https://github.com/anchore/grype' },
  ])('is none of two tools: %j', (driver) => {
    const { coverage } = parse(document([], driver));
    expect(coverage).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining('and says that it is') },
    ]);
  });
});
