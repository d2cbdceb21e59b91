import { expect, it } from 'vitest';
import { importRows } from '../../src/events/import.js';
import { verify } from '../../src/features/verification/index.js';
import { buildTestApp } from '../support/app.js';
import { guardAsking, person, say, withdraw } from '../support/approvals.js';
import { testDatabaseUrl } from '../support/database.js';
import { anotherPool, logApp, tamper } from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { assertRelease } from '../support/verdicts.js';

/** `npm run log -- verify` compares approvals with their events. */
it.each<[what: string, change: string | undefined, found: RegExp | undefined]>([
  ['nothing in what nobody changed', undefined, undefined],
  ['another person', `UPDATE approvals SET person = 'eve'`, /^approval \S+/],
  ['other groups', `UPDATE approvals SET groups = '{admins}'`, /^approval \S+/],
  [
    'an approval that nobody gave',
    `INSERT INTO approvals (project_id, release_id, environment, decision, seen, person, person_key, via)
     SELECT project_id, release_id, environment, decision, seen, 'eve', 'EVE', via FROM approvals
      WHERE decision = 'approve'`,
    /^approval \S+/,
  ],
  [
    'a rejection that nobody withdrew',
    `UPDATE approvals SET withdrawn_at = now(), withdrawn_by = 'eve', withdraw_reason = 'x'
      WHERE withdrawn_at IS NULL`,
    /^approval \S+/,
  ],
  ['another request', `UPDATE approval_requests SET environments = '{x}'`, /^approval-request \S+/],
])('finds %s', async (_what, change, found) => {
  const log = await logApp();
  await importRows(anotherPool());
  const { id } = await createRelease(log.app);
  await guardAsking(log.app);
  await assertRelease(log.app, { release: id, environment: 'gate' });
  const guarded = await buildTestApp(testDatabaseUrl(), { AUTH_MODE: 'token' });
  const alice = await person();
  const no = await say(guarded, id, alice, { decision: 'reject', reason: 'No' });
  await withdraw(guarded, no.id, alice.headers);
  await say(guarded, id, alice);
  await guarded.close();
  await log.settle();
  if (change) await tamper(change);
  const faults: string[] = [];
  await verify(anotherPool(), { keys: log.keys, report: (fault) => void faults.push(fault) });
  if (found) expect(faults).toContainEqual(expect.stringMatching(found));
  else expect(faults).toEqual([]);
});
