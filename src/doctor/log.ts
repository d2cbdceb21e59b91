import { headBy, stateOf, tilesBy, troubleOf } from '../features/transparency/index.js';
import { commandOf, START } from './commands.js';
import { type Finding, fail, ok, unknown, warn } from './finding.js';
import type { KeysLook } from './keys.js';
import type { Connected } from './patient.js';

/** An event waits a second for its entry. */
const LATE_S = 300;
const MAX_COUNTED = 10_000;

interface Queue {
  readonly waiting: number;
  /** Age of the oldest in seconds, or null. */
  readonly age: number | null;
}

/** Ids of events are UUIDs version 7, so the least is the oldest. */
const QUEUE = {
  text: `SELECT (SELECT count(*)::int FROM (SELECT 1 FROM log_queue LIMIT ${MAX_COUNTED}) first) AS waiting,
                (SELECT extract(epoch FROM clock_timestamp() - e.time)::float8 FROM events e
                  WHERE e.id = (SELECT q.event_id FROM log_queue q ORDER BY q.event_id LIMIT 1)) AS age`,
};

/** Compares the log of the database with what the keys signed last. */
export async function checkLog({ read }: Connected, { inspected }: KeysLook): Promise<Finding[]> {
  const [queue] = await read<Queue>(QUEUE, []);
  const { waiting = 0, age = null } = queue ?? {};
  const findings: Finding[] = [];
  if (age !== null && age > LATE_S) {
    const found = `${waiting} events wait for their entry, the oldest for ${Math.round(age)} s`;
    findings.push(warn(found, `${START}, or see docs/runbooks/log-does-not-sign.md`));
  }
  if (!inspected) {
    return [...findings, unknown('without the keys, the log cannot be compared')];
  }
  const head = await headBy(read);
  const tiles = tilesBy(read, head?.id ?? 0);
  const state = await stateOf(head, inspected.signed, tiles, inspected.keys.log);
  const trouble = troubleOf(state);
  if (trouble !== undefined) {
    const next =
      state === 'diverged' ? commandOf('log', 'verify') : 'docs/runbooks/log-does-not-sign.md';
    return [fail(`${state}: ${trouble}`, next), ...findings];
  }
  const size = head ? `${head.origin}, size ${head.size}` : 'no log has begun';
  return [ok(`signing: ${size}, ${waiting} waiting`), ...findings];
}
