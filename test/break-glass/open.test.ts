import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import {
  acted,
  ageBreakGlass,
  type BreakGlassBody,
  broken,
  gateSays,
  person,
  postAct,
  postBreakGlass,
} from '../support/break-glass.js';
import { useSignIn } from '../support/browser.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createRelease, revoke } from '../support/releases.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });
const browsers = useSignIn();

let release: string;
beforeEach(async () => {
  release = (await createRelease(open.app)).id;
});

const events = async () =>
  (
    await sql<{ type: string }>(
      `SELECT type FROM events WHERE subject_kind = 'break-glass' ORDER BY id`,
    )
  ).map(({ type }) => type);
const post = async (subject = 'alice', body: object = {}) =>
  postBreakGlass(context.app, release, (await person(subject)).headers, body);

describe('POST /releases/{id}/break-glass: 201', () => {
  it('opens it for a person, until its end by the clock of the database', async () => {
    const response = await post('alice', { reason: '  Payments fail  ' });
    expect(response.statusCode, response.body).toBe(201);
    const body: BreakGlassBody = response.json();
    expect(response.headers.location).toBe(`/break-glass/${body.id}`);
    expect(body).toEqual({
      ...{ id: body.id, projectId: 1, releaseId: release, release: { version: '1.0.0' } },
      ...{ environment: 'production', reason: 'Payments fail', minutes: 60, force: false },
      ...{ state: 'open', requestedAt: body.openedAt, requestedBy: 'alice', requestedVia: 'token' },
      ...{ confirmUntil: null, confirmedAt: null, confirmedBy: null, confirmedVia: null },
      ...{ openedAt: body.openedAt, endsAt: body.endsAt, reviewDueAt: body.reviewDueAt },
      ...{ endedAt: null, endedBy: null, endedBecause: null, review: null },
      next: expect.stringMatching(/^Deploy to production by .* UTC, and record it\. When you are/),
    });
    const opened = Date.parse(body.openedAt ?? '');
    expect(Date.parse(body.endsAt ?? '') - opened).toBe(60 * 60_000);
    expect(Date.parse(body.reviewDueAt ?? '') - opened).toBe(7 * 86_400_000);
    expect(await events()).toEqual(['break-glass.requested', 'break-glass.opened']);
    expect((await gateSays(open.app, release)).said).toBe('break-glass');
    const { validUntil } = (await gateSays(open.app, release)).response.json().verdicts[0];
    expect(validUntil).toBe(body.endsAt);
  });

  it('says that the person signed in', async () => {
    const browser = await browsers.signedIn({ sub: 'u1', groups: ['developers'] });
    await sql(`INSERT INTO group_grants (group_name, scopes, every_project, project_ids, created_by)
               VALUES ('developers', '{deployments:break-glass}', true, '{}', 'test')`);
    const payload = { environment: 'production', reason: 'x', minutes: 1 };
    const url = `/releases/${release}/break-glass`;
    const response = await browser.change({ url, payload });
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json()).toMatchObject({
      ...{ requestedBy: browsers.login('u1'), requestedVia: 'sign-in' },
    });
  });

  it('once for a key, and once for the same words without one', async () => {
    const { headers } = await person();
    const keyed = { ...headers, 'idempotency-key': 'k1' };
    const first = await postBreakGlass(context.app, release, keyed);
    const again = await postBreakGlass(context.app, release, keyed);
    expect([first.statusCode, again.statusCode, again.body]).toEqual([201, 201, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const same = await postBreakGlass(context.app, release, headers);
    expect([same.statusCode, same.json()]).toEqual([200, first.json()]);
    expect(await events()).toHaveLength(2);
  });

  it('never leaks to another release, environment or artifact', async () => {
    const other = (await createRelease(open.app, { projectId: 1, version: '2.0.0' })).id;
    const digest = 'ab'.repeat(32);
    for (const id of [release, other]) {
      await open.app.inject({
        method: 'POST',
        url: `/releases/${id}/artifacts`,
        payload: { name: 'image', kind: 'container', sha256: digest },
      });
    }
    await broken(context.app, release);
    expect((await gateSays(open.app, release)).said).toBe('break-glass');
    expect((await gateSays(open.app, other)).said).toBe('deny');
    expect((await gateSays(open.app, release, { environment: 'staging' })).said).toBe('deny');
    const query = { environment: 'production', sha256: digest };
    const both = expectProblem(
      await open.app.inject({ url: '/assert', query }),
      409,
      'release-denied',
    );
    const reasons = both.reasons as string[];
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.every((reason) => reason.startsWith('2.0.0: '))).toBe(true);
    await broken(context.app, other);
    const answer = await open.app.inject({ url: '/assert', query });
    expect(answer.statusCode).toBe(200);
    const versions = answer.json().overrides.map((line: string) => line.split(':')[0]);
    expect(new Set(versions)).toEqual(new Set(['1.0.0', '2.0.0']));
  });
});

describe('POST /releases/{id}/break-glass: 409', () => {
  it('for programs, and with AUTH_MODE=none', async () => {
    const program = await giveToken({ subject: 'jenkins' });
    const problem = expectProblem(
      await postBreakGlass(context.app, release, program.headers),
      409,
      'identity-required',
    );
    expect(problem.detail).toContain('Breaking the glass needs a person, and jenkins called');
    expectProblem(await postBreakGlass(open.app, release, {}), 409, 'identity-required');
    expect(await events()).toEqual([]);
  });

  it('while one is open, with the open one', async () => {
    const first = await broken(context.app, release);
    for (const response of [
      await post('bob'),
      await post('alice', { reason: 'Another' }),
      await post('alice', { minutes: 61 }),
      await post('alice', { force: true }),
    ]) {
      const problem = expectProblem(response, 409, 'break-glass-open');
      expect(problem.breakGlass).toEqual(first);
      expect(problem.detail).toMatch(
        /^alice broke the glass for this release in production\. Deploy to production by /,
      );
    }
    await acted(context.app, first.id, 'end', (await person()).headers);
    expect((await post('bob')).statusCode).toBe(201);
  });

  it('while one waits for its second person', async () => {
    const pending = (await post('alice', { force: true })).json();
    const problem = expectProblem(await post('bob'), 409, 'break-glass-open');
    expect(problem.detail).toContain(
      ', and it waits for a second person. A second person confirms',
    );
    expect(problem.detail).toContain(`To take it back: POST /break-glass/${pending.id}/end`);
  });

  it('without force for a revoked release', async () => {
    await revoke(open.app, release);
    const problem = expectProblem(await post(), 409, 'release-revoked');
    expect(problem.detail).toBe(
      '1.0.0 is revoked: Charges the fee twice. One person does not pass that. Break the glass with "force": true, which a second person confirms',
    );
    expect((await post('alice', { force: true })).statusCode).toBe(201);
  });

  it('of many at the same time, one opens it', async () => {
    const people = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => person(name)));
    for (let round = 0; round < 3; round += 1) {
      const { id } = await createRelease(open.app, { projectId: 1, version: `2.${round}.0` });
      const all = await Promise.all(
        people.map(({ headers }) => postBreakGlass(context.app, id, headers)),
      );
      const codes = all.map(({ statusCode }) => statusCode).sort();
      expect(codes).toEqual([201, 409, 409, 409, 409, 409]);
    }
    expect(await sql('SELECT 1 FROM break_glasses')).toHaveLength(3);
  });
});

describe('POST /releases/{id}/break-glass: bad input', () => {
  it.each<[object, string]>([
    [{ environment: 'nowhere' }, '/environment'],
    [{ environment: 'A' }, '/environment'],
    [{ minutes: 0 }, '/minutes'],
    [{ minutes: 241 }, '/minutes'],
    [{ minutes: 1.5 }, '/minutes'],
    [{ reason: '  ' }, '/reason'],
    [{ reason: 'a\nb' }, '/reason'],
    [{ reason: 'x'.repeat(501) }, '/reason'],
    [{ force: 'maybe' }, '/force'],
    [{ until: 'tomorrow' }, '/until'],
  ])('400 for %j, and nothing is kept', async (body, pointer) => {
    const problem = expectProblem(await post('alice', body), 400, 'validation-failed');
    expect(pointers(problem)).toEqual([pointer]);
    expect(await sql('SELECT 1 FROM break_glasses')).toEqual([]);
  });

  it('403 without the scope, 404 out of reach, and the scope can be bound', async () => {
    const { id: other } = await createProject(open.app, { name: 'Other' });
    const scopes = ['deployments:break-glass', 'deployments:read'] as const;
    const bound = await giveToken({ person: true, scopes, projects: [other] });
    expectProblem(
      await postBreakGlass(context.app, release, bound.headers),
      404,
      'release-not-found',
    );
    const { id } = await broken(context.app, release, { force: true });
    for (const act of ['confirm', 'end'] as const) {
      const response = await postAct(context.app, id, act, bound.headers);
      expectProblem(response, 404, 'break-glass-not-found');
    }
    const list = (url: string) => context.app.inject({ url, headers: bound.headers });
    expect((await list('/break-glass')).json()).toEqual([]);
    expectProblem(await list(`/break-glass/${id}`), 404, 'break-glass-not-found');
    expectProblem(await list('/break-glass?project=1'), 404, 'project-not-found');
    const here = await giveToken({ person: true, scopes, projects: [1] });
    const mine = await context.app.inject({ url: '/break-glass', headers: here.headers });
    expect(mine.json()).toHaveLength(1);
    await acted(context.app, id, 'end', here.headers);
    expect((await postBreakGlass(context.app, release, here.headers)).statusCode).toBe(201);
    const reader = await giveToken({
      person: true,
      scopes: ['deployments:write', 'approvals:write'],
    });
    expectProblem(
      await postBreakGlass(context.app, release, reader.headers),
      403,
      'insufficient-scope',
    );
    const answer = await postAct(context.app, id, 'confirm', reader.headers);
    expectProblem(answer, 403, 'insufficient-scope');
  });
});

describe('the second person', () => {
  const pending = async () => (await post('alice', { force: true })).json() as BreakGlassBody;
  const confirm = async (id: string, subject = 'bob') =>
    postAct(context.app, id, 'confirm', (await person(subject)).headers);

  it('opens it from then on, once', async () => {
    const made = await pending();
    expect(made).toMatchObject({ state: 'pending', openedAt: null, endsAt: null });
    expect(Date.parse(made.confirmUntil ?? '') - Date.parse(made.requestedAt)).toBe(15 * 60_000);
    expect(made.next).toMatch(
      /^A second person confirms it by .* UTC: POST \/break-glass\/[-0-9a-f]+\/confirm$/,
    );
    expect((await gateSays(open.app, release)).said).toBe('deny');
    const response = await confirm(made.id);
    expect(response.json()).toMatchObject({
      ...{ state: 'open', confirmedBy: 'bob', confirmedVia: 'token' },
    });
    expect(response.json().openedAt).toBe(response.json().confirmedAt);
    expect((await gateSays(open.app, release)).said).toBe('break-glass');
    expect((await confirm(made.id, 'BOB')).json()).toEqual(response.json());
    const problem = expectProblem(await confirm(made.id, 'carol'), 409, 'break-glass-open');
    expect(problem.detail).toBe('bob confirmed it already, and it is open');
    expect(await events()).toEqual(['break-glass.requested', 'break-glass.confirmed']);
  });

  it('is another one, and a person', async () => {
    const { id } = await pending();
    const own = expectProblem(await confirm(id, 'Alice'), 403, 'four-eyes-required');
    expect(own.detail).toContain('You requested this break-glass yourself');
    const program = await giveToken({ subject: 'bob' });
    const answer = await postAct(context.app, id, 'confirm', program.headers);
    expectProblem(answer, 409, 'identity-required');
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    expectProblem(await confirm(missing), 404, 'break-glass-not-found');
    const admin = await giveToken({ subject: 'admin' });
    const link = { method: 'POST', url: '/identities/alice/links', ...admin } as const;
    expect((await context.app.inject({ ...link, payload: { alias: 'bob' } })).statusCode).toBe(201);
    expectProblem(await confirm(id), 403, 'four-eyes-required');
    expect((await confirm(id, 'carol')).statusCode).toBe(200);
  });

  it('who an admin links with the first afterwards is no second person any more', async () => {
    await revoke(open.app, release);
    await broken(context.app, release, { force: true });
    expect((await gateSays(open.app, release)).said).toBe('break-glass');
    const { headers } = await giveToken({ subject: 'admin' });
    const link = async (subject: string, alias: string) => {
      const url = `/identities/${subject}/links`;
      const request = { method: 'POST', url, headers, payload: { alias } } as const;
      expect((await context.app.inject(request)).statusCode).toBe(201);
    };
    await giveToken({ subject: 'carol' });
    await link('carol', 'alice');
    expect((await gateSays(open.app, release)).said).toBe('break-glass');
    await link('carol', 'bob');
    const { said, response } = await gateSays(open.app, release);
    expect(said).toBe('deny');
    expect(response.json().reasons[0]).toContain('One person does not pass release-revoked');
  });

  it('comes within 15 minutes', async () => {
    const { id } = await pending();
    await ageBreakGlass('14 minutes 50 seconds');
    const late = (await post('alice', { force: true })).json();
    expect([late.id, late.state]).toEqual([id, 'pending']);
    await ageBreakGlass('11 seconds');
    const problem = expectProblem(await confirm(id), 409, 'break-glass-ended');
    expect(problem.detail).toBe(
      `It can be confirmed within 15 minutes, unless it is ended before. Break the glass again: POST /releases/${release}/break-glass`,
    );
    const { headers } = await person();
    const get = await context.app.inject({ url: `/break-glass/${id}`, headers });
    expect(get.json()).toMatchObject({ state: 'unconfirmed', verdicts: [], deployments: [] });
    expect((await post('alice', { force: true })).statusCode).toBe(201);
  });

  it('finds nothing after it was taken back, and nothing to confirm without force', async () => {
    const { id } = await pending();
    const { headers } = await person('carol');
    expect(await acted(context.app, id, 'end', headers)).toMatchObject({
      ...{ state: 'unconfirmed', endedBy: 'carol', endedBecause: 'ended' },
    });
    expectProblem(await confirm(id), 409, 'break-glass-ended');
    const { id: one } = await broken(context.app, release);
    const problem = expectProblem(await confirm(one), 409, 'break-glass-open');
    expect(problem.detail).toBe('It is open without force, so it needs no confirmation');
    await acted(context.app, one, 'end', headers);
    expectProblem(await confirm(one), 409, 'break-glass-ended');
  });

  it('of two at the same time, one confirms', async () => {
    const { id } = await pending();
    const answers = await Promise.all([confirm(id, 'bob'), confirm(id, 'carol')]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
  });
});
