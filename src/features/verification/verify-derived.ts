import { ENGINE } from '../../engine/index.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import { COMPUTE_FACTS } from '../verdicts/index.js';
import type { Verifier } from './verifier.js';
import { COUNTS, KEPT_FACTS, LATER_FACTS, REASONS } from './verify-derived.sql.js';

const PAGE = 100;

/**
 * Computes again what the server keeps so that it need not compute it each time: counts, and the facts that verdicts
 * are decided by. Facts of another version of the engine are not used any more.
 * @returns how many releases have facts that were compared
 */
export async function verifyDerived(
  { read, report, unsure }: Verifier,
  unreadable: readonly string[],
): Promise<number> {
  for (const counts of COUNTS) {
    for (const { fault } of await read<{ fault: string }>(counts, [])) report(fault);
  }
  for (const { id } of await read<{ id: string }>(REASONS, [unreadable])) {
    report(`event ${id}: the reason that a person gave is missing, or was changed`);
  }
  for (const { id } of await read<{ id: string }>(LATER_FACTS, [ENGINE])) {
    unsure(`facts of release ${id}`, 'a later version of the server computed them');
  }
  type Row = { id: string; facts: object };
  for (let [before, count]: [string | null, number] = [null, 0]; ; ) {
    const rows: Row[] = await read<Row>(KEPT_FACTS, [ENGINE, before, PAGE]);
    for (const { id, facts } of rows) {
      const [now] = await read<{ facts: object }>(COMPUTE_FACTS, [id]);
      if (now && canonicalJson(now.facts) === canonicalJson(facts)) continue;
      report(`release ${id}: the kept facts of its evidence are not those of its evidence`);
    }
    count += rows.length;
    if (rows.length < PAGE) return count;
    before = rows.at(-1)?.id ?? null;
  }
}
