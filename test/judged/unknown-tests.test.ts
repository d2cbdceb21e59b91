import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { retract, type UploadOptions, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf, XML } from '../support/verdicts.js';

/** Reports that may tell a failure in words that the server does not know, and the honest ones beside them. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

async function send(document: unknown, options: UploadOptions = {}) {
  const response = await upload(context.app, release, document, { label: 'own', ...options });
  expect(response.statusCode, response.body).toBe(201);
  return response.json() as { id: string; supersedes: readonly unknown[] };
}
const reasons = async () =>
  denials(await verdictOf(context.app, release, { environment: 'gate' })).join();

/** Denies with the reason, and allows once the better document replaces it. */
async function denied(reason: string, odd: unknown, better: unknown, options?: UploadOptions) {
  const { id } = await send(odd, options);
  expect(await reasons()).toContain(reason);
  const { supersedes } = await send(better, options);
  if (supersedes.length === 0) await retract(context.app, id);
  expect(await reasons()).toBe('');
}

const suite = (test: string, attributes = '', inner = '') =>
  `<testsuites><testsuite name="cart" ${attributes}><testcase name="adds"/>${test}${inner}</testsuite></testsuites>`;
const CLEAN = suite('<testcase name="pays"/>');
const one = (attributes: string, inner = '') =>
  suite(`<testcase name="pays" ${attributes}>${inner}</testcase>`);
const run = (inner: string, attributes = '') => suite('<testcase name="pays"/>', attributes, inner);
const property = (name: string, value: string) =>
  `<properties><property name="${name}" value="${value}"/></properties>`;

const ODD: Record<string, readonly [string, string]> = {
  'a note': [one('note="FAILED"'), 'note="FAILED" of "cart > pays"'],
  'a comment': [one('comment="FAILED: expected 1"'), 'comment="FAILED: expected 1"'],
  'a description': [one('description="it FAILED"'), 'description="it FAILED"'],
  'a time': [one('time="FAILED"'), 'time="FAILED"'],
  'a timestamp': [one('timestamp="aborted"'), 'timestamp="aborted"'],
  'an attribute in another language': [one('bestanden="nein"'), 'bestanden="nein"'],
  'an element with a comment': [one('', '<comment>FAILED</comment>'), '<comment> of'],
  'an element with a description': [one('', '<description>failed</description>'), '<description>'],
  'a warning of PHPUnit': [
    one('', '<warning type="Warning">No tests found</warning>'),
    '<warning>',
  ],
  'a property': [one('', property('note', 'FAILED')), 'the property note="FAILED"'],
  'a property about the outcome': [one('', property('verdict', 'bad')), 'verdict="bad"'],
  'an element in an output': [one('', '<system-out><line>x</line></system-out>'), '<line> in'],
  'an attribute of a suite': [run('', 'comment="aborted"'), 'comment="aborted" in its suite'],
  'a time of a suite': [run('', 'time="crashed"'), 'time="crashed" in its suite'],
  'a property of a suite': [run(property('run', 'aborted')), 'the property run="aborted"'],
  'an aborted run': [
    run('<system-out>Test Run Aborted.</system-out>'),
    'the line "Test Run Aborted." in the output of its suite "cart"',
  ],
  'a run that a logger reports': [
    run('<system-err>Error - The active test run was aborted. Reason: x</system-err>'),
    'the line "Error - The active test run was aborted. Reason: x" in the output',
  ],
  'a suite of Ginkgo that was interrupted': [
    run(property('SpecialSuiteFailureReason', 'Interrupted by User')),
    'the property SpecialSuiteFailureReason="Interrupted by User"',
  ],
  'a suite that did not succeed': [
    run(property('SuiteSucceeded', 'false')),
    'SuiteSucceeded="false"',
  ],
  'a suite with no run': [run('', 'run="0"'), 'run="0" in its suite'],
  'a total above the tests': [run('', 'tests="2" total="10"'), 'lacks 8 tests'],
  'an attribute that is not known': [
    one('ad_hoc_property="42"'),
    'Upload it without ad_hoc_property, or with an outcome that is known',
  ],
  'a VM that crashed': [
    run('<system-err>[ERROR] The forked VM terminated without saying goodbye</system-err>'),
    'in the output of its suite "cart", as after a run that did not end',
  ],
};

describe('a JUnit report is denied with', () => {
  beforeEach(() => guard(context.app, [{ rule: 'tests-passed' }]));

  it.each(Object.entries(ODD))('%s', (_name, [odd, reason]) => denied(reason, odd, CLEAN, XML));

  it.each([
    one('time="1.5" timestamp="2026-01-15T09:30:00Z" file="failed.js" line="3" assertions="2"'),
    one('', `${property('issue', 'Login fails')}<system-err>ERROR in a log</system-err>`),
    run(property('log.level', 'ERROR'), 'hostname="h" package="a" id="0" disabled="0"'),
    run('<system-out>order 7 was aborted</system-out>', 'time="NaN" timestamp="tbd"'),
    run('<system-out>Run was cancelled\nKilled\nAborted\nProcess terminated.</system-out>'),
    run(property('SuiteSucceeded', 'true') + property('DryRun', 'false')),
    run('', 'tests="2" total="2" run="2"'),
    one('requirement="42" jira="SHOP-7" sourceline="3"'),
  ])('but not with %s', async (honest) => {
    await send(honest, XML);
    expect(await reasons()).toBe('');
  });
});

describe('a TRX report is denied with', () => {
  beforeEach(() => guard(context.app, [{ rule: 'tests-passed' }]));
  const trx = (attributes: string, ofSummary = '', inner = '') =>
    [
      '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>',
      `<UnitTestResult testName="pays" outcome="Passed" ${attributes}/></Results>`,
      `<ResultSummary outcome="Completed" ${ofSummary}>${inner}</ResultSummary></TestRun>`,
    ].join('');

  it.each([
    [trx('verdict="no"'), 'verdict="no" of "pays"'],
    [trx('duration="crashed"'), 'duration="crashed"'],
    [trx('', 'isPartialRun="true"'), 'its attribute isPartialRun="true"'],
    [
      trx(
        '',
        '',
        '<RunInfos><RunInfo outcome="Warning"><Text>[xUnit.net 00:00:00.42] Catastrophic failure: x</Text></RunInfo></RunInfos>',
      ),
      'the run warns: [xUnit.net 00:00:00.42] Catastrophic failure: x',
    ],
    [trx('', '', '<Output><StdOut>Test Run Aborted.</StdOut></Output>'), 'a run that did not end'],
  ])('%s', (odd, reason) =>
    denied(reason, odd, trx('duration="00:00:01" isAborted="false"', 'isPartialRun="false"'), XML),
  );
});

const sarif = (name: string, result?: object) => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name } },
      artifacts: [{ location: { uri: 'src/a.js' } }],
      results: result ? [{ ruleId: 'r', message: { text: 'x' }, ...result }] : [],
    },
  ],
});
const trivy = (result: object) => ({
  SchemaVersion: 2,
  ArtifactName: '.',
  ArtifactType: 'filesystem',
  Results: [{ Target: 'Dockerfile', Class: 'config', Type: 'dockerfile', ...result }],
});
const npm = (vulnerabilities: object) => ({
  auditReportVersion: 2,
  vulnerabilities: {},
  metadata: { vulnerabilities, dependencies: { total: 9 } },
});
const none = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 };
const scan = (what: string) => guard(context.app, [{ rule: 'max-findings', types: [what] }]);

describe('a scan is denied', () => {
  it.each(['My Grype Wrapper (failed)', 'Grype (failed)', 'not Trivy'])('of %s', async (name) => {
    await scan('vulnerability');
    await denied('does not know its tool', sarif(name), sarif('Grype'));
  });

  it.each([
    { kind: 'pass', properties: { 'security-severity': '9.8' } },
    { kind: 'notApplicable', level: 'error' },
  ])('with a result that passed and did not: %j', async (result) => {
    await scan('code');
    const { id } = await send(sarif('CodeQL', result));
    expect(await reasons()).toContain('1 ');
    await retract(context.app, id);
    await send(sarif('CodeQL', { kind: 'pass', level: 'none' }), { label: 'passed' });
    expect(await reasons()).toBe('');
  });

  it('of Semgrep with files that were parsed only in part', async () => {
    await scan('code');
    const semgrep = (...errors: object[]) => ({
      ...{ version: '1.99.0', results: [], errors },
      paths: { scanned: ['src/a.js'] },
    });
    const inPart = semgrep({
      code: 3,
      level: 'warn',
      type: ['PartialParsing', []],
      path: 'src/a.js',
    });
    await denied('could parse 1 of 1 files only in part', inPart, semgrep());
  });

  it('with a configuration without checks', async () => {
    await scan('misconfiguration');
    const checked = trivy({ MisconfSummary: { Successes: 20, Failures: 0 } });
    await denied('has no checks and no MisconfSummary', trivy({}), checked);
  });

  it.each([{}, { critical: 0 }, { ...none, total: undefined }])(
    'of npm audit with the counts %j',
    async (counts) => {
      await scan('vulnerability');
      await denied('it has no `metadata` with counts', npm(counts), npm(none));
    },
  );
});

it('CycloneDX XML with two states of one analysis is refused', async () => {
  const state = (...states: string[]) =>
    `<analysis>${states.map((one) => `<state>${one}</state>`).join('')}</analysis>`;
  const document = (inner: string) =>
    `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><vulnerabilities><vulnerability><id>CVE-2024-1</id>${inner}</vulnerability></vulnerabilities></bom>`;
  const twice = document(state('not_affected', 'exploitable'));
  const { statusCode, body } = await upload(context.app, release, twice, XML);
  expect(statusCode, body).toBe(422);
  expect(body).toContain('has the element state more than once');
  await send(document(state('exploitable')), XML);
});
