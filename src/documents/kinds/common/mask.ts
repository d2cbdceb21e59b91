/** Stands where a secret was. */
export const MASK = '***';

/** Shorter texts would be found everywhere in a document. They are masked where the tool says they are, and nowhere else. */
const MIN_LENGTH = 4;

/** What comparing may take for one text: far more than for any that was not made to take long. */
const stepsFor = ({ length }: string) => 200 + 64 * length;

/** In URLs, in JSON within a text, and on other systems, a secret may be written in another way. */
function spellings(secret: string): string[] {
  const unix = secret.replaceAll('\r\n', '\n');
  return [secret, unix, unix.replaceAll('\n', '\r\n')].flatMap((text) => {
    const wellFormed = text.toWellFormed();
    const encoded = encodeURIComponent(wellFormed);
    const escaped = JSON.stringify(text).slice(1, -1);
    return [text, encoded, encoded.replaceAll('%20', '+'), encodeURI(wellFormed), escaped];
  });
}

/** Secrets that begin alike, in order; of each the place of the longest other that it begins with, or -1. */
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

/** @returns how many characters of a secret are at a place of a text, of which some are known to be */
function alikeAt(secret: string, text: string, start: number, known: number): number {
  const end = Math.min(secret.length, text.length - start);
  let count = known;
  while (count < end && secret.charCodeAt(count) === text.charCodeAt(start + count)) count += 1;
  return count;
}

/**
 * The length of the longest secret that is at a place of a text, or 0. The last secret that does not sort behind what is
 * there begins with all those that are there: no other needs to be looked at. Those between two secrets begin with what
 * both have in common with the text, which is not compared again.
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

/** Secrets, and other spellings of them, by how they begin. */
function byBeginning(secrets: Iterable<string>): ReadonlyMap<string, Peers> {
  const lists = new Map<string, string[]>();
  // White space around it tells nothing, and is in the way where lines are indented.
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

/** Cuts secrets out of a text. One that was made to take long is masked wholly. */
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
 * A copy of a JSON value without some texts, wherever they are in it, also in names of fields, and however they are spelt. Takes time
 * in proportion to the value and the secrets, also if they were made to take long.
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
