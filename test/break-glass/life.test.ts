import { describe, expect, it } from 'vitest';
import { useApp, useOwnApp } from '../support/app.js';
import {
  acted,
  ageBreakGlass,
  broken,
  gateSays,
  person,
  postAct,
  postBreakGlass,
} from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed, postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { hoursFromNow, postResume, postStop, stopped, windowOf } from '../support/line.js';
import { addArtifact, createRelease, digest, revoke } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { assertRelease, evidenceOfAll, postVerdict, verdictOf } from '../support/verdicts.js';

/** When a break-glass lets a release pass, what is recorded under it, and what ends it. */
const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const counting = useOwnApp();
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
  await uploaded(context.app, release, trivy({}), { label: 'scan' });
});

const says = async () => (await gateSays(context.app, release)).said;
const stateOf = async (id: string) => {
  const { headers } = await person('reader');
  return (await guarded.app.inject({ url: `/break-glass/${id}`, headers })).json();
};
const end = async (id: string) => acted(guarded.app, id, 'end', (await person()).headers);

describe('the end', () => {
  it('comes by the clock of the database', async () => {
    const { id } = await broken(guarded.app, release, { minutes: 10 });
    await ageBreakGlass('9 minutes 50 seconds');
    expect(await says()).toBe('break-glass');
    await ageBreakGlass('11 seconds');
    expect(await says()).toBe('deny');
    expect(await stateOf(id)).toMatchObject({ state: 'review', endedAt: null });
    expect((await deployed(context.app, release)).authorization).toBe('unauthorized');
  });

  it('comes by a call, also of a program, and calling again has no effect', async () => {
    const { id } = await broken(guarded.app, release);
    const program = await giveToken({ subject: 'jenkins' });
    const ended = await acted(guarded.app, id, 'end', program.headers);
    expect(ended).toMatchObject({
      ...{ state: 'review', endedBy: 'jenkins', endedBecause: 'ended' },
      next: expect.stringMatching(
        /^A person who is not alice reviews it by .*: POST \/break-glass/,
      ),
    });
    expect(await says()).toBe('deny');
    expect(await end(id)).toEqual(ended);
    const types = await sql(`SELECT 1 FROM events WHERE type = 'break-glass.ended'`);
    expect(types).toHaveLength(1);
  });

  it('a disabled person voids it, and it stays void when the person is back', async () => {
    const admin = await giveToken({ subject: 'admin' });
    const act = (name: string, what: 'disable' | 'enable') =>
      guarded.app.inject({
        method: 'POST',
        url: `/identities/${name}/${what}`,
        headers: admin.headers,
      });
    for (const [name, body] of [
      ['alice', {}],
      ['alice', { force: true }],
      ['bob', { force: true }],
    ] as const) {
      const { id } = await broken(guarded.app, release, body);
      expect(await says()).toBe('break-glass');
      expect((await act(name, 'disable')).statusCode).toBe(200);
      expect(await says()).toBe('deny');
      expect(await stateOf(id)).toMatchObject({
        ...{ state: 'review', endedBy: 'admin', endedBecause: 'person-disabled' },
      });
      await act(name, 'enable');
      expect(await says()).toBe('deny');
    }
    const { headers } = await person();
    const { id } = (await postBreakGlass(guarded.app, release, headers, { force: true })).json();
    await act('alice', 'disable');
    const confirm = await postAct(guarded.app, id, 'confirm', (await person('bob')).headers);
    expectProblem(confirm, 409, 'break-glass-ended');
    // Whatever the row says: a person who is disabled lets nothing pass.
    await act('alice', 'enable');
    await broken(guarded.app, release);
    await sql(`UPDATE identities SET disabled_at = now(), disabled_by = 'x' WHERE key = 'ALICE'`);
    expect(await says()).toBe('deny');
  });

  it('a revocation ends what one person passes, and not what two people pass', async () => {
    const { id } = await broken(guarded.app, release);
    await revoke(context.app, release);
    expect(await says()).toBe('deny');
    await end(id);
    await broken(guarded.app, release, { force: true });
    expect(await says()).toBe('break-glass');
  });

  it('what people said when two people opened it, it passes; what they say later, it does not', async () => {
    await stopped(context.app, { reason: 'Payments fail' });
    const { id } = await broken(guarded.app, release, { force: true });
    expect(await says()).toBe('break-glass');
    expect((await stateOf(id)).openedFor).toEqual([
      expect.stringMatching(/^stopped: by .*: Payments fail$/),
    ]);
    const { id: another } = (await postStop(context.app, { reason: 'Data is lost' })).json();
    const { said, response } = await gateSays(context.app, release);
    expect(said).toBe('deny');
    expect(response.json().reasons[0]).toMatch(
      /^1\.0\.0: break-glass: alice .* and bob .* confirmed: .*It was opened before people said that: stopped\. End it, and break the glass with "force": true/,
    );
    expect((await deployed(context.app, release)).authorization).toBe('unauthorized');
    const carol = await person('carol');
    await postResume(guarded.app, carol.headers, { stop: another });
    expect(await says()).toBe('break-glass');
    // A stop of another project is not about it.
    await createRelease(context.app);
    await stopped(context.app, { projects: [2] });
    expect(await says()).toBe('break-glass');
    await revoke(context.app, release);
    const denied = await gateSays(context.app, release);
    expect(denied.response.json().reasons[0]).toContain('said that: release-revoked.');
    await end(id);
    const again = await broken(guarded.app, release, { force: true });
    expect(await says()).toBe('break-glass');
    expect((await stateOf(again.id)).openedFor).toEqual([
      expect.stringContaining('stopped: by '),
      expect.stringContaining('release-revoked: by '),
    ]);
  });

  it('an artifact that was added since: the person did not see it', async () => {
    for (const force of [false, true]) {
      const { id } = await broken(guarded.app, release, { force });
      expect(await says()).toBe('break-glass');
      await addArtifact(context.app, release, { sha256: digest(force ? 2 : 3) });
      const { said, response } = await gateSays(context.app, release);
      expect(said).toBe('deny');
      expect(response.json().reasons[0]).toMatch(
        /^1\.0\.0: break-glass-void: alice broke the glass until .* UTC, and an artifact was added to the release since\. .*End it, and break/,
      );
      await end(id);
    }
  });

  it('is a moment that asOf and validUntil know', async () => {
    const { endsAt } = await broken(guarded.app, release, { minutes: 30 });
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const dry = async (asOf: string) => verdictOf(context.app, release, { dryRun: true, asOf });
    expect(await dry(at(29))).toMatchObject({ decision: 'allow', breakGlass: true });
    const after = await dry(at(31));
    expect(after.decision).toBe('deny');
    expect(after).not.toHaveProperty('breakGlass');
    expect((await verdictOf(context.app, release)).validUntil).toBe(endsAt);
    const soon = await windowOf(context.app, { from: hoursFromNow(0.1), to: hoursFromNow(1) });
    expect((await verdictOf(context.app, release)).validUntil).toBe(`${soon.from}:00.000Z`);
  });
});

describe('a verdict under it', () => {
  it('is stored once for the same inputs, does not hold, and says so wherever it is read', async () => {
    const before = await verdictOf(context.app, release);
    await broken(guarded.app, release);
    const first = await postVerdict(context.app, release);
    expect(first.statusCode).toBe(201);
    const verdict = first.json();
    expect(verdict).toMatchObject({ breakGlass: true, decidedAt: null, decidedBy: null });
    const again = await postVerdict(context.app, release);
    expect([again.statusCode, again.json().id]).toEqual([200, verdict.id]);
    expect((await assertRelease(context.app, { release })).json().verdicts[0].id).toBe(verdict.id);
    const stored = (await context.app.inject(`/verdicts/${verdict.id}`)).json();
    expect(stored).toMatchObject({
      ...{ decision: 'allow', breakGlass: true, overrides: verdict.overrides },
      inputs: { breakGlass: { requestedBy: 'alice', requestedVia: 'token', force: false } },
    });
    const [listed, held] = (await context.app.inject(`/releases/${release}/verdicts`)).json();
    expect([listed.breakGlass, listed.overrides]).toEqual([true, verdict.overrides]);
    expect(held).toMatchObject({ id: before.id, decidedBy: 'anonymous' });
    const [row] = await sql('SELECT verdict_id, decision FROM release_decisions');
    expect(row).toEqual({ verdict_id: before.id, decision: 'deny' });
    const [event] = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'verdict.decided' AND subject_id = $1`,
      [verdict.id],
    );
    expect(JSON.parse(event?.data ?? '')).toMatchObject({
      ...{ intent: 'break-glass', breakGlass: true, before: null },
    });
    const timeline = await context.app.inject(`/releases/${release}/timeline`);
    expect(timeline.json().map(({ text }: { text: string }) => text)).toEqual(
      expect.arrayContaining([
        'The release may go to production because the glass is broken, by a new verdict: anonymous asked',
        'alice broke the glass for production by a token',
      ]),
    );
  });

  it('many at the same time store one', async () => {
    await broken(guarded.app, release);
    const all = await Promise.all(Array.from({ length: 8 }, () => verdictOf(context.app, release)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  });
});

describe('a deployment under it', () => {
  it('is one by break-glass, counted, and listed with what was overridden', async () => {
    const { id } = await broken(guarded.app, release);
    const response = await postDeployment(counting.app, release);
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json()).toMatchObject({ authorization: 'break-glass', decision: 'none' });
    const metrics = (await counting.app.inject('/metrics')).body;
    expect(metrics).toContain('srp_deployments_total{authorization="break-glass"} 1');
    const found = await context.app.inject('/deployments?authorization=break-glass');
    expect(found.json()).toEqual([response.json()]);
    const used = await stateOf(id);
    expect(used.deployments).toEqual([
      {
        id: response.json().id,
        state: 'succeeded',
        createdAt: expect.any(String),
        createdBy: 'anonymous',
      },
    ]);
    expect(used.verdicts).toEqual([
      {
        id: response.json().judgedVerdictId,
        evaluatedAt: expect.any(String),
        decision: 'allow',
        overrides: [expect.stringMatching(/^max-findings: 1 high/)],
      },
    ]);
  });

  it('may end after it', async () => {
    const { id } = await broken(guarded.app, release);
    const started = await deployed(context.app, release, 'production', {}, { state: 'started' });
    await end(id);
    const done = (await postDeployment(context.app, release)).json();
    expect(done).toMatchObject({
      id: started.id,
      authorization: 'break-glass',
      state: 'succeeded',
    });
  });

  it('is not one by its allow after its end, although it is an hour old at most', async () => {
    const { id } = await broken(guarded.app, release);
    const { id: verdictId } = await verdictOf(context.app, release);
    await end(id);
    const body = await deployed(context.app, release, 'production', {}, { verdictId });
    expect(body.authorization).toBe('unauthorized');
  });

  it('is no target of a rollback, and no stay for the order of environments', async () => {
    await broken(guarded.app, release);
    await deployed(context.app, release);
    const { headers } = await person();
    const [{ id }] = (await guarded.app.inject({ url: '/break-glass?state=open', headers })).json();
    await end(id);
    const next = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
    await evidenceOfAll(context.app, next);
    await deployed(context.app, next);
    const { said, response } = await gateSays(context.app, release, { intent: 'rollback' });
    expect(said).toBe('deny');
    expect(response.json().verdicts[0].results.length).toBeGreaterThan(0);
    const [row] = await sql(
      `SELECT inputs -> 'rollback' ->> 'target' AS target FROM verdicts
                              WHERE inputs ? 'rollback' AND release_id = $1`,
      [release],
    );
    expect(row).toEqual({ target: 'never' });
  });

  it('at the moment of its end: what is by break-glass was allowed before it', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { id } = await createRelease(context.app, { projectId: 1, version: `3.${round}.0` });
      const open = await broken(guarded.app, id);
      const { headers } = await person();
      const [answer] = await Promise.all([
        postDeployment(context.app, id),
        acted(guarded.app, open.id, 'end', headers),
      ]);
      const { authorization, judgedVerdictId } = answer.json();
      const judged = (await context.app.inject(`/verdicts/${judgedVerdictId}`)).json();
      expect(authorization).toBe(judged.decision === 'allow' ? 'break-glass' : 'unauthorized');
      expect('breakGlass' in judged.inputs).toBe(authorization === 'break-glass');
      expect((await gateSays(context.app, id)).said).toBe('deny');
    }
  });
});

describe('a record', () => {
  it('is never deleted, and changes only by what happens once', async () => {
    const { id } = await broken(guarded.app, release, { force: true });
    const refused = (set: string) =>
      expect(sql(`UPDATE break_glasses SET ${set} WHERE id = $1`, [id])).rejects.toThrow(
        /never changed otherwise|violates check/,
      );
    await refused(`reason = 'x'`);
    await refused(`ends_at = ends_at + interval '1 hour'`);
    await refused(`minutes = 240, ends_at = opened_at + interval '240 minutes'`);
    await refused(`requested_by = 'x'`);
    await refused(`confirmed_by = 'x'`);
    await refused(`confirmer_keys = '{X}'`);
    await end(id);
    await refused(`ended_at = NULL, ended_by = NULL, ended_because = NULL`);
    await refused(`ended_by = 'x'`);
    await refused(`finding = 'x', reviewed_at = now(), reviewed_by = 'x', reviewed_via = 'token',
                   reviewer_keys = '{ALICE}'`);
    await refused(`finding = 'x', reviewed_at = now(), reviewed_by = 'x', reviewed_via = 'token',
                   reviewer_keys = '{BOB,X}'`);
    await expect(sql('DELETE FROM break_glasses')).rejects.toThrow(/refused/);
    await expect(sql('TRUNCATE break_glasses')).rejects.toThrow(/refused|cannot/);
    const insert = (keys: string) =>
      sql(
        `INSERT INTO break_glasses (project_id, release_id, environment, reason, minutes, force, requested_at,
                requested_by, requested_via, requester_keys, confirmed_at, confirmed_by, confirmed_via,
                confirmer_keys, opened_at, ends_at)
         VALUES (1, $1, 'production', 'x', 1, true, now(), 'a', 'token', '{A}', $2, 'b', 'token', $3, $2,
                 $2::timestamptz + interval '1 minute')`,
        [release, new Date(), keys],
      );
    await expect(insert('{A,B}')).rejects.toThrow(/two_people/);
    await insert('{B}');
    const beside = await sql(
      `SELECT 1 FROM events WHERE type = 'beside-api' AND subject_kind = 'break-glass'`,
    );
    expect(beside).toHaveLength(1);
  });
});
