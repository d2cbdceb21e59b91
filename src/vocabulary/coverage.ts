import { SHOWN, type Shown } from './finding-types.js';

/** Whether a tool did what it was asked to: `unknown` if the document does not show it. */
export const RAN = ['yes', 'failed', 'unknown'] as const;

export type Ran = (typeof RAN)[number];

/** What a tool looked at. */
export interface Target {
  /** `image`: a container image. `files`: a file, an archive or a folder. `suite`: a suite of tests. */
  readonly type: 'image' | 'files' | 'repository' | 'package' | 'cluster' | 'suite' | 'other';
  /** As the tool writes it, with a tag if it has one. */
  readonly name?: string | undefined;
  /** The package URL of the subject of an SBOM, without version and qualifiers. */
  readonly package?: string | undefined;
  /**
   * `sha256:…` digests of the same sort as the digest of an artifact: manifests of an image (`RepoDigests`), or the
   * hash of a file. If an artifact has none of them, the document is about something else. Of a cluster, they are of
   * images that share an entry: which of them the results are about is not known, so they name no artifact.
   */
  readonly digests?: readonly string[] | undefined;
  /** Other digests: image ids, indexes, platforms. They can name the artifact, but never contradict it. */
  readonly otherDigests?: readonly string[] | undefined;
}

/**
 * What a tool looked for, and whether it ran. A report without findings is a clean scan only if the tool ran and looked
 * at something. A missing scan, a failed scan and a scan of nothing do not count as one. Findings of a failed scan
 * still count.
 */
export interface Coverage {
  readonly what: Shown;
  readonly ran: Ran;
  /** Set unless `ran` is `yes`. Continues "does not count: ", such as "the tool reports that it failed". */
  readonly reason?: string | undefined;
  /** What a clean scan does not show, though it counts. Verdicts tell it. Continues the name of the evidence. */
  readonly caveat?: string | undefined;
  readonly of?: readonly Target[] | undefined;
  /** The uploader said that the tool ran, and not the document. */
  readonly declared?: boolean | undefined;
  /** How many things it looked at: packages, files, tests. Undefined if the document does not show it. */
  readonly lookedAt?: number | undefined;
  /** Which part of its targets it looked at: ecosystems of packages, resources of a cluster, layers. */
  readonly extent?: string | undefined;
  /** When the tool ran, ISO 8601. */
  readonly at?: string | undefined;
  /** The document gives `at` without a time zone. It is read as UTC, and can be hours off. */
  readonly isLocal?: boolean | undefined;
  /** A time of the document that is not understood, as written. The age of the document is unknown. */
  readonly unreadTime?: string | undefined;
  /** When the tool's database was made, ISO 8601. */
  readonly database?: string | undefined;
}

/** The part of a summary of evidence that says what it covers. Summaries from before coverage was stored have none. */
export interface Covering {
  readonly shows: readonly Shown[];
  readonly coverage?: readonly Coverage[] | null | undefined;
}

/** Begins the digest of images in an extent, at its end. */
export const IMAGES = ' | images ';

/** The digest of the images that a document has and that name no target. Documents with other images differ in it. */
export const imagesIn = ({ extent = '' }: Coverage): string | undefined =>
  extent.includes(IMAGES) ? extent.slice(extent.lastIndexOf(IMAGES)) : undefined;

/** Continues "does not count: ". */
const READ_BEFORE = [
  'an earlier version of the server read it',
  'After the start, this version reads it again if it accepts the document',
  'To have it at once, upload it again',
].join('. ');

/** The coverage of evidence. Whether the tools of older evidence ran is unknown until its document is read again. */
export function coverageOf({ shows, coverage }: Covering): readonly Coverage[] {
  return coverage ?? shows.map((what) => ({ what, ran: 'unknown', reason: READ_BEFORE }));
}

/** Whether the tool ran and looked at something, as far as the document says how much. */
export const isClean = ({ ran, lookedAt }: Coverage) => ran === 'yes' && lookedAt !== 0;

/**
 * The types for which evidence without findings is a clean scan: every entry of the type ran and looked at something.
 * If one part of a scan failed, or looked at nothing, the scan is not clean.
 */
export function shownBy(coverage: readonly Coverage[]): Shown[] {
  return SHOWN.filter((what) => {
    const own = coverage.filter((entry) => entry.what === what);
    return own.length > 0 && own.every(isClean);
  });
}

/** The name of an image without its tag and digest, and other names as they are. */
export function withoutTag({ type, name = '' }: Target): string {
  if (type !== 'image') return name;
  const [image = ''] = name.split('@', 1);
  return image.replace(/:[^:/]*$/, '');
}
