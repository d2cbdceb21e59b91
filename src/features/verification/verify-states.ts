import { type ImportedKind, ROWS } from '../../events/index.js';
import type { Verifier } from './verifier.js';
import { type State, statesOf } from './verify-states.sql.js';

const KINDS = Object.keys(ROWS) as ImportedKind[];

const FAULTS: Readonly<Partial<Record<State, string>>> = {
  differs: 'it is not the row that its latest event has the digest of',
  gone: 'it is missing',
  returned: 'it was deleted, and its row is there',
  older: 'its latest event has no digest of it',
};

/** Each row is named, because one of them can have been changed. */
const UNKNOWN: Readonly<Partial<Record<State, string>>> = {
  older: 'the server has not recorded a digest of it yet',
  beside: 'it was written beside the API, and an earlier version recorded that',
  erased: 'an event that may have changed it was erased',
};

/**
 * Compares each row with the digest that its latest event has of it.
 * @param known rows that were reported: they are not reported again
 * @param importing kinds whose rows the job has not recorded yet
 * @returns how many rows were compared
 */
export async function verifyStates(
  { read, report, unsure }: Verifier,
  unreadable: readonly string[],
  known: ReadonlySet<string>,
  importing: ReadonlySet<string>,
): Promise<number> {
  type Row = { state: State; count: number; ids: string[] | null };
  let compared = 0;
  for (const kind of KINDS) {
    for (const { state, count, ids } of await read<Row>(statesOf(kind), [unreadable])) {
      const isRecorded = state !== 'older' || !importing.has(kind);
      const fault = isRecorded ? FAULTS[state] : undefined;
      if (state === 'agrees' || state === 'differs') compared += count;
      for (const id of ids ?? []) {
        if (fault === undefined) unsure(`${kind} ${id}`, UNKNOWN[state] ?? state);
        else if (!known.has(`${kind} ${id}`)) report(`${kind} ${id}: ${fault}`);
      }
    }
  }
  return compared;
}
