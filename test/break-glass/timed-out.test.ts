import { afterAll, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { callContext } from '../../src/database/context.js';
import type { RuleResult } from '../../src/engine/index.js';
import { settle } from '../../src/features/verdicts/holding.js';
import { useApp } from '../support/app.js';
import { sql, testDatabaseUrl } from '../support/database.js';
import { createRelease } from '../support/releases.js';

/** Rules that ran out of time: their results depend on the machine, and the decision of two people does not. */
const context = useApp();
const database = openDatabase(testDatabaseUrl(), loadConfig({ DATABASE_POOL_MAX: '2' }));
afterAll(() => database.close());

const result = (rest: Partial<RuleResult>): RuleResult => ({
  ...{ policy: null, policyVersion: null, rule: 'break-glass', mode: 'block', status: 'pass' },
  ...{ denies: false, message: 'm', evidence: [], findings: [], waivers: [] },
  ...rest,
});

async function settled(isPassed: boolean) {
  const { id, projectId } = await createRelease(context.app);
  const at = new Date('2026-01-01T00:00:00.000Z');
  const timedOut = { policy: 'p', rule: 'licences', status: 'error', denies: true } as const;
  const results = isPassed
    ? [result({}), result({ ...timedOut, overridden: true })]
    : [result({ status: 'fail', denies: true }), result(timedOut)];
  return settle(
    callContext(database.store, ANONYMOUS, 'test'),
    { releaseId: id, environment: 'production' },
    async () => ({
      ...{ id: null, releaseId: id, projectId, environment: 'production' },
      ...{ decision: isPassed ? 'allow' : 'deny', results, inputsHash: 'd'.repeat(64) },
      ...(isPassed && { breakGlass: true as const, overrides: ['licences: m'] }),
      ...{ timedOut: true, evaluatedAt: at, createdBy: 'bob', askedAt: at, askedBy: 'bob' },
      ...{ validUntil: null, opensAt: null, closesAt: null },
      ...{ decidedAt: null, decidedBy: null, version: '1.0.0', policies: [] },
      ...{ inputsJson: () => '{}', fingerprint: () => 'same', isSettled: true },
    }),
  );
}

it('are passed by two people, and the verdict is stored', async () => {
  const { outcome, verdict } = await settled(true);
  expect(outcome).toBe('new');
  expect(verdict).toMatchObject({ decision: 'allow', breakGlass: true, decidedAt: null });
  expect(await sql('SELECT id FROM verdicts')).toEqual([{ id: verdict.id }]);
  expect(await sql('SELECT 1 FROM release_decisions')).toEqual([]);
});

it('are not passed by one, and nothing is stored', async () => {
  const { outcome, verdict } = await settled(false);
  expect([outcome, verdict.id, verdict.decision]).toEqual(['timed-out', null, 'deny']);
  expect(await sql('SELECT 1 FROM verdicts')).toEqual([]);
});
