import { type Coverage, shownBy } from '../../vocabulary/coverage.js';
import { FINDING_TYPES, type FindingType, type Shown } from '../../vocabulary/finding-types.js';
import { SEVERITIES, type Severity, worse } from '../../vocabulary/severity.js';
import type { Note, ParsedDocument, TestSummary } from '../kind.js';
import { clean } from './columns.js';
import { MAX_COVERAGE, storableCoverage, targetsOf } from './coverage.js';
import { storedNames, type TestNames } from './test-names.js';

export type Counts<Key extends string> = Readonly<Record<Key, number>>;

export interface FindingsSummary {
  /** Number of reported findings. */
  readonly total: number;
  readonly reportedBySeverity: Counts<Severity>;
  /** Number of defects: findings with the same fingerprint count once. The counts below are of defects. */
  readonly distinct: number;
  readonly bySeverity: Counts<Severity>;
  readonly fixableBySeverity: Counts<Severity>;
  readonly byType: Counts<FindingType>;
}

/** The contents of a document, in numbers. A member is absent if documents of this kind cannot report it. */
export interface Summary {
  readonly findings?: FindingsSummary;
  readonly components?: { readonly total: number; readonly withoutPurl: number };
  readonly claims?: { readonly total: number; readonly absolving: number };
  readonly tests?: TestSummary;
  /** What the document shows by its silence: a missing finding is a clean scan only for the types named here. */
  readonly shows: Shown[];
  /** What the tool looked for, whether it ran, at what and when. */
  readonly coverage: Coverage[];
  /**
   * What the document is about, each as tool, type and name without tag. New evidence with the same label supersedes
   * evidence only if it is about the same targets, and perhaps more.
   */
  readonly targets: string[];
  /** The tests that ran, if not all passed: what replaces the document has all of them. */
  readonly testsRun?: string;
  readonly warnings?: Notes;
  readonly contradictions?: Notes;
  /** Whether secrets were masked before the document was stored. */
  readonly masked?: true;
}

/** The first notes of a document, and how many there are. */
export interface Notes {
  readonly total: number;
  readonly first: Note[];
}

const zeros = <Key extends string>(keys: readonly Key[]) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;

/** A defect has the worst severity of its findings. It is fixable if one of them is. */
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

/** Cleans the texts, because PostgreSQL's JSON cannot hold every character. */
const storable = (tests: TestSummary): TestSummary => ({
  ...tests,
  failed: tests.failed.slice(0, 100).map(({ name, message }) => ({
    name: clean(name, 1000) ?? '',
    message: clean(message, 2000) ?? '',
  })),
});

const MAX_NOTES = 20;

const notesOf = (notes: readonly Note[]): Notes => ({
  total: notes.length,
  first: notes.slice(0, MAX_NOTES).map(({ message, pointer }) => ({
    message: clean(message, 500) ?? '',
    ...(pointer && { pointer: clean(pointer, 500) ?? '' }),
  })),
});

/** The tests that ran, unless all of them ran and passed: then nothing is lost with the document. */
function testsRun({ tests, coverage }: ParsedDocument, names: TestNames | undefined) {
  if (!tests || !names) return undefined;
  const isClean =
    tests.failures + tests.errors === 0 &&
    coverage.every(({ ran, what }) => what !== 'tests' || ran === 'yes');
  return isClean ? undefined : storedNames(names);
}

/** @param masked whether secrets were taken out of the document */
export function summarize(
  document: ParsedDocument,
  masked: boolean,
  testNames?: TestNames,
): Summary {
  const { findings, components, claims, tests, warnings = [], contradictions = [] } = document;
  const coverage = document.coverage.slice(0, MAX_COVERAGE).map(storableCoverage);
  const ran = testsRun(document, testNames);
  return {
    shows: shownBy(document.coverage),
    coverage,
    targets: targetsOf(document),
    ...(ran !== undefined && { testsRun: ran }),
    ...(warnings.length > 0 && { warnings: notesOf(warnings) }),
    ...(contradictions.length > 0 && { contradictions: notesOf(contradictions) }),
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
