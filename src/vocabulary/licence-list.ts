import listed from 'spdx-license-list';

/** The SPDX licence list as data: the names of licences, and the addresses of their texts. */

type Listed = { readonly name: string; readonly url?: string };
const LICENCES = Object.entries(listed as Readonly<Record<string, Listed>>);

/** A family and a version, after which can be more words: `GPL-3.0-only`, `BSD-3-Clause`, `FSL-1.1-MIT`. */
const VERSIONED = /^(.*?)-(\d[\d.]*)(?:\+|(?:-[A-Za-z][\w.]*)*)$/;

/** Without the zeros at its end: `1.0` is `1`. */
export const plainVersion = (version: string) => version.replace(/(?:\.0+)+$/, '');

/** A licence by its version. */
export interface Version {
  readonly id: string;
  readonly version: string;
}

const FAMILIES = new Map<string, Version[]>();
for (const [id] of LICENCES) {
  const [, name = '', version] = VERSIONED.exec(id) ?? [];
  if (version === undefined) continue;
  const key = name.toLowerCase();
  FAMILIES.set(key, [...(FAMILIES.get(key) ?? []), { id, version: plainVersion(version) }]);
}

/** The versions of a family of licences, such as `AGPL`, in any case. */
export const versionsOf = (name: string): readonly Version[] =>
  FAMILIES.get(name.toLowerCase()) ?? [];

/** Words without a meaning for the name of a licence. */
const FILLERS: ReadonlySet<string> = new Set(['the', 'version', 'ver', 'v', 'software']);

const isNumber = (token: string) => /^\d/.test(token);

/** Words that are written as one and as two: `NonCommercial`, `Non-Commercial`. */
const COMPOUNDS = /(?<![a-z])(non|no|share)[ -](commercial|derivatives|alike)(?![a-z])/g;

/** The words of a text, as names are compared: `v 1`, `1.0` and `Version 1` are the same version. */
function tokensOf(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .replaceAll('licence', 'license')
      .replaceAll(COMPOUNDS, '$1$2')
      .match(/[a-z0-9.]+/g) ?? [];
  return words.flatMap((word) => {
    const token = word.replace(/^\.+|\.+$/g, '').replace(/^v(?=\d)/, '');
    if (token === '' || FILLERS.has(token)) return [];
    return isNumber(token) ? plainVersion(token) : token;
  });
}

/** The name of a licence without its version. */
interface Stem {
  readonly tokens: readonly string[];
  readonly ids: { readonly id: string; readonly version: string | undefined }[];
}

/** Names leave out what is in quotes or parentheses, and whose the licence is. */
function spellingsOf(name: string): string[] {
  const plain = name.replaceAll(/"[^"]*"(?: or "[^"]*")*|\([^)]*\)/g, ' ');
  return [name, plain].flatMap((one) => [
    one,
    one.replace(/^(?:GNU|Creative Commons|Open Data Commons) /, ''),
  ]);
}

type Stems = ReadonlyMap<string, readonly Stem[]>;

/** Stems by their first word, the longest first. @param textsOf how a licence is written */
function readStems(textsOf: (id: string, name: string) => readonly string[]): Stems {
  const stems = new Map<string, Stem>();
  for (const [id, { name }] of LICENCES) {
    for (const spelling of new Set(textsOf(id, name))) {
      const all = tokensOf(spelling);
      const at = all.findLastIndex((token, i) => i >= 2 && isNumber(token));
      const tokens = at < 0 ? all : all.slice(0, at);
      const key = tokens.join(' ');
      const stem = stems.get(key) ?? { tokens, ids: [] };
      stem.ids.push({ id, version: at < 0 ? undefined : all[at] });
      stems.set(key, stem);
    }
  }
  const byFirst = new Map<string, Stem[]>();
  for (const stem of [...stems.values()].sort((a, b) => b.tokens.length - a.tokens.length)) {
    const [first = ''] = stem.tokens;
    byFirst.set(first, [...(byFirst.get(first) ?? []), stem]);
  }
  return byFirst;
}

const NAMES = readStems((_id, name) => spellingsOf(name));
const IDS = readStems((id) => [id]);

/** A word alone, such as `unlicense`, is a name only if it is the whole text. */
const isAt = ({ tokens }: Stem, text: readonly string[], at: number) =>
  (tokens.length > 1 || text.length === 1) && tokens.every((token, i) => text[at + i] === token);

/** Whether an id means later versions, too. */
export const isRange = (id: string) => id.endsWith('-or-later') || id.endsWith('+');

/** The ids of a stem with the version that follows. Without a version, or with another one, it can be any of them. */
function idsAt({ ids, tokens }: Stem, text: readonly string[], at: number): string[] {
  const next = text[at + tokens.length];
  const isLater = text.slice(at + tokens.length, at + tokens.length + 6).includes('later');
  const same = ids.filter(
    ({ id, version }) => version !== undefined && version === next && (isLater || !isRange(id)),
  );
  return (same.length > 0 ? same : ids).map(({ id }) => id);
}

/** Linear in the length of the text. */
function licencesIn(text: string, stems: Stems): string[] {
  const tokens = tokensOf(text);
  const found = new Set<string>();
  for (let at = 0; at < tokens.length; at += 1) {
    const stem = stems.get(tokens[at] ?? '')?.find((one) => isAt(one, tokens, at));
    if (!stem) continue;
    for (const id of idsAt(stem, tokens, at)) found.add(id);
    at += stem.tokens.length - 1;
  }
  return [...found];
}

/** Ids of the licences whose full names a text contains. */
export const licencesNamedIn = (text: string): string[] => licencesIn(text, NAMES);

/** Ids that a text contains with other separators: `CC BY-NC 4.0`. Not for prose, which also has `Python 2`. */
export const idsWrittenIn = (text: string): string[] => licencesIn(text, IDS);

/** An address without what differs between copies of a page. */
const plainAddress = (url: string) =>
  url
    .toLowerCase()
    .replace(/^[a-z]+:\/\/(?:www\.)?/, '')
    .replace(/[?#].*$/, '')
    .replace(/[.,;:)>\]'"]+$/, '')
    .replace(/\/+$/, '')
    .replace(/\.(?:html?|txt|md|php)$/, '')
    // Creative Commons: the text, the summary and their translations.
    .replace(/\/(?:legalcode|deed)(?:\.[a-z-]{2,8})?$/, '');

const BY_ADDRESS = new Map<string, string[]>();
for (const [id, { url }] of LICENCES) {
  if (!url) continue;
  const address = plainAddress(url);
  BY_ADDRESS.set(address, [...(BY_ADDRESS.get(address) ?? []), id]);
}

/** Ids of the licences whose addresses a text contains. */
export const licencesLinkedIn = (text: string): string[] =>
  (text.match(/(?:[a-z]+:\/\/|(?<![\w.-])[\w-]{1,63}\.)[^\s<>"']+/gi) ?? []).flatMap(
    (url) => BY_ADDRESS.get(plainAddress(url)) ?? [],
  );

/** Two ids of one name are the current one and an old one, such as `GPL-3.0-only` and `GPL-3.0`. */
const current = (ids: readonly string[]) =>
  ids.find((id) => id.endsWith('-only') || id.endsWith('-or-later')) ??
  (ids.length === 1 ? ids[0] : undefined);

const asName = (text: string) => text.trim().toLowerCase().replaceAll(/\s+/g, ' ');

const BY_NAME = new Map<string, string[]>();
for (const [id, { name }] of LICENCES)
  BY_NAME.set(asName(name), [...(BY_NAME.get(asName(name)) ?? []), id]);

/** The id of a licence by its whole name as SPDX lists it, in any case. Undefined if it is not the name of one. */
export const licenceWithName = (text: string): string | undefined =>
  current(BY_NAME.get(asName(text)) ?? []);
