import type { FindingType } from '../../../vocabulary/finding-types.js';
import { canonicalIds, normalizeId } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault } from '../../fault.js';
import { type DocumentParser, type Finding, MAX_ROWS, type ParseContext } from '../../kind.js';
import { covered } from '../common/coverage.js';
import { isFailed, licenceOf, misconfigurationOf, secretOf, vulnerabilityOf } from './findings.js';
import { maskSecrets } from './masking.js';
import { check, type Result, type Vulnerability } from './schema.js';

/** Databases with one vulnerability per id. A vendor's advisory may cover several. */
const ONE_EACH = /^(?:CVE-\d|GHSA-)/;

/** Ids of the same vulnerability. Two CVEs are two vulnerabilities: then only the own id counts. */
function sameIds({ VulnerabilityID, VendorIDs }: Vulnerability): string[] {
  const own = normalizeId(VulnerabilityID);
  const ids = new Set([
    own,
    ...(VendorIDs ?? []).map(normalizeId).filter((id) => ONE_EACH.test(id)),
  ]);
  const cves = [...ids].filter((id) => id.startsWith('CVE-'));
  return cves.length > 1 ? [own] : [...ids];
}

function* idGroups(results: readonly Result[]) {
  for (const { Vulnerabilities } of results) yield* (Vulnerabilities ?? []).map(sameIds);
}

function refuseTooMany(results: readonly Result[]): void {
  let rows = 0;
  for (const result of results) {
    rows += result.Vulnerabilities?.length ?? 0;
    rows += result.Misconfigurations?.filter(isFailed).length ?? 0;
    rows += result.Secrets?.length ?? 0;
    rows += result.Licenses?.length ?? 0;
  }
  if (rows <= MAX_ROWS) return;
  throw new DocumentFault('has more than 200,000 findings', '/Results', undefined, 'limit');
}

function findingsOf(results: readonly Result[], context: ParseContext): Finding[] {
  const idsOf = canonicalIds(idGroups(results));
  const findings: Finding[] = [];
  for (const [i, result] of results.entries()) {
    for (const vulnerability of result.Vulnerabilities ?? [])
      findings.push(vulnerabilityOf(vulnerability, result, idsOf));
    for (const [j, misconfiguration] of (result.Misconfigurations ?? []).entries()) {
      if (!isFailed(misconfiguration)) continue;
      const pointer = `/Results/${i}/Misconfigurations/${j}`;
      findings.push(misconfigurationOf(misconfiguration, result, pointer));
    }
    for (const secret of result.Secrets ?? []) findings.push(secretOf(secret, result, context));
    for (const licence of result.Licenses ?? []) findings.push(licenceOf(licence, result));
  }
  return findings;
}

/** Trivy's result classes. A scanner without anything to scan writes no result, so nothing proves that it ran. */
const CLASSES = new Map<string, FindingType>([
  ['os-pkgs', 'vulnerability'],
  ['lang-pkgs', 'vulnerability'],
  ['config', 'misconfiguration'],
  ['secret', 'secret'],
  ['license', 'licence'],
  ['license-file', 'licence'],
]);

function showsOf(results: readonly Result[], findings: readonly Finding[]): FindingType[] {
  const shown = new Set(findings.map(({ type }) => type));
  for (const { Class } of results) {
    const type = CLASSES.get(Class ?? '');
    if (type) shown.add(type);
  }
  return [...shown].sort();
}

export const parser: DocumentParser = {
  version: 1,

  recognizes(document) {
    const top: Record<string, unknown> = Object(document);
    if (typeof top.SchemaVersion !== 'number') return false;
    return typeof top.ArtifactName === 'string' || Object.hasOwn(top, 'Results');
  },

  parse(document, context) {
    const report = check(document);
    const results = report.Results ?? [];
    refuseTooMany(results);
    const findings = findingsOf(results, context);
    return {
      tool: 'Trivy',
      toolVersion: report.Trivy?.Version || undefined,
      specVersion: String(report.SchemaVersion),
      coverage: showsOf(results, findings).map((what) => covered(what)),
      findings,
      ...maskSecrets(report, findings),
    };
  },
};
