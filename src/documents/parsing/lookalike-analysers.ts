import { fieldOf } from '../kinds/common/fields.js';
import { CONVERT, type Lookalike, sarif, textIn } from './lookalike.js';

const isList = (object: object, name: string) => Array.isArray(fieldOf(object, name));

export const CODE: readonly Lookalike[] = [
  {
    name: 'a report of Bandit',
    advice: sarif('bandit --format sarif'),
    fields: ['errors', 'generated_at', 'metrics', 'results'],
  },
  {
    name: 'a report of ESLint',
    advice: sarif('eslint --format @microsoft/eslint-formatter-sarif'),
    fields: ['filePath', 'messages', 'errorCount'],
    list: true,
  },
  {
    name: 'a report of Checkov',
    advice: sarif('checkov --output sarif'),
    fields: ['check_type', 'results', 'summary'],
  },
  {
    name: 'a report of Checkov that checked nothing',
    advice: 'Name the folder to check, and upload SARIF 2.1.0 (checkov --output sarif)',
    fields: ['checkov_version', 'passed', 'failed'],
  },
  {
    name: 'a report of KICS',
    advice: sarif('kics scan --report-formats sarif'),
    fields: ['queries_total', 'queries'],
  },
  {
    name: 'a report of tfsec',
    advice: sarif('tfsec --format sarif'),
    fields: ['results'],
    and: (object) =>
      ['long_id', 'rule_provider'].some(
        (name) => textIn(fieldOf(fieldOf(object, 'results'), '0'), name) !== '',
      ),
  },
  {
    name: 'a report of gosec',
    advice: sarif('gosec -fmt sarif'),
    fields: ['Issues', 'Stats'],
  },
  {
    name: 'a report of golangci-lint',
    advice: sarif('golangci-lint run --output.sarif.path'),
    fields: ['Issues', 'Report'],
  },
  {
    name: 'a report of Brakeman',
    advice: sarif('brakeman --format sarif'),
    fields: ['scan_info', 'warnings'],
  },
  {
    name: 'a report of Ruff',
    advice: sarif('ruff check --output-format sarif'),
    fields: ['code', 'filename', 'end_location', 'noqa_row'],
    list: true,
  },
  {
    name: 'a report of Hadolint',
    advice: sarif('hadolint --format sarif'),
    fields: ['code', 'column', 'file', 'level', 'line', 'message'],
    list: true,
  },
  {
    name: 'a report of Dockle',
    advice: sarif('dockle --format sarif'),
    fields: ['summary', 'details'],
    and: (object) => fieldOf(fieldOf(object, 'summary'), 'fatal') !== undefined,
  },
  {
    name: 'a report of cfn-lint',
    advice: sarif('cfn-lint --format sarif'),
    fields: ['Filename', 'Level', 'Rule'],
    list: true,
  },
  {
    name: 'a report of ZAP',
    advice: 'Upload SARIF 2.1.0 (the report template sarif-json)',
    fields: ['@version', 'site'],
  },
  {
    name: 'a report of ZAP',
    advice: 'Upload SARIF 2.1.0 (the report template sarif-json)',
    fields: ['@programName', 'site'],
  },
  {
    name: 'issues of SonarQube',
    advice: CONVERT,
    fields: ['issues', 'paging'],
  },
  {
    name: 'a report of SwiftLint',
    advice: sarif('swiftlint lint --reporter sarif'),
    fields: ['rule_id', 'reason', 'severity', 'file'],
    list: true,
  },
  {
    name: 'a report of ktlint',
    advice: sarif('ktlint --reporter=sarif'),
    fields: ['file', 'errors'],
    list: true,
  },
  {
    name: 'a report of PMD',
    advice: sarif('pmd check --format sarif'),
    fields: ['pmdVersion', 'files'],
  },
  {
    name: 'a report of Pylint',
    advice: CONVERT,
    fields: ['message-id', 'symbol'],
    list: true,
  },
  {
    name: 'a report of RuboCop',
    advice: CONVERT,
    fields: ['metadata', 'files', 'summary'],
    and: (object) => fieldOf(fieldOf(object, 'metadata'), 'rubocop_version') !== undefined,
  },
  {
    name: 'a report of PHPStan',
    advice: CONVERT,
    fields: ['totals', 'files', 'errors'],
  },
  {
    name: 'a report of ShellCheck',
    advice: CONVERT,
    fields: ['file', 'line', 'endLine', 'level', 'code'],
    list: true,
  },
  {
    name: 'a report of Staticcheck',
    advice: sarif('staticcheck -f sarif'),
    fields: ['code', 'severity', 'location', 'end', 'message'],
  },
  {
    name: 'a code quality report of GitLab',
    advice: 'Upload the report that the tool itself writes',
    fields: ['fingerprint', 'location', 'description'],
    list: true,
  },
  {
    name: 'results of Nuclei',
    advice: sarif('nuclei -sarif-export'),
    fields: ['template-id', 'matched-at'],
  },
  {
    name: 'alerts of GitHub code scanning',
    advice:
      'Download the analysis as SARIF: /repos/{owner}/{repo}/code-scanning/analyses/{id} with Accept: application/sarif+json',
    fields: ['rule', 'tool', 'most_recent_instance'],
    list: true,
  },
  {
    name: 'a security report of GitLab',
    advice: 'Upload the report that the scanner itself writes',
    fields: ['version', 'vulnerabilities'],
    and: (object) =>
      isList(object, 'remediations') ||
      isList(object, 'dependency_files') ||
      ['scanner', 'analyzer', 'type'].some(
        (name) => fieldOf(fieldOf(object, 'scan'), name) !== undefined,
      ),
  },
  {
    name: 'SARIF of another version than 2.1.0',
    advice: 'Upload SARIF 2.1.0',
    fields: ['version', 'runs'],
    and: (object) => /^[12]\.\d/.test(textIn(object, 'version')) && isList(object, 'runs'),
  },
];
