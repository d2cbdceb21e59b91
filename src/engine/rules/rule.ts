import type { TObject } from '@sinclair/typebox';
import type { Coverage } from '../../vocabulary/coverage.js';
import type { FindingType, Shown } from '../../vocabulary/finding-types.js';
import type { Severity } from '../../vocabulary/severity.js';
import type { Subject } from '../../vocabulary/subject.js';
import type { PromotionDemand, PromotionInput } from '../evaluate/promotion.js';
import type { ApprovalsAsked, ApprovalsCase, JudgedApproval } from './common/approvals.js';
import type { Filter } from './common/defects.js';
import type { ReviewInput } from './common/reviews.js';

/** `block`: a failure denies the release. `warn`: the verdict only reports the failure. */
export const MODES = ['block', 'warn'] as const;

export type Mode = (typeof MODES)[number];

/** A piece of evidence that counts, as rules see it. */
export interface EvidenceInput {
  readonly id: string;
  readonly kind: string;
  readonly label: string | null;
  /** SHA-256 of the artifact that the evidence is about; null: the whole release. */
  readonly artifact: string | null;
  /** SHA-256 of the document as received. */
  readonly sha256: string;
  readonly parserVersion: number;
  /** What the evidence shows, also by its silence. See `shownBy`. */
  readonly shows: readonly Shown[];
  /** What its tool looked for, whether it ran, at what and when. */
  readonly coverage: readonly Coverage[];
  readonly tests?: TestCounts | undefined;
  /** Whether its bytes were evidence in the project before the release was registered: of an earlier release. */
  readonly sentBefore?: boolean | undefined;
}

/** Tools and formats that can show something, such as `trivy with its secret scanner`. */
export type Uploads = Readonly<Partial<Record<Shown, readonly string[]>>>;

export interface TestCounts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  /** Names of some of the tests that failed. */
  readonly failed?: readonly string[] | undefined;
}

/** An artifact of the release. */
export type ArtifactInput = Subject;

/** Whether a newer version fixes a defect. `unknown`: no tool says so, or that there is none. */
export type Fix = 'available' | 'none' | 'unknown';

/** The worst of the findings with one fingerprint, without findings that a claim removes. */
export interface Defect {
  /** Lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly type: FindingType;
  readonly severity: Severity;
  /** A vulnerability's id as the tool writes it, or a tool's rule. */
  readonly rule: string;
  readonly title: string | null;
  readonly purl: string | null;
  readonly packageName: string | null;
  readonly packageVersion: string | null;
  readonly fixedVersion: string | null;
  readonly fix: Fix;
  /** Another tool does not rate it, so it may be worse. */
  readonly unsure?: boolean | undefined;
  readonly location: string | null;
  /** Only of new defects: the severity that the running release has it with. Absent: it does not have it. */
  readonly was?: Severity | null | undefined;
}

export interface DefectCount {
  readonly type: FindingType;
  readonly severity: Severity;
  readonly fix: Fix;
  readonly unsure?: boolean | undefined;
  readonly was?: Severity | null | undefined;
  readonly count: number;
}

/** A defect that waivers cover. */
export interface WaivedDefect extends Defect {
  /** Ids of those waivers. */
  readonly waivers: readonly string[];
}

export interface Defects {
  /** Of all defects, including waived ones. */
  readonly counts: readonly DefectCount[];
  /** The ten worst defects of each type and fix, the worst first. */
  readonly worst: readonly Defect[];
  /** Every defect that a valid waiver covers. */
  readonly waived: readonly WaivedDefect[];
}

export interface ComponentInput {
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  /** SPDX ids, expressions or names, as in the document. Several mean that all apply. */
  readonly licences: readonly string[];
  /** The fingerprint of a finding: not a component of an SBOM, but the licence of a package that a scanner reports. */
  readonly finding?: string | null | undefined;
}

/** Components that may be too many for a list: read one after another, as often as needed. */
export interface Components extends Iterable<ComponentInput> {
  readonly length: number;
}

/** What a rule evaluates. Independent of the order in which the database returns rows. */
export interface RuleInput {
  readonly release: {
    readonly version: string;
    readonly state: 'open' | 'sealed' | 'revoked';
    readonly revokedReason: string | null;
  };
  readonly artifacts: readonly ArtifactInput[];
  readonly evidence: readonly EvidenceInput[];
  /** Ids of the evidence that is too old for this rule, as `Rule.tooOld` returned them. */
  readonly tooOld: ReadonlySet<string>;
  readonly defects: Defects;
  /**
   * The running release of the project in the environment: of the last deployment that was authorized, a rollback or a
   * break-glass. Null: none is known.
   */
  readonly running: { readonly id: string; readonly version: string } | null;
  /** The release that runs without authorization. Null: what runs is `running`, or nothing runs. It is never a base. */
  readonly unauthorized: { readonly id: string; readonly version: string } | null;
  /** Whether the release ran in other environments, for the demands of rules. */
  readonly promoted: readonly PromotionInput[];
  /** Whether the question is for a rollback to a release that ran here. */
  readonly rollback: boolean;
  /** Defects that the running release does not have, or has with a lower severity; all if nothing runs. */
  readonly newDefects: Defects | undefined;
  /** Distinct components, ordered by name and version. Only for rules that need them. */
  readonly components: Components | undefined;
  /** Approvals, and what people know of the others. Only for rules that ask for them. */
  readonly approvals: ApprovalsCase | undefined;
  /** Break-glasses of the project that nobody reviewed. Only for rules that need them. */
  readonly reviews: readonly ReviewInput[] | undefined;
  /** What to upload if evidence is missing. Only for messages. */
  readonly uploads: Uploads;
  /** Call it in long loops. @throws {Error} if the time limit is exceeded, which denies */
  checkTime(): void;
}

/** Facts that are loaded only on request. */
export interface Needs {
  readonly newDefects?: boolean;
  readonly components?: boolean;
  /** Approvals. Such a rule is evaluated after the others, because it needs their results. */
  readonly approvals?: boolean;
  /** Break-glasses of the project that nobody reviewed. */
  readonly reviews?: boolean;
}

export interface Outcome {
  /** `not-evidenced`: no evidence that counts could have shown the problem. Denies like `fail`. */
  readonly status: 'pass' | 'fail' | 'not-evidenced';
  /**
   * One line for on-call people. A failure says what was found, what is allowed, and what to do: "2 critical findings,
   * 0 allowed: CVE-2021-44228 in pkg:maven/…, fixed in 2.15.0; …".
   */
  readonly message: string;
  /** Ids of the evidence that the rule evaluated. */
  readonly evidence?: readonly string[];
  /** The defects that the message names. */
  readonly findings?: readonly Defect[];
  /** Ids of the waivers that took effect. */
  readonly waivers?: readonly string[];
  /** What the rule says of each approval. */
  readonly approvals?: readonly JudgedApproval[];
}

/** The age of a piece of evidence, for rules with an age limit. */
export interface Aged {
  readonly id: string;
  readonly kind: string;
  /**
   * Seconds since the tool ran, if its document says when, else since its bytes were first uploaded; null: the document
   * has a time that is not understood.
   */
  readonly ageSeconds: number | null;
  /** Seconds since the last upload. */
  readonly uploadSeconds: number;
  /** Whether its document says when the tool ran. */
  readonly isDated: boolean;
  /** Seconds since the tool's database was made; null: the document does not say when. */
  readonly databaseAgeSeconds: number | null;
}

/** A rule: its parameters, and how it is evaluated. Pure: the same input gives the same outcome. */
export interface Rule<Parameters extends object = never> {
  readonly name: string;
  /** One sentence without a full stop, for the OpenAPI document. */
  readonly summary: string;
  /** A closed TypeBox object with descriptions, limits and defaults, without `rule` and `mode`. */
  readonly parameters: TObject;
  readonly example: object;
  /**
   * Checks what only new policies must meet, such as names that exist. Stored policies are not checked again.
   * @throws {Error} a `RuleFault`
   */
  check?(parameters: Parameters): void;
  needs?(parameters: Parameters): Needs;
  /** Environments in which the release must have run. */
  demands?(parameters: Parameters): PromotionDemand[];
  /** Limits on the age of evidence, in days: after which time `tooOld` may return more. */
  ageLimits?(parameters: Parameters): number[];
  /** Its result depends on what runs, or on the time, and not on the release alone: it makes no approval void. */
  readonly outside?: boolean;
  /** False: only people decide what it asks for, so a waiver, which programs can give, does not cover it. */
  readonly waivable?: false;
  /** Which findings it counts: those at or above its limit. */
  counts?(parameters: Parameters): Filter;
  /** Whose approval it asks for. */
  asks?(parameters: Parameters): ApprovalsAsked;
  /** @returns ids of the evidence that is too old for this rule */
  tooOld?(parameters: Parameters, evidence: readonly Aged[]): string[];
  evaluate(parameters: Parameters, input: RuleInput): Outcome;
}
