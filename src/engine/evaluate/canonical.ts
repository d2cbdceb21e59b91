import { canonicalJson } from '../../shared/canonical-json.js';
import { type Coverage, coverageOf, type Target } from '../../vocabulary/coverage.js';
import type { ApprovalInput } from '../rules/common/approvals.js';
import type { ReviewInput } from '../rules/common/reviews.js';
import { byText } from '../rules/common/text.js';
import type { EvidenceInput } from '../rules/rule.js';
import { breakGlassInput, voidBreakGlassInput } from './break-glass.js';
import type {
  ApprovalsInput,
  EvidenceRecord,
  PolicyInput,
  TooOld,
  VerdictInputs,
  WaiverInput,
} from './inputs.js';
import { stopInput, windowInput } from './line.js';
import { promotionInput } from './promotion.js';
import { aboutOf } from './waivers.js';

/** Sorts by content, so that the order does not depend on the database. */
function sorted<T extends object>(items: readonly T[]): T[] {
  if (items.length < 2) return [...items];
  return items
    .map((item) => ({ item, json: canonicalJson(item) }))
    .sort((a, b) => byText(a.json, b.json))
    .map(({ item }) => item);
}

type CanonicalEvidence = EvidenceRecord & Pick<EvidenceInput, 'coverage'>;

const targetEntry = ({ type, name, package: key, digests, otherDigests }: Target): Target => ({
  type,
  ...(name !== undefined && { name }),
  ...(key !== undefined && { package: key }),
  ...(digests && { digests: digests.toSorted(byText) }),
  ...(otherDigests && { otherDigests: otherDigests.toSorted(byText) }),
});

function coverageEntry(entry: Coverage): Coverage {
  const { what, ran, reason, caveat, declared, of, lookedAt, at, unreadTime, database } = entry;
  return {
    what,
    ran,
    ...(reason !== undefined && { reason }),
    ...(caveat !== undefined && { caveat }),
    ...(declared && { declared }),
    ...(of && { of: sorted(of.map(targetEntry)) }),
    ...(lookedAt !== undefined && { lookedAt }),
    ...(at !== undefined && { at }),
    ...(unreadTime !== undefined && { unreadTime }),
    ...(database !== undefined && { database }),
  };
}

/** Keeps only the hashed fields. In the database, `tests` has more members, such as the duration. */
function evidenceOf(record: EvidenceRecord): CanonicalEvidence {
  const { id, kind, label, artifact, sha256, storedSha256, parserVersion, mayAbsolve } = record;
  const { tests, artifactsSeen, claimsBefore, claimsPlace, sentBefore } = record;
  const coverage = coverageOf(record);
  const shows = record.coverage ? [...new Set(record.shows)] : [];
  return {
    id,
    kind,
    label,
    artifact,
    sha256,
    storedSha256,
    parserVersion,
    mayAbsolve,
    shows: shows.toSorted(byText),
    coverage: sorted(coverage.map(coverageEntry)),
    ...(artifactsSeen != null && { artifactsSeen }),
    ...(claimsBefore != null && { claimsBefore }),
    ...(claimsPlace != null && { claimsPlace }),
    ...(sentBefore && { sentBefore }),
    ...(tests && {
      tests: {
        tests: tests.tests,
        failures: tests.failures,
        errors: tests.errors,
        skipped: tests.skipped,
        ...(tests.failed && tests.failed.length > 0 && { failed: tests.failed.toSorted(byText) }),
      },
    }),
  };
}

/** Evidence with the same content. A document that was uploaded twice is one input. */
interface Group {
  readonly json: string;
  readonly record: CanonicalEvidence;
  readonly ids: Set<string>;
}

function groupsOf(evidence: readonly EvidenceRecord[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of evidence) {
    const record = evidenceOf(one);
    const { id, ...content } = record;
    const json = canonicalJson(content);
    const group = groups.get(json) ?? { json, record, ids: new Set() };
    group.ids.add(id);
    groups.set(json, id < group.record.id ? { ...group, record } : group);
  }
  return [...groups.values()].sort((a, b) => byText(a.json, b.json));
}

/** A group is too old if all its evidence is. Rules without old evidence are left out. */
function tooOldOf(all: readonly TooOld[], groups: readonly Group[]): TooOld[] {
  const merged = new Map<
    string,
    { policy: string; version: number; index: number; ids: Set<string> }
  >();
  for (const { policy, version, index, evidence } of all) {
    const key = canonicalJson([policy, version, index]);
    const known = merged.get(key) ?? { policy, version, index, ids: new Set() };
    for (const id of evidence) known.ids.add(id);
    merged.set(key, known);
  }
  return [...merged.values()]
    .map(({ ids, ...rule }) => ({
      ...rule,
      evidence: groups
        .filter((group) => [...group.ids].every((id) => ids.has(id)))
        .map(({ record }) => record.id),
    }))
    .filter(({ evidence }) => evidence.length > 0)
    .sort((a, b) => byText(a.policy, b.policy) || a.version - b.version || a.index - b.index);
}

/** Writes an instant in UTC, so that the time zone does not change the hash. */
function instant(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}

const waiverOf = (waiver: WaiverInput) => ({
  id: waiver.id,
  rule: waiver.rule,
  purl: waiver.purl,
  about: aboutOf(waiver),
  releaseId: waiver.releaseId,
  expiresAt: instant(waiver.expiresAt),
  approvedBy: waiver.approvedBy,
});

const approvalOf = (given: ApprovalInput): ApprovalInput => ({
  id: given.id,
  decision: given.decision,
  person: given.person,
  names: [...new Set(given.names)].toSorted(byText),
  groups: [...new Set(given.groups)].toSorted(byText),
  via: given.via,
  seen: given.seen,
  ...(given.olderThanDays !== undefined && { olderThanDays: given.olderThanDays }),
});

const approvalsOf = (approvals: ApprovalsInput): ApprovalsInput => ({
  given: sorted(approvals.given.map(approvalOf)),
  triggeredBy: approvals.triggeredBy,
  authors: [...new Set(approvals.authors)].toSorted(byText),
  requesters: sorted(approvals.requesters.map(({ waiver, name }) => ({ waiver, name }))),
});

const reviewOf = (review: ReviewInput): ReviewInput => ({
  id: review.id,
  environment: review.environment,
  version: review.version,
  dueAt: instant(review.dueAt),
  overdue: review.overdue,
});

declare const canonical: unique symbol;

/** Inputs in the order in which they are hashed and evaluated. Only `canonicalInputs` creates them. */
export type CanonicalInputs = Omit<VerdictInputs, 'evidence' | 'windows' | 'stops'> & {
  readonly evidence: readonly CanonicalEvidence[];
  readonly windows: NonNullable<VerdictInputs['windows']>;
  readonly stops: NonNullable<VerdictInputs['stops']>;
  readonly [canonical]: true;
};

/** Sorts policies. Results have the same order. */
export const inCanonicalOrder = (policies: readonly PolicyInput[]): PolicyInput[] =>
  policies.toSorted(
    (a, b) =>
      byText(a.name, b.name) || a.version - b.version || byText(a.sha256 ?? '', b.sha256 ?? ''),
  );

/**
 * Returns the inputs in a fixed order, with each document once (under the smallest of its ids) and without fields that
 * are not hashed.
 * @throws {Error} if a value is not JSON, such as NaN
 */
export function canonicalInputs(inputs: VerdictInputs): CanonicalInputs {
  const { id, projectId, version, commit, state, revokedReason } = inputs.release;
  const { after = [], promoted = [], rollback, running, unauthorized } = inputs;
  const groups = groupsOf(inputs.evidence);
  const all: VerdictInputs = {
    release: { id, projectId, version, commit, state, revokedReason },
    environment: inputs.environment,
    artifacts: sorted(
      inputs.artifacts.map(({ name, kind, sha256, digests, purl }) => ({
        name,
        kind,
        sha256,
        digests: digests.toSorted(byText),
        purl,
      })),
    ),
    evidence: groups.map(({ record }) => record),
    policies: inCanonicalOrder(inputs.policies).map(({ name, version, sha256, rules }) => ({
      name,
      version,
      sha256,
      rules,
    })),
    waivers: sorted(inputs.waivers.map(waiverOf)),
    running: running && {
      id: running.id,
      version: running.version,
      ...(running.authorization !== undefined && { authorization: running.authorization }),
      ...(running.evidence !== undefined && { evidence: running.evidence }),
    },
    ...(unauthorized && {
      unauthorized: { id: unauthorized.id, version: unauthorized.version },
    }),
    tooOld: tooOldOf(inputs.tooOld, groups),
    windows: sorted((inputs.windows ?? []).map(windowInput)),
    stops: sorted((inputs.stops ?? []).map(stopInput)),
    ...(after.length > 0 && { after: [...new Set(after)].toSorted(byText) }),
    ...(promoted.length > 0 && { promoted: sorted(promoted.map(promotionInput)) }),
    ...(rollback && { rollback: { target: rollback.target, deployment: rollback.deployment } }),
    ...(inputs.approvals && { approvals: approvalsOf(inputs.approvals) }),
    ...(inputs.breakGlass && { breakGlass: breakGlassInput(inputs.breakGlass) }),
    ...(inputs.breakGlassVoid && { breakGlassVoid: voidBreakGlassInput(inputs.breakGlassVoid) }),
    ...(inputs.reviews && { reviews: sorted(inputs.reviews.map(reviewOf)) }),
  };
  return all as CanonicalInputs;
}
