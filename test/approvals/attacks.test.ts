import { beforeEach, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import {
  guardAsking,
  person,
  postApproval,
  readBrief,
  say,
  withdraw,
} from '../support/approvals.js';
import { giveToken } from '../support/callers.js';
import { holdTransaction, sql, untilWaiting } from '../support/database.js';
import { postDeployment } from '../support/deployments.js';
import { windowOf } from '../support/line.js';
import { createRelease, revoke } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { assertRelease, verdictOf } from '../support/verdicts.js';

/** What somebody would try who wants an allow that should be a denial. */
const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });

let release: string;
beforeEach(async () => {
  release = (await createRelease(open.app)).id;
});

const decision = async (environment = 'gate') =>
  (await verdictOf(open.app, release, { environment })).decision;
const IDENTITIES = `SELECT pg_advisory_xact_lock(hashtextextended('["identities"]', 0))`;

it('the same person under spellings of one name approves once', async () => {
  await guardAsking(open.app, { minimum: 2 });
  for (const name of ['alice', 'ALICE', 'ａｌｉｃｅ', 'a\u200blice']) {
    await say(context.app, release, await person(name));
    expect(await decision(), name).toBe('deny');
  }
  await say(context.app, release, await person('bob'));
  expect(await decision()).toBe('allow');
});

it('a person who was disabled a moment ago withdraws no rejection', async () => {
  await guardAsking(open.app);
  await say(context.app, release, await person('bob'));
  const { id } = await say(context.app, release, await person('alice'), {
    decision: 'reject',
    reason: 'A leak',
  });
  const { headers } = await person('carol');
  const unlock = await holdTransaction(
    `${IDENTITIES}; INSERT INTO identities (key, subject, created_by, disabled_at, disabled_by)
       VALUES ('CAROL', 'carol', 'admin', now(), 'admin')
       ON CONFLICT (key) DO UPDATE SET disabled_at = now(), disabled_by = 'admin'`,
  );
  const answer = withdraw(context.app, id, headers);
  await untilWaiting(1);
  await unlock('COMMIT');
  expectProblem(await answer, 401, 'unauthenticated');
  expect(await decision()).toBe('deny');
});

it('one person under two names, linked a moment ago, does not end a link alone', async () => {
  const admin = await giveToken({ subject: 'admin' });
  await giveToken({ subject: 'dora' });
  const [anna, bert] = [await person('anna'), await person('bert')];
  const made = await context.app.inject({
    method: 'POST',
    url: '/identities/dora/links',
    headers: admin.headers,
    payload: { alias: 'dodo' },
  });
  const unlink = `/identities/dora/links/${made.json().id}/unlink`;
  const first = await context.app.inject({ method: 'POST', url: unlink, headers: anna.headers });
  expect(first.statusCode, first.body).toBe(200);
  const unlock = await holdTransaction(
    `${IDENTITIES}; INSERT INTO identity_links (subject, subject_key, alias, alias_key, created_by)
                    VALUES ('anna', 'ANNA', 'bert', 'BERT', 'admin')`,
  );
  const answer = context.app.inject({ method: 'POST', url: unlink, headers: bert.headers });
  await untilWaiting(1);
  await unlock('COMMIT');
  expectProblem(await answer, 403, 'four-eyes-required');
  expect(await sql(`SELECT 1 FROM identity_links WHERE unlinked_at IS NOT NULL`)).toEqual([]);
});

it('a digest of a brief that was shown for another release, or a made-up one, approves nothing', async () => {
  await guardAsking(open.app);
  const other = await createRelease(open.app, { projectId: 1, version: '9.0.0' });
  const { headers } = await person('alice');
  for (const seen of [(await readBrief(open.app, other.id)).seen, '0'.repeat(64)]) {
    const body = { environment: 'gate', decision: 'approve', seen };
    expectProblem(
      await postApproval(context.app, release, body, headers),
      400,
      'validation-failed',
    );
  }
  expect(await decision()).toBe('deny');
});

it('tokens that lack a right, or reach another project, approve nothing', async () => {
  await guardAsking(open.app);
  const { seen } = await readBrief(open.app, release);
  const body = { environment: 'gate', decision: 'approve', seen };
  for (const [status, options] of [
    [403, { scopes: ['approvals:read', 'releases:read'] }],
    [404, { scopes: ['approvals:write'], projects: [7] }],
  ] as const) {
    const projects = 'projects' in options ? [...options.projects] : null;
    const { headers } = await giveToken({
      subject: 'eve',
      person: true,
      scopes: options.scopes,
      projects,
    });
    expect((await postApproval(context.app, release, body, headers)).statusCode).toBe(status);
  }
  const program = await giveToken({ subject: 'ci', scopes: ['approvals:write'] });
  expectProblem(
    await postApproval(context.app, release, body, program.headers),
    409,
    'identity-required',
  );
  expect(await decision()).toBe('deny');
});

it('an approval that is withdrawn while the gate is asked authorizes no deployment afterwards', async () => {
  await guardAsking(open.app);
  const alice = await person('alice');
  for (let race = 0; race < 10; race += 1) {
    const { id } = await say(context.app, release, alice);
    const [answer, ended] = await Promise.all([
      assertRelease(open.app, { release, environment: 'gate' }),
      withdraw(context.app, id, alice.headers),
    ]);
    expect(ended.statusCode, ended.body).toBe(200);
    const verdictId = answer.statusCode === 200 ? answer.json().verdicts[0].id : undefined;
    for (const more of [{ state: 'started' }, { state: 'started', verdictId }]) {
      const recorded = (await postDeployment(open.app, release, 'gate', {}, more)).json();
      expect(recorded.authorization, String(race)).toBe('unauthorized');
    }
  }
});

it('an allow for another intent, environment or release authorizes nothing, nor one of a revoked release', async () => {
  await guardAsking(open.app);
  const alice = await person('alice');
  await say(context.app, release, alice);
  expect((await postDeployment(open.app, release, 'gate')).json().authorization).toBe('authorized');
  const later = await createRelease(open.app, { projectId: 1, version: '9.0.0' });
  await postDeployment(open.app, later.id, 'gate');
  await windowOf(open.app, {}, 'gate');
  const asked = await assertRelease(open.app, { release, environment: 'gate', intent: 'rollback' });
  const verdictId = asked.json().verdicts[0].id;
  expect(asked.statusCode).toBe(200);
  for (const [id, environment] of [
    [later.id, 'gate'],
    [release, 'production'],
  ] as const) {
    const answer = await postDeployment(open.app, id, environment, {}, { verdictId });
    expectProblem(answer, 400, 'validation-failed');
  }
  await revoke(open.app, release);
  const back = await postDeployment(open.app, release, 'gate', {}, { verdictId });
  expect(back.json().authorization).toBe('unauthorized');
  const never = await createRelease(open.app, { projectId: 1, version: '9.1.0' });
  const rollback = { release: never.id, environment: 'gate', intent: 'rollback' };
  expect((await assertRelease(open.app, rollback)).statusCode).toBe(409);
});

it.each(['+02:00', 'GMT+2', '-00:00', 'Europe/Berlin ', 'Mars/Base', 'UTC\u0000', '+99:99'])(
  'the zone %j is refused or a freeze denies in it',
  async (timeZone) => {
    const answer = await open.app.inject({
      method: 'POST',
      url: '/environments/production/windows',
      payload: {
        ...{ kind: 'freeze', reason: 'x', timeZone },
        weekly: { days: ['mon'], from: '00:00', to: '24:00' },
      },
    });
    expect(answer.statusCode, answer.body).toBe(400);
  },
);
