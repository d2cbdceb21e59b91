/** Replaces a secret. */
export const MASK = '***';

/** Shorter texts would match everywhere in a document. They are masked only in the tool's own fields for secrets. */
const MIN_LENGTH = 4;

/** Maximum work for one text: far more than a text needs that was not crafted to slow the server down. */
const stepsFor = ({ length }: string) => 200 + 64 * length;

/** Other spellings of a secret: in URLs, in JSON within a text, and with other line ends. */
function spellings(secret: string): string[] {
  const unix = secret.replaceAll('\r\n', '\n');
  return [secret, unix, unix.replaceAll('\n', '\r\n')].flatMap((text) => {
    const wellFormed = text.toWellFormed();
    const encoded = encodeURIComponent(wellFormed);
    const escaped = JSON.stringify(text).slice(1, -1);
    return [text, encoded, encoded.replaceAll('%20', '+'), encodeURI(wellFormed), escaped];
  });
}

/** Sorted secrets with the same first characters. `within`: the index of each one's longest proper prefix, or -1. */
interface Peers {
  readonly sorted: string[];
  readonly within: number[];
}

function peersOf(secrets: string[]): Peers {
  const sorted = secrets.sort();
  const within: number[] = [];
  for (const [i, secret] of sorted.entries()) {
    let k = i - 1;
    while (k >= 0 && !secret.startsWith(sorted[k] ?? '')) k = within[k] ?? -1;
    within.push(k);
  }
  return { sorted, within };
}

/** Counts the characters that a secret and a text at `start` have in common. The first `known` ones are equal. */
function alikeAt(secret: string, text: string, start: number, known: number): number {
  const end = Math.min(secret.length, text.length - start);
  let count = known;
  while (count < end && secret.charCodeAt(count) === text.charCodeAt(start + count)) count += 1;
  return count;
}

/**
 * Returns the length of the longest secret at a place of a text, or 0. A binary search finds the last secret that does
 * not sort after the text. All matching secrets are prefixes of it. Characters that both ends of the search range have
 * in common with the text are not compared again.
 */
function lengthAt({ sorted, within }: Peers, text: string, start: number, steps: { left: number }) {
  let [k, alike] = [-1, MIN_LENGTH];
  let [end, alikeAtEnd] = [sorted.length, MIN_LENGTH];
  while (end - k > 1 && steps.left > 0) {
    const middle = (k + end) >> 1;
    const secret = sorted[middle] ?? '';
    const known = Math.min(alike, alikeAtEnd);
    const count = alikeAt(secret, text, start, known);
    steps.left -= count - known + 1;
    if (count === secret.length || text.charCodeAt(start + count) > secret.charCodeAt(count))
      [k, alike] = [middle, count];
    else [end, alikeAtEnd] = [middle, count];
  }
  for (; k >= 0 && steps.left > 0 && (sorted[k]?.length ?? 0) > alike; k = within[k] ?? -1)
    steps.left -= 1;
  return sorted[k]?.length ?? 0;
}

/** Secrets and their other spellings, grouped by their first characters. */
function byBeginning(secrets: Iterable<string>): ReadonlyMap<string, Peers> {
  const lists = new Map<string, string[]>();
  // Surrounding white space is dropped, because indented copies of the secret have other white space.
  for (const secret of new Set([...secrets].map((text) => text.trim()))) {
    if (secret.length < MIN_LENGTH) continue;
    for (const spelling of new Set(spellings(secret))) {
      const start = spelling.slice(0, MIN_LENGTH);
      const list = lists.get(start);
      if (list) list.push(spelling);
      else lists.set(start, [spelling]);
    }
  }
  return new Map([...lists].map(([start, list]) => [start, peersOf(list)]));
}

/** Masks secrets in a text. A text that exceeds the maximum work is masked completely. */
function cleaner(secrets: Iterable<string>): ((text: string) => string) | undefined {
  const peers = byBeginning(secrets);
  if (peers.size === 0) return undefined;
  return (text) => {
    let result = '';
    let kept = 0;
    const steps = { left: stepsFor(text) };
    for (let i = 0; i <= text.length - MIN_LENGTH; ) {
      const alike = peers.get(text.slice(i, i + MIN_LENGTH));
      const length = alike ? lengthAt(alike, text, i, steps) : 0;
      if (steps.left <= 0) return MASK;
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
 * Copies a JSON value and masks secrets in all texts and field names, in all their spellings. The work is linear in the
 * size of the value and the secrets, even for crafted input.
 * @param secrets texts that must not remain
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
