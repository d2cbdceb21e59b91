import type {
  ComponentInput,
  Defect,
  Defects,
  EvidenceInput,
  Mode,
  Outcome,
  RuleInput,
} from '../rules/rule.js';

/** A rule of a policy: which one, whether it blocks, and its parameters. */
export interface PolicyRule {
  readonly rule: string;
  readonly mode: Mode;
  readonly [parameter: string]: unknown;
}

/** A version of a policy. */
export interface PolicyInput {
  readonly name: string;
  readonly version: number;
  /** `rulesSha256` of its rules, which stands for them in the hash; null: there is no such version. */
  readonly sha256: string | null;
  readonly rules: readonly PolicyRule[];
}

/** Evidence that counts. */
export interface EvidenceRecord extends EvidenceInput {
  /** Uploaded by a caller that may say that findings do not count: what it says has an effect. */
  readonly mayAbsolve: boolean;
  /** Digest of the document as it is kept. */
  readonly storedSha256: string;
  /** How many that came before it say, too, that findings do not count: the last of them decides. Of such evidence alone. */
  readonly claimsPlace?: number | null | undefined;
  /** Artifacts that were registered when it last came; for what speaks of artifacts that it could see, else absent or null. */
  readonly artifactsSeen?: number | null | undefined;
}

/** A waiver that is approved, not revoked and not expired. */
export interface WaiverInput {
  readonly id: string;
  readonly rule: string;
  readonly purl: string | null;
  /** Null: every release of the project. */
  readonly releaseId: string | null;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly approvedBy: string;
}

/** Evidence that is too old for one rule of one policy: a fact that time has made. */
export interface TooOld {
  readonly policy: string;
  readonly version: number;
  /** The rule's place in the policy, from 0. */
  readonly index: number;
  /** Ids. */
  readonly evidence: readonly string[];
}

/** All that a verdict follows from. In any order; what is more in it is ignored. */
export interface VerdictInputs {
  readonly release: RuleInput['release'] & {
    readonly id: string;
    readonly projectId: number;
    readonly commit: string;
  };
  /** Its name. */
  readonly environment: string;
  readonly artifacts: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly purl: string | null;
  }[];
  readonly evidence: readonly EvidenceRecord[];
  /** Those that guard the environment. */
  readonly policies: readonly PolicyInput[];
  readonly waivers: readonly WaiverInput[];
  readonly running:
    | (NonNullable<RuleInput['running']> & {
        /** SHA-256 of the evidence of it that counts; where a rule compares findings with it. */
        readonly evidence?: string;
      })
    | null;
  readonly tooOld: readonly TooOld[];
}

/** What follows from the inputs and is too large to be hashed with them. What no rule `needs` may be left out. */
export interface VerdictFacts {
  readonly defects: Defects;
  readonly newDefects?: Defects | undefined;
  readonly components?: readonly ComponentInput[] | undefined;
}

/** What a rule of a policy says. */
export interface RuleResult {
  /** Null: no policy asks for it, it always holds. */
  readonly policy: string | null;
  readonly policyVersion: number | null;
  readonly rule: string;
  readonly mode: Mode;
  /** `error`: it could not be decided, which denies even where `mode` is `warn`. */
  readonly status: Outcome['status'] | 'error';
  readonly denies: boolean;
  /** For people: what was found, what is allowed, what to do. */
  readonly message: string;
  /** Ids of the evidence that it looked at. */
  readonly evidence: readonly string[];
  /** The defects that its message names. */
  readonly findings: readonly Defect[];
  /** Ids of the waivers that hid something from it. */
  readonly waivers: readonly string[];
}

/** What the policies say together. */
export interface Judgement {
  readonly decision: 'allow' | 'deny';
  /** First what always holds, then policies by name and version, and their rules as they stand there. */
  readonly results: readonly RuleResult[];
  /** Time was up before all rules were done. Such a judgement denies, and says nothing of the next one about the same inputs. */
  readonly timedOut: boolean;
}
