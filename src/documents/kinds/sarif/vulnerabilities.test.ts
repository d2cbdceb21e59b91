import { describe, expect, it } from 'vitest';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { document, parse } from './sarif.support.js';

const LOG4J = 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1';
const at = (uri: string, ...names: string[]) => [
  {
    physicalLocation: { artifactLocation: { uri } },
    logicalLocations: names.map((fullyQualifiedName) => ({ fullyQualifiedName })),
  },
];

/** The findings of a document with one rule and one result. */
const read = (name: string, rule: object, result: object) =>
  parse(document([result], { name, rules: [rule] })).findings ?? [];
const first = (name: string, rule: object, result: object) => read(name, rule, result)[0];

/** Texts of Grype. */
const grype = (lines: object, properties: object, more: object = {}) => {
  const text = Object.entries({ Vulnerability: 'x', ...lines }).map((line) => line.join(': '));
  return first(
    'Grype',
    { id: 'CVE-2021-44228-log4j-core', help: { text: text.join('\n') }, properties },
    {
      ruleId: 'CVE-2021-44228-log4j-core',
      message: {
        text: 'A critical vulnerability in java-archive package: log4j-core, version 2.14.0 was found at: a.jar',
      },
      ...more,
    },
  );
};

it.each([
  [{ level: 'none' }, {}, 'unknown'],
  [{}, { defaultConfiguration: { level: 'none' } }, 'unknown'],
  [{ level: 'note' }, {}, 'low'],
])('SARIF: a vulnerability with %j and a rule with %j: %s', (fields, rule, severity) => {
  const id = 'CVE-2021-44228';
  const own = { ruleId: id, message: { text: 'x' }, ...fields };
  const driver = { name: 'Grype', rules: [{ id, ...rule }] };
  expect(parse(document([own], driver)).findings).toMatchObject([{ severity }]);
});

describe('SARIF: vulnerabilities of Grype', () => {
  it('have the id, the package and the fix', () => {
    const finding = grype(
      { Severity: 'critical', Package: 'log4j-core', 'Fix Version': '2.15.0', Link: 'x' },
      { 'security-severity': '10.0', purls: [LOG4J] },
    );
    expect(finding).toMatchObject({
      type: 'vulnerability',
      severity: 'critical',
      score: 10,
      rule: 'CVE-2021-44228',
      purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0',
      packageName: 'org.apache.logging.log4j:log4j-core',
      packageVersion: '2.14.0',
      fixedVersion: '2.15.0',
    });
    // The same defect as in reports of other tools, in whatever version.
    expect(finding?.fingerprint).toBe(vulnerabilityFingerprint('CVE-2021-44228', LOG4J));
  });

  it('have an unknown severity if the score is 0', () => {
    expect(grype({ Severity: 'low' }, { 'security-severity': '0.0' })?.severity).toBe('unknown');
    expect(grype({}, { 'security-severity': '0.0' }, { level: 'error' })?.severity).toBe('high');
    const low = grype({ Severity: 'low' }, { 'security-severity': 0 }, { level: 'error' });
    expect(low?.severity).toBe('high');
    expect(grype({ Severity: 'low' }, { 'security-severity': '9.8' })?.severity).toBe('critical');
  });

  it.each(['extreme', {}, true, ['9.8'], 'P1'])(
    'have an unknown severity if the score is not understood: %j',
    (value) => {
      const properties = { 'security-severity': value };
      expect(grype({}, properties, { level: 'note' })?.severity).toBe('unknown');
      expect(grype({ Severity: 'low' }, properties)?.severity).toBe('unknown');
      expect(grype({ Severity: 'critical' }, properties)?.severity).toBe('critical');
    },
  );

  it('have the name of an advisory without the package', () => {
    const rule = {
      id: 'ELSA-2021-1234-openssl',
      properties: { purls: ['pkg:rpm/ol/openssl@1.1'] },
    };
    expect(first('Grype', rule, { ruleId: rule.id })?.rule).toBe('ELSA-2021-1234');
  });

  it('of early versions have the id within the name of the rule', () => {
    const id = 'ANCHOREVULN_shop:1_CVE-2021-44228_java-archive_log4j-core_2.14.1';
    expect(first('Anchore Container Vulnerability Report (T0)', { id }, { ruleId: id })?.rule).toBe(
      'CVE-2021-44228',
    );
  });
});

describe('SARIF: vulnerabilities of Trivy', () => {
  const trivy = (fixed: string, uri: string, name: string, word = 'HIGH') =>
    first(
      'Trivy',
      {
        id: 'CVE-2020-8203',
        shortDescription: { text: 'Prototype pollution' },
        properties: { 'security-severity': '0.0', tags: ['vulnerability', 'security', word] },
      },
      {
        ruleId: 'CVE-2020-8203',
        level: 'note',
        message: {
          text: [
            `Package: ${name}`,
            'Installed Version: 4.17.15',
            'Vulnerability CVE-2020-8203',
            `Severity: ${word}`,
            `Fixed Version: ${fixed}`,
            'Link: [x](https://x)',
          ].join('\n'),
        },
        locations: at(uri),
      },
    );

  it('are read from the lines of the message', () => {
    expect(trivy('4.17.19', 'web/package-lock.json', 'lodash')).toMatchObject({
      severity: 'high',
      rule: 'CVE-2020-8203',
      title: 'Prototype pollution',
      purl: 'pkg:npm/lodash@4.17.15',
      packageVersion: '4.17.15',
      fixedVersion: '4.17.19',
      fingerprint: vulnerabilityFingerprint('CVE-2020-8203', 'pkg:npm/lodash'),
    });
    expect(trivy('', 'a', 'b', 'UNKNOWN')?.severity).toBe('unknown');
  });

  it.each([
    ['go.mod', 'golang.org/x/text', 'pkg:golang/golang.org/x/text@4.17.15'],
    ['a/requirements-dev.txt', 'Django', 'pkg:pypi/django@4.17.15'],
    ['uv.lock', 'jinja2', 'pkg:pypi/jinja2@4.17.15'],
    ['Cargo.lock', 'time', 'pkg:cargo/time@4.17.15'],
    ['pom.xml', 'org.a:b', 'pkg:maven/org.a/b@4.17.15'],
    ['lib/b.jar', 'b', undefined],
    ['Gemfile.lock', 'rack', 'pkg:gem/rack@4.17.15'],
    ['composer.lock', 'a/b', 'pkg:composer/a/b@4.17.15'],
    ['packages.lock.json', 'A.B', 'pkg:nuget/A.B@4.17.15'],
    ['library/alpine', 'musl', undefined],
  ])('in %s: %s is %s', (uri, name, purl) => {
    expect(trivy('', uri, name)).toMatchObject({ purl, packageName: name });
  });

  it('without a fix: whether there is one is not known', () => {
    const finding = trivy('', 'package-lock.json', 'lodash');
    expect(finding?.fixedVersion).toBeUndefined();
    expect(finding).not.toHaveProperty('unfixable');
  });
});
