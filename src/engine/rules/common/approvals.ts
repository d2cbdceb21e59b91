/** What a person said about a release and an environment, as verdicts see it. */
export interface ApprovalInput {
  readonly id: string;
  readonly decision: 'approve' | 'reject';
  /** The subject under which the person acted. */
  readonly person: string;
  /** Every name of the person, in the form in which subjects are compared. */
  readonly names: readonly string[];
  /** The groups of the person at that time. */
  readonly groups: readonly string[];
  readonly via: 'sign-in' | 'token';
  /** SHA-256 of the risk that the person saw, as canonical JSON. */
  readonly seen: string;
  /** The longest limit in days, of those that rules have, that it is older than. Absent: none. */
  readonly olderThanDays?: number | undefined;
}

/** An approval, and what is worse since it was given. Empty: it holds. */
export interface GivenApproval extends ApprovalInput {
  readonly worse: readonly string[];
}

/** People whose approval some rules do not count. `null`: unknown. */
export interface OtherPeople {
  /** Who set the pipeline of the release off, in the form in which subjects are compared. */
  readonly triggeredBy: string | null;
  /** Who wrote its commits. Empty: unknown. */
  readonly authors: readonly string[];
  /** Who requested the waivers that take effect. */
  readonly requesters: readonly (string | null)[];
}

/** What a rule that asks for approvals evaluates. */
export interface ApprovalsCase extends OtherPeople {
  readonly environment: string;
  readonly given: readonly GivenApproval[];
  /** Whether a rule counts findings that the running release does not have. */
  readonly hasNewFindings: boolean;
  readonly usesWaivers: boolean;
}

/** Whose approval a rule asks for. */
export interface ApprovalsAsked {
  readonly minimum: number;
  /** Empty: any person. */
  readonly groups: readonly string[];
  readonly required: readonly string[];
  readonly maximumAgeDays?: number | undefined;
}

/**
 * What a rule says of an approval. `void`: the risk is worse than what was seen.
 * `not-counted`: it holds, and this rule does not count it. `rejects`: it is a rejection that counts.
 */
export const APPROVAL_STATES = ['counts', 'rejects', 'void', 'not-counted'] as const;

/** What a rule says of an approval, and why. */
export interface JudgedApproval {
  readonly id: string;
  readonly person: string;
  readonly state: (typeof APPROVAL_STATES)[number];
  /** Why it does not count. Empty if it does. */
  readonly because: readonly string[];
}

export const NO_APPROVALS: ApprovalsCase = {
  environment: '',
  given: [],
  triggeredBy: null,
  authors: [],
  requesters: [],
  hasNewFindings: false,
  usesWaivers: false,
};
