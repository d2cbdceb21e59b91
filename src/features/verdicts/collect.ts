import { type CallContext, query, readTogether } from '../../database/context.js';
import type { Ask } from '../../database/sql.js';
import { bookkeeping } from '../../database/transaction.js';
import {
  type CanonicalInputs,
  type ComponentInput,
  canonicalInputs,
  type Defects,
  ENGINE,
  type Prepared,
  prepare,
  type VerdictFacts,
  type VerdictInputs,
  type WaivedDefect,
} from '../../engine/index.js';
import { EVIDENCE_DIGEST } from '../evidence/index.js';
import { COLLECT } from './collect.sql.js';
import {
  ADD_UP,
  COMPONENTS,
  KEEP,
  NEW_DEFECTS,
  WAIVED_DEFECTS,
  WAIVED_NEW_DEFECTS,
} from './facts.sql.js';

/** Versions of policies to try instead of those that guard the environment, by name. */
export type PolicyVersions = Readonly<Record<string, number>>;

/** What a verdict is made of: policies that decide, and what they decide by. */
export interface Collected {
  readonly prepared: Prepared;
  readonly inputs: CanonicalInputs;
  readonly facts: VerdictFacts;
}

type Counted = Pick<Defects, 'counts' | 'worst'>;

/** What the one statement answers. */
type Row = Omit<VerdictInputs, 'tooOld' | 'evidence'> & {
  readonly facts: Counted | null;
  readonly evidence: readonly (VerdictInputs['evidence'][number] & { ageSeconds: number })[];
};

const NONE: Counted = { counts: [], worst: [] };

/** @param runningEvidence where what runs there is compared with: the digest of its evidence */
function inputsOf(row: Row, prepared: Prepared, runningEvidence?: string): CanonicalInputs {
  const { facts: _facts, running, ...inputs } = row;
  return canonicalInputs({
    ...inputs,
    running:
      running && runningEvidence !== undefined
        ? { ...running, evidence: runningEvidence }
        : running,
    tooOld: prepared.tooOld(row.evidence),
  });
}

/** Adds up what the evidence says, and keeps it for the next time; `changes`: what it is of. */
async function addUp(ask: Ask, releaseId: string) {
  const [row] = await ask<{ facts: Counted; changes: string | null }>(ADD_UP, [releaseId]);
  return row ?? { facts: NONE, changes: null };
}

async function newDefects(ask: Ask, row: Row, all: Defects): Promise<Defects> {
  const { release, running, waivers } = row;
  if (!running) return all; // nothing runs there: everything is new
  const [found] = await ask<{ facts: Counted }>(NEW_DEFECTS, [release.id, running.id]);
  const ids = waivers.map((waiver) => waiver.id);
  const waived =
    ids.length > 0
      ? await ask<WaivedDefect>(WAIVED_NEW_DEFECTS, [release.id, running.id, ids])
      : [];
  return { ...(found?.facts ?? NONE), waived };
}

/** Everything that the policies of the environment need to know. */
async function collectAll(ask: Ask, row: Row) {
  const prepared = prepare(row.policies);
  const { needs } = prepared;
  const { release, running } = row;
  const added = row.facts ? undefined : await addUp(ask, release.id);
  const ids = row.waivers.map(({ id }) => id);
  const waived = ids.length > 0 ? await ask<WaivedDefect>(WAIVED_DEFECTS, [release.id, ids]) : [];
  const defects: Defects = { ...(row.facts ?? added?.facts ?? NONE), waived };
  const facts: VerdictFacts = {
    defects,
    newDefects: needs.newDefects ? await newDefects(ask, row, defects) : undefined,
    components: needs.components ? await ask<ComponentInput>(COMPONENTS, [release.id]) : undefined,
  };
  // What is new depends on what is known of the other release, too.
  const [known] =
    needs.newDefects && running
      ? await ask<{ evidence: string }>(EVIDENCE_DIGEST, [running.id])
      : [];
  const collected: Collected = {
    prepared,
    inputs: inputsOf(row, prepared, known?.evidence),
    facts,
  };
  return { collected, added };
}

/** Where nothing has changed since the last time, and no rule needs more, the one statement says everything. */
function collectedFrom(row: Row): Collected | undefined {
  if (!row.facts || row.waivers.length > 0) return undefined;
  const prepared = prepare(row.policies);
  const { newDefects, components } = prepared.needs;
  if (newDefects || components) return undefined;
  const inputs = inputsOf(row, prepared);
  return { prepared, inputs, facts: { defects: { ...row.facts, waived: [] } } };
}

/**
 * What a verdict about a release and an environment is made of; undefined without such a release or environment. All of
 * it is of one moment: what one statement read, or what one snapshot did.
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
  const all = await readTogether(context, async (ask) => {
    const [again] = await ask<Row>(COLLECT, values);
    return again && collectAll(ask, again);
  });
  if (all?.added?.changes) {
    const { facts, changes } = all.added;
    const kept = [releaseId, JSON.stringify(facts), changes, ENGINE];
    await bookkeeping(context, (transaction) => query(transaction, KEEP, kept));
  }
  return all?.collected;
}
