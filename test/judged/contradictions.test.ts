import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { type UploadOptions, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf, XML } from '../support/verdicts.js';

/** Documents of crashed and misconfigured tools that look clean, and the answer of a gate with one rule to each. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

interface Case {
  readonly document: unknown;
  readonly options?: UploadOptions;
  readonly rule: object;
  readonly reason: RegExp;
}

const scan = (what: string) => ({ rule: 'max-findings', severity: 'low', types: [what] });

const folder = (...Results: object[]) => ({
  SchemaVersion: 2,
  ArtifactName: '.',
  ArtifactType: 'filesystem',
  ...(Results.length > 0 && { Results }),
});

const TRIVY: Record<string, Case> = {
  'Trivy of a folder without anything to scan, with the word of the uploader': {
    document: folder(),
    options: { scanners: 'vuln' },
    rule: scan('vulnerability'),
    reason: /has no result: Trivy found nothing/,
  },
  'Trivy of a folder with secrets only, with the word of the uploader': {
    document: folder({ Target: 'a', Class: 'secret' }),
    options: { scanners: 'vuln,secret' },
    rule: scan('vulnerability'),
    reason: /no result of packages/,
  },
  'Trivy of a folder without configuration, with the word of the uploader': {
    document: folder({ Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm' }),
    options: { scanners: 'misconfig' },
    rule: scan('misconfiguration'),
    reason: /no result of configuration files/,
  },
  'Trivy with an error in a result': {
    document: folder({ Target: 'package-lock.json', Class: 'lang-pkgs', Error: 'no space left' }),
    rule: scan('vulnerability'),
    reason: /no space left/,
  },
};

const linter = (invocation: object, name = 'linter') => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name } },
      results: [],
      invocations: [{ executionSuccessful: true, ...invocation }],
    },
  ],
});

const SARIF: Record<string, Case> = {
  'SARIF of a tool that the kernel killed': {
    document: linter({ exitCode: 137 }),
    rule: scan('code'),
    reason: /exited with 137/,
  },
  'SARIF of a secret scanner that a signal ended': {
    document: linter({ exitSignalName: 'Killed' }, 'gitleaks'),
    options: { scanners: 'secret' },
    rule: { rule: 'no-secrets' },
    reason: /the signal Killed ended the tool/,
  },
};

const tests = (text: string, reason: RegExp): Case => ({
  document: text,
  options: XML,
  rule: { rule: 'tests-passed' },
  reason,
});
const suite = (attributes: string, inner = '', children = '') =>
  `<testsuites><testsuite name="s" ${attributes}><testcase name="a">${inner}</testcase>${children}</testsuite></testsuites>`;

const JUNIT: Record<string, Case> = {
  'JUnit with a failure in a list': tests(
    suite('', '<failures><failure message="x"/></failures>'),
    /1 test failed/,
  ),
  'JUnit with a list of errors in a suite': tests(
    suite('', '', '<errors>no database</errors>'),
    /1 test failed/,
  ),
  'JUnit with a word in an element': tests(suite('', '<status>fail</status>'), /1 test failed/),
  'JUnit with a suite that failed': tests(suite('Result="failed"'), /1 test failed/),
  'JUnit with a negative count': tests(suite('failures="-1"'), /failures="-1" in its suite/),
  'JUnit with counts in another case': tests(suite('Tests="9" Failures="0"'), /lacks 8 tests/),
  'JUnit with fewer cases than its root counts': tests(
    `<testsuites tests="3" failures="0"><testsuite name="s"><testcase name="a"/></testsuite></testsuites>`,
    /lacks 2 tests/,
  ),
  'JUnit with more failures at its root than cases': tests(
    `<testsuites tests="1" failures="2"><testsuite name="s"><testcase name="a"/></testsuite></testsuites>`,
    /2 tests failed/,
  ),
  'JUnit with a test that has another name': tests(
    suite('', '', '<test name="b"/>'),
    /may be a test that is not read/,
  ),
  'JUnit with a test that has another name and failed': tests(
    suite('', '', '<test name="b" result="Failed"/>'),
    /1 test failed/,
  ),
  'JUnit with an assertion that failed': tests(
    suite('', '<assertion result="false"/>'),
    /1 test failed/,
  ),
  'JUnit with failures under another name': tests(suite('failed-tests="2"'), /2 tests failed/),
  'JUnit of CTest with a program that was not built': tests(
    suite(
      '',
      '',
      '<testcase name="b" status="notrun"><skipped message="Unable to find executable"/></testcase>',
    ),
    /1 test failed/,
  ),
};

const trx = (inner: string, counters: string, outcome = 'Completed', more = '') =>
  [
    '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">',
    `<Results><UnitTestResult testName="A" outcome="Passed">${inner}</UnitTestResult></Results>`,
    `<ResultSummary outcome="${outcome}"><Counters ${counters}/>${more}</ResultSummary></TestRun>`,
  ].join('');
const one = 'total="1" executed="1" passed="1"';

const TRX: Record<string, Case> = {
  'TRX with a stack trace in a test that passed': tests(
    trx('<Output><ErrorInfo><StackTrace>at A.b()</StackTrace></ErrorInfo></Output>', one),
    /1 test failed/,
  ),
  'TRX of a process that crashed': tests(
    trx(
      '',
      one,
      'Completed',
      '<RunInfos><RunInfo outcome="Warning"><Text>Test host process crashed</Text></RunInfo></RunInfos>',
    ),
    /the run reports an error: Test host process crashed/,
  ),
  'TRX with more tests executed than in all': tests(
    trx('', 'total="1" executed="3"'),
    /2 results missing/,
  ),
  'TRX with more tests that passed than results': tests(
    trx('', 'total="1" passed="3"'),
    /2 results missing/,
  ),
  'TRX with two lists of counters': tests(
    trx('', one, 'Completed', `<Counters ${one}/>`),
    /several summaries/,
  ),
  'TRX with an error of the run': tests(
    trx('', one, 'Completed', '<RunInfos><RunInfo outcome="Error"/></RunInfos>'),
    /the run reports an error/,
  ),
  'TRX of a run that failed': tests(trx('', one, 'Failed'), /the run failed/),
  'TRX of a run that timed out': tests(trx('', one, 'Timeout'), /outcome of the run is Timeout/),
};

/** Output of Go: a test that passed, and what comes after it. */
const go = (...events: object[]) =>
  [{ Action: 'start' }, { Action: 'run', Test: 'A' }, { Action: 'pass', Test: 'A' }, ...events]
    .map((event) => JSON.stringify({ Package: 'shop', ...event }))
    .join('\n');
const ended = { Action: 'pass' };
const events = (reason: RegExp, ...lines: object[]): Case => ({
  ...tests(go(...lines), reason),
  options: {},
});

const GO: Record<string, Case> = {
  'Go with a test that did not end': events(/1 test failed/, { Action: 'run', Test: 'B' }, ended),
  'Go with an action that is not known': events(
    /1 test failed/,
    { Action: 'run', Test: 'B' },
    { Action: 'crash', Test: 'B' },
    ended,
  ),
  'Go with a failure without a package': events(/1 test failed/, ended, {
    Action: 'fail',
    Package: undefined,
  }),
  'Go with a build that failed': events(/1 test failed/, ended, {
    Action: 'build-fail',
    Package: undefined,
    ImportPath: 'cart',
  }),
  'Go with a package that did not end': events(/began and did not end/),
};

const OTHERS: Record<string, Case> = {
  'npm audit that resolves an advisory which it does not list': {
    document: {
      actions: [{ resolves: [{ id: 1 }] }],
      advisories: {},
      metadata: { vulnerabilities: { critical: 0 }, totalDependencies: 9 },
    },
    rule: scan('vulnerability'),
    reason: /does not list the vulnerabilities/,
  },
  'npm audit that counts a severity in another case': {
    document: {
      auditReportVersion: 2,
      vulnerabilities: {},
      metadata: { vulnerabilities: { Critical: 1, total: 0 }, dependencies: { total: 9 } },
    },
    rule: scan('vulnerability'),
    reason: /does not list the vulnerabilities/,
  },
  'Semgrep with an error at its top': {
    document: { results: [], errors: [], paths: { scanned: ['a.js'] }, error: 'no network' },
    rule: scan('code'),
    reason: /no network/,
  },
  'Semgrep with a timeout for each file': {
    document: {
      results: [],
      errors: ['a.js', 'b.js'].map((path) => ({ level: 'warn', type: 'Timeout', path })),
      paths: { scanned: ['a.js', 'b.js'] },
    },
    options: { scanners: 'code' },
    rule: scan('code'),
    reason: /could not analyse 2 of 2 files completely/,
  },
  'SARIF of Semgrep with a timeout': {
    document: linter(
      { toolExecutionNotifications: [{ descriptor: { id: 'Timeout' }, level: 'warning' }] },
      'Semgrep OSS',
    ),
    options: { scanners: 'code' },
    rule: scan('code'),
    reason: /1 notification such as Timeout/,
  },
  'SARIF of a tool that is not known, without any sign of work': {
    document: { version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [] }] },
    rule: scan('code'),
    reason: /does not know its tool/,
  },
  'SARIF with a severity in another spelling': {
    document: {
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'ESLint',
              rules: [{ id: 'a', properties: { SecuritySeverity: '9.1' } }],
            },
          },
          results: [{ ruleId: 'a', level: 'note', message: { text: 'x' } }],
        },
      ],
    },
    rule: { ...scan('code'), severity: 'critical' },
    reason: /1 critical finding/,
  },
  'an SBOM of files': {
    document: {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: [{ type: 'file', name: '/etc/passwd' }],
    },
    rule: { rule: 'evidence-required', shows: 'components' },
    reason: /lists only files/,
  },
  'OSV-Scanner with an error in a package': {
    document: {
      results: [
        {
          source: { path: 'package-lock.json', type: 'lockfile' },
          packages: [
            { package: { name: 'a', version: '1', ecosystem: 'npm' }, errors: ['no network'] },
          ],
        },
      ],
    },
    rule: scan('vulnerability'),
    reason: /no network/,
  },
};

const cases = { ...TRIVY, ...SARIF, ...JUNIT, ...TRX, ...GO, ...OTHERS };

describe('is denied', () => {
  it.each(Object.entries(cases))('%s', async (_name, { document, options, rule, reason }) => {
    const environment = await guard(context.app, [rule]);
    const response = await upload(context.app, release, document, options);
    expect(response.statusCode, response.body).toBe(201);
    const verdict = await verdictOf(context.app, release, { environment });
    expect(verdict.decision).toBe('deny');
    expect(denials(verdict).join('\n')).toMatch(reason);
  });
});

describe('is refused', () => {
  it('with a scanner that the tool does not have', async () => {
    const codeql = linter({ executionSuccessful: true }, 'CodeQL');
    const { statusCode, body } = await upload(context.app, release, codeql, { scanners: 'secret' });
    expect(statusCode, body).toBe(422);
    expect(body).toContain('is a report of CodeQL, which does not report secret');
  });

  const sbom = { bomFormat: 'CycloneDX', specVersion: '1.6' };

  it.each<[string, unknown]>([
    ['/results', { SchemaVersion: 2, ArtifactName: 'a', results: [{ Target: 'a' }] }],
    ['/components/0/Purl', { ...sbom, components: [{ type: 'file', name: 'a', Purl: 'x' }] }],
    ['/runs/0/invocations/0/ExitCode', linter({ ExitCode: 137 })],
    ['/descriptor/db/Valid', { matches: [], descriptor: { name: 'grype', db: { Valid: false } } }],
  ])('with a name in another case: %s', async (pointer, document) => {
    const { statusCode, body } = await upload(context.app, release, document);
    expect(statusCode, body).toBe(422);
    expect(JSON.parse(body).errors).toMatchObject([
      { pointer, message: expect.stringContaining('names are compared exactly') },
    ]);
  });
});
