import { FINDING_TYPES, type FindingType, type Shown } from '../../vocabulary/finding-types.js';
import { SEVERITIES, type Severity, worse } from '../../vocabulary/severity.js';
import type { ParsedDocument, TestSummary } from '../kind.js';
import { clean } from './columns.js';

export type Counts<Key extends string> = Readonly<Record<Key, number>>;

export interface FindingsSummary {
  /** As reported. */
  readonly total: number;
  readonly reportedBySeverity: Counts<Severity>;
  /** Defects: findings with one fingerprint are one. The counts below are of these. */
  readonly distinct: number;
  readonly bySeverity: Counts<Severity>;
  readonly fixableBySeverity: Counts<Severity>;
  readonly byType: Counts<FindingType>;
}

/** What a document says, in numbers. A member that is absent is something that its kind does not tell. */
export interface Summary {
  readonly findings?: FindingsSummary;
  readonly components?: { readonly total: number; readonly withoutPurl: number };
  readonly claims?: { readonly total: number; readonly absolving: number };
  readonly tests?: TestSummary;
  /** What it could have shown. None of what it does not show is no clean scan of it. */
  readonly shows: Shown[];
  /** Secrets were taken out before it was stored. */
  readonly masked?: true;
}

const zeros = <Key extends string>(keys: readonly Key[]) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;

/** Of findings with one fingerprint the worst counts, and one that is fixable makes it fixable. */
function countFindings(findings: NonNullable<ParsedDocument['findings']>): FindingsSummary {
  const defects = new Map<string, { severity: Severity; fixable: boolean; type: FindingType }>();
  const reportedBySeverity = zeros(SEVERITIES);
  for (const { fingerprint, severity, fixedVersion, type } of findings) {
    reportedBySeverity[severity] += 1;
    const fixable = Boolean(fixedVersion);
    const known = defects.get(fingerprint);
    if (!known) defects.set(fingerprint, { severity, fixable, type });
    else {
      known.severity = worse(known.severity, severity);
      known.fixable ||= fixable;
    }
  }
  const bySeverity = zeros(SEVERITIES);
  const fixableBySeverity = zeros(SEVERITIES);
  const byType = zeros(FINDING_TYPES);
  for (const { severity, fixable, type } of defects.values()) {
    bySeverity[severity] += 1;
    if (fixable) fixableBySeverity[severity] += 1;
    byType[type] += 1;
  }
  return {
    total: findings.length,
    reportedBySeverity,
    distinct: defects.size,
    bySeverity,
    fixableBySeverity,
    byType,
  };
}

/** It becomes JSON of PostgreSQL, which cannot hold just any text. */
const storable = (tests: TestSummary): TestSummary => ({
  ...tests,
  failed: tests.failed.slice(0, 100).map(({ name, message }) => ({
    name: clean(name, 1000) ?? '',
    message: clean(message, 2000) ?? '',
  })),
});

/** @param masked whether secrets were taken out of the document */
export function summarize(document: ParsedDocument, masked: boolean): Summary {
  const { findings, components, claims, tests, shows = [] } = document;
  return {
    shows: [
      ...(tests ? (['tests'] as const) : []),
      ...(components ? (['components'] as const) : []),
      ...shows,
    ],
    ...(tests && { tests: storable(tests) }),
    ...(components && {
      components: {
        total: components.length,
        withoutPurl: components.filter(({ purl }) => purl === undefined).length,
      },
    }),
    ...(findings && { findings: countFindings(findings) }),
    ...(claims &&
      claims.length > 0 && {
        claims: {
          total: claims.length,
          absolving: claims.filter(({ absolves }) => absolves).length,
        },
      }),
    ...(masked && { masked: true }),
  };
}
