import type { Database } from '../../database/client.js';
import { type Ask, query, snapshot } from '../../database/sql.js';
import {
  type Aged,
  type ComponentInput,
  type Defects,
  ENGINE,
  type Needs,
  parametersOf,
  ruleNamed,
  type VerdictFacts,
  type VerdictInputs,
  type WaivedDefect,
} from '../../engine/index.js';
import { COLLECT, RUNNING_EVIDENCE } from './collect.sql.js';
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

export interface Collected {
  readonly inputs: VerdictInputs;
  readonly facts: VerdictFacts;
}

type Counted = Pick<Defects, 'counts' | 'worst'>;

/** What the one statement answers. */
type Row = Omit<VerdictInputs, 'release' | 'tooOld' | 'evidence'> &
  VerdictInputs['release'] & {
    readonly facts: Counted | null;
    readonly evidence: readonly (VerdictInputs['evidence'][number] & { ageSeconds: number })[];
  };

const NONE: Counted = { counts: [], worst: [] };

const ALL: Required<Needs> = { newDefects: true, components: true };

/** A rule that breaks here denies: it gets everything, or finds everything too old, and breaks again when it is asked. */
function guarded<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

/** Each rule of the policies, with its parameters; without what the evaluation refuses: unknown rules, parameters that are none. */
function askedOf({ policies }: Row) {
  return policies.flatMap(({ name, version, rules }) =>
    rules.flatMap((entry, index) => {
      try {
        const rule = ruleNamed(entry.rule);
        if (!rule) return [];
        return [{ rule, parameters: parametersOf(rule, entry), policy: name, version, index }];
      } catch {
        return [];
      }
    }),
  );
}

type Asked = ReturnType<typeof askedOf>;

/** What any rule of the policies needs. */
function needsOf(asked: Asked): Required<Needs> {
  const all = asked.map(({ rule, parameters }) => guarded(() => rule.needs?.(parameters), ALL));
  return {
    newDefects: all.some((needs) => needs?.newDefects),
    components: all.some((needs) => needs?.components),
  };
}

/** Which evidence is too old for which rule: what the clock decides, told apart from all else. */
function tooOldOf(asked: Asked, evidence: Row['evidence']): VerdictInputs['tooOld'] {
  const aged: Aged[] = evidence.map(({ id, kind, ageSeconds }) => ({ id, kind, ageSeconds }));
  const all = evidence.map(({ id }) => id);
  return asked.flatMap(({ rule, parameters, ...place }) => {
    const ids = guarded(() => rule.tooOld?.(parameters, aged), all);
    return ids && ids.length > 0 ? [{ ...place, evidence: ids }] : [];
  });
}

function inputsOf(row: Row, asked: Asked): VerdictInputs {
  const { id, projectId, version, commit, state, revokedReason, facts: _facts, ...rest } = row;
  return {
    ...rest,
    release: { id, projectId, version, commit, state, revokedReason },
    evidence: row.evidence.map(({ ageSeconds: _age, ...evidence }) => evidence),
    tooOld: tooOldOf(asked, row.evidence),
  };
}

/** Adds up what the evidence says, and keeps it for the next time; `changes`: what it is of. */
async function addUp(ask: Ask, releaseId: string) {
  const [row] = await ask<{ facts: Counted; changes: string | null }>(ADD_UP, [releaseId]);
  return row ?? { facts: NONE, changes: null };
}

async function newDefects(ask: Ask, { id, running, waivers }: Row, all: Defects): Promise<Defects> {
  if (!running) return all; // nothing runs there: everything is new
  const [row] = await ask<{ facts: Counted }>(NEW_DEFECTS, [id, running.id]);
  const ids = waivers.map((waiver) => waiver.id);
  const waived =
    ids.length > 0 ? await ask<WaivedDefect>(WAIVED_NEW_DEFECTS, [id, running.id, ids]) : [];
  return { ...(row?.facts ?? NONE), waived };
}

/** Everything that the policies of the environment need to know. */
async function collectAll(ask: Ask, row: Row) {
  const asked = askedOf(row);
  const needs = needsOf(asked);
  const added = row.facts ? undefined : await addUp(ask, row.id);
  const ids = row.waivers.map(({ id }) => id);
  const waived = ids.length > 0 ? await ask<WaivedDefect>(WAIVED_DEFECTS, [row.id, ids]) : [];
  const defects: Defects = { ...(row.facts ?? added?.facts ?? NONE), waived };
  const facts: VerdictFacts = {
    defects,
    newDefects: needs.newDefects ? await newDefects(ask, row, defects) : undefined,
    components: needs.components ? await ask<ComponentInput>(COMPONENTS, [row.id]) : undefined,
  };
  const inputs = inputsOf(row, asked);
  if (!needs.newDefects || !row.running) return { collected: { inputs, facts }, added };
  // What is new depends on what is known of the other release, too.
  const [known] = await ask<{ evidence: string }>(RUNNING_EVIDENCE, [row.running.id]);
  const running = { ...row.running, ...known };
  return { collected: { inputs: { ...inputs, running }, facts }, added };
}

/**
 * What a verdict about a release and an environment is made of; undefined without such a release or environment. All of
 * it is of one moment. Where nothing has changed since the last time, and no rule needs more, that is one statement.
 */
export async function collect(
  { pool }: Pick<Database, 'pool'>,
  releaseId: string,
  environment: string,
  versions?: PolicyVersions,
): Promise<Collected | undefined> {
  const values = [releaseId, environment, versions ? JSON.stringify(versions) : null, ENGINE];
  const read = async (ask: Ask) => (await ask<Row>(COLLECT, values))[0];
  const once: Ask = (statement, list) => query(pool, statement, list) as Promise<never[]>;
  const row = await read(once);
  if (!row) return undefined;
  const asked = askedOf(row);
  const needs = needsOf(asked);
  if (row.facts && row.waivers.length === 0 && !needs.newDefects && !needs.components) {
    return {
      inputs: inputsOf(row, asked),
      facts: { defects: { ...row.facts, waived: [] } } as VerdictFacts,
    };
  }
  const more = await snapshot(pool, async (ask) => {
    const again = await read(ask);
    return again && collectAll(ask, again);
  });
  if (more?.added?.changes) {
    await once(KEEP, [releaseId, JSON.stringify(more.added.facts), more.added.changes, ENGINE]);
  }
  return more?.collected;
}
