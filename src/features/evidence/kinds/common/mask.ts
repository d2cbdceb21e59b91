/** Stands where a secret was. */
export const MASK = '***';

/** Shorter texts would be found everywhere in a document. They are masked where the tool says they are, and nowhere else. */
const MIN_LENGTH = 6;

/** In a URL, a secret may be written in another way. */
function spellings(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  return [secret, encodeURIComponent(wellFormed), encodeURI(wellFormed)];
}

/** Secrets that begin alike, in order; of each the place of the longest other that it begins with, or -1. */
interface Peers {
  readonly sorted: string[];
  readonly within: number[];
  readonly longest: number;
}

function peersOf(secrets: string[]): Peers {
  const sorted = secrets.sort();
  const within: number[] = [];
  for (const [i, secret] of sorted.entries()) {
    let k = i - 1;
    while (k >= 0 && !secret.startsWith(sorted[k] ?? '')) k = within[k] ?? -1;
    within.push(k);
  }
  const longest = sorted.reduce((max, { length }) => Math.max(max, length), 0);
  return { sorted, within, longest };
}

/**
 * @returns the length of the longest secret that is at a place of a text, or 0. The last secret that does not sort behind
 * what is there begins with all those that are there: no other needs to be looked at.
 */
function lengthAt({ sorted, within, longest }: Peers, text: string, start: number): number {
  const there = text.slice(start, start + longest);
  let k = -1;
  for (let end = sorted.length; end - k > 1; ) {
    const middle = (k + end) >> 1;
    if ((sorted[middle] ?? '') <= there) k = middle;
    else end = middle;
  }
  while (k >= 0 && !there.startsWith(sorted[k] ?? '')) k = within[k] ?? -1;
  return sorted[k]?.length ?? 0;
}

/** Cuts secrets out of a text; takes no longer at a place for many secrets than for few, also if all begin alike. */
function cleaner(secrets: Iterable<string>): ((text: string) => string) | undefined {
  const byStart = new Map<string, string[]>();
  const long = [...new Set(secrets)].filter((secret) => secret.length >= MIN_LENGTH);
  for (const secret of new Set(long.flatMap(spellings))) {
    const start = secret.slice(0, MIN_LENGTH);
    const peers = byStart.get(start);
    if (peers) peers.push(secret);
    else byStart.set(start, [secret]);
  }
  if (byStart.size === 0) return undefined;
  const peers = new Map([...byStart].map(([start, list]) => [start, peersOf(list)]));
  return (text) => {
    let result = '';
    let kept = 0;
    for (let i = 0; i <= text.length - MIN_LENGTH; ) {
      const alike = peers.get(text.slice(i, i + MIN_LENGTH));
      const length = alike ? lengthAt(alike, text, i) : 0;
      if (length === 0) {
        i += 1;
        continue;
      }
      result += text.slice(kept, i) + MASK;
      i += length;
      kept = i;
    }
    return kept === 0 ? text : result + text.slice(kept);
  };
}

/**
 * A copy of a JSON value without some texts, wherever they are in it, also in names of fields, and in URLs.
 * @param secrets what must not remain
 */
export function withoutSecrets(value: unknown, secrets: Iterable<string>): unknown {
  const clean = cleaner(secrets);
  if (!clean) return value;
  const copy = (node: unknown): unknown => {
    if (typeof node === 'string') return clean(node);
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, child]) => [clean(name), copy(child)]),
    );
  };
  return copy(value);
}
