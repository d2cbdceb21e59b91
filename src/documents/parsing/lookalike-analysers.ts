import { fieldOf } from '../kinds/common/fields.js';
import { type Lookalike, sarif, textIn } from './lookalike.js';

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
    fields: ['checkov_version', 'resource_count'],
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
    and: (object) => textIn(fieldOf(fieldOf(object, 'results'), '0'), 'long_id') !== '',
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
    fields: ['scan_info', 'warnings', 'ignored_warnings'],
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
    fields: ['@programName', 'site'],
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
      isList(object, 'remediations') || fieldOf(fieldOf(object, 'scan'), 'scanner') !== undefined,
  },
  {
    name: 'SARIF of another version than 2.1.0',
    advice: 'Upload SARIF 2.1.0',
    fields: ['version', 'runs'],
    and: (object) => /^[12]\.\d/.test(textIn(object, 'version')) && isList(object, 'runs'),
  },
];
