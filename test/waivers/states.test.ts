import { expect, it } from 'vitest';
import {
  countingCondition,
  stateCondition,
  type WaiverState,
} from '../../src/features/waivers/waiver-state.js';
import { WAIVER_STATES } from '../../src/features/waivers/waivers.schemas.js';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import type { WaiverBody } from '../support/waivers.js';

const context = useApp();

/** A waiver for each combination of marks, with the state that follows from them. */
const ROWS: Record<
  string,
  [state: WaiverState, approved: boolean, expired: boolean, revoked: boolean]
> = {
  asked: ['requested', false, false, false],
  given: ['approved', true, false, false],
  late: ['expired', false, true, false],
  lapsed: ['expired', true, true, false],
  refused: ['revoked', false, false, true],
  withdrawn: ['revoked', true, false, true],
  'withdrawn late': ['revoked', true, true, true],
};

it('gives a waiver the same state in answers, list filters and verdicts', async () => {
  await sql(`INSERT INTO projects (name) VALUES ('x')`);
  for (const [rule, [, approved, expired, revoked]] of Object.entries(ROWS)) {
    await sql(
      `BEGIN; SET LOCAL session_replication_role = replica;
       INSERT INTO waivers (id, project_id, rule, reason, created_at, created_by, expires_at,
                            approved_at, approved_by, revoked_at, revoked_by, revoke_reason)
       SELECT gen_random_uuid(), 1, '${rule}', 'x', now() - interval '9 days', 'alice',
              now() ${expired ? '-' : '+'} interval '1 day',
              ${approved ? "now(), 'bob'" : 'NULL, NULL'},
              ${revoked ? "now(), 'bob', 'x'" : 'NULL, NULL, NULL'}; COMMIT`,
    );
  }
  const named = (state: WaiverState) =>
    Object.keys(ROWS).filter((rule) => ROWS[rule]?.[0] === state);
  const list = async (state: string) =>
    (await context.app.inject(`/waivers?state=${state}`)).json();
  const all: WaiverBody[] = await list('all');
  expect(all).toHaveLength(Object.keys(ROWS).length);
  for (const state of WAIVER_STATES) {
    const listed: WaiverBody[] = await list(state);
    const replied = all.filter((waiver) => waiver.state === state);
    const counted = await sql<{ rule: string }>(
      `SELECT rule FROM waivers w WHERE ${stateCondition(state, 'w')}`,
    );
    for (const rows of [listed, replied, counted]) {
      expect(new Set(rows.map(({ rule }) => rule)), state).toEqual(new Set(named(state)));
    }
  }
  const counting = await sql<{ rule: string }>(
    `SELECT rule FROM waivers w WHERE ${countingCondition('w')}`,
  );
  expect(counting).toEqual([{ rule: 'given' }]);
});
