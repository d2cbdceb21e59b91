import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { type UploadOptions, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf, XML } from '../support/verdicts.js';

/** Documents with values that the server does not understand, or that say nothing: what is unclear never allows. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

interface Case {
  readonly document: unknown;
  readonly options?: UploadOptions;
  readonly rule: object;
  /** Why it is denied. Absent: it is allowed. */
  readonly reason?: RegExp;
}

const scan = (what: string) => ({ rule: 'max-findings', severity: 'high', types: [what] });

async function judge({ document, options = {}, rule, reason }: Case) {
  const response = await upload(context.app, release, document, options);
  expect(response.statusCode, response.body).toBe(201);
  const environment = await guard(context.app, [rule]);
  const verdict = await verdictOf(context.app, release, { environment });
  expect(verdict.decision, denials(verdict).join('\n')).toBe(reason ? 'deny' : 'allow');
  if (reason) expect(denials(verdict).join('\n')).toMatch(reason);
}

const judged = (name: string, cases: Record<string, Case>) =>
  describe(name, () => {
    it.each(Object.entries(cases))('%s', (_name, one) => judge(one));
  });

const rated = (rule: unknown, own?: unknown): unknown => ({
  version: '2.1.0',
  runs: [
    {
      tool: {
        driver: { name: 'CodeQL', rules: [{ id: 'r', properties: { 'security-severity': rule } }] },
      },
      results: [
        {
          ruleId: 'r',
          level: 'note',
          message: { text: 'x' },
          properties: { 'security-severity': own },
        },
      ],
    },
  ],
});

judged('security-severity of SARIF', {
  ...Object.fromEntries(
    ['KRITISCH', 'P1', {}, true, ['9.8'], 'extreme (2.0)'].map((value) => [
      `${JSON.stringify(value)} has an unknown severity`,
      { document: rated(value), rule: scan('code'), reason: /1 unknown-severity/ },
    ]),
  ),
  ...Object.fromEntries(
    ['9,8', '9.8/10', 'CRITICAL (9.8)', '9.8 (Critical)'].map((value) => [
      `${value} is critical`,
      { document: rated(value), rule: scan('code'), reason: /1 critical/ },
    ]),
  ),
  'n/a does not hide the rating of the rule': {
    document: rated('9.8', 'n/a'),
    rule: scan('code'),
    reason: /1 critical/,
  },
  '2.0 is low': { document: rated('2.0'), rule: scan('code') },
});

const grype = (fields: object = {}) => ({
  matches: [],
  source: { type: 'directory', target: '/src' },
  distro: { name: 'debian', version: '12' },
  descriptor: { name: 'grype', version: '0.104.0', db: { status: { valid: true } } },
  ...fields,
});
const alert = (type: string) => ({
  alertsByPackage: [{ package: {}, alerts: [{ type, message: `the alert ${type}` }] }],
});
const WORD: UploadOptions = { scanners: 'vulnerability' };

judged('Grype', {
  'of a distribution with a database': { document: grype(), rule: scan('vulnerability') },
  'of packages of a distribution that it has no data for': {
    document: grype(alert('distro-disabled')),
    options: WORD,
    rule: scan('vulnerability'),
    reason: /1 package: the alert distro-disabled/,
  },
  'of packages of a distribution that it does not know': {
    document: grype(alert('distro-unknown')),
    options: WORD,
    rule: scan('vulnerability'),
    reason: /1 package: the alert distro-unknown/,
  },
  'of a folder without packages': {
    document: grype({ distro: {} }),
    rule: scan('vulnerability'),
    reason: /no match and no distribution that Grype found/,
  },
  'of a folder, with the word of the uploader': {
    document: grype({ distro: {} }),
    options: WORD,
    rule: scan('vulnerability'),
  },
  ...Object.fromEntries(
    [undefined, null, { status: { built: '2026-01-01T00:00:00Z' } }].map((db) => [
      `with the database ${JSON.stringify(db)}`,
      {
        document: grype({ descriptor: { name: 'grype', db } }),
        rule: scan('vulnerability'),
        reason: /does not say that the vulnerability database was valid/,
      },
    ]),
  ),
});

const tests = (time: string, place = ''): unknown =>
  `<testsuite name="s" tests="1" ${place ? '' : time}><testcase name="a" ${place ? time : ''}/></testsuite>`;
const fresh = (shows: string) => ({ rule: 'evidence-required', shows, maximumAgeDays: 30 });
const trivyAt = (CreatedAt: unknown) => ({
  SchemaVersion: 2,
  CreatedAt,
  ArtifactName: '.',
  ArtifactType: 'filesystem',
  Results: [{ Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm' }],
});

judged('times', {
  ...Object.fromEntries(
    [
      '2020-01-01T00:00:00 UTC',
      'Wed, 01 Jan 2020 00:00:00 GMT',
      '01/01/2020 10:00:00',
      '1577836800',
      '20200101T000000Z',
      '1980-01-01T00:00:00',
    ].map((time) => [
      `JUnit of ${time}`,
      {
        document: tests(`timestamp="${time}"`),
        options: XML,
        rule: fresh('tests'),
        reason: /is older than 30 days\. Run the tool again/,
      },
    ]),
  ),
  'JUnit with times of tests alone': {
    document: tests('timestamp="2020-01-01T00:00:00"', 'case'),
    options: XML,
    rule: fresh('tests'),
    reason: /is older than 30 days/,
  },
  'JUnit with a time that is not understood': {
    document: tests('timestamp="31.02.2026 25:61"'),
    options: XML,
    rule: fresh('tests'),
    reason: /or of unknown age\. junit has a time that is not understood: .?31.02.2026 25:61/,
  },
  'JUnit with a time that is not understood, for a rule without an age': {
    document: tests('timestamp="31.02.2026 25:61"'),
    options: XML,
    rule: { rule: 'evidence-required', shows: 'tests' },
  },
  'JUnit without a time': { document: tests(''), options: XML, rule: fresh('tests') },
  'Trivy with a number of seconds': {
    document: trivyAt(1577836800),
    rule: fresh('vulnerability'),
    reason: /is older than 30 days/,
  },
  'Trivy with the time as Go prints it': {
    document: trivyAt('2020-01-01 00:00:00 +0000 UTC'),
    rule: fresh('vulnerability'),
    reason: /is older than 30 days/,
  },
});

const banned = {
  rule: 'banned-components',
  components: [{ purl: 'pkg:npm/@evil/*' }, { purl: 'pkg:npm/event-stream' }],
};
const cyclonedx = (component: object) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  components: [{ type: 'library', version: '1', ...component }],
});
const purls = (count: number) =>
  [...Array(count).keys()].map((i) => ({
    referenceType: 'PURL',
    referenceLocator: i + 1 < count ? `pkg:npm/a${i}@1` : 'pkg:npm/event-stream@1',
  }));
const spdx = (packages: object[], documentDescribes: string[] = []) => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'shop',
  documentDescribes,
  packages: packages.map((one, i) => ({ SPDXID: `SPDXRef-${i}`, versionInfo: '1', ...one })),
});
const FOUND = /1 banned component/;

judged('banned components', {
  'with a group and without a package URL': {
    document: cyclonedx({ group: '@evil', name: 'x' }),
    rule: banned,
    reason: FOUND,
  },
  'with a namespace in their name': {
    document: cyclonedx({ name: '@evil/x' }),
    rule: banned,
    reason: FOUND,
  },
  'with a generic package URL': {
    document: cyclonedx({ name: 'event-stream', purl: 'pkg:generic/event-stream@1' }),
    rule: banned,
    reason: FOUND,
  },
  'with two versions in their package URL': {
    document: cyclonedx({ name: 'event-stream', purl: 'pkg:npm/event-stream@1@2' }),
    rule: banned,
    reason: FOUND,
  },
  'as a package of SPDX without a package URL': {
    document: spdx([{ name: '@evil/x' }]),
    rule: banned,
    reason: FOUND,
  },
  'as the last of twelve package URLs of SPDX': {
    document: spdx([{ name: 'a', externalRefs: purls(12) }]),
    rule: banned,
    reason: FOUND,
  },
  'as one of two packages that SPDX describes': {
    document: spdx(
      [{ name: 'event-stream' }, { name: 'shop' }, { name: 'b' }],
      ['SPDXRef-0', 'SPDXRef-1'],
    ),
    rule: banned,
    reason: FOUND,
  },
  'are not those of another namespace': {
    document: cyclonedx({ group: '@good', name: 'x' }),
    rule: banned,
  },
});

judged('licences, unknown ones allowed', {
  ...Object.fromEntries(
    [
      'GNU General Public License v3.0 only',
      'GPLv3',
      'GNU Affero General Public License v3',
      'MIT/AGPL-3.0',
      'MIT, AGPL-3.0-only',
      'https://www.gnu.org/licenses/agpl-3.0.html',
    ].map((name) => [
      name,
      {
        document: cyclonedx({ name: 'a', licenses: [{ license: { name } }] }),
        rule: { rule: 'licences', deny: ['GPL-3.0-only', 'AGPL-*'], unknown: 'allow' },
        reason: /1 has licences that are not allowed/,
      },
    ]),
  ),
  'a name without a denied licence': {
    document: cyclonedx({ name: 'a', licenses: [{ license: { name: 'Our own licence' } }] }),
    rule: { rule: 'licences', deny: ['GPL-3.0-only', 'AGPL-*'], unknown: 'allow' },
  },
});

const silent = (name: string, run: object = {}, rules: object[] = [], more: object = {}) => ({
  version: '2.1.0',
  runs: [{ tool: { driver: { name, rules } }, results: [], ...run }],
  ...more,
});
const off = { descriptor: { id: 'r' }, configuration: { enabled: false } };
const osv = (vulnerability: object, max_severity: string) => ({
  results: [
    {
      source: { path: 'package-lock.json', type: 'lockfile' },
      packages: [
        {
          package: { name: 'a', version: '1', ecosystem: 'npm' },
          vulnerabilities: [
            { id: 'GHSA-aaaa-bbbb-cccc', database_specific: { severity: 'LOW' }, ...vulnerability },
          ],
          groups: [{ ids: ['GHSA-aaaa-bbbb-cccc'], max_severity }],
        },
      ],
    },
  ],
});

judged('SARIF without findings', {
  'with rules, and no file': {
    document: silent('CodeQL', {}, [{ id: 'r' }]),
    rule: scan('code'),
    reason: /does not show that the tool looked at anything/,
  },
  'with a file': {
    document: silent('CodeQL', { artifacts: [{ location: { uri: 'a.js' } }] }),
    rule: scan('code'),
  },
  ...Object.fromEntries(
    ['Grype', 'npm audit', 'Snyk Open Source', 'Snyk Container'].map((name) => [
      `of ${name}`,
      {
        document: silent(name, {}, [{ id: 'r' }]),
        rule: scan('vulnerability'),
        reason: /does not show that the tool looked at anything/,
      },
    ]),
  ),
  'with all rules disabled by its invocation': {
    document: silent(
      'CodeQL',
      { invocations: [{ executionSuccessful: true, ruleConfigurationOverrides: [off] }] },
      [{ id: 'r' }],
    ),
    rule: scan('code'),
    reason: /all of its rules are disabled/,
  },
  'with invocations in other files': {
    document: silent('CodeQL', {
      externalPropertyFileReferences: { invocations: [{ location: { uri: 'a' } }] },
    }),
    rule: scan('code'),
    reason: /in other files/,
  },
  'with invocations outside its runs': {
    document: silent('CodeQL', {}, [], {
      inlineExternalProperties: [{ invocations: [{ executionSuccessful: false }] }],
    }),
    rule: scan('code'),
    reason: /outside its runs/,
  },
  ...Object.fromEntries(
    ['OSV Scanner', 'Google OSV-Scanner'].map((name) => [
      `of ${name}`,
      {
        document: silent(name),
        rule: scan('vulnerability'),
        reason: /writes the same SARIF if it found no package/,
      },
    ]),
  ),
});

judged('OSV-Scanner', {
  'with a low word and a high score': {
    document: osv({}, '9.8'),
    rule: scan('vulnerability'),
    reason: /1 critical/,
  },
  'with an alias of a malicious package': {
    document: osv({ aliases: ['MAL-2024-1'] }, ''),
    rule: scan('vulnerability'),
    reason: /1 critical/,
  },
  'with a low word': { document: osv({}, ''), rule: scan('vulnerability') },
});
