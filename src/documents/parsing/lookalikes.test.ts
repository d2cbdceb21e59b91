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
  ['cargo audit', { database: {}, lockfile: {}, vulnerabilities: {} }, 'Convert it'],
  ['Dependabot', [{ number: 1, dependency: {}, security_advisory: {} }], 'Convert it'],
  ['Bandit', { errors: [], generated_at: '', metrics: {}, results: [] }, 'bandit --format sarif'],
  ['ESLint', [{ filePath: 'a.js', messages: [], errorCount: 0 }], 'eslint-formatter-sarif'],
  ['Checkov', { check_type: 'terraform', results: {}, summary: {} }, 'checkov --output sarif'],
  ['Checkov', [{ check_type: 'terraform', results: {}, summary: {} }], 'checkov --output sarif'],
  ['checked nothing', { passed: 0, resource_count: 0, checkov_version: '3' }, 'Name the folder'],
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
  it.each(JSON_DOCUMENTS)('is refused by its name: %s', async (name, document, advice) => {
    const { fault, reason } = await refusal(JSON.stringify(document));
    expect(fault).toMatch(/^looks like .*, which is not read\. [A-Z]/);
    expect(fault).toContain(name);
    expect(fault).toContain(advice);
    expect(reason).toBe('unrecognized');
  });

  it.each<[string, string, string]>([
    ['analysis', 'Dependency-Check', '--format SARIF'],
    ['BugCollection', 'SpotBugs', '-sarif'],
    ['test-run', 'NUnit', 'JUnit XML'],
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
    ['a ZIP archive', Buffer.from('504b0304ff', 'hex')],
    ['CycloneDX as Protocol Buffers', Buffer.from('0a03312e35ff', 'hex')],
    ['a PDF', Buffer.from('%PDF-1.7')],
  ])('is refused by its name, although it is not JSON: %s', async (name, text) => {
    expect(await refusal(text)).toMatchObject({
      fault: expect.stringContaining(name),
      reason: 'unrecognized',
    });
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
