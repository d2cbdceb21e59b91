import type { ApprovalInput, JudgedApproval } from '../rules/common/approvals.js';
import type { ReviewInput } from '../rules/common/reviews.js';
import type { Risk } from '../rules/common/risk.js';
import type {
  ArtifactInput,
  Components,
  Defect,
  Defects,
  EvidenceInput,
  Mode,
  Outcome,
  RuleInput,
} from '../rules/rule.js';
import type { BreakGlassInput, VoidBreakGlassInput } from './break-glass.js';
import type { RollbackInput, StopInput, WindowInput } from './line.js';
import type { PromotionInput } from './promotion.js';
import type { WaiverAbout } from './waivers.js';

/** A rule of a policy: its name, mode and parameters. */
export interface PolicyRule {
  readonly rule: string;
  readonly mode: Mode;
  readonly [parameter: string]: unknown;
}

/** A version of a policy. */
export interface PolicyInput {
  readonly name: string;
  readonly version: number;
  /** `rulesSha256` of the rules, which replaces them in the hash; null: the version does not exist. */
  readonly sha256: string | null;
  readonly rules: readonly PolicyRule[];
}

/** A piece of evidence that counts. */
export interface EvidenceRecord extends Omit<EvidenceInput, 'coverage'> {
  /** Null or absent: the evidence is from before coverage was stored. */
  readonly coverage?: EvidenceInput['coverage'] | null | undefined;
  /** Whether its claims take effect, because its uploader had `vex:write`. */
  readonly mayAbsolve: boolean;
  /** SHA-256 of the document as stored. */
  readonly storedSha256: string;
  /** Only for evidence with claims: its place among such evidence by upload, from 0. The last claim decides. */
  readonly claimsPlace?: number | null | undefined;
  /** Number of older reports with claims of its kind, label and artifact, if any: they do not apply to its findings. */
  readonly claimsBefore?: number | null | undefined;
  /** Only for evidence about artifacts: the number of artifacts at its last upload. */
  readonly artifactsSeen?: number | null | undefined;
}

/** A waiver that counts: approved, not revoked and not expired. */
export interface WaiverInput {
  readonly id: string;
  readonly rule: string;
  readonly purl: string | null;
  /** Null or absent: see `aboutOf`. */
  readonly about?: WaiverAbout | null | undefined;
  /** Null: the waiver is for every release of the project. */
  readonly releaseId: string | null;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly approvedBy: string;
}

/** Evidence that is too old for one rule of one policy. */
export interface TooOld {
  readonly policy: string;
  readonly version: number;
  /** Index of the rule in the policy, from 0. */
  readonly index: number;
  /** Ids of evidence. */
  readonly evidence: readonly string[];
}

/** Approvals for the release and the environment, and people whose approval some rules do not count. */
export interface ApprovalsInput {
  /** Those that were not withdrawn. */
  readonly given: readonly ApprovalInput[];
  /** Who set the pipeline of the release off, in the form in which subjects are compared. Null: unknown. */
  readonly triggeredBy: string | null;
  /** Who wrote its commits, in the same form. Empty: unknown. */
  readonly authors: readonly string[];
  /** Who requested each waiver that counts, in the same form. */
  readonly requesters: readonly { readonly waiver: string; readonly name: string | null }[];
}

/** The inputs of a verdict, in any order. Other fields are ignored. */
export interface VerdictInputs {
  readonly release: RuleInput['release'] & {
    readonly id: string;
    readonly projectId: number;
    readonly commit: string;
  };
  /** Name of the environment. */
  readonly environment: string;
  readonly artifacts: readonly (ArtifactInput & { readonly purl: string | null })[];
  readonly evidence: readonly EvidenceRecord[];
  /** The policies that guard the environment. */
  readonly policies: readonly PolicyInput[];
  readonly waivers: readonly WaiverInput[];
  readonly running:
    | (NonNullable<RuleInput['running']> & {
        /**
         * How its deployment was authorized: `unauthorized` never occurs. Absent: of a verdict from before, which
         * compared with whatever ran.
         */
        readonly authorization?: string;
        /** SHA-256 of its evidence that counts. Only if a rule compares findings with it. */
        readonly evidence?: string;
      })
    | null;
  /** The release that runs without authorization. Absent: what runs is `running`, or nothing runs. */
  readonly unauthorized?: RuleInput['unauthorized'];
  readonly tooOld: readonly TooOld[];
  /** Freezes that are open, and all change windows. Absent: as empty, of verdicts from before. */
  readonly windows?: readonly WindowInput[];
  /** Stops that nobody resumed. Absent: as empty, of verdicts from before. */
  readonly stops?: readonly StopInput[];
  /** Only of a question for a rollback. */
  readonly rollback?: RollbackInput | null;
  /** Environments that come before this one. Absent: none. */
  readonly after?: readonly string[];
  /** Whether the release met what is asked about other environments. Absent: nothing is asked. */
  readonly promoted?: readonly PromotionInput[];
  /** Only if a rule asks for approvals. */
  readonly approvals?: ApprovalsInput | undefined;
  /** Only while the glass is broken for the release in the environment. */
  readonly breakGlass?: BreakGlassInput | null;
  /** Only while one that did not end lets nothing pass, because an artifact was added. */
  readonly breakGlassVoid?: VoidBreakGlassInput | null;
  /** Break-glasses of the project that nobody reviewed. Only if a rule asks for their reviews. */
  readonly reviews?: readonly ReviewInput[] | undefined;
}

/** Facts that follow from the inputs and are too large to hash. Facts that no rule `needs` can be absent. */
export interface VerdictFacts {
  readonly defects: Defects;
  readonly newDefects?: Defects | undefined;
  readonly components?: Components | undefined;
  /** All defects that some rule counts, also waived ones. `too-many`: more than an approval can be bound to. */
  readonly counted?: readonly Defect[] | 'too-many' | undefined;
  /** What approvers saw, by its SHA-256. */
  readonly seen?: ReadonlyMap<string, Risk> | undefined;
}

/** The result of one rule. */
export interface RuleResult {
  /** Null: a built-in rule. */
  readonly policy: string | null;
  readonly policyVersion: number | null;
  readonly rule: string;
  readonly mode: Mode;
  /** `error`: the rule could not be evaluated, which denies even in mode `warn`. */
  readonly status: Outcome['status'] | 'error';
  readonly denies: boolean;
  /** One line for people: what was found, what is allowed, what to do. */
  readonly message: string;
  /** Ids of the evidence that the rule evaluated. */
  readonly evidence: readonly string[];
  /** The defects that the message names. */
  readonly findings: readonly Defect[];
  /** Ids of the waivers that took effect. */
  readonly waivers: readonly string[];
  /** What a rule that asks for approvals says of each. */
  readonly approvals?: readonly JudgedApproval[];
  /** It denies, and a break-glass passes it. */
  readonly overridden?: boolean;
}

/** The decision of all policies together. */
export interface Judgement {
  readonly decision: 'allow' | 'deny';
  /** Built-in rules first, then policies by name and version, with their rules in the order of the policy. */
  readonly results: readonly RuleResult[];
  /** Whether the time limit was exceeded. Such a judgement denies, and the next one on the same inputs may differ. */
  readonly timedOut: boolean;
  /** What an approver sees. Only if the facts have all defects that rules count. */
  readonly risk?: Risk | undefined;
}
