import { afterAll, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { callContext } from '../../src/database/context.js';
import { settle } from '../../src/features/verdicts/holding.js';
import { useApp } from '../support/app.js';
import { sql, testDatabaseUrl } from '../support/database.js';
import { decisionEvents, holdingOf } from '../support/holding.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll, type VerdictBody, verdictOf } from '../support/verdicts.js';

/** A release that changes during each attempt: the inputs never have the fingerprint of what was decided. */
const context = useApp();
const database = openDatabase(testDatabaseUrl(), loadConfig({ DATABASE_POOL_MAX: '2' }));
afterAll(() => database.close());

let release: string;
let good: VerdictBody;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
  good = await verdictOf(context.app, release);
});

/** Settles a denial of a state at `at` that is gone. */
async function settleDenial(at: Date) {
  let decisions = 0;
  const settled = await settle(
    callContext(database.store, ANONYMOUS, 'test'),
    { releaseId: release, environment: 'production' },
    async () => {
      decisions += 1;
      return {
        ...{ id: null, releaseId: release, projectId: good.projectId, environment: 'production' },
        ...{ decision: 'deny', results: [], inputsHash: 'd'.repeat(64), timedOut: false },
        ...{ evaluatedAt: at, createdBy: 'bob', askedAt: at, askedBy: 'bob' },
        ...{ validUntil: null, opensAt: null, closesAt: null },
        ...{ decidedAt: null, decidedBy: null, version: '1.0.0', policies: [] },
        ...{ inputsJson: () => '{}', fingerprint: () => 'gone', isSettled: true },
      };
    },
  );
  return { ...settled, decisions };
}

describe('a decision on inputs that keep changing', () => {
  it('holds after three attempts if its snapshot is later', async () => {
    const { outcome, decisions, verdict } = await settleDenial(new Date(Date.now() + 60_000));
    expect([outcome, decisions]).toEqual(['new', 3]);
    expect(verdict.decidedBy).toBe('bob');
    expect(await holdingOf(release)).toMatchObject({ verdict: verdict.id, decision: 'deny' });
  });

  it('is stored, but does not hold, if its snapshot is earlier', async () => {
    const at = new Date('2026-01-01T00:00:00.000Z');
    const { outcome, verdict } = await settleDenial(at);
    expect(outcome).toBe('late');
    expect(verdict).toMatchObject({ decidedAt: null, decidedBy: null });
    expect(await holdingOf(release)).toMatchObject({ verdict: good.id, decision: 'allow' });
    expect(await decisionEvents(release)).toMatchObject([{ decision: 'allow' }, { before: null }]);
    const [event] = await sql<{ data: string }>('SELECT data FROM events ORDER BY id DESC LIMIT 1');
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ late: true, decision: 'deny' });
  });
});
