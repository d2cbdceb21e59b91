import { beforeEach, describe, expect, it } from 'vitest';
import { remindOfReviews } from '../../src/features/break-glass/review-job.js';
import { buildTestApp, useApp, useOwnApp } from '../support/app.js';
import {
  acted,
  ageBreakGlass,
  type BreakGlassBody,
  broken,
  person,
  postAct,
  postBreakGlass,
  REVIEW,
} from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { anotherPool } from '../support/log.js';
import { postPolicy } from '../support/policies.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';
import { guard, verdictOf } from '../support/verdicts.js';

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });
const counting = useOwnApp();

let release: string;
beforeEach(async () => {
  release = (await createRelease(open.app)).id;
});

const review = async (id: string, subject = 'carol', body: object = REVIEW) =>
  postAct(context.app, id, 'review', (await person(subject)).headers, body);
const over = async (body: object = {}) => {
  const { id } = await broken(context.app, release, body);
  return acted(context.app, id, 'end', (await person()).headers);
};

describe('POST /break-glass/{id}/review', () => {
  it('stores what another person found, once', async () => {
    const { id } = await over({ force: true });
    const response = await review(id);
    expect(response.statusCode, response.body).toBe(200);
    expect(response.json()).toMatchObject({
      state: 'reviewed',
      review: { ...REVIEW, reviewedBy: 'carol', reviewedVia: 'token' },
      next: 'Nothing: it is reviewed',
    });
    expect((await review(id)).json()).toEqual(response.json());
    for (const answer of [
      await review(id, 'dave'),
      await review(id, 'carol', { ...REVIEW, actions: [] }),
    ]) {
      const problem = expectProblem(answer, 409, 'break-glass-reviewed');
      expect(problem.detail).toBe('carol reviewed it already');
    }
    const events = await sql(`SELECT 1 FROM events WHERE type = 'break-glass.reviewed'`);
    expect(events).toHaveLength(1);
    await expect(sql(`UPDATE break_glasses SET finding = 'x'`)).rejects.toThrow(/never changed/);
  });

  it('is not for the people of it, under any name, nor for programs', async () => {
    const { id } = await over({ force: true });
    for (const own of ['alice', 'ALICE', 'bob']) {
      const problem = expectProblem(await review(id, own), 403, 'four-eyes-required');
      expect(problem.detail).toBe(
        'You broke the glass, or confirmed it. Another person must review it',
      );
    }
    const { headers } = await giveToken({ subject: 'admin' });
    await giveToken({ subject: 'carol' });
    const link = { method: 'POST', url: '/identities/bob/links', headers } as const;
    await context.app.inject({ ...link, payload: { alias: 'carol' } });
    expectProblem(await review(id, 'carol'), 403, 'four-eyes-required');
    const program = await giveToken({ subject: 'jenkins' });
    const answer = await postAct(context.app, id, 'review', program.headers, REVIEW);
    expectProblem(answer, 409, 'identity-required');
    const scopes = ['deployments:break-glass', 'deployments:read'] as const;
    const reader = await giveToken({ subject: 'dave', person: true, scopes });
    const lacking = await postAct(context.app, id, 'review', reader.headers, REVIEW);
    expectProblem(lacking, 403, 'insufficient-scope');
    expect((await review(id, 'dave')).statusCode).toBe(200);
  });

  it('waits for its end, and what never opened needs none', async () => {
    const { id } = await broken(context.app, release);
    const early = expectProblem(await review(id), 409, 'break-glass-open');
    expect(early.detail).toBe(`It is not over. End it first: POST /break-glass/${id}/end`);
    await ageBreakGlass('61 minutes');
    expect((await review(id)).statusCode).toBe(200);
    const { headers } = await person();
    const { id: asked } = (
      await postBreakGlass(context.app, release, headers, { force: true })
    ).json();
    expectProblem(await review(asked), 409, 'break-glass-open');
    await acted(context.app, asked, 'end', headers);
    const problem = expectProblem(await review(asked), 409, 'break-glass-ended');
    expect(problem.detail).toBe('It was not confirmed, so it let nothing pass');
  });

  it.each<[object, string]>([
    [{ actions: [] }, '/finding'],
    [{ finding: ' ', actions: [] }, '/finding'],
    [{ finding: 'x'.repeat(5001), actions: [] }, '/finding'],
    [{ finding: 'x' }, '/actions'],
    [{ finding: 'x', actions: ['a\nb'] }, '/actions/0'],
    [{ finding: 'x', actions: Array.from({ length: 21 }, () => 'a') }, '/actions'],
    [{ finding: 'x', actions: [], by: 'me' }, '/by'],
  ])('400 for %j', async (body, pointer) => {
    const { id } = await over();
    const problem = expectProblem(await review(id, 'carol', body), 400, 'validation-failed');
    expect(pointers(problem)).toEqual([pointer]);
  });

  it('of two at the same time, one counts', async () => {
    const { id } = await over();
    const answers = await Promise.all([review(id, 'carol'), review(id, 'dave')]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
  });
});

describe('GET /break-glass', () => {
  it('lists by state, environment and project, in pages', async () => {
    const { headers } = await person('reader');
    const list = async (query: string): Promise<BreakGlassBody[]> => {
      const response = await context.app.inject({ url: `/break-glass?${query}`, headers });
      expect(response.statusCode, response.body).toBe(200);
      return response.json();
    };
    const done = await over();
    await review(done.id);
    const late = await over();
    await ageBreakGlass('8 days');
    const waiting = await over();
    const { id: unconfirmed } = (
      await postBreakGlass(context.app, release, (await person()).headers, { force: true })
    ).json();
    await ageBreakGlass('20 minutes');
    const other = await createRelease(open.app);
    const { id: pending } = (
      await postBreakGlass(context.app, other.id, (await person()).headers, { force: true })
    ).json();
    const current = await broken(context.app, release, { environment: 'staging' });
    const of = async (state: string) => (await list(`state=${state}`)).map(({ id }) => id);
    expect(await of('reviewed')).toEqual([done.id]);
    expect(await of('overdue')).toEqual([late.id]);
    expect(await of('review')).toEqual([waiting.id]);
    expect(await of('unconfirmed')).toEqual([unconfirmed]);
    expect(await of('pending')).toEqual([pending]);
    expect(await of('open')).toEqual([current.id]);
    const all = await list('');
    expect(all.map(({ id, state }) => [id, state])).toEqual([
      [current.id, 'open'],
      [pending, 'pending'],
      [unconfirmed, 'unconfirmed'],
      [waiting.id, 'review'],
      [late.id, 'overdue'],
      [done.id, 'reviewed'],
    ]);
    expect((await list('environment=staging')).map(({ id }) => id)).toEqual([current.id]);
    expect(await list(`project=${other.projectId}`)).toHaveLength(1);
    expect((await list(`release=${other.id}`)).map(({ id }) => id)).toEqual([pending]);
    expect(await list('requestedBy=alice')).toEqual(all);
    expect(await list('requestedBy=bob')).toEqual([]);
    const at = encodeURIComponent(waiting.requestedAt);
    const before = await list(`to=${encodeURIComponent(all[3]?.requestedAt ?? at)}`);
    const since = await list(`from=${encodeURIComponent(all[3]?.requestedAt ?? at)}`);
    expect([...since, ...before]).toEqual(all);
    expect(before.map(({ id }) => id)).toEqual([late.id, done.id]);
    const wrong = await context.app.inject({ url: '/break-glass?from=noon', headers });
    expect(pointers(expectProblem(wrong, 400, 'validation-failed'))).toEqual(['/from']);
    const page = await context.app.inject({ url: '/break-glass?limit=4', headers });
    const rest = await context.app.inject({ url: nextPage(page) ?? '', headers });
    expect([...page.json(), ...rest.json()]).toEqual(all);
    const problem = await context.app.inject({ url: '/break-glass?state=broken', headers });
    expect(pointers(expectProblem(problem, 400, 'validation-failed'))).toEqual(['/state']);
  });
});

describe('the rule break-glass-reviewed', () => {
  const rule = (which?: 'open') => ({
    ...{ rule: 'break-glass-reviewed', mode: 'block' },
    ...(which && { while: which }),
  });
  const ask = async (environment = 'gate') => verdictOf(open.app, release, { environment });

  it('denies ordinary releases of the project while a review is overdue', async () => {
    await guard(open.app, [rule()]);
    const other = (await createRelease(open.app)).id;
    const next = (await createRelease(open.app, { projectId: 1, version: '2.0.0' })).id;
    const { id } = await broken(context.app, next, { environment: 'staging', minutes: 5 });
    await ageBreakGlass('6 days 23 hours');
    const before = await ask();
    expect(before.decision).toBe('allow');
    const [row] = await sql<{ due: Date }>(
      `SELECT opened_at + interval '168 hours' AS due FROM break_glasses`,
    );
    expect(before.validUntil).toBe(row?.due.toISOString());
    const dry = (asOf: Date) =>
      verdictOf(open.app, release, {
        ...{ environment: 'gate', dryRun: true, asOf: asOf.toISOString() },
      });
    expect((await dry(new Date((row?.due.getTime() ?? 0) + 1))).decision).toBe('deny');
    await ageBreakGlass('2 hours');
    const { decision, results, inputsHash } = await ask();
    expect(decision).toBe('deny');
    expect(inputsHash).not.toBe(before.inputsHash);
    expect(results[0]?.message).toMatch(
      new RegExp(
        `^1 review of break-glass is overdue: 2\\.0\\.0 in staging, due \\d{4}-\\d\\d-\\d\\d \\(${id}\\)\\. A person who neither`,
      ),
    );
    expect((await verdictOf(open.app, other, { environment: 'gate' })).decision).toBe('allow');
    await review(id);
    expect((await ask()).decision).toBe('allow');
  });

  it('with open, from the moment at which the glass is broken', async () => {
    await guard(open.app, [rule('open')]);
    expect((await ask()).decision).toBe('allow');
    const { id } = await broken(context.app, release, { environment: 'staging' });
    expect((await ask()).decision).toBe('deny');
    await acted(context.app, id, 'end', (await person()).headers);
    expect((await ask()).decision).toBe('deny');
    await review(id);
    expect((await ask()).decision).toBe('allow');
  });

  it('refuses what it does not know, and is not in baseline', async () => {
    const rules = [{ ...rule(), while: 'sometimes' }];
    const problem = expectProblem(
      await postPolicy(open.app, { name: 'x', rules }),
      400,
      'validation-failed',
    );
    expect(pointers(problem)).toEqual(['/rules/0/while']);
    const baseline = (await open.app.inject('/policies/baseline')).json();
    expect(JSON.stringify(baseline.rules)).not.toContain('break-glass');
  });
});

describe('a review by one of its people, under a name that is linked later', () => {
  const link = async (subject: string, alias: string) => {
    const { headers } = await giveToken({ subject: 'admin' });
    await giveToken({ subject });
    const url = `/identities/${subject}/links`;
    const response = await context.app.inject({ method: 'POST', url, headers, payload: { alias } });
    expect(response.statusCode, response.body).toBe(201);
  };
  const get = async (path: string) => {
    const { headers } = await person('reader');
    return (await context.app.inject({ url: path, headers })).json();
  };

  it.each([
    ['of who broke the glass', 'alice', 'mallory'],
    ['of who confirmed it', 'bob', 'mallory'],
    ['as the subject of the other', 'mallory', 'alice'],
  ])('does not count: the name %s', async (_which, subject, alias) => {
    await guard(open.app, [{ rule: 'break-glass-reviewed', mode: 'block' }]);
    const ask = async () => (await verdictOf(open.app, release, { environment: 'gate' })).decision;
    const { id } = await over({ force: true });
    await ageBreakGlass('8 days');
    const first = await review(id, 'mallory');
    expect(first.json()).toMatchObject({ state: 'reviewed', review: { counts: true } });
    expect([await ask(), await get('/break-glass?state=overdue')]).toEqual(['allow', []]);
    expect(await remindOfReviews(anotherPool())).toBe(0);
    await link(subject, alias);
    expect(await ask()).toBe('deny');
    const shown = await get(`/break-glass/${id}`);
    expect(shown).toMatchObject({
      state: 'overdue',
      review: { reviewedBy: 'mallory', counts: false },
      next: expect.stringMatching(
        /^The review is by one of its people, under the name mallory, and/,
      ),
    });
    expect(await get('/break-glass?state=overdue')).toMatchObject([
      { id, review: { counts: false } },
    ]);
    expect(await get('/break-glass?state=reviewed')).toEqual([]);
    expect(await remindOfReviews(anotherPool())).toBe(1);
    expectProblem(await review(id, 'mallory'), 403, 'four-eyes-required');
    // Another person reviews it, once.
    expect((await review(id, 'carol')).json()).toMatchObject({
      ...{ state: 'reviewed', review: { reviewedBy: 'carol', counts: true } },
    });
    expect(await ask()).toBe('allow');
    expectProblem(await review(id, 'dave'), 409, 'break-glass-reviewed');
    await expect(
      sql(
        `UPDATE break_glasses SET finding = 'x', reviewed_at = now() + interval '1 hour', reviewer_keys = '{X}'`,
      ),
    ).rejects.toThrow(/never changed/);
  });
});

describe('reminders', () => {
  const due = async () =>
    (
      await sql<{ id: string; data: string; actor: string }>(
        `SELECT subject_id AS id, data, actor FROM events WHERE type = 'break-glass.review-due' ORDER BY id`,
      )
    ).map(({ data, ...rest }) => {
      const { row: _, ...said } = JSON.parse(data);
      return { ...rest, ...said };
    });
  const remind = () => remindOfReviews(anotherPool());

  it('are an event a day, from the end until the review', async () => {
    const { id } = await broken(context.app, release);
    expect(await remind()).toBe(0);
    const ended = await acted(context.app, id, 'end', (await person()).headers);
    expect(await Promise.all([remind(), remind()])).toEqual(expect.arrayContaining([0, 1]));
    expect(await due()).toEqual([
      {
        ...{ id, actor: 'server', environment: 'production', overdue: false },
        dueAt: ended.reviewDueAt,
      },
    ]);
    expect(await remind()).toBe(0);
    await ageBreakGlass('23 hours 59 minutes');
    expect(await remind()).toBe(0);
    await ageBreakGlass('2 minutes');
    expect(await remind()).toBe(1);
    await ageBreakGlass('7 days');
    expect(await remind()).toBe(1);
    // Ids of one millisecond have no order.
    const told = (await due()).map(({ overdue }) => overdue);
    expect(told.filter((one) => one)).toHaveLength(1);
    expect(told).toHaveLength(3);
    await review(id);
    await ageBreakGlass('2 days');
    expect(await remind()).toBe(0);
  });

  it('are for those whose time is over, and not for those that never opened', async () => {
    const { headers } = await person();
    await postBreakGlass(context.app, release, headers, { force: true });
    await ageBreakGlass('1 hour');
    expect(await remind()).toBe(0);
    await broken(context.app, release, { minutes: 1 });
    await ageBreakGlass('2 minutes');
    expect(await remind()).toBe(1);
  });
});

describe('metrics', () => {
  it('say nothing before they counted: 0 would say that nothing waits', async () => {
    const app = await buildTestApp(serverDatabaseUrl());
    try {
      expect((await app.inject('/metrics')).body).not.toMatch(
        /^srp_(break_glass\{|webhook_deliveries_p|webhooks)/m,
      );
      await expect
        .poll(async () => (await app.inject('/metrics')).body)
        .toMatch(/^srp_break_glass\{state="open"\} 0$/m);
    } finally {
      await app.close();
    }
  });

  it('count what is open, what waits and what is overdue', async () => {
    const { app } = counting;
    const gauges = async () => {
      await app.inject('/metrics'); // a scrape has the counts of the one before
      return expect.poll(async () =>
        (await app.inject('/metrics')).body.match(/^srp_break_glass\{.*$/gm),
      );
    };
    await (await gauges()).toEqual(
      ['pending', 'open', 'review', 'overdue'].map(
        (state) => `srp_break_glass{state="${state}"} 0`,
      ),
    );
    await over();
    await ageBreakGlass('8 days');
    await over();
    await broken(context.app, release);
    await postBreakGlass(
      context.app,
      (await createRelease(open.app)).id,
      (await person()).headers,
      {
        force: true,
      },
    );
    await (await gauges()).toEqual([
      'srp_break_glass{state="pending"} 1',
      'srp_break_glass{state="open"} 1',
      'srp_break_glass{state="review"} 1',
      'srp_break_glass{state="overdue"} 1',
    ]);
  });

  it('count openings', async () => {
    const before = (
      await context.app.inject({
        url: '/metrics',
        headers: (await person()).headers,
      })
    ).body;
    const of = (text: string, force: boolean) =>
      Number(
        new RegExp(`srp_break_glass_opened_total\\{force="${force}"\\} (\\d+)`).exec(text)?.[1],
      );
    await over();
    await over({ force: true });
    const { headers } = await person();
    const after = (await context.app.inject({ url: '/metrics', headers })).body;
    expect(of(after, false) - of(before, false)).toBe(1);
    expect(of(after, true) - of(before, true)).toBe(1);
  });
});
