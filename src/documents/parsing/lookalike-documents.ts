import { type Lookalike, own, sarif, textIn } from './lookalike.js';

export const SBOMS: readonly Lookalike[] = [
  {
    name: 'an SBOM in the format of Syft',
    advice: 'Upload CycloneDX JSON (syft -o cyclonedx-json)',
    fields: ['artifacts', 'schema'],
    and: (object) => /syft/i.test(textIn(own(object, 'schema'), 'url')),
  },
  {
    name: 'a signed attestation',
    advice: 'Upload the document itself: the `predicate` of its payload',
    fields: ['payloadType', 'payload', 'signatures'],
  },
  {
    name: 'an attestation of in-toto',
    advice: 'Upload the document itself, which is its `predicate`',
    fields: ['_type', 'predicateType'],
  },
  {
    name: 'CSAF',
    advice: 'Upload OpenVEX, or the analysis of vulnerabilities as CycloneDX JSON',
    fields: ['document'],
    and: (object) => textIn(own(object, 'document'), 'csaf_version') !== '',
  },
];

export const TESTS: readonly Lookalike[] = [
  {
    name: 'a JSON report of Jest or Vitest',
    advice: 'Upload JUnit XML (vitest --reporter=junit, or the reporter jest-junit)',
    fields: ['numTotalTests', 'testResults'],
  },
  {
    name: 'a JSON report of Playwright',
    advice: 'Upload JUnit XML (playwright test --reporter=junit)',
    fields: ['config', 'suites', 'errors'],
  },
  {
    name: 'a JSON report of Mocha',
    advice: 'Upload JUnit XML (mocha --reporter xunit)',
    fields: ['stats', 'tests', 'passes', 'failures'],
  },
  {
    name: 'a JSON report of Cucumber',
    advice: 'Upload JUnit XML (the formatter junit)',
    fields: ['keyword', 'elements', 'uri'],
    list: true,
  },
  {
    name: 'the output of go test -json',
    advice: 'Convert it to JUnit XML',
    fields: ['Action', 'Package', 'Time'],
  },
];

/** Reports in XML, by the name of the root element. */
export const XML: ReadonlyMap<string, Pick<Lookalike, 'name' | 'advice'>> = new Map([
  ['analysis', { name: 'a report of OWASP Dependency-Check', advice: sarif('--format SARIF') }],
  ['BugCollection', { name: 'a report of SpotBugs', advice: sarif('-sarif') }],
  ['pmd', { name: 'a report of PMD', advice: sarif('pmd check --format sarif') }],
  ['checkstyle', { name: 'a report of Checkstyle', advice: sarif('checkstyle -f sarif') }],
  ['OWASPZAPReport', { name: 'a report of ZAP', advice: sarif('the template sarif-json') }],
  ['TestRun', { name: 'a report of MSTest', advice: 'Upload JUnit XML (--logger junit)' }],
  ['test-run', { name: 'a report of NUnit', advice: 'Upload JUnit XML (--logger junit)' }],
  ['assemblies', { name: 'a report of xUnit.net', advice: 'Upload JUnit XML (--logger junit)' }],
]);
