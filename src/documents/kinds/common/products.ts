import { type Purl, tagOf } from '../../../vocabulary/purl.js';

/** What a document says to identify one product or package. */
export interface Named {
  readonly purls: readonly Purl[];
  /** `sha256:…`, one list for each place of the document. The digests of one place are of one thing. */
  readonly digests?: readonly (readonly string[])[];
  /** Beside those of the purls. */
  readonly version?: string | undefined;
}

const isDigest = (version: string) => /^sha256:/i.test(version);

/** A version without what its package URL leaves out: the letter of Go and of tags, the epoch of RPM and Debian. */
const plain = (version: string) => version.trim().replace(/^\d+:|^v(?=\d)/i, '');

const differ = (texts: readonly string[]) => new Set(texts).size > 1;

/** Whether the names are those of different things: then it is not known which of them a statement is about. */
export function isContradictory({ purls, digests = [], version }: Named): boolean {
  const versions = [...purls.map((purl) => purl.version), version].flatMap((one) =>
    one === undefined || isDigest(one) ? [] : plain(one),
  );
  const places = digests.filter((place) => place.length > 0).map((place) => new Set(place));
  const [first = new Set<string>(), ...others] = places;
  return (
    differ(purls.map(({ key }) => key)) ||
    differ(versions) ||
    differ(purls.map(tagOf).filter(Boolean)) ||
    others.some((place) => ![...place].some((one) => first.has(one)))
  );
}

/** A purl with the version, if it has none. */
export function withVersion({ purl, version }: Purl, other: string | undefined): string {
  if (version !== undefined || !other) return purl;
  const end = purl.search(/[?#]/);
  const at = end < 0 ? purl.length : end;
  return `${purl.slice(0, at)}@${encodeURIComponent(other)}${purl.slice(at)}`;
}
