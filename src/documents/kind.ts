import type { FindingType, Shown } from '../vocabulary/finding-types.js';
import type { Severity } from '../vocabulary/severity.js';

/** Findings, or components, of one document. */
export const MAX_ROWS = 200_000;

/** Something that a tool does not like. Texts may have any length and any characters: they are cut and cleaned when they are stored. */
export interface Finding {
  readonly type: FindingType;
  readonly severity: Severity;
  /** A vulnerability's canonical id (CVE before GHSA before the tool's own), else the tool's rule. */
  readonly rule: string;
  /** Other ids of the same vulnerability. */
  readonly aliases?: readonly string[];
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  /** CVSS base score, 0–10, and the vector that it comes from. */
  readonly score?: number | undefined;
  readonly vector?: string | undefined;
  /** The package that it was found in: its purl in canonical form, with version, if the tool tells. */
  readonly purl?: string | undefined;
  readonly packageName?: string | undefined;
  readonly packageVersion?: string | undefined;
  /** The version, or versions, that no longer have it. Set: it is fixable. */
  readonly fixedVersion?: string | undefined;
  /** A file, an image, a target of the tool's. */
  readonly location?: string | undefined;
  readonly line?: number | undefined;
  readonly url?: string | undefined;
  /** Lower-case hexadecimal SHA-256; see `common/fingerprint.ts`. */
  readonly fingerprint: string;
}

/** A part of what was built. */
export interface Component {
  /** CycloneDX's types: library, application, framework, container, operating-system, file … */
  readonly type: string;
  /** With its group or namespace, as its ecosystem writes it. */
  readonly name: string;
  readonly version?: string | undefined;
  /** In canonical form. */
  readonly purl?: string | undefined;
  /** SPDX ids, expressions or names, each as the document has it. */
  readonly licences: readonly string[];
}

/** What a document says of a finding, its own or another's: above all that it does not count. */
export interface Claim {
  /** Either the finding's fingerprint … */
  readonly fingerprint?: string | undefined;
  /** … or any id of a vulnerability, and the package that it would be in; without a purl: in the whole product. */
  readonly vulnerability?: string | undefined;
  readonly purl?: string | undefined;
  /**
   * What was looked at, as purls or `sha256:…` digests: a release that none of it names is not meant. Empty: the document does
   * not say, and means the release that it was uploaded to.
   */
  readonly products?: readonly string[];
  /** The document's own word: not_affected, fixed, affected, false_positive, suppressed … */
  readonly status: string;
  /** Does it say that the finding does not count? */
  readonly absolves: boolean;
  readonly justification?: string | undefined;
  readonly detail?: string | undefined;
  /** ISO 8601. Of two claims about one finding the later one counts; undefined: as late as its upload. */
  readonly statedAt?: string | undefined;
}

export interface FailedTest {
  readonly name: string;
  readonly message: string;
}

export interface TestSummary {
  readonly tests: number;
  readonly passed: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly durationSeconds: number;
  /** The first 100 that failed or broke off. */
  readonly failed: FailedTest[];
}

/** What was read from a document. */
export interface ParsedDocument {
  readonly tool?: string | undefined;
  readonly toolVersion?: string | undefined;
  /** Version of the format. */
  readonly specVersion?: string | undefined;
  readonly components?: readonly Component[];
  readonly findings?: readonly Finding[];
  readonly claims?: readonly Claim[];
  readonly tests?: TestSummary;
  /**
   * Findings of which types it could have shown, whether or not it did. None is no clean scan of them.
   */
  readonly shows?: readonly FindingType[];
  /** The document without the secrets that were in it, to be stored instead of what came. */
  readonly masked?: unknown;
}

export interface ParseContext {
  /** Keys the digest of a secret, so that nobody can find it by trying likely ones. */
  readonly secretKey: Uint8Array;
}

/** Reads documents of one kind; runs in a worker. */
export interface DocumentParser {
  /** Counts up when the same document would be read differently. */
  readonly version: number;
  /** Is this one of its kind? Looks at the top only, and never throws. */
  recognizes(document: unknown): boolean;
  /** @throws {DocumentFault} */
  parse(document: unknown, context: ParseContext): ParsedDocument;
}

/** A kind of evidence, as the registry and the API's description know it. */
export interface EvidenceKind {
  readonly name: string;
  /** One sentence for the API's description. */
  readonly summary: string;
  readonly format: 'json' | 'xml';
  /**
   * What to upload a document of this kind for, in the words of a denial: the kind's name, or with what the tool needs to show
   * it. A denial reads "Upload a report of trivy with its scanner of secrets".
   */
  readonly uploadFor?: Readonly<Partial<Record<Shown, string>>>;
  /** A media type of its own, which is accepted like any of the format. */
  readonly mediaType?: string;
  /** A small valid document that excuses nothing, because people try it on their own releases: XML as text. */
  readonly example: unknown;
  /**
   * Of XML: its shape for the API's description (OpenAPI's `xml` says what is an attribute). Swagger UI makes its example from that; a
   * text it would take for content and wrap in another element.
   */
  readonly shape?: object;
  /** Loaded in a worker, for the first document. */
  load(): Promise<DocumentParser>;
}
