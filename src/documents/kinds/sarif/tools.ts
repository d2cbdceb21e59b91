import type { FindingType } from '../../../vocabulary/finding-types.js';

/** What a tool looks for. `mixed`: its options decide, and its SARIF does not tell them. */
export type Purpose = 'code' | 'secret' | 'vulnerability' | 'misconfiguration' | 'mixed';

const patternOf = (names: readonly string[]) => names.join('|').replaceAll(' ', '[-_ .]?');

/** A pattern for whole words, in any case, with any separator between their parts. */
const named = (...names: readonly string[]) =>
  new RegExp(`(?<![a-z])(?:${patternOf(names)})(?![a-z])`, 'i');

/** What vendors write before and after the name of their tool. */
const BEFORE =
  '(?:owasp|anchore|aqua(?:[-_ ]?security)?|google|jetbrains|microsoft(?: \\(r\\))?|hcl|snyk)?[-_ ]?';
const AFTER =
  '(?:[-_ ](?:oss|pro|cli|ce|ee|community|enterprise|command[- ]line(?: toolchain)?))?(?:[ /@-]v?\\d[\\w.+-]{0,40})?';

/** A pattern for the names of tools, and no other word beside them: a wrapper is another tool. */
const exactly = (names: readonly string[]) =>
  new RegExp(`^${BEFORE}(?:${patternOf(names)})${AFTER}$`, 'i');

const SECRETS_NAMES = [
  ...['gitleaks', 'betterleaks', 'trufflehog', 'detect secrets', 'ggshield', 'gitguardian'],
  ...['kingfisher', 'nosey parker', 'talisman', 'whispers', 'secretlint'],
  ...['credscan', 'ripsecrets'],
];
const SECRETS = named(...SECRETS_NAMES);

/** Words in the names of other scanners. They tell what a result is about, and not that the tool is known. */
const SECRET_WORDS = named('secrets? (?:scann(?:er|ing)|detection)', 'credential scanner');
const VULNERABILITY_WORDS = named(
  ...['vulnerability (?:scan(?:ner)?|report)', 'software composition analysis'],
  ...['dependency scann(?:er|ing)', 'container scann(?:er|ing)'],
);

/** Scanners of packages and images. */
const VULNERABILITIES_NAMES = [
  ...['grype', 'anchore', 'osv scanner', 'snyk open source', 'snyk container', 'snyk sca'],
  ...['dependency check', 'dependency track', 'docker scout', 'clair(?:-action)?', 'govulncheck'],
  ...['(?:npm|pip|cargo|bundler?|composer|yarn|pnpm) audit', 'auditjs', 'nancy', 'retire(?: js)?'],
  ...['xray', 'jfrog sca', 'black duck', 'whitesource', 'mend sca', 'nexus iq', 'twistcli'],
  ...['prisma cloud', 'neuvector', 'cve bin tool', 'vuls', 'debricked', 'veracode sca', 'cxsca'],
];
const VULNERABILITIES = named(...VULNERABILITIES_NAMES);

/** Of these, the ones that read sources, lists of packages and folders, and never an image. */
const OF_FILES = named(
  ...['govulncheck', '(?:npm|pip|cargo|bundler?|composer|yarn|pnpm) audit', 'auditjs', 'nancy'],
  ...['dependency check', 'retire(?: js)?', 'snyk (?:open source|sca)', 'debricked'],
  ...['jfrog sca', 'mend sca', 'veracode sca', 'cxsca'],
);

/** Whether a scanner never looks at an image, by its name. */
export const isOfFiles = (tool: string) => OF_FILES.test(tool.slice(0, 200));

const MISCONFIGURATIONS_NAMES = [
  ...['checkov', 'tfsec', 'kics', 'terrascan', 'snyk iac', 'kube linter', 'kube score'],
  ...['kubescape', 'kubesec', 'cfn nag', 'cfn guard', 'dockle', 'regula', 'conftest'],
  ...['template analyzer', 'prowler'],
];
const MISCONFIGURATIONS = named(...MISCONFIGURATIONS_NAMES);

const MIXED = named('trivy');

/** Tools that analyse code, and do nothing else. Add a tool here, and its SARIF counts without `?scanners=`. */
const ANALYSERS_NAMES = [
  ...['code ql', 'es lint', 'biome', 'oxlint', 'ts lint', 'stylelint', 'js hint', 'snyk code'],
  ...['spot bugs', 'find sec bugs', 'pmd', 'checkstyle', 'error prone', 'ktlint', 'detekt'],
  ...['android lint', 'swift lint', 'rubocop', 'brakeman', 'bandit', 'pylint', 'ruff', 'flake8'],
  ...['mypy', 'pyright', 'pyre', 'pysa', 'golangci lint', 'gosec', 'staticcheck', 'revive'],
  ...['clang tidy', 'clang analyzer', 'clang', 'gcc', 'cppcheck', 'flawfinder', 'clippy', 'infer'],
  ...['pvs studio', 'prefast', 'psalm', 'phpstan', 'php codesniffer', 'phpcs', 'roslyn'],
  ...['visual c# compiler', 'visual basic compiler', 'inspectcode', 'resharper', 'shellcheck'],
  ...['actionlint', 'zizmor', 'devskim', 'bin skim', 'njsscan', 'scorecard', 'coverity'],
  ...['hadolint', 'tflint', 'ansible lint', 'yamllint', 'markdownlint(?:-cli2?)?', 'spectral'],
  ...['psscriptanalyzer', 'security code scan', 'bearer', 'appscan', 'klocwork', 'polyspace'],
  ...['parasoft', 'codesonar', 'sobelow', 'credo', 'scalastyle', 'luacheck', 'deno lint'],
];
const ANALYSERS = named(...ANALYSERS_NAMES);

/** Tools that analyse code, and have other scanners. */
const SUITES_NAMES = [
  ...[
    'semgrep',
    'opengrep',
    'sonar(?:qube|cloud|lint)?',
    'qodana',
    'checkmarx',
    'cx one',
    'fortify',
  ],
  ...['veracode', 'codacy', 'deepsource', 'megalinter', 'super linter', 'horusec', 'mobsfscan'],
];
const SUITES = named(...SUITES_NAMES);

/** What a tool looks for, by its name. */
export function purposeOf(tool: string): Purpose {
  const name = tool.slice(0, 200);
  if (MIXED.test(name)) return 'mixed';
  if (SECRETS.test(name) || SECRET_WORDS.test(name)) return 'secret';
  if (VULNERABILITIES.test(name) || VULNERABILITY_WORDS.test(name)) return 'vulnerability';
  return MISCONFIGURATIONS.test(name) ? 'misconfiguration' : 'code';
}

/** What a tool looks for, if its name is one of a scanner. Words such as "secret scanner" are no name. */
export function nameMeans(tool: string): Purpose | undefined {
  const name = tool.slice(0, 200);
  if (MIXED.test(name)) return 'mixed';
  if (SECRETS.test(name)) return 'secret';
  if (VULNERABILITIES.test(name)) return 'vulnerability';
  return MISCONFIGURATIONS.test(name) ? 'misconfiguration' : undefined;
}

/** Names of drivers that have other words in them. */
const OTHER_NAMES = [
  ...['anchore container vulnerability report \\(t0\\)', 'jfrog xray scanner', 'retire js'],
  ...['trivy', 'gitguardian shield', 'snyk(?: infrastructure as code)?', 'prisma cloud checkov'],
  ...['qd[a-z]{2,8}', 'qodana for \\w{2,10}', 'gnu (?:c|c\\+\\+|fortran|ada|d)\\d{0,4}[a-z]?'],
  ...['\\(r\\) (?:visual (?:c#|basic)|c/c\\+\\+ optimizing) compiler', 'ossf scorecard'],
  ...['(?:micro ?focus |opentext )?fortify (?:static code analyzer|sca)', 'defsec'],
  ...['appscan on cloud', 'codeql extension', 'coverity static analysis', 'checkmarx one'],
  ...['veracode (?:static analysis|pipeline scan)', 'parasoft (?:jtest|dottest|c/c\\+\\+test)'],
];

const KNOWN_NAMES = exactly([
  ...[...SECRETS_NAMES, ...VULNERABILITIES_NAMES, ...MISCONFIGURATIONS_NAMES],
  ...[...ANALYSERS_NAMES, ...SUITES_NAMES, ...OTHER_NAMES],
]);

/** Whether the server knows what a tool does, by its whole name. */
export const isKnownTool = (tool: string) => tool.length <= 200 && KNOWN_NAMES.test(tool.trim());

/** Scanners of configuration that also look for secrets, packages and licences. */
const CONFIGURATION_SUITES = named('checkov', 'kics', 'prowler', 'snyk iac');

/** Scanners of packages that also report licences. */
const LICENCES = named('snyk', 'black duck', 'whitesource', 'mend', 'xray', 'jfrog', 'nexus iq');

/**
 * What a tool can look for, if that is known: Grype and CodeQL have no scanner for secrets. What the options of a suite
 * decide, and what tools with other names look for, is unknown.
 */
function ableOfTool(tool: string): readonly FindingType[] | undefined {
  const name = tool.slice(0, 200);
  const purpose = purposeOf(name);
  if (purpose === 'secret') return ['secret'];
  if (purpose === 'vulnerability')
    return LICENCES.test(name) ? ['vulnerability', 'licence'] : ['vulnerability'];
  if (purpose === 'misconfiguration')
    return CONFIGURATION_SUITES.test(name) ? undefined : ['misconfiguration'];
  return purpose === 'code' && ANALYSERS.test(name) && !SUITES.test(name) ? ['code'] : undefined;
}

/** What the tools can look for. Undefined if it is not known. */
export function ableOf(tools: readonly string[]): FindingType[] | undefined {
  const able = tools.map(ableOfTool);
  const known = able.filter((types) => types !== undefined);
  return known.length > 0 && known.length === able.length ? known.flat() : undefined;
}

/** Tags and names that Trivy gives to its rules. */
const BY_WORD: ReadonlyMap<string, FindingType> = new Map([
  ['vulnerability', 'vulnerability'],
  ['ospackagevulnerability', 'vulnerability'],
  ['languagespecificpackagevulnerability', 'vulnerability'],
  ['misconfiguration', 'misconfiguration'],
  ['secret', 'secret'],
  ['license', 'licence'],
]);

/** The type of a rule of a mixed tool, by the first word that names one. */
export function typeByWord(words: readonly string[]): FindingType | undefined {
  for (const word of words) {
    const type = BY_WORD.get(word.toLowerCase());
    if (type) return type;
  }
  return undefined;
}
