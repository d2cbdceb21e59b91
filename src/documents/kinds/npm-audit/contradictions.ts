import { escapePointer } from '../../../shared/text.js';
import type { Note } from '../../kind.js';
import { numberOf, objectsOf, textOf } from '../common/texts.js';
import type { OldReport, Vulnerability } from './schema.js';

const WORDS = ['critical', 'high', 'moderate', 'low', 'info'] as const;

const pointerTo = (word: string) => `/metadata/vulnerabilities/${word}`;

function note(word: string, counted: number, listed: number): Note {
  const what = word === 'total' ? 'vulnerable packages' : `vulnerabilities of severity ${word}`;
  return {
    message: `counts ${counted} ${what}, and ${listed} are listed`,
    pointer: pointerTo(word),
  };
}

/** Counts of severities that npm does not have, or in another case. Nothing in the list could explain them. */
function otherCounts(metadata: unknown): Note[] {
  const counts: Record<string, unknown> = Object(Object(metadata).vulnerabilities);
  return Object.entries(counts).flatMap(([word, value]) => {
    const count = numberOf(value) ?? 0;
    if (word === 'total' || WORDS.some((known) => known === word) || count <= 0) return [];
    const message = `counts ${count} vulnerabilities of a severity that npm does not have`;
    return [{ message, pointer: `/metadata/vulnerabilities/${escapePointer(word)}` }];
  });
}

/** Compares the counts of a report with its list. Only a longer list is no contradiction: all of it counts. */
function compare(metadata: unknown, listed: ReadonlyMap<string, number>): Note[] {
  const counts: Record<string, unknown> = Object(Object(metadata).vulnerabilities);
  return [...listed].flatMap(([word, length]) => {
    const counted = numberOf(counts[word]) ?? 0;
    return counted > length ? [note(word, counted, length)] : [];
  });
}

type Vulnerabilities = Readonly<Record<string, Vulnerability>>;

/** The index of a severity, the worst first. */
const rankOf = (word: string | null | undefined) => WORDS.indexOf(word as (typeof WORDS)[number]);

/** The packages that depend on each package, by `via`. */
function dependentsOf(vulnerabilities: Vulnerabilities): ReadonlyMap<string, string[]> {
  const dependents = new Map<string, string[]>();
  for (const [name, { via }] of Object.entries(vulnerabilities)) {
    for (const cause of via ?? []) {
      if (typeof cause !== 'string') continue;
      const known = dependents.get(cause);
      if (known) known.push(name);
      else dependents.set(cause, [name]);
    }
  }
  return dependents;
}

/**
 * Packages that lead to an advisory, directly or through the dependencies that `via` names, with the rank of the worst
 * one. An advisory without a known severity explains every severity.
 */
function explained(vulnerabilities: Vulnerabilities): ReadonlyMap<string, number> {
  const dependents = dependentsOf(vulnerabilities);
  const levels = WORDS.map((): string[] => []);
  for (const [name, { via }] of Object.entries(vulnerabilities)) {
    const ranks = (via ?? []).flatMap((cause) =>
      typeof cause === 'string' ? [] : [Math.max(0, rankOf(cause.severity))],
    );
    // Not spread into arguments: there may be 200,000.
    if (ranks.length > 0) levels[ranks.reduce((a, b) => Math.min(a, b))]?.push(name);
  }
  const found = new Map<string, number>();
  // The worst first, so that each package is visited once.
  for (const [rank, queue] of levels.entries()) {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (found.has(name)) continue;
      found.set(name, rank);
      for (const dependent of dependents.get(name) ?? []) queue.push(dependent);
    }
  }
  return found;
}

/** Vulnerable packages whose advisories are not listed, or only harmless ones of them: npm takes the worst. */
function unexplained(vulnerabilities: Vulnerabilities): Note[] {
  const known = explained(vulnerabilities);
  return Object.entries(vulnerabilities).flatMap(([name, { severity }]) => {
    const [rank, own] = [known.get(name), rankOf(severity)];
    const pointer = `/vulnerabilities/${escapePointer(name)}`;
    if (rank === undefined)
      return [{ message: 'is vulnerable, and its advisory is not listed', pointer }];
    if (own < 0 || own >= rank) return [];
    return [{ message: `is ${severity}, and no listed advisory of it is`, pointer }];
  });
}

/** Where a report lists less than it counts, or a vulnerable package without its advisory: someone has filtered it. */
export function contradictionsOf(vulnerabilities: Vulnerabilities, metadata: unknown): Note[] {
  const entries = Object.entries(vulnerabilities);
  const listed = new Map<string, number>([['total', entries.length]]);
  const isRated = entries.every(([, { severity }]) => WORDS.some((word) => word === severity));
  if (isRated) {
    for (const word of WORDS)
      listed.set(word, entries.filter(([, { severity }]) => severity === word).length);
  }
  return [...compare(metadata, listed), ...otherCounts(metadata), ...unexplained(vulnerabilities)];
}

/** Advisories that npm 6 tells how to resolve, and that are not listed. */
function unlistedActions({ actions, advisories }: OldReport): Note[] {
  return objectsOf(actions).flatMap(({ resolves }, i) =>
    objectsOf(resolves).flatMap(({ id }) => {
      const own = textOf(id);
      if (own === undefined || Object.hasOwn(advisories, own)) return [];
      const message = `names the advisory ${own.slice(0, 50)}, which is not listed`;
      return [{ message, pointer: `/actions/${i}/resolves` }];
    }),
  );
}

/** npm 6 (`actions`) counts each path to a vulnerable package, and pnpm each advisory. */
export function oldContradictionsOf(report: OldReport): Note[] {
  const { advisories, actions, metadata } = report;
  const listed = new Map<string, number>(WORDS.map((word) => [word, 0]));
  for (const { severity, findings } of Object.values(advisories)) {
    const known = listed.get(severity ?? '');
    if (known === undefined) continue;
    const paths = (findings ?? []).reduce((sum, finding) => sum + (finding.paths?.length ?? 0), 0);
    listed.set(severity ?? '', known + (actions === undefined ? 1 : Math.max(1, paths)));
  }
  return [...compare(metadata, listed), ...otherCounts(metadata), ...unlistedActions(report)];
}
