import { fieldOf } from '../kinds/common/fields.js';
import { type Lookalike, sarif, textIn } from './lookalike.js';

export const SBOMS: readonly Lookalike[] = [
  {
    name: 'an SBOM in the format of Syft',
    advice: 'Upload CycloneDX JSON (syft -o cyclonedx-json)',
    fields: ['artifacts', 'schema'],
    and: (object) => /syft/i.test(textIn(fieldOf(object, 'schema'), 'url')),
  },
  {
    name: 'an SBOM in the format of Syft',
    advice: 'Upload CycloneDX JSON (syft -o cyclonedx-json)',
    fields: ['artifacts', 'artifactRelationships'],
  },
  {
    name: 'SPDX 3.0',
    advice: 'Upload SPDX 2.3 JSON, or CycloneDX JSON',
    fields: ['@context', '@graph'],
    and: (object) => /spdx/i.test(JSON.stringify(fieldOf(object, '@context')).slice(0, 500)),
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
    and: (object) => textIn(fieldOf(object, 'document'), 'csaf_version') !== '',
  },
];

const junit = (tool: string, how: string) => ({
  name: `a report of ${tool}`,
  advice: `Upload JUnit XML (${how})`,
});

/** Reports in XML, by the name of the root element. */
export const XML: ReadonlyMap<string, Pick<Lookalike, 'name' | 'advice'>> = new Map([
  ['analysis', { name: 'a report of OWASP Dependency-Check', advice: sarif('--format SARIF') }],
  ['BugCollection', { name: 'a report of SpotBugs', advice: sarif('-sarif') }],
  ['cppcheck', { name: 'a report of Cppcheck', advice: sarif('--output-format=sarif') }],
  ['issues', { name: 'a report of Android Lint', advice: sarif('sarifReport true') }],
  [
    'pmd-cpd',
    { name: 'a report of PMD CPD, which finds copies', advice: sarif('pmd check --format sarif') },
  ],
  ['pmd', { name: 'a report of PMD', advice: sarif('pmd check --format sarif') }],
  ['checkstyle', { name: 'a report of Checkstyle', advice: sarif('checkstyle -f sarif') }],
  ['OWASPZAPReport', { name: 'a report of ZAP', advice: sarif('the template sarif-json') }],
  ['test-results', junit('NUnit 2', 'converted from it')],
  ['test-run', junit('NUnit 3', '--logger junit of dotnet test, or converted from it')],
  ['test-suite', junit('NUnit 3', '--logger junit of dotnet test, or converted from it')],
  ['assemblies', junit('xUnit.net', '--logger junit of dotnet test, or -junit of its runner')],
  ['assembly', junit('xUnit.net 1', 'converted from it')],
  ['testng-results', junit('TestNG', 'the files in its folder junitreports')],
  ['robot', junit('Robot Framework', 'robot --xunit')],
  ['TestRun', junit('CppUnit', 'converted from it')],
  ['TestLog', junit('Boost.Test', '--log_format=JUNIT')],
  ['TestResult', junit('Boost.Test', '--log_format=JUNIT')],
  ['TestCase', junit('Qt Test', '-o report.xml,junitxml')],
  ['Site', junit('CTest', 'ctest --output-junit')],
  ['Catch', junit('Catch2', '--reporter junit')],
  ['Catch2TestRun', junit('Catch2', '--reporter junit')],
  ['doctest', junit('doctest', '--reporters=junit')],
  ['unittest-results', junit('UnitTest++', 'converted from it')],
  ['coverage', { name: 'a report of code coverage', advice: 'It shows no results of tests' }],
  ['report', { name: 'a report of code coverage', advice: 'It shows no results of tests' }],
  [
    'bom',
    {
      name: 'an SBOM of CycloneDX without its namespace',
      advice: 'Use the namespace of its version, such as http://cyclonedx.org/schema/bom/1.6',
    },
  ],
  ['html', { name: 'a web page', advice: 'Upload the report itself' }],
]);
