import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { guardAsking, person, say, withdraw } from '../support/approvals.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed, postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { stopped } from '../support/line.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { assertRelease, verdictOf } from '../support/verdicts.js';
import { approve, requested, revokeWaiver } from '../support/waivers.js';

/** What must not authorize a deployment: a yes that was taken back, is about something else, or was given up. */

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });
const LIMIT = { rule: 'max-findings', mode: 'block', severity: 'high' };
const CVE = 'CVE-2026-1';

let release: string;
let alice: Holder;
useRows(async () => {
  release = (await createRelease(open.app)).id;
  await addArtifact(open.app, release);
  await guardAsking(open.app, {}, LIMIT);
  alice = await person();
  await uploaded(open.app, release, trivy({ id: CVE }), { label: 'scan' });
});

const record = (more: object = {}) => postDeployment(open.app, release, 'gate', {}, more);
const authorizationOf = async (more: object = {}) => (await record(more)).json().authorization;
const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
/** Moves starts of deployments, verdicts and events into the past. */
const age = (minutes: number) =>
  rewrite(
    ['deployments.created_at', 'verdicts.evaluated_at', 'events.time']
      .map((one) => one.split('.'))
      .map(
        ([table, column]) =>
          `UPDATE ${table} SET ${column} = ${column} - interval '${minutes} minutes'`,
      )
      .join(';'),
  );

/** A waiver over the finding, and an approval: the gate allows. */
async function allowed() {
  const [requester, approver] = [await giveToken({ subject: 'x' }), await giveToken()];
  const { id } = await requested(context.app, { releaseId: release, rule: CVE }, requester.headers);
  expect((await approve(context.app, id, approver.headers)).statusCode).toBe(200);
  const approval = await say(context.app, release, alice);
  const verdict = await verdictOf(open.app, release, { environment: 'gate' });
  expect(verdict.decision).toBe('allow');
  return { waiver: id, approval: approval.id, verdictId: verdict.id };
}
type Allowed = Awaited<ReturnType<typeof allowed>>;

describe('an allow of minutes ago', () => {
  it('counts after an upload, which only a machine made', async () => {
    const { verdictId } = await allowed();
    await uploaded(open.app, release, trivy({ id: CVE }, { id: 'CVE-2026-2' }), { label: 'scan' });
    expect(await authorizationOf({ verdictId })).toBe('authorized');
  });

  it.each<[string, (allow: Allowed) => Promise<unknown>]>([
    [
      'withdrew an approval that it counted',
      ({ approval }) => withdraw(context.app, approval, alice.headers),
    ],
    [
      'rejected the release',
      () => say(context.app, release, alice, { decision: 'reject', reason: 'No' }),
    ],
    [
      'revoked a waiver that it used',
      ({ waiver }) => revokeWaiver(context.app, waiver, 'x', alice.headers),
    ],
    ['added an artifact', () => addArtifact(open.app, release, { sha256: digest(2) })],
    [
      'disabled an approver',
      async () => {
        const { headers } = await giveToken({ subject: 'admin' });
        const url = '/identities/alice/disable';
        const response = await context.app.inject({ method: 'POST', url, headers });
        expect(response.statusCode, response.body).toBe(200);
      },
    ],
  ])('does not count after somebody %s', async (_case, act) => {
    const allow = await allowed();
    await act(allow);
    const { verdictId } = allow;
    const denied = await assertRelease(open.app, { release, environment: 'gate' });
    expect(denied.statusCode).toBe(409);
    expect(await authorizationOf({ verdictId, state: 'started' })).toBe('unauthorized');
  });
});

describe('a start that never ended', () => {
  const start = () => record({ state: 'started' });

  it('is the same if it is judged alike, also when it is sent again', async () => {
    await allowed();
    const first = await start();
    expect([first.statusCode, first.json().authorization]).toEqual([201, 'authorized']);
    const again = await start();
    expect([again.statusCode, again.json()]).toEqual([200, first.json()]);
  });

  it('does not authorize another start after people said no, and the end is that of the last start', async () => {
    const { approval } = await allowed();
    const first = (await start()).json();
    await withdraw(context.app, approval, alice.headers);
    const again = await start();
    expect([again.statusCode, again.json().authorization]).toEqual([201, 'unauthorized']);
    expect(again.json().id).not.toBe(first.id);
    expect((await record()).json()).toMatchObject({
      ...{ id: again.json().id, state: 'succeeded', authorization: 'unauthorized' },
    });
  });

  it('that was unauthorized is judged again when the gate allows', async () => {
    expect((await start()).json().authorization).toBe('unauthorized');
    await allowed();
    const again = await start();
    expect([again.statusCode, again.json().authorization]).toEqual([201, 'authorized']);
    expect((await record()).json()).toMatchObject({ id: again.json().id, state: 'succeeded' });
  });

  it('does not authorize the end after an artifact was added', async () => {
    await allowed();
    const first = (await start()).json();
    await addArtifact(open.app, release, { sha256: digest(2) });
    const end = await record();
    expect([end.statusCode, end.json().authorization]).toEqual([201, 'unauthorized']);
    expect(end.json().id).not.toBe(first.id);
    expect((await record({ state: 'failed' })).json().id).toBe(first.id);
  });

  it('ends within 24 hours; a later end is judged', async () => {
    const { approval } = await allowed();
    const first = (await start()).json();
    await withdraw(context.app, approval, alice.headers);
    await age(24 * 60 - 1);
    expect((await record({ state: 'failed' })).json().id).toBe(first.id);
    const second = (await start()).json();
    expect(second.authorization).toBe('unauthorized');
    await say(context.app, release, alice);
    await age(24 * 60 + 1);
    const end = await record();
    expect([end.statusCode, end.json().authorization]).toEqual([201, 'authorized']);
    expect(end.json().id).not.toBe(second.id);
  });
});

describe('recording what runs again', () => {
  it('has no effect, unless the gate allows now what it did not', async () => {
    const first = await deployed(open.app, release, 'gate');
    expect(first.authorization).toBe('unauthorized');
    const again = await record();
    expect([again.statusCode, again.json()]).toEqual([200, first]);
    await allowed();
    const now = await deployed(open.app, release, 'gate');
    expect(now).toMatchObject({ authorization: 'authorized' });
    expect((await record()).json()).toEqual(now);
    await stopped(open.app, {}, 'gate');
    expect((await record()).json()).toEqual(now);
  });

  it('after an artifact was added, it is judged, and is a stay of its own', async () => {
    await allowed();
    const first = await deployed(open.app, release, 'gate');
    expect(first.authorization).toBe('authorized');
    await addArtifact(open.app, release, { sha256: digest(2) });
    const second = await deployed(open.app, release, 'gate');
    expect(second.authorization).toBe('unauthorized');
    await say(context.app, release, alice);
    expect((await deployed(open.app, release, 'gate')).authorization).toBe('authorized');
    expect((await record()).statusCode).toBe(200);
  });
});

describe('a rollback', () => {
  const mayRollBack = async () => {
    const question = { release, environment: 'gate', intent: 'rollback' };
    return (await assertRelease(open.app, question)).statusCode === 200;
  };

  it('goes to what ran, and not to artifacts that were added later', async () => {
    await allowed();
    await deployed(open.app, release, 'gate');
    const next = (await createRelease(open.app, { projectId: 1, version: '2.0.0' })).id;
    await postDeployment(open.app, next, 'gate');
    await stopped(open.app, {}, 'gate');
    expect(await mayRollBack()).toBe(true);
    await addArtifact(open.app, release, { sha256: digest(2) });
    expect(await mayRollBack()).toBe(false);
    const { reasons } = (
      await assertRelease(open.app, { release, environment: 'gate', intent: 'rollback' })
    ).json();
    expect(reasons.join()).toContain(
      'it never ran here with authorization and the artifacts that it has now',
    );
  });
});
