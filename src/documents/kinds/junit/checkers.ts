import type { XmlElement } from '../../xml-element.js';
import { isSuite } from './elements.js';

/**
 * Linters and scanners that write JUnit, so that a build server shows their results. Many report what they found clean
 * as a test that passed.
 */
const CHECKERS: ReadonlyMap<string, string> = new Map([
  ['trivy', 'Trivy'],
  ['semgrep results', 'Semgrep'],
  ['ruff', 'Ruff'],
  ['mypy', 'mypy'],
  ['bandit', 'Bandit'],
  ['phpstan', 'PHPStan'],
  ['psalm', 'Psalm'],
  ['rubocop', 'RuboCop'],
  ['tfsec', 'tfsec'],
  ['kubeconform', 'kubeconform'],
  ['cloudformation lint', 'cfn-lint'],
  ['conftest', 'Conftest'],
  ['dependency-check', 'Dependency-Check'],
  ['dependency check', 'Dependency-Check'],
  ['pylint', 'Pylint'],
  ['kube-score', 'kube-score'],
  ['checkov', 'Checkov'],
]);
/** Names with a version or a wish after them. */
const BEGINNINGS = [
  ['php_codesniffer ', 'PHP_CodeSniffer'],
  ['dastardly scan results', 'Dastardly'],
] as const;
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['org.eslint', 'ESLint'],
  ['stylelint.rules', 'Stylelint'],
  ['org.spectral', 'Spectral'],
]);

/** Checkov names a suite after what it scanned: `terraform scan`. */
const SCANNED = [
  ...['terraform', 'terraform_plan', 'cloudformation', 'kubernetes', 'helm', 'kustomize', 'arm'],
  ...['dockerfile', 'serverless', 'bicep', 'ansible', 'secrets', 'github_actions', 'gitlab_ci'],
  ...['openapi', 'sca_package', 'sca_image', 'bitbucket_pipelines', 'azure_pipelines', 'json'],
].map((framework) => `${framework} scan`);

function byName({ attributes }: XmlElement): string | undefined {
  const name = attributes.get('name')?.trim().toLowerCase() ?? '';
  return (
    CHECKERS.get(name) ??
    (SCANNED.includes(name) ? 'Checkov' : undefined) ??
    PACKAGES.get(attributes.get('package') ?? '') ??
    BEGINNINGS.find(([beginning]) => name.startsWith(beginning))?.[1]
  );
}

/** The tool, if a report has only results of one that runs no tests. A root with another name is of a test runner. */
export function checkerOf(root: XmlElement): string | undefined {
  const own = byName(root);
  if (own !== undefined || root.attributes.get('name')?.trim()) return own;
  const suites = root.children.filter(isSuite);
  const [first] = suites.map(byName);
  return suites.every((suite) => byName(suite) === first) ? first : undefined;
}
