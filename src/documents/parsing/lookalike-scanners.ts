import { fieldOf } from '../kinds/common/fields.js';
import { CONVERT, type Lookalike, sarif } from './lookalike.js';

export const SECRETS: readonly Lookalike[] = [
  {
    name: 'a report of Gitleaks 7 or earlier',
    advice: 'Use Gitleaks 8, or upload SARIF 2.1.0',
    fields: ['offender', 'rule'],
    list: true,
  },
  {
    name: 'a report of TruffleHog',
    advice: CONVERT,
    fields: ['DetectorName', 'SourceMetadata'],
  },
  {
    name: 'a report of TruffleHog 2',
    advice: CONVERT,
    fields: ['stringsFound', 'commitHash'],
  },
  {
    name: 'a report of TruffleHog3',
    advice: CONVERT,
    fields: ['rule', 'path', 'secret', 'context'],
    list: true,
  },
  {
    name: 'a baseline of detect-secrets',
    advice: `A baseline lists secrets that were found at some time. ${CONVERT}`,
    fields: ['plugins_used', 'results'],
  },
  {
    name: 'alerts of GitHub secret scanning',
    advice: CONVERT,
    fields: ['secret_type', 'locations_url'],
    list: true,
  },
  {
    name: 'a report of ggshield',
    advice: sarif('ggshield secret scan --format sarif'),
    fields: ['total_incidents', 'type'],
  },
];

const PIP_AUDIT =
  'Upload CycloneDX JSON (pip-audit --format cyclonedx-json) with ?scanners=vulnerability. It counts if it has a vulnerability: without one, pip-audit writes the same as an SBOM. To show a clean scan, scan the same files with Trivy, Grype or OSV-Scanner, and upload its JSON';

/** Before 2.6, it had no list of abandoned packages. */
const isOfComposer = (object: object) =>
  Object.keys(object).every((name) =>
    ['advisories', 'abandoned', 'ignored-advisories', 'filter'].includes(name),
  );

export const PACKAGES: readonly Lookalike[] = [
  {
    name: 'a report of Snyk',
    advice: sarif('snyk test --sarif'),
    fields: ['vulnerabilities', 'ok', 'dependencyCount'],
  },
  {
    name: 'an error of Snyk, which did not scan',
    advice: 'Correct the cause, scan again and upload SARIF 2.1.0 (snyk test --sarif)',
    fields: ['ok', 'error', 'path'],
    and: (object) => fieldOf(object, 'ok') === false,
  },
  {
    name: 'a report of Snyk IaC',
    advice: sarif('snyk iac test --sarif'),
    fields: ['infrastructureAsCodeIssues'],
  },
  {
    name: 'a report of OWASP Dependency-Check',
    advice: sarif('--format SARIF'),
    fields: ['reportSchema', 'scanInfo', 'dependencies'],
  },
  {
    name: 'a report of govulncheck',
    advice: sarif('govulncheck -format sarif'),
    fields: ['config'],
    and: (object) => fieldOf(fieldOf(object, 'config'), 'protocol_version') !== undefined,
  },
  {
    name: 'a report of pip-audit',
    advice: PIP_AUDIT,
    fields: ['dependencies', 'fixes'],
  },
  {
    name: 'a report of cargo audit',
    advice: sarif('cargo audit --format sarif'),
    fields: ['database', 'lockfile', 'vulnerabilities'],
  },
  {
    name: 'a report of composer audit',
    advice: CONVERT,
    fields: ['advisories'],
    and: isOfComposer,
  },
  {
    name: 'a report of pip-audit',
    advice: PIP_AUDIT,
    fields: ['dependencies'],
    and: (object) =>
      Object.keys(object).length === 1 && Array.isArray(fieldOf(object, 'dependencies')),
  },
  {
    name: 'a report of pip-audit before 2.3',
    advice: PIP_AUDIT,
    fields: ['name', 'version', 'vulns'],
    list: true,
  },
  {
    name: 'a report of cargo deny',
    advice: sarif('cargo deny --format sarif check'),
    fields: ['type', 'fields'],
    and: (object) => fieldOf(object, 'type') === 'diagnostic',
  },
  {
    name: 'a report of Safety',
    advice: CONVERT,
    fields: ['report_meta', 'scanned_packages'],
  },
  {
    name: 'a report of JFrog Xray',
    advice: sarif('jf audit --format sarif'),
    fields: ['scan_id', 'package_type'],
  },
  {
    name: 'a report of bundler-audit',
    advice: `${CONVERT}, or scan Gemfile.lock with Trivy, Grype or OSV-Scanner`,
    fields: ['version', 'created_at', 'results'],
  },
  {
    name: 'a report of dotnet list package',
    advice: 'Scan packages.lock.json with Trivy, Grype or OSV-Scanner, and upload its JSON',
    fields: ['version', 'parameters', 'projects'],
  },
  {
    name: 'findings of Dependency-Track',
    advice: 'Upload CycloneDX JSON with its vulnerabilities (variant withVulnerabilities)',
    fields: ['meta', 'findings', 'project'],
  },
  {
    name: 'alerts of Dependabot',
    advice: CONVERT,
    fields: ['security_advisory', 'dependency'],
    list: true,
  },
];
