import type { TObject } from '@sinclair/typebox';
import type { FindingType, Shown } from '../../vocabulary/finding-types.js';
import type { Severity } from '../../vocabulary/severity.js';

/** `block`: what it finds denies. `warn`: it is only told. */
export const MODES = ['block', 'warn'] as const;

export type Mode = (typeof MODES)[number];

/** Evidence that counts, as rules see it. */
export interface EvidenceInput {
  readonly id: string;
  readonly kind: string;
  readonly label: string | null;
  /** SHA-256 of the artifact that it is about; null: the release as a whole. */
  readonly artifact: string | null;
  /** Digest of the document as it was received. */
  readonly sha256: string;
  readonly parserVersion: number;
  /** What it could have shown, whether or not it did: an SBOM without vulnerabilities is no vulnerability scan. */
  readonly shows: readonly Shown[];
  readonly tests?: TestCounts | undefined;
}

/** Names of the tools and formats that show something, such as `trivy with its scanner of secrets`. */
export type Uploads = Readonly<Partial<Record<Shown, readonly string[]>>>;

export interface TestCounts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

/** Findings with one fingerprint, as the worst of them says; one that a claim takes away is not among them. */
export interface Defect {
  /** Lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly type: FindingType;
  readonly severity: Severity;
  /** A vulnerability's canonical id, or a tool's rule. */
  readonly rule: string;
  readonly title: string | null;
  readonly purl: string | null;
  readonly packageName: string | null;
  readonly packageVersion: string | null;
  readonly fixedVersion: string | null;
  readonly location: string | null;
}

export interface DefectCount {
  readonly type: FindingType;
  readonly severity: Severity;
  readonly fixable: boolean;
  readonly count: number;
}

/** A defect that waivers cover. */
export interface WaivedDefect extends Defect {
  /** Ids of those waivers. */
  readonly waivers: readonly string[];
}

export interface Defects {
  /** Of all of them, also of those that are waived. */
  readonly counts: readonly DefectCount[];
  /** The worst ten of each type, of those that are fixable and of those that are not, the worst first. */
  readonly worst: readonly Defect[];
  /** All that a valid waiver covers. */
  readonly waived: readonly WaivedDefect[];
}

export interface ComponentInput {
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  /** SPDX ids or expressions, or names, as documents have them; several mean all of them. */
  readonly licences: readonly string[];
}

/** What rules decide by. Nothing in it depends on the order in which the database answers. */
export interface RuleInput {
  readonly release: {
    readonly version: string;
    readonly state: 'open' | 'sealed' | 'revoked';
    readonly revokedReason: string | null;
  };
  readonly artifacts: readonly { readonly name: string; readonly sha256: string }[];
  readonly evidence: readonly EvidenceInput[];
  /** Evidence that is older than this rule allows (`Rule.tooOld`), by id. */
  readonly tooOld: ReadonlySet<string>;
  readonly defects: Defects;
  /** The release of the project that runs in the environment; null: none that is known. */
  readonly running: { readonly id: string; readonly version: string } | null;
  /** Those that the running release has not; all where nothing runs. Only for rules that need them. */
  readonly newDefects: Defects | undefined;
  /** Only for rules that need them: distinct, in the order of name and version. */
  readonly components: readonly ComponentInput[] | undefined;
  /** What to upload where evidence is missing. It is for messages, and decides nothing. */
  readonly uploads: Uploads;
  /** Call it now and then in long loops. @throws {Error} when it takes too long, which denies */
  checkTime(): void;
}

/** What a rule needs that is not there by itself. */
export interface Needs {
  readonly newDefects?: boolean;
  readonly components?: boolean;
}

export interface Outcome {
  /** `not-evidenced`: nothing that counts could have shown it; it denies like `fail`. */
  readonly status: 'pass' | 'fail' | 'not-evidenced';
  /**
   * A sentence for whoever reads a denial at night. A failure says what was found, what is allowed, and what to do: "2 critical
   * findings, 0 allowed: CVE-2021-44228 in pkg:maven/…, fixed in 2.15.0; …".
   */
  readonly message: string;
  /** Ids of the evidence that it looked at. */
  readonly evidence?: readonly string[];
  /** The defects that it names. */
  readonly findings?: readonly Defect[];
  /** Ids of the waivers that it needed. */
  readonly waivers?: readonly string[];
}

/** Age of evidence, for rules that have a limit. */
export interface Aged {
  readonly id: string;
  readonly kind: string;
  /** Since it was last received. */
  readonly ageSeconds: number;
}

/** A kind of rule: its parameters, and how it decides. Pure: the same input gives the same outcome. */
export interface Rule<Parameters extends object = never> {
  readonly name: string;
  /** One sentence for the API's description. */
  readonly summary: string;
  /** Its parameters, besides `rule` and `mode`: a closed TypeBox object with descriptions, limits and defaults. */
  readonly parameters: TObject;
  readonly example: object;
  needs?(parameters: Parameters): Needs;
  /** Ids of the evidence that is too old for it. */
  tooOld?(parameters: Parameters, evidence: readonly Aged[]): string[];
  evaluate(parameters: Parameters, input: RuleInput): Outcome;
}
