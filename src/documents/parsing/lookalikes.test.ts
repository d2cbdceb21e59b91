import { describe, expect, it } from 'vitest';
import { DocumentFault } from '../fault.js';
import { lookalikeOf, lookalikeOfXml } from './lookalikes.js';
import { readDocument } from './read-document.js';

/** Documents of tools that are not read, and the names by which they are refused. */
const JSON_DOCUMENTS: [string, unknown, string][] = [
  ['Gitleaks 7', [{ line: 'a', lineNumber: 3, offender: 'b', rule: 'AWS' }], 'Use Gitleaks 8'],
  ['TruffleHog', { SourceMetadata: {}, DetectorName: 'AWS', Raw: 'x' }, 'Convert it to SARIF'],
  ['TruffleHog 2', { branch: 'main', commitHash: 'a', stringsFound: [] }, 'Convert it'],
  ['detect-secrets', { version: '1.5.0', plugins_used: [], results: {} }, 'Convert it'],
  ['ggshield', { id: '.', type: 'path_scan', total_incidents: 0 }, 'ggshield secret scan'],
  ['Snyk', { vulnerabilities: [], ok: true, dependencyCount: 3 }, 'snyk test --sarif'],
  ['Snyk', [{ vulnerabilities: [], ok: true, dependencyCount: 3 }], 'snyk test --sarif'],
  ['error of Snyk', { ok: false, error: 'no token', path: '.' }, 'Correct the cause'],
  [
    'API of Snyk',
    { jsonapi: {}, data: [], links: { self: '/rest/orgs/1/issues?limit=100' } },
    'snyk test --sarif',
  ],
  [
    'API of Semgrep',
    { findings: [{ match_based_id: 'a', syntactic_id: 'b' }] },
    'semgrep scan --json',
  ],
  ['Mend', { vulnerabilities: [{ library: {}, topFix: {} }] }, 'Convert it'],
  ['Snyk IaC', { infrastructureAsCodeIssues: [] }, 'snyk iac test --sarif'],
  ['Dependency-Check', { reportSchema: '1.1', scanInfo: {}, dependencies: [] }, '--format SARIF'],
  ['govulncheck', { config: { protocol_version: 'v1.0.0' } }, 'govulncheck -format sarif'],
  ['pip-audit', { dependencies: [], fixes: [] }, 'cyclonedx-json) with ?scanners=vulnerability'],
  ['bundler-audit', { version: '0.9.1', created_at: '', results: [] }, 'Gemfile.lock'],
  ['dotnet list package', { version: 1, parameters: '', projects: [] }, 'packages.lock.json'],
  ['Syft', { artifacts: [], artifactRelationships: [], descriptor: {} }, 'cyclonedx-json'],
  [
    'SPDX 3.0',
    { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': [] },
    'SPDX 2.3',
  ],
  [
    'cargo audit',
    { database: {}, lockfile: {}, vulnerabilities: {} },
    'cargo audit --format sarif',
  ],
  ['Dependabot', [{ number: 1, dependency: {}, security_advisory: {} }], 'Convert it'],
  ['Bandit', { errors: [], generated_at: '', metrics: {}, results: [] }, 'bandit --format sarif'],
  ['ESLint', [{ filePath: 'a.js', messages: [], errorCount: 0 }], 'eslint-formatter-sarif'],
  ['Checkov', { check_type: 'terraform', results: {}, summary: {} }, 'checkov --output sarif'],
  ['Checkov', [{ check_type: 'terraform', results: {}, summary: {} }], 'checkov --output sarif'],
  [
    'checked nothing',
    { passed: 0, failed: 0, resource_count: 0, checkov_version: '3' },
    'Name the folder',
  ],
  ['KICS', { queries_total: 3, queries: [] }, 'kics scan'],
  ['tfsec', { results: [{ rule_id: 'a', long_id: 'b' }] }, 'tfsec --format sarif'],
  ['gosec', { Issues: [], Stats: {}, GosecVersion: '2' }, 'gosec -fmt sarif'],
  ['golangci-lint', { Issues: [], Report: {} }, 'golangci-lint run'],
  ['Brakeman', { scan_info: {}, warnings: [], ignored_warnings: [] }, 'brakeman'],
  ['Ruff', [{ code: 'F401', filename: 'a', end_location: {}, noqa_row: 1 }], 'ruff check'],
  [
    'Hadolint',
    [{ code: 'DL1', column: 1, file: 'Dockerfile', level: 'info', line: 1, message: '' }],
    'hadolint --format sarif',
  ],
  ['Dockle', { summary: { fatal: 0 }, details: [] }, 'dockle --format sarif'],
  ['cfn-lint', [{ Filename: 'a', Level: 'Error', Rule: {} }], 'cfn-lint --format sarif'],
  ['GitLab', { version: '14', vulnerabilities: [], remediations: [] }, 'scanner itself'],
  ['TruffleHog3', [{ rule: {}, path: 'a', secret: 'b', context: {} }], 'Convert it'],
  ['composer audit', { advisories: [], abandoned: [] }, 'Convert it'],
  ['Dependency-Track', { meta: {}, findings: [], project: {} }, 'withVulnerabilities'],
  ['GitHub secret scanning', [{ secret_type: 'a', locations_url: 'b' }], 'Convert it'],
  ['ZAP', { '@programName': 'ZAP', site: [] }, 'sarif-json'],
  ['Nuclei', { 'template-id': 'a', 'matched-at': 'b' }, 'nuclei -sarif-export'],
  ['GitHub code scanning', [{ rule: {}, tool: {}, most_recent_instance: {} }], 'as SARIF'],
  ['GitLab', { version: '15', vulnerabilities: [], scan: { scanner: {} } }, 'scanner itself'],
  ['SARIF of another version', { version: '2.0.0', runs: [] }, 'Upload SARIF 2.1.0'],
  ['Syft', { artifacts: [], schema: { url: 'https://x/anchore/syft/a.json' } }, 'cyclonedx-json'],
  ['a signed attestation', { payloadType: 'a', payload: 'b', signatures: [] }, 'predicate'],
  ['in-toto', { _type: 'a', predicateType: 'b', predicate: {} }, 'predicate'],
  ['CSAF', { document: { category: 'csaf_vex', csaf_version: '2.0' } }, 'OpenVEX'],
  ['Jest or Vitest', { numTotalTests: 1, testResults: [] }, 'JUnit XML'],
  ['Playwright', { config: {}, suites: [], errors: [] }, '--reporter=junit'],
  ['Mocha', { stats: {}, tests: [], passes: [], failures: [] }, 'mocha --reporter xunit'],
  ['Cucumber', [{ keyword: 'Feature', elements: [], uri: 'a' }], 'junit'],
];

/** Fields of reports, as the tools name them. */
const BY_FIELDS: [string, string[] | string, string?][] = [
  ['Anchore', ['image_digest', 'vulnerabilities', 'vulnerability_type']],
  ['Anchore', ['metadata', 'securityEvaluation']],
  ['Aqua', ['image_assurance_results', 'vulnerability_summary']],
  ['Aqua', ['image_name', 'disallowed', 'cves_counts']],
  ['AuditJS', ['coordinates', 'reference', 'vulnerabilities']],
  ['Bearer', ['high', 'low'], 'bearer scan --format sarif'],
  ['Bearer', ['critical'], 'bearer scan --format sarif'],
  ['cfn_nag', ['filename', 'file_results']],
  ['Conftest', ['filename', 'namespace', 'successes']],
  ['CodeChecker', ['version', 'reports']],
  ['DevAudit', ['Packages Audited', 'Packages']],
  ['govulncheck', ['Calls', 'Imports', 'Requires', 'Modules']],
  ['Harbor', 'application/vnd.security.vulnerability.report; version=1.1'],
  ['Horusec', ['repositoryID', 'workspaceID', 'analysisVulnerabilities']],
  ['Infer', ['bug_type', 'qualifier', 'procedure']],
  ['kube-bench', ['node_type', 'tests']],
  ['kube-hunter', ['nodes', 'services', 'vulnerabilities']],
  ['Mend', ['supportToken', 'response']],
  ['MobSF', ['file_name', 'app_type', 'md5']],
  ['Nancy', ['audited', 'num_audited', 'vulnerable']],
  ['njsscan', ['njsscan_version', 'nodejs'], 'njsscan --sarif'],
  ['Retire.js', ['version', 'start', 'data', 'messages', 'errors']],
  ['secretlint', ['filePath', 'sourceContentType', 'messages']],
  ['SonarQube', ['key', 'rule', 'component', 'textRange']],
  ['Sysdig', ['info', 'scanner', 'result']],
  ['Whispers', ['key', 'value', 'rule_id']],
  ['JFrog Xray', ['total_rows', 'rows'], 'jf audit --format sarif'],
];
const withFields = (fields: string[] | string): unknown =>
  Object.fromEntries([fields].flat().map((field) => [field, '']));

/** The forms of tests, images and others, each with what tells it from the rest. */
const MORE_DOCUMENTS: [string, unknown, string][] = [
  ['composer audit', { advisories: [] }, 'Convert it'],
  ['composer audit', { advisories: { 'a/b': [{ advisoryId: 'x' }] }, filter: [] }, 'Convert it'],
  ['pip-audit', { dependencies: [] }, '?scanners=vulnerability'],
  ['tfsec', { results: [{ rule_id: 'a', rule_provider: 'aws' }] }, 'tfsec --format sarif'],
  ['pip-audit', [{ name: 'a', version: '1', vulns: [] }], '?scanners=vulnerability'],
  ['cargo deny', { type: 'diagnostic', fields: {} }, 'cargo deny --format sarif'],
  ['Safety', { report_meta: {}, scanned_packages: {} }, 'Convert it'],
  ['JFrog Xray', [{ scan_id: 'a', package_type: 'npm' }], 'jf audit --format sarif'],
  ['Clair 4', { manifest_hash: 'a', packages: {}, package_vulnerabilities: {} }, 'clair-action'],
  ['clair-scanner', { image: 'a', unapproved: [], vulnerabilities: [] }, 'Convert it'],
  ['Clair 2', { LayerCount: 3, Vulnerabilities: {} }, 'Convert it'],
  ['Twistlock', { results: [{ id: 'a', vulnerabilityDistribution: {} }] }, 'Convert it'],
  ['Twistlock', { results: [], consoleURL: 'a' }, 'Convert it'],
  ['Anchore', { imageDigest: 'a', vulnerabilities: [], vulnerability_type: 'all' }, 'Convert it'],
  ['Anchore', { imageDigest: 'a', vulnerabilities: [], vulnerabilityType: 'all' }, 'Convert it'],
  ['Docker Scout', { artifacts: [], descriptor: { name: 'docker-scout' } }, 'docker scout cves'],
  [
    'Kubescape',
    { summaryDetails: {}, resources: [], results: [] },
    'kubescape scan --format sarif',
  ],
  ['KubeLinter', { Checks: [], Reports: [], Summary: {} }, 'kube-linter lint'],
  ['kube-bench', { Controls: [], Totals: {} }, 'Convert it'],
  ['Terrascan', { results: { violations: [], scan_summary: {} } }, 'terrascan scan -o sarif'],
  ['Brakeman', { scan_info: {}, warnings: [] }, 'brakeman --format sarif'],
  ['ZAP', { '@version': '2.9', site: [] }, 'sarif-json'],
  ['SonarQube', { total: 0, paging: {}, issues: [] }, 'Convert it'],
  ['SwiftLint', [{ rule_id: 'a', reason: 'b', severity: 'c', file: 'd' }], 'swiftlint lint'],
  ['ktlint', [{ file: 'a', errors: [] }], 'ktlint --reporter=sarif'],
  ['PMD', { formatVersion: 0, pmdVersion: '7', files: [] }, 'pmd check'],
  ['Pylint', [{ 'message-id': 'C0114', symbol: 'a' }], 'Convert it'],
  ['RuboCop', { metadata: { rubocop_version: '1' }, files: [], summary: {} }, 'Convert it'],
  ['PHPStan', { totals: {}, files: {}, errors: [] }, 'Convert it'],
  ['ShellCheck', [{ file: 'a', line: 1, endLine: 1, level: 'e', code: 1 }], 'Convert it'],
  [
    'Staticcheck',
    { code: 'SA1', severity: 'error', location: {}, end: {}, message: 'a' },
    'staticcheck -f sarif',
  ],
  ['GitLab', [{ description: 'a', fingerprint: 'b', location: {} }], 'the tool itself'],
  ['GitLab', { version: '2.4', vulnerabilities: [], dependency_files: [] }, 'scanner itself'],
  ['GitLab', { version: '15', vulnerabilities: [], scan: { type: 'sast' } }, 'scanner itself'],
  ['Behave', [{ keyword: 'Feature', location: 'a', status: 'passed' }], 'behave --junit'],
  ['Cucumber', { meta: { protocolVersion: '27' } }, 'formatter junit'],
  ['Mochawesome', { stats: {}, results: [], meta: {} }, 'mocha --reporter xunit'],
  ['RSpec', { version: '3', examples: [], summary: {}, summary_line: '' }, 'RspecJunitFormatter'],
  ['pytest', { created: 1, exitcode: 0, root: '/', summary: {} }, 'pytest --junitxml'],
  ['Newman', { collection: {}, environment: {}, run: {} }, '--reporters junit'],
  ['Rust', { type: 'suite', event: 'started', test_count: 2 }, '--format junit'],
  ['Dart', { protocolVersion: '0.1.1', runnerVersion: '1', type: 'start' }, 'Convert it'],
  ['Common Test Report Format', { results: { tool: {}, summary: {}, tests: [] } }, 'JUnit XML'],
  ['Allure', { uuid: 'a', historyId: 'b', status: 'passed' }, 'JUnit XML'],
  ['code coverage', { meta: {}, files: {}, totals: {} }, 'no results of tests'],
  ['code coverage', { total: { lines: {}, branches: {} } }, 'no results of tests'],
];

const secretKey = new Uint8Array(32).fill(7);

/** Why a document is refused, and how. */
async function refusal(text: string | Uint8Array, format: 'json' | 'xml' = 'json', kind?: string) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  try {
    await readDocument({ bytes, format, kind, secretKey, receivedAt: new Date() });
  } catch (error) {
    if (error instanceof DocumentFault) return error;
    throw error;
  }
  throw new Error('the document was accepted');
}

describe('a document of a tool that is not read', () => {
  it.each([...JSON_DOCUMENTS, ...MORE_DOCUMENTS])(
    'is refused by its name: %s',
    async (name, document, advice) => {
      const { fault, reason } = await refusal(JSON.stringify(document));
      expect(fault).toMatch(/^looks like .*, which is not read\. [A-Z]/);
      expect(fault).toContain(name);
      expect(fault).toContain(advice);
      expect(reason).toBe('unrecognized');
    },
  );

  it.each(BY_FIELDS)('is told by its fields: %s', (name, fields, advice = 'Convert it') => {
    const object = withFields(fields);
    const said = [object, [object]].map(lookalikeOf).join(' ');
    expect(said).toContain(name);
    expect(said).toContain(advice);
  });

  it('of Talisman has a summary of types', () => {
    expect(lookalikeOf({ summary: { types: {} }, results: null })).toContain('Talisman');
    expect(lookalikeOf({ summary: null, results: null })).toBeUndefined();
  });

  it.each<[string, string, string]>([
    ['analysis', 'Dependency-Check', '--format SARIF'],
    ['BugCollection', 'SpotBugs', '-sarif'],
    ['test-run', 'NUnit', 'JUnit XML'],
    ['coverage', 'code coverage', 'no results of tests'],
    ['report', 'code coverage', 'no results of tests'],
    ['issues', 'Android Lint', 'sarifReport'],
    ['pmd-cpd', 'PMD CPD', 'pmd check'],
    ['bom', 'CycloneDX without its namespace', 'http://cyclonedx.org/schema/bom/1.6'],
  ])('is refused by its name: XML of %s', async (root, name, advice) => {
    const { fault, reason } = await refusal(`<${root}/>`, 'xml');
    expect(fault).toContain(name);
    expect(fault).toContain(advice);
    expect(reason).toBe('unrecognized');
  });

  it.each([
    '<TestLog><TestSuite name="s"><TestCase name="t"><FatalError>check failed</FatalError></TestCase></TestSuite></TestLog>',
    '<TestResult><TestSuite name="s" result="passed"><TestCase name="t" result="passed"/></TestSuite></TestResult>',
  ])('is refused by its name, although it has suites: %s', async (text) => {
    expect((await refusal(text, 'xml')).fault).toContain('Boost.Test');
    expect((await refusal(text, 'xml', 'junit')).fault).toContain('--log_format=JUNIT');
  });

  it.each<[string, string | Uint8Array]>([
    ['TruffleHog', '{"DetectorName": "AWS", "SourceMetadata": {}}\n{"DetectorName": "AWS"}\n'],
    ['govulncheck', '{\n  "config": {\n    "protocol_version": "v1"\n  }\n}\n{\n  "osv": {}\n}'],
    ['SPDX as tag-value', '# a comment\nSPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n'],
    ['TAP', 'TAP version 13\nok 1 - a\n1..1\n'],
    ['TAP', 'not ok 1 - a\n'],
    ['lcov', 'TN:\nSF:src/a.js\nend_of_record\n'],
    ['go test', '=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\n'],
    ['Cucumber', '{"meta":{"protocolVersion":"27"}}\n{"source":{}}\n'],
    ['Rust', '{"type":"suite","event":"started"}\n{"type":"test"}\n'],
    ['a ZIP archive', Buffer.from('504b0304ff', 'hex')],
    ['CycloneDX as Protocol Buffers', Buffer.from('0a03312e35ff', 'hex')],
    ['a PDF', Buffer.from('%PDF-1.7')],
  ])('is refused by its name, although it is not JSON: %s', async (name, text) => {
    expect(await refusal(text)).toMatchObject({
      fault: expect.stringContaining(name),
      reason: 'unrecognized',
    });
  });

  it('is refused by its name: Cppcheck', async () => {
    const text = '<results version="2"><cppcheck version="2.16"/><errors/></results>';
    expect((await refusal(text, 'xml')).fault).toContain('--output-format=sarif');
  });

  it('is refused by its name, although the caller names a kind', async () => {
    const leaks = JSON.stringify([{ offender: 'a', rule: 'b' }]);
    expect(await refusal(leaks, 'json', 'gitleaks')).toMatchObject({
      fault: expect.stringContaining('Gitleaks 7'),
      reason: 'invalid',
    });
  });
});

describe('any other document', () => {
  it.each([
    null,
    1,
    'SPDXVersion',
    [],
    {},
    [null],
    { results: [] },
    { results: [{ source: {} }] },
    { results: 'x' },
    { artifacts: [], schema: { url: 'https://x' } },
    { version: '2.1.0', runs: {} },
    { version: 2, runs: [] },
    { document: null },
    { advisories: [], other: 1 },
    { results: { tool: {} } },
    { type: 'suite' },
    { total: 3 },
    { rule: 'a', offender: 'b' },
    JSON.parse('{"__proto__": {"infrastructureAsCodeIssues": []}}'),
  ])('looks like none: %j', (document) => {
    expect(lookalikeOf(document)).toBeUndefined();
  });

  it('keeps the message about its syntax', async () => {
    expect((await refusal('{"a": 1} {"b": 2}')).fault).toContain('is not one JSON document');
    expect((await refusal('SPDX')).fault).toContain('is not valid JSON');
    const element = { name: 'testsuites', attributes: new Map(), children: [], text: '' };
    expect(lookalikeOfXml(element)).toBeUndefined();
  });
});
