import type { FindingType } from '../../../vocabulary/finding-types.js';
import { tagsOf } from './properties.js';
import type { RuleOfResult } from './rules.js';
import type { Result } from './schema.js';
import { secretFinder } from './secrets.js';
import { purposeOf, typeByWord } from './tools.js';

/**
 * A rule that is an entry of a database of vulnerabilities. Grype appends the package, Black Duck other ids, and early
 * templates of Trivy put the severity before it.
 */
const ADVISORY =
  /^(?:\[[a-z]{3,10}\] )?(?:BDSA-\d{4}-\d+|CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}|RUSTSEC-\d{4}-\d{4}|PYSEC-\d{4}-\d+|GO-\d{4}-\d{4,}|MAL-\d{4}-\d+)(?![0-9a-z])/i;

/** Findings of Semgrep Supply Chain. */
const SUPPLY_CHAIN = /(?:^|\.)ssc-[0-9a-f]{8}-/;

const isAdvisory = (id: string) => ADVISORY.test(id) || SUPPLY_CHAIN.test(id.slice(0, 500));

/** Licences that Snyk reports among vulnerabilities. */
const isLicence = (id: string) => /^snyk:lic:/i.test(id);

/** @returns a function that decides what a result of this tool is about */
export function typeFinder(tool: string): (result: Result, found: RuleOfResult) => FindingType {
  const purpose = purposeOf(tool);
  const isSecret = secretFinder();
  return (result, found) => {
    const { id, rule } = found;
    if (purpose === 'secret') return 'secret';
    if (purpose === 'mixed') {
      const words = [...tagsOf(result.properties), ...tagsOf(rule?.properties), rule?.name ?? ''];
      const type = typeByWord(words);
      if (type) return type;
    }
    if (isLicence(id)) return 'licence';
    // Before secrets: a vulnerability of the weakness CWE-798 is not a secret in these files.
    if (isAdvisory(id)) return 'vulnerability';
    if (purpose === 'vulnerability') return 'vulnerability';
    if (isSecret(result, found)) return 'secret';
    return purpose === 'mixed' ? 'misconfiguration' : purpose;
  };
}
