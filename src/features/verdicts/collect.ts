import { type CallContext, query, readTogether } from '../../database/context.js';
import type { Read } from '../../database/sql.js';
import { bookkeeping } from '../../database/transaction.js';
import {
  aboutOf,
  agedOf,
  type CanonicalInputs,
  type ComponentInput,
  canonicalInputs,
  type Defects,
  ENGINE,
  type Prepared,
  type Times,
  type VerdictFacts,
  type VerdictInputs,
  type WaivedDefect,
} from '../../engine/index.js';
import { EVIDENCE_DIGEST } from '../evidence/index.js';
import { COLLECT } from './collect.sql.js';
import {
  COMPONENTS,
  COMPUTE_FACTS,
  NEW_DEFECTS,
  STORE_FACTS,
  WAIVED_DEFECTS,
  WAIVED_NEW_DEFECTS,
} from './facts.sql.js';
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
}

type Counted = Pick<Defects, 'counts' | 'worst'>;

type TimedEvidence = VerdictInputs['evidence'][number] & Times;

/** A row of `COLLECT`. */
type Row = Omit<VerdictInputs, 'tooOld' | 'evidence' | 'running'> & {
  readonly running:
    | (NonNullable<VerdictInputs['running']> & { readonly deployedAt: string })
    | null;
  readonly facts: Counted | null;
  readonly evaluatedAt: Date;
  readonly evidence: readonly TimedEvidence[];
};

/** Waivers that can cover findings. */
const idsOfFindings = (waivers: Row['waivers']): string[] =>
  waivers.filter((waiver) => aboutOf(waiver) === 'finding').map(({ id }) => id);

const NONE: Counted = { counts: [], worst: [] };

/** @param runningEvidence digest of the evidence of the running release, if a rule compares the two releases */
function inputsOf(row: Row, prepared: Prepared, runningEvidence?: string): CanonicalInputs {
  const { facts: _facts, evaluatedAt: _at, running, ...inputs } = row;
  return canonicalInputs({
    ...inputs,
    running:
      running && runningEvidence !== undefined
        ? { ...running, evidence: runningEvidence }
        : running,
    tooOld: prepared.tooOld(row.evidence.map(agedOf)),
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

/** Reads the facts that the policies of the environment need. */
async function collectAll(read: Read, current: Row) {
  const { policies, prepared } = preparedFor(current.policies);
  const row = { ...current, policies };
  const { needs } = prepared;
  const { release, running } = row;
  const computed = row.facts ? undefined : await computeFacts(read, release.id);
  const ids = idsOfFindings(row.waivers);
  const waived = ids.length > 0 ? await read<WaivedDefect>(WAIVED_DEFECTS, [release.id, ids]) : [];
  const defects: Defects = { ...(row.facts ?? computed?.facts ?? NONE), waived };
  const facts: VerdictFacts = {
    defects,
    newDefects: needs.newDefects ? await newDefects(read, row, defects) : undefined,
    components: needs.components ? await read<ComponentInput>(COMPONENTS, [release.id]) : undefined,
  };
  // New defects depend on the evidence of the running release, so its digest is an input.
  const [runningEvidence] =
    needs.newDefects && running
      ? await read<{ evidence: string }>(EVIDENCE_DIGEST, [running.id, running.deployedAt])
      : [];
  const collected: Collected = {
    prepared,
    inputs: inputsOf(row, prepared, runningEvidence?.evidence),
    facts,
    evaluatedAt: row.evaluatedAt,
  };
  return { collected, computed };
}

/** Returns everything from the row, if its facts are current and no rule needs more. Most calls end here. */
function collectedFrom(row: Row): Collected | undefined {
  if (!row.facts || idsOfFindings(row.waivers).length > 0) return undefined;
  const { policies, prepared } = preparedFor(row.policies);
  const { newDefects, components } = prepared.needs;
  if (newDefects || components) return undefined;
  const inputs = inputsOf({ ...row, policies }, prepared);
  const facts = { defects: { ...row.facts, waived: [] } };
  return { prepared, inputs, facts, evaluatedAt: row.evaluatedAt };
}

/**
 * Reads the inputs and facts of a verdict from one snapshot.
 * @returns undefined if the release or the environment does not exist
 */
export async function collect(
  context: CallContext,
  releaseId: string,
  environment: string,
  versions?: PolicyVersions,
): Promise<Collected | undefined> {
  const values = [releaseId, environment, versions ? JSON.stringify(versions) : null, ENGINE];
  const [row] = await query<Row>(context, COLLECT, values);
  if (!row) return undefined;
  const collected = collectedFrom(row);
  if (collected) return collected;
  const all = await readTogether(context, async (read) => {
    const [current] = await read<Row>(COLLECT, values); // the first row is from an earlier snapshot
    return current && collectAll(read, current);
  });
  if (all?.computed?.changes) {
    const { facts, changes } = all.computed;
    const stored = [releaseId, JSON.stringify(facts), changes, ENGINE];
    await bookkeeping(context, (transaction) => query(transaction, STORE_FACTS, stored));
  }
  return all?.collected;
}
