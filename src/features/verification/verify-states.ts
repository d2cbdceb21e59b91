import { type ImportedKind, ROWS } from '../../events/index.js';
import type { Verifier } from './verifier.js';
import { type State, statesOf } from './verify-states.sql.js';

const KINDS = Object.keys(ROWS) as ImportedKind[];

const WHY: Readonly<Partial<Record<State, string>>> = {
  older: 'its latest event is from a version that recorded no digest of the row',
  beside: 'it was written beside the API, and changed since without an event',
  erased: 'an event that may have changed it was erased',
};

/**
 * Compares each row with the digest that its latest event has of it.
 * @param known rows that were reported: they are not reported again
 * @returns how many rows were compared
 */
export async function verifyStates(
  { read, report, unsure }: Verifier,
  unreadable: readonly string[],
  known: ReadonlySet<string>,
): Promise<number> {
  type Row = { state: State; count: number; ids: string[] | null };
  let compared = 0;
  for (const kind of KINDS) {
    for (const { state, count, ids } of await read<Row>(statesOf(kind), [unreadable])) {
      const why = WHY[state];
      if (why !== undefined) unsure(kind, why, count);
      else if (state !== 'gone') compared += count;
      for (const id of ids ?? []) {
        if (known.has(`${kind} ${id}`)) continue;
        report(`${kind} ${id}: it is not the row that its latest event has the digest of`);
      }
    }
  }
  return compared;
}
