import { fieldOf } from '../kinds/common/fields.js';
import { CONVERT, type Lookalike, sarif, textIn } from './lookalike.js';

const of = (tool: string, ...fields: string[]): Lookalike => ({
  name: `a report of ${tool}`,
  advice: CONVERT,
  fields,
});
const listOf = (tool: string, ...fields: string[]): Lookalike => ({
  ...of(tool, ...fields),
  list: true,
});

/** Tools whose reports are told by their fields alone. */
export const OTHERS: readonly Lookalike[] = [
  of('Anchore', 'image_digest', 'vulnerabilities', 'vulnerability_type'),
  of('Anchore', 'metadata', 'securityEvaluation'),
  of('Anchore', 'policyId', 'imageDigest', 'evaluations'),
  listOf('Anchore', 'feed', 'feedGroup', 'packageName'),
  listOf('Anchore', 'finalAction', 'policyId', 'detail'),
  of('Aqua', 'image_assurance_results', 'vulnerability_summary'),
  of('Aqua', 'image_name', 'disallowed', 'cves_counts'),
  listOf('Aqua', 'image_name', 'results'),
  of('AuditJS', 'coordinates', 'reference', 'vulnerabilities'),
  { ...of('Bearer', 'high'), advice: sarif('bearer scan --format sarif'), and: isOfBearer },
  { ...of('Bearer', 'critical'), advice: sarif('bearer scan --format sarif'), and: isOfBearer },
  listOf('cfn_nag', 'filename', 'file_results'),
  of('CodeChecker', 'version', 'reports'),
  listOf('Conftest', 'filename', 'namespace', 'successes'),
  of('Coverity', 'formatVersion', 'issues', 'suppressedIssueCount'),
  of('DevAudit', 'Packages Audited', 'Packages'),
  of('govulncheck before 1.0', 'Calls', 'Imports', 'Modules'),
  of('Harbor', 'application/vnd.security.vulnerability.report; version=1.1'),
  of('Harbor', 'application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0'),
  of('Horusec', 'repositoryID', 'workspaceID', 'analysisVulnerabilities'),
  listOf('Infer', 'bug_type', 'qualifier', 'procedure'),
  listOf('kube-bench', 'node_type', 'tests'),
  of('kube-hunter', 'nodes', 'services', 'vulnerabilities'),
  of('Mend', 'libraries', 'vulnerabilityStatistics'),
  of('Mend', 'supportToken', 'response'),
  { ...of('Mend', 'vulnerabilities'), and: firstHas('vulnerabilities', 'library', 'topFix') },
  of('mix audit', 'pass', 'vulnerabilities'),
  of('MobSF', 'file_name', 'app_type', 'md5'),
  of('Nancy', 'audited', 'num_audited', 'vulnerable'),
  { ...of('njsscan', 'njsscan_version'), advice: sarif('njsscan --sarif') },
  of('Retire.js', 'version', 'start', 'data', 'errors'),
  listOf('Rusty Hog', 'stringsFound', 'reason'),
  listOf('secretlint', 'filePath', 'sourceContentType', 'messages'),
  listOf('SonarQube', 'key', 'rule', 'component', 'textRange'),
  {
    name: 'an answer of the API of Semgrep',
    advice: 'Upload the report of semgrep scan --json',
    fields: ['findings'],
    and: firstHas('findings', 'match_based_id', 'syntactic_id'),
  },
  {
    name: 'an answer of the API of Snyk',
    advice: sarif('snyk test --sarif'),
    fields: ['jsonapi', 'data', 'links'],
    and: (object) => textIn(fieldOf(object, 'links'), 'self').includes('/rest/orgs/'),
  },
  of('Sysdig', 'info', 'scanner', 'result'),
  { ...of('Talisman', 'summary', 'results'), and: (object) => 'types' in summaryOf(object) },
  listOf('Whispers', 'key', 'value', 'rule_id'),
  { ...of('JFrog Xray', 'total_count', 'data'), advice: sarif('jf audit --format sarif') },
  { ...of('JFrog Xray', 'total_rows', 'rows'), advice: sarif('jf audit --format sarif') },
];

const summaryOf = (object: object): object => {
  const { summary }: { summary?: unknown } = object;
  return typeof summary === 'object' && summary !== null ? summary : {};
};

/** Whether the first item of a list has these fields. */
function firstHas(list: string, ...fields: readonly string[]) {
  return (object: object): boolean => {
    const first = fieldOf(fieldOf(object, list), '0');
    return fields.every((name) => fieldOf(first, name) !== undefined);
  };
}

/** Its report has a list for each severity, and nothing else. */
function isOfBearer(object: object): boolean {
  return Object.keys(object).every((name) =>
    ['critical', 'high', 'medium', 'low', 'warning'].includes(name),
  );
}
