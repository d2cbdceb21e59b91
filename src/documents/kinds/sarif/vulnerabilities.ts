import { type Severity, worse } from '../../../vocabulary/severity.js';
import { normalizeId, type VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import type { Finding } from '../../kind.js';
import { fieldOf, textField } from '../common/fields.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { severityOf } from '../common/severities.js';
import type { Common } from './findings.js';
import { messageOf } from './messages.js';
import { linesOf, type Package, packagesOf } from './packages.js';
import { besideOdd, listOf, tagsOf, WORDS } from './properties.js';
import type { RuleOfResult } from './rules.js';
import type { Result } from './schema.js';
import { LEVELS, ratingOfResult } from './severities.js';

/** Ids of databases with one vulnerability per entry. */
const ID =
  /(?<![0-9a-z-])(?:CVE-\d{4}-\d{4,12}|GHSA(?:-[0-9a-z]{4}){3}|GO-\d{4}-\d{4,8}|PYSEC-\d{4}-\d{1,8}|RUSTSEC-\d{4}-\d{4})(?![0-9a-z])/gi;

/** These tools write one level for all results. It is not a rating. */
const CONSTANT_LEVEL = /^(?:osv-scanner|dependency-check|clair)/i;

/** A result of a scanner for vulnerabilities, before the ids of the document are joined. */
export interface Vulnerability {
  readonly id: string;
  /** All ids of the vulnerability that the result and its rule name. */
  readonly ids: readonly string[];
  readonly packages: readonly Package[];
  readonly severity: Severity;
  readonly score: number | undefined;
  readonly fixedVersion: string | undefined;
  readonly unfixable: boolean;
  readonly message: string | undefined;
  readonly common: Common;
}

const idsIn = (text: string | undefined) =>
  [...(text ?? '').slice(0, 1000).matchAll(ID)].map(([id]) => normalizeId(id));

/** Grype's rules are named after the vulnerability and the package. */
function idOf(ruleId: string, packages: readonly Package[]): string {
  const [known] = idsIn(ruleId);
  if (known) return known;
  const name = packages[0]?.name;
  const suffix = name
    ? `-${name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1)}`
    : '';
  return suffix && ruleId.endsWith(suffix) ? ruleId.slice(0, -suffix.length) : ruleId;
}

/** OSV-Scanner lists other ids as former ids of the rule (3.49.4), govulncheck as tags, and Snyk before the package. */
function aliasesOf({ rule }: RuleOfResult): string[] {
  const former = [
    ...listOf(rule?.deprecatedIds),
    ...listOf(fieldOf(rule?.properties, 'deprecatedIds')),
  ];
  const [, described] =
    /^\(([^()]{1,500})\) /.exec(textField(rule?.fullDescription, 'text') ?? '') ?? [];
  const texts = [...former, ...tagsOf(rule?.properties)].slice(0, 100);
  return [
    ...texts.flatMap((text) => (typeof text === 'string' && text.length < 100 ? idsIn(text) : [])),
    ...idsIn(described),
  ];
}

/** With the level `none`, the tool says that a severity does not apply (3.27.10), and not that a flaw is harmless. */
function byLevel(level: string | null | undefined): Severity {
  const severity = severityOf(LEVELS, level);
  return severity === 'none' ? 'unknown' : severity;
}

/**
 * The worse of the tool's word and its score. A word without a score may be a default: Grype calls a vulnerability of
 * unknown severity low, with the score 0. The level does not stand in for a score that is not understood.
 */
function ratingOf(
  tool: string,
  result: Result,
  { rule }: RuleOfResult,
  lines: ReadonlyMap<string, string>,
): { severity: Severity; score: number | undefined } {
  const bags = [result.properties, rule?.properties];
  const words = [
    lines.get('severity'),
    ...bags.flatMap((bag) => [
      textField(bag, 'cvssV3_severity'),
      textField(bag, 'cvssv3_baseSeverity'),
      textField(bag, 'cvssv2_severity'),
    ]),
  ].filter((word) => word !== undefined);
  const said = words.map((word) => severityOf(WORDS, word)).reduce(worse, 'unknown');
  const { severity: rated = 'unknown', score, odd } = ratingOfResult(result, rule);
  const level = CONSTANT_LEVEL.test(tool) ? undefined : result.level;
  const isZero = bags.some((bag) =>
    /^\s*0(?:\.0+)?\s*$/.test(String(fieldOf(bag, 'security-severity'))),
  );
  if (rated === 'unknown' && said === 'low' && isZero) return { severity: byLevel(level), score };
  const best = worse(said, rated);
  if (odd) return { severity: besideOdd(best), score };
  if (best !== 'unknown' || words.length > 0) return { severity: best, score };
  return { severity: byLevel(level ?? rule?.defaultConfiguration?.level), score };
}

/** A fix that the tool names, or its word that there is none. An empty field says neither. */
function fixOf(result: Result, { rule }: RuleOfResult, lines: ReadonlyMap<string, string>) {
  const text =
    textField(result.properties, 'fixed_version') ??
    textField(rule?.properties, 'fixed_version') ??
    (lines.get('fixed version') || lines.get('fix version') || undefined);
  if (text && /^(?:not fixed|no fix(?: available)?|won'?t fix|will not fix)$/i.test(text))
    return { fixedVersion: undefined, unfixable: true };
  if (text && !/^(?:unknown|none|n\/a|-)$/i.test(text))
    return { fixedVersion: text, unfixable: false };
  const [fix] = listOf(fieldOf(result, 'fixes'));
  const upgrade = textField(fieldOf(fix, 'description'), 'text')?.slice(0, 500);
  const [, version] = /^Upgrade to (\S{1,300})$/i.exec(upgrade ?? '') ?? [];
  return { fixedVersion: version, unfixable: false };
}

export function readVulnerability(
  tool: string,
  result: Result,
  found: RuleOfResult,
  common: Common,
): Vulnerability {
  const { rule } = found;
  const message = messageOf(result, rule);
  const help = textField(rule?.help, 'text');
  const lines = linesOf(message, help);
  const packages = packagesOf(result, rule, common.location, message ?? '', lines);
  const id = idOf(found.id, packages);
  return {
    id,
    ids: [id, ...aliasesOf(found)],
    packages,
    ...ratingOf(tool, result, found, lines),
    ...fixOf(result, found, lines),
    message,
    common,
  };
}

/** One finding for each package of a result. */
export function vulnerabilityFindings(
  vulnerability: Vulnerability,
  idsOf: (id: string) => VulnerabilityIds,
): Finding[] {
  const { severity, score, fixedVersion, unfixable, message, common } = vulnerability;
  const { id, aliases } = idsOf(vulnerability.id);
  return vulnerability.packages.map(({ purl, name, version }) => ({
    type: 'vulnerability',
    severity,
    ...common,
    rule: id,
    aliases,
    message,
    score,
    purl,
    packageName: name,
    packageVersion: version,
    fixedVersion,
    ...(unfixable && { unfixable }),
    fingerprint: vulnerabilityFingerprint(id, purl, name ?? common.location ?? ''),
  }));
}
