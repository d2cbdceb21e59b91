import { normalizeId } from '../../../vocabulary/vulnerability-ids.js';
import type { Note } from '../../kind.js';
import { isObject, textsOf } from '../common/texts.js';
import { type Found, type Group, packagesOf, type Report, type Vulnerability } from './schema.js';

/** Records of a distribution about one vulnerability, such as `UBUNTU-CVE-2024-1234`. */
const OF_CVE = /^[A-Z][A-Z0-9]*-(CVE-\d{4}-\d{4,})$/;

/** Databases with one vulnerability per record. */
const ONE_EACH = /^(?:CVE|GHSA|GO|PYSEC|RUSTSEC|MAL|OSV|GSD|HSEC|JLSEC|RSEC|BIT)-/;

const isCve = (id: string) => id.startsWith('CVE-');

/** Two CVEs are two vulnerabilities. */
const hasOneCve = (ids: readonly string[]) => new Set(ids.map(normalizeId).filter(isCve)).size <= 1;

/** The id of a record: of the vulnerability that the name of the record has, else the record's. */
export const ownId = (id: string): string => OF_CVE.exec(id.trim().toUpperCase())?.[1] ?? id;

/** Ids of the same vulnerability. */
function sameIds({ id, aliases }: Vulnerability): string[] {
  const [, cve] = OF_CVE.exec(id.trim().toUpperCase()) ?? [];
  const ids = [id, ...(cve ? [cve] : []), ...textsOf(aliases)];
  if (hasOneCve(ids)) return ids;
  return cve ? [id, cve] : [id];
}

const idsIn = ({ ids }: Group) => textsOf(ids);

/** OSV-Scanner puts an advisory of a distribution and all its vulnerabilities into one group. */
function joined(group: Group): string[] {
  const ids = [...idsIn(group), ...textsOf(group.aliases)];
  const areOneEach = ids.every((id) => ONE_EACH.test(normalizeId(id)));
  return areOneEach && hasOneCve(ids) ? ids : [];
}

/** The ids that are joined: by their records, and by OSV-Scanner. */
export const idGroups = (report: Report): string[][] =>
  packagesOf(report).flatMap(({ entry }) => [
    ...(entry.vulnerabilities ?? []).map(sameIds),
    ...(entry.groups ?? []).map(joined),
  ]);

/** The group of each vulnerability of a package. */
export const groupsById = ({ entry }: Found): ReadonlyMap<string, Group> =>
  new Map((entry.groups ?? []).flatMap((group) => idsIn(group).map((id) => [id, group] as const)));

/** Whether the analysis of calls, or the distribution, says that a vulnerability matters less. */
export function analysisOf(group: Group | undefined, id: string): string | undefined {
  const analysis = group?.experimental_analysis ?? group?.experimentalAnalysis;
  const entry = isObject(analysis) && Object.hasOwn(analysis, id) ? analysis[id] : undefined;
  const { called, unimportant }: Record<string, unknown> = Object(entry);
  if (unimportant === true) return 'The distribution calls it unimportant';
  return called === false ? 'OSV-Scanner found no call of the vulnerable code' : undefined;
}

/** Groups of a package whose vulnerabilities are not listed: someone has filtered the report. */
export function unlistedGroups({ entry }: Found): { group: Group; index: number; id: string }[] {
  const listed = new Set((entry.vulnerabilities ?? []).map(({ id }) => id));
  return (entry.groups ?? []).flatMap((group, index) => {
    const ids = idsIn(group);
    const [id] = ids;
    return id === undefined || ids.some((one) => listed.has(one)) ? [] : [{ group, index, id }];
  });
}

export const contradictionsOf = (report: Report): Note[] =>
  packagesOf(report).flatMap((found) =>
    unlistedGroups(found).map(({ index, id }) => ({
      message: `names ${id.slice(0, 100)}, which is not listed in vulnerabilities`,
      pointer: `${found.pointer}/groups/${index}`,
    })),
  );
