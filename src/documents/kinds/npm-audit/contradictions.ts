import { escapePointer } from '../../../shared/text.js';
import type { Note } from '../../kind.js';
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

/** Compares the counts of a report with its list. Only a longer list is no contradiction: all of it counts. */
function compare(metadata: unknown, listed: ReadonlyMap<string, number>): Note[] {
  const counts: Record<string, unknown> = Object(Object(metadata).vulnerabilities);
  return [...listed].flatMap(([word, length]) => {
    const counted = counts[word];
    return typeof counted === 'number' && counted > length ? [note(word, counted, length)] : [];
  });
}

/** Packages that lead to an advisory, directly or through the dependencies that `via` names. */
function explained(vulnerabilities: Readonly<Record<string, Vulnerability>>): Set<string> {
  const dependents = new Map<string, string[]>();
  const queue: string[] = [];
  for (const [name, { via }] of Object.entries(vulnerabilities)) {
    for (const cause of via ?? []) {
      if (typeof cause !== 'string') {
        queue.push(name);
        continue;
      }
      const known = dependents.get(cause);
      if (known) known.push(name);
      else dependents.set(cause, [name]);
    }
  }
  const found = new Set<string>();
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    queue.push(...(dependents.get(name) ?? []));
  }
  return found;
}

/** Where a report lists less than it counts, or a vulnerable package without its advisory: someone has filtered it. */
export function contradictionsOf(
  vulnerabilities: Readonly<Record<string, Vulnerability>>,
  metadata: unknown,
): Note[] {
  const entries = Object.entries(vulnerabilities);
  const listed = new Map<string, number>([['total', entries.length]]);
  const isRated = entries.every(([, { severity }]) => WORDS.some((word) => word === severity));
  if (isRated) {
    for (const word of WORDS)
      listed.set(word, entries.filter(([, { severity }]) => severity === word).length);
  }
  const known = explained(vulnerabilities);
  const bare = entries.filter(([name]) => !known.has(name));
  return [
    ...compare(metadata, listed),
    ...bare.map(([name]) => ({
      message: 'is vulnerable, and its advisory is not listed',
      pointer: `/vulnerabilities/${escapePointer(name)}`,
    })),
  ];
}

/** npm 6 (`actions`) counts each path to a vulnerable package, and pnpm each advisory. */
export function oldContradictionsOf({ advisories, actions, metadata }: OldReport): Note[] {
  const listed = new Map<string, number>(WORDS.map((word) => [word, 0]));
  for (const { severity, findings } of Object.values(advisories)) {
    const known = listed.get(severity ?? '');
    if (known === undefined) continue;
    const paths = (findings ?? []).reduce((sum, finding) => sum + (finding.paths?.length ?? 0), 0);
    listed.set(severity ?? '', known + (actions === undefined ? 1 : Math.max(1, paths)));
  }
  return compare(metadata, listed);
}
