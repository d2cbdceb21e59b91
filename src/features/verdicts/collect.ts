import { hash } from 'node:crypto';
import type { Read } from '../../database/sql.js';
import {
  aboutOf,
  agedOf,
  type CanonicalInputs,
  type Components,
  canonicalInputs,
  type Defect,
  type Defects,
  ENGINE,
  type Prepared,
  type Risk,
  type Times,
  type VerdictFacts,
  type VerdictInputs,
  type WaivedDefect,
} from '../../engine/index.js';
import { type ApprovalsRow, approvalsInput, SEEN } from '../approvals/index.js';
import {
  breakGlassAt,
  reviewsAt,
  type StoredBreakGlass,
  type StoredReview,
  voidBreakGlassAt,
} from '../break-glass/index.js';
import {
  lineAt,
  promotionsAt,
  rollbackAt,
  type Stay,
  type StoredRollback,
  type StoredWindow,
} from '../environments/index.js';
import { EVIDENCE_DIGEST, withClaimsBefore } from '../evidence/index.js';
import { collectStatement } from './collect.sql.js';
import {
  COMPUTE_FACTS,
  COUNTED_DEFECTS,
  NEW_DEFECTS,
  WAIVED_DEFECTS,
  WAIVED_NEW_DEFECTS,
} from './facts.sql.js';
import { demandsOf, type Limits, limitsOf } from './limits.js';
import { preparedFor } from './prepared.js';

/** Policy versions, by name, to evaluate instead of those that guard the environment. */
export type PolicyVersions = Readonly<Record<string, number>>;

/** The policies that decide a verdict, and their inputs. */
export interface Collected {
  readonly prepared: Prepared;
  readonly inputs: CanonicalInputs;
  readonly facts: VerdictFacts;
  /** The time of the snapshot, by the clock of the database. */
  readonly evaluatedAt: Date;
  readonly limits: Limits;
}

type Counted = Pick<Defects, 'counts' | 'worst'>;

type TimedEvidence = VerdictInputs['evidence'][number] &
  Times & {
    /** When the release was registered, in seconds since 1970. */
    readonly registeredAt: number;
  };

/** Whether the bytes of evidence were received before its release was registered. */
const withSentBefore = (one: TimedEvidence): TimedEvidence =>
  one.firstReceivedAt != null && one.firstReceivedAt < one.registeredAt
    ? { ...one, sentBefore: true }
    : one;

/** What a verdict is asked about. */
export interface Question {
  readonly releaseId: string;
  readonly environment: string;
  readonly versions?: PolicyVersions | undefined;
  /** Absent: an ordinary question. */
  readonly intent?: 'rollback' | undefined;
  /** Decides as if it were this time, with all else unchanged. Milliseconds since 1970. Absent: now. */
  readonly asOf?: number | undefined;
  /** Whether an approver asks: then the facts have all that a brief tells. */
  readonly isBrief?: boolean | undefined;
}

type RequestedWaiver = VerdictInputs['waivers'][number] & { readonly requestedBy: string };

/** A row of `collectStatement`. */
export type Row = Omit<
  VerdictInputs,
  | 'tooOld'
  | 'evidence'
  | 'running'
  | 'unauthorized'
  | 'windows'
  | 'rollback'
  | 'after'
  | 'promoted'
  | 'approvals'
  | 'breakGlass'
  | 'breakGlassVoid'
  | 'reviews'
  | 'waivers'
> & {
  readonly waivers: readonly RequestedWaiver[];
  readonly approvals: ApprovalsRow;
  readonly running:
    | (NonNullable<VerdictInputs['running']> & {
        readonly deployment: string;
        readonly deployedAt: string;
        readonly rowCount: number | null;
      })
    | null;
  /** What runs, also if it is what others are compared with. */
  readonly unauthorized:
    | (NonNullable<VerdictInputs['unauthorized']> & { readonly deployment: string })
    | null;
  /** Those that did not end, also if they are far away. */
  readonly windows: readonly StoredWindow[];
  readonly rollback: StoredRollback | null;
  readonly after: readonly string[];
  /** When the release ran in other environments. */
  readonly promoted: readonly Stay[];
  /** The one that did not end. */
  readonly breakGlass: StoredBreakGlass | null;
  readonly reviews: readonly StoredReview[];
  readonly facts: Counted | null;
  readonly evaluatedAt: Date;
  /** Null: the release has more reports than were asked for. */
  readonly evidence: readonly TimedEvidence[] | null;
  /** The change counter of the release. Null: it has neither evidence nor artifacts. */
  readonly changes: string | null;
  /** Rows of the reports that count. */
  readonly rowCount: number;
  /** Whether no other request was changing what holds when the inputs were read. */
  readonly isSettled: boolean;
};

/** A row with all evidence. */
export type WholeRow = Row & { readonly evidence: readonly TimedEvidence[] };

/**
 * Digest of what the decision depends on, except the time. `changes` stands for the evidence, so that rows with and
 * without it have the same digest.
 */
export function fingerprintOf({ versions, isBrief }: Question, row: Row): string {
  const {
    evidence: _evidence,
    facts: _facts,
    evaluatedAt: _at,
    isSettled: _settled,
    ...rest
  } = row;
  const text = JSON.stringify([versions ?? null, rest, ...(isBrief ? ['brief'] : [])]);
  return hash('sha256', text, 'hex');
}

/** Waivers that can cover findings. */
const idsOfFindings = (waivers: Row['waivers']): string[] =>
  waivers.filter((waiver) => aboutOf(waiver) === 'finding').map(({ id }) => id);

const NONE: Counted = { counts: [], worst: [] };

/** @param runningEvidence digest of the evidence of the running release, if a rule compares the two releases */
function inputsOf(row: WholeRow, prepared: Prepared, runningEvidence?: string): CanonicalInputs {
  const { facts: _facts, changes: _changes, rowCount: _rowCount, evaluatedAt: _at, ...rest } = row;
  const {
    running,
    unauthorized,
    windows,
    rollback,
    promoted,
    approvals,
    breakGlass,
    reviews,
    ...inputs
  } = rest;
  const at = row.evaluatedAt.getTime();
  const days = prepared.asks.flatMap(({ maximumAgeDays }) => maximumAgeDays ?? []);
  return canonicalInputs({
    ...inputs,
    windows: lineAt(windows, at).inputs,
    rollback: rollbackAt(rollback, at),
    breakGlass: breakGlassAt(breakGlass, at),
    breakGlassVoid: voidBreakGlassAt(breakGlass, at),
    promoted: promotionsAt(promoted, demandsOf(row, prepared), at),
    running:
      running && runningEvidence !== undefined
        ? { ...running, evidence: runningEvidence }
        : running,
    unauthorized: unauthorized?.deployment === running?.deployment ? null : unauthorized,
    tooOld: prepared.tooOld(row.evidence.map(agedOf)),
    ...(prepared.needs.approvals && {
      approvals: approvalsInput(approvals, inputs.waivers, days, row.evaluatedAt),
    }),
    ...(prepared.needs.reviews && { reviews: reviewsAt(reviews, at) }),
  });
}

/** Counts the defects of the release. `changes` is the change counter that the counts belong to. */
async function computeFacts(read: Read, releaseId: string) {
  const [row] = await read<{ facts: Counted; changes: string | null }>(COMPUTE_FACTS, [releaseId]);
  return row ?? { facts: NONE, changes: null };
}

async function newDefects(read: Read, row: Row, all: Defects): Promise<Defects> {
  const { release, running, waivers } = row;
  if (!running) return all; // compared with nothing, every defect is new
  const base = [release.id, running.id, running.deployedAt];
  const [found] = await read<{ facts: Counted }>(NEW_DEFECTS, base);
  const ids = idsOfFindings(waivers);
  const waived = ids.length > 0 ? await read<WaivedDefect>(WAIVED_NEW_DEFECTS, [...base, ids]) : [];
  return { ...(found?.facts ?? NONE), waived };
}

/** The most findings that an approval can be bound to. */
const MAX_COUNTED = 20_000;

/** All defects that some rule counts, also waived ones. */
async function countedDefects(read: Read, releaseId: string, { counts }: Prepared) {
  const types = [...new Set(counts.flatMap((filter) => filter.types))];
  const severities = [...new Set(counts.flatMap((filter) => filter.severities))];
  if (types.length === 0) return [];
  const values = [releaseId, types, severities, MAX_COUNTED + 1];
  const rows = await read<Defect>(COUNTED_DEFECTS, values);
  return rows.length > MAX_COUNTED ? ('too-many' as const) : rows;
}

/** What the givers of approvals saw, by its digest. */
async function seenRisks(read: Read, { release, environment, approvals }: Row) {
  const digests = [...new Set(approvals.given.map(({ seen }) => seen))];
  if (digests.length === 0) return new Map<string, Risk>();
  type Seen = { sha256: string; risk: string };
  const rows = await read<Seen>(SEEN, [release.id, environment, digests]);
  return new Map(rows.map(({ sha256, risk }) => [sha256, JSON.parse(risk) as Risk]));
}

/** Facts that were computed, and the change counter that they belong to. */
export interface Computed {
  readonly facts: Counted;
  readonly changes: string | null;
}

/** Reads the components of a release. */
export type ReadComponents = (releaseId: string) => Promise<Components>;

/** Reads the facts that the policies of the environment need, in the snapshot of the row. */
export async function collectAll(
  read: Read,
  current: WholeRow,
  readComponents: ReadComponents,
  isBrief = false,
) {
  const { policies, prepared } = preparedFor(current.policies);
  // An approver decides about the ordinary way.
  const row = { ...current, policies, ...(isBrief && { breakGlass: null }) };
  const needs = isBrief ? { ...prepared.needs, newDefects: true } : prepared.needs;
  const { release, running } = row;
  const computed: Computed | undefined = row.facts
    ? undefined
    : await computeFacts(read, release.id);
  const ids = idsOfFindings(row.waivers);
  const waived = ids.length > 0 ? await read<WaivedDefect>(WAIVED_DEFECTS, [release.id, ids]) : [];
  const defects: Defects = { ...(row.facts ?? computed?.facts ?? NONE), waived };
  const facts: VerdictFacts = {
    defects,
    newDefects: needs.newDefects ? await newDefects(read, row, defects) : undefined,
    components: needs.components ? await readComponents(release.id) : undefined,
    counted:
      needs.approvals || isBrief ? await countedDefects(read, release.id, prepared) : undefined,
    seen: needs.approvals ? await seenRisks(read, row) : undefined,
  };
  // New defects depend on the evidence of the running release, so its digest is an input.
  const [runningEvidence] =
    prepared.needs.newDefects && running
      ? await read<{ evidence: string }>(EVIDENCE_DIGEST, [running.id, running.deployedAt])
      : [];
  const collected: Collected = {
    prepared,
    inputs: inputsOf(row, prepared, runningEvidence?.evidence),
    facts,
    evaluatedAt: row.evaluatedAt,
    limits: limitsOf(row, prepared),
  };
  return { collected, computed };
}

export const hasEvidence = (row: Row): row is WholeRow => row.evidence !== null;

/** Whether the row and its facts are all that the rules need. */
function isEnough(row: Row, isBrief = false): boolean {
  if (isBrief || !row.facts || idsOfFindings(row.waivers).length > 0) return false;
  const { newDefects, components, approvals } = preparedFor(row.policies).prepared.needs;
  return !newDefects && !components && !approvals;
}

/** Returns everything from the row, if its facts are current and no rule needs more. Most calls end here. */
export function collectedFrom(row: WholeRow, isBrief = false): Collected | undefined {
  if (!row.facts || !isEnough(row, isBrief)) return undefined;
  const { policies, prepared } = preparedFor(row.policies);
  const inputs = inputsOf({ ...row, policies }, prepared);
  const facts = { defects: { ...row.facts, waived: [] } };
  const limits = limitsOf(row, prepared);
  return { prepared, inputs, facts, evaluatedAt: row.evaluatedAt, limits };
}

/** The number of rows that the decision reads. None if the row is enough. */
export function rowsToRead(row: Row, isBrief = false): number {
  if (isEnough(row, isBrief)) return 0;
  const { newDefects } = preparedFor(row.policies).prepared.needs;
  return row.rowCount + (newDefects || isBrief ? (row.running?.rowCount ?? 0) : 0);
}

/** The row as if it had been read at another time: nothing else changes until then. */
function atTime(row: Row, at: number): Row {
  return {
    ...row,
    evaluatedAt: new Date(at),
    waivers: row.waivers.filter(({ expiresAt }) => Date.parse(expiresAt) > at),
    evidence: row.evidence?.map((one) => ({ ...one, now: at / 1000 })) ?? null,
  };
}

/** Reads the row of a question. @param reports maximum number of reports whose evidence is read */
export async function readRow(
  read: Read,
  { releaseId, environment, versions, intent, asOf }: Question,
  reports: number,
): Promise<Row | undefined> {
  const asked = { versions: versions !== undefined, rollback: intent === 'rollback' };
  const values = [releaseId, environment, ENGINE, reports];
  if (versions) values.push(JSON.stringify(versions));
  const [found] = await read<Row>(collectStatement(asked), values);
  if (!found) return undefined;
  const row = {
    ...found,
    evidence: found.evidence && withClaimsBefore(found.evidence.map(withSentBefore)),
  };
  return asOf === undefined ? row : atTime(row, asOf);
}
