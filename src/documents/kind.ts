import type { Coverage } from '../vocabulary/coverage.js';
import type { FindingType, Shown } from '../vocabulary/finding-types.js';
import type { Severity } from '../vocabulary/severity.js';

/** Maximum number of findings, and of components, per document. */
export const MAX_ROWS = 200_000;

/** One result in a report. Texts may have any length and any characters: storing cuts and cleans them. */
export interface Finding {
  readonly type: FindingType;
  readonly severity: Severity;
  /** The id of a vulnerability as the tool writes it, else the tool's rule. */
  readonly rule: string;
  /** Other ids of the same vulnerability, CVE before GHSA. What is excused for them does not cover the finding. */
  readonly aliases?: readonly string[];
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  /** CVSS base score (0–10) and its vector. */
  readonly score?: number | undefined;
  readonly vector?: string | undefined;
  /** Canonical purl of the affected package, with its version if the tool reports one. */
  readonly purl?: string | undefined;
  readonly packageName?: string | undefined;
  readonly packageVersion?: string | undefined;
  /** The versions that fix the finding. If set, the finding is fixable. */
  readonly fixedVersion?: string | undefined;
  /** Whether the tool says that no fix exists. If it says neither, it is unknown whether the finding is fixable. */
  readonly unfixable?: boolean | undefined;
  /** A file, an image or another target of the tool. */
  readonly location?: string | undefined;
  readonly line?: number | undefined;
  readonly url?: string | undefined;
  /** SHA-256 in lower-case hexadecimal. See `common/fingerprint.ts`. */
  readonly fingerprint: string;
}

/** A component of a release. */
export interface Component {
  /** A CycloneDX component type: library, application, framework, container, operating-system, file, … */
  readonly type: string;
  /** The name with its group or namespace, as the ecosystem writes it. */
  readonly name: string;
  readonly version?: string | undefined;
  /** Canonical purl. */
  readonly purl?: string | undefined;
  /** SPDX ids, expressions or names, as the document writes them. */
  readonly licences: readonly string[];
}

/** A statement of a document about a finding, often that it does not count. The finding may be of another document. */
export interface Claim {
  /** The fingerprint of the finding. If absent, `vulnerability` is set. */
  readonly fingerprint?: string | undefined;
  /** Any id of a vulnerability. `purl` limits the claim to one package. Without it, the claim is about the product. */
  readonly vulnerability?: string | undefined;
  readonly purl?: string | undefined;
  /**
   * The products that the claim is about, as purls or `sha256:…` digests. The claim applies only to releases that
   * have an artifact which matches one of them. If the list is empty, it applies to the release that the document was
   * uploaded to.
   */
  readonly products?: readonly string[];
  /** The document's own word: not_affected, fixed, affected, false_positive, suppressed, … */
  readonly status: string;
  /** Whether the claim says that the finding does not count. */
  readonly absolves: boolean;
  readonly justification?: string | undefined;
  readonly detail?: string | undefined;
  /** ISO 8601, by default the time of the upload. Of two claims about one finding, the later one counts. */
  readonly statedAt?: string | undefined;
}

/** Something in a document that its reader should know. */
export interface Note {
  readonly message: string;
  /** JSON Pointer (RFC 6901), or empty for the whole document. */
  readonly pointer?: string | undefined;
}

export interface FailedTest {
  readonly name: string;
  readonly message: string;
}

/** The names of the tests that ran, as `FailedTest` has them, and of their classes, suites and packages. */
export interface NamesOfTests {
  readonly tests: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

export interface TestSummary {
  readonly tests: number;
  readonly passed: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  /** Tests of which it is not known how they ended. With one of them, the report does not count. */
  readonly unknown?: number;
  /** Tests that the report counts and does not have. */
  readonly missing?: number;
  /** Failures and errors of which the report has only the number. */
  readonly unnamed?: number;
  readonly durationSeconds: number;
  /** The first 100 tests that ended with a failure or an error. */
  readonly failed: FailedTest[];
}

/**
 * A type of findings of which the report looks the same if the tool did not look for it. It counts with a warning if
 * the uploader names no scanners, and does not count if the uploader names only others.
 */
export interface Assumed {
  readonly what: FindingType;
  readonly warning: Note;
  /** Continues "does not count: ". */
  readonly reason: string;
}

/** What one part of a document says about the commit that the tool looked at. */
export interface StatedCommit {
  /** As written. If one of them is the commit of the release, the part is about it: submodules have others. */
  readonly ids: readonly string[];
  /** From a label of an image. */
  readonly isLabel?: boolean;
  /** Whether another commit means another subject. Not of a label, if a digest says which image it is. */
  readonly isSure: boolean;
}

/** The contents of a document. */
export interface ParsedDocument {
  readonly tool?: string | undefined;
  readonly toolVersion?: string | undefined;
  /** The version of the format. */
  readonly specVersion?: string | undefined;
  readonly components?: readonly Component[];
  /** What an SBOM lists the components of. Rules judge it, and it is no component of itself. */
  readonly subjects?: readonly Component[] | undefined;
  readonly findings?: readonly Finding[];
  readonly claims?: readonly Claim[];
  readonly tests?: TestSummary;
  /** For the comparison with a later report. */
  readonly testNames?: NamesOfTests;
  /**
   * One entry for everything that the tool looked for. A tool that scanned several targets can have several entries.
   */
  readonly coverage: readonly Coverage[];
  /** All that the tool can look for, if its name shows it. Uploaders may declare nothing else. */
  readonly able?: readonly FindingType[] | undefined;
  /** Why it is unknown whether the tool ran. No word of the uploader makes up for it. */
  readonly obstacle?: string | undefined;
  /** Why the tool looked at nothing for a type of findings. No word of the uploader makes up for it. */
  readonly nothingFor?: Readonly<Partial<Record<FindingType, string>>> | undefined;
  readonly assumed?: Assumed | undefined;
  readonly commits?: readonly StatedCommit[] | undefined;
  /** What was read leniently, or could not be understood, without losing a component or a finding. */
  readonly warnings?: readonly Note[];
  /** Where the document contradicts itself. The worse reading counts. */
  readonly contradictions?: readonly Note[];
  /** The document with its secrets masked. If set, it is stored instead of the received document. */
  readonly masked?: unknown;
}

export interface ParseContext {
  /** The key for digests of secrets. Without a key, a secret could be guessed from its digest. */
  readonly secretKey: Uint8Array;
}

/** Parses documents of one kind. Runs in a worker thread. */
export interface DocumentParser {
  /** Increment it when the parser reads the same document differently than before. */
  readonly version: number;
  /** Whether the document is of this kind. Looks only at the top level, and never throws. */
  recognizes(document: unknown): boolean;
  /** @throws {DocumentFault} */
  parse(document: unknown, context: ParseContext): ParsedDocument;
}

/** A kind of evidence, for the registry and the API description. */
export interface EvidenceKind {
  readonly name: string;
  /** One sentence for the API description. */
  readonly summary: string;
  /** `jsonl`: JSON Lines, which are accepted with media types of JSON and their own. */
  readonly format: 'json' | 'jsonl' | 'xml';
  /**
   * What a denial tells the reader to upload: the kind's name, and what the tool needs to report it. Example: "Upload a
   * report of trivy with its secret scanner".
   */
  readonly uploadFor?: Readonly<Partial<Record<Shown, string>>>;
  /** Other types of findings that documents of this kind can report. Uploaders may declare a scan for them. */
  readonly alsoReports?: readonly FindingType[];
  /** The kind's own media type, accepted in addition to those of the format. */
  readonly mediaType?: string;
  /**
   * A small valid document (XML and JSON Lines as text). It has no claims, because users try it on their own releases.
   */
  readonly example: unknown;
  /**
   * For XML: the schema for the API description, where OpenAPI's `xml` marks attributes. Swagger UI builds its example
   * from this schema. It would wrap an example given as text in another element.
   */
  readonly shape?: object;
  /** Loads the parser. A worker calls it for its first document of this kind. */
  load(): Promise<DocumentParser>;
}
