import { describe, expect, it } from 'vitest';
import { useApp, useOwnApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { endWindow, hoursFromNow, postWindow, windowOf } from '../support/line.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import {
  assertRelease,
  denials,
  evidenceOfAll,
  postVerdict,
  verdictOf,
} from '../support/verdicts.js';

const context = useApp();
const other = useOwnApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
});

const count = async () => (await sql('SELECT 1 FROM environment_windows')).length;
const WEEKLY = {
  from: undefined,
  to: undefined,
  weekly: { days: ['mon'], from: '09:00', to: '17:00' },
};
const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const instant = (local: string) => `${local}:00.000Z`;
const judge = () => verdictOf(context.app, release);
const list = async (query = '') =>
  (await context.app.inject(`/environments/production/windows${query}`)).json();

describe('POST /environments/{name}/windows', () => {
  it('201: a freeze, which denies at once, on every instance, and says until when and by whom', async () => {
    expect((await judge()).decision).toBe('allow');
    const { headers } = await giveToken({ subject: 'alice', scopes: ['environments:write'] });
    const to = hoursFromNow(5);
    const response = await postWindow(guarded.app, { to }, 'production', headers);
    expect(response.statusCode, response.body).toBe(201);
    const window = response.json();
    expect(response.headers.location).toBe(`/environments/production/windows/${window.id}`);
    expect(window).toEqual({
      ...{ id: window.id, environment: 'production', kind: 'freeze', to, weekly: null },
      from: expect.any(String),
      ...{ timeZone: 'UTC', projects: null, reason: 'Holidays', state: 'open', until: instant(to) },
      ...{ createdAt: expect.any(String), createdBy: 'alice', endedAt: null, endedBy: null },
    });
    expect((await context.app.inject(String(response.headers.location))).json()).toEqual(window);
    for (const app of [context.app, other.app]) {
      const problem = expectProblem(await assertRelease(app, { release }), 409, 'release-denied');
      expect(problem.reasons).toEqual([
        `1.0.0: frozen: production is frozen until ${to.replace('T', ' ')} UTC by alice: Holidays. ` +
          `Wait, or end the freeze: DELETE /environments/production/windows/${window.id}. ` +
          'To roll back, ask with intent=rollback: GET /assert?environment=production&intent=rollback',
      ]);
      expect(problem.verdicts[0]).toMatchObject({
        ...{ opensAt: instant(to), closesAt: null, validUntil: instant(to) },
      });
    }
    expect((await assertRelease(context.app, { release, environment: 'staging' })).statusCode).toBe(
      200,
    );
  });

  it('a freeze says before it begins when it closes, and the verdict stays the same', async () => {
    const before = await judge();
    const from = hoursFromNow(3);
    await windowOf(context.app, { from, to: hoursFromNow(9) });
    const after = await judge();
    expect(after).toMatchObject({ id: before.id, decision: 'allow', opensAt: null });
    expect([after.closesAt, after.validUntil]).toEqual([instant(from), instant(from)]);
    expect(before).toMatchObject({ closesAt: null, opensAt: null });
  });

  it('outside of all change windows ordinary releases are denied, and inside of one allowed', async () => {
    const later = hoursFromNow(6);
    await windowOf(context.app, {
      kind: 'change',
      from: later,
      to: hoursFromNow(7),
      reason: 'Evening',
    });
    const closed = await judge();
    expect(denials(closed)).toEqual([
      `outside-change-window: production takes changes only in its change windows, and the next one opens at ${later.replace('T', ' ')} UTC: Evening (by anonymous). ` +
        'Wait, or see the windows: GET /environments/production/windows. ' +
        'To roll back, ask with intent=rollback: GET /assert?environment=production&intent=rollback',
    ]);
    expect(closed).toMatchObject({ opensAt: instant(later), closesAt: null });
    const now = await windowOf(context.app, { kind: 'change', to: hoursFromNow(2) });
    const open = await judge();
    expect(open).toMatchObject({ decision: 'allow', closesAt: now.until });
    await windowOf(context.app, { to: hoursFromNow(1) });
    expect(denials(await judge())[0]).toMatch(/^frozen: /);
  });

  it('only for the named projects', async () => {
    const { id } = await createProject(context.app, { name: 'Other' });
    const window = await windowOf(context.app, { projects: [id] });
    expect(window.projects).toEqual([id]);
    expect((await judge()).decision).toBe('allow');
    await windowOf(context.app, { projects: [id, 1] });
    expect((await judge()).decision).toBe('deny');
  });

  it('a weekly window follows the clocks of its zone', async () => {
    const weekly = { days: ['wed', 'fri'], from: '22:00', to: '06:00' };
    const body = { ...WEEKLY, weekly, timeZone: 'America/New_York' };
    const window = await windowOf(context.app, body);
    expect(window).toMatchObject({ from: null, to: null, weekly, timeZone: 'America/New_York' });
    const at = (asOf: string) => verdictOf(context.app, release, { dryRun: true, asOf });
    // A Friday evening in New York, in the summer and in the winter after it.
    const year = new Date().getUTCFullYear() + 1;
    for (const [month, offset] of [
      [5, 4],
      [10, 5],
    ] as const) {
      const days = Array.from({ length: 28 }, (_, day) => new Date(Date.UTC(year, month, day + 2)));
      const saturday = days.find((day) => day.getUTCDay() === 6 && day.getUTCDate() > 10) as Date;
      const opens = saturday.getTime() + (22 + offset - 24) * 3_600_000;
      if (opens > Date.now() + 365 * 86_400_000) continue;
      const time = (minutes: number) => new Date(opens + minutes * 60_000).toISOString();
      expect(await at(time(-1))).toMatchObject({ decision: 'allow', closesAt: time(0) });
      expect(await at(time(0))).toMatchObject({ decision: 'deny', opensAt: time(480) });
      expect((await at(time(479))).decision).toBe('deny');
      expect((await at(time(480))).decision).toBe('allow');
    }
  });

  it('repeats the answer for an Idempotency-Key', async () => {
    const body = { to: hoursFromNow(2), from: hoursFromNow(-2) };
    const ask = () => postWindow(context.app, body, 'production', { 'idempotency-key': 'w' });
    expect((await ask()).body).toBe((await ask()).body);
    expect(await count()).toBe(1);
  });

  it.each<[string, object, string[]]>([
    ['another kind', { kind: 'holiday' }, ['/kind']],
    ['no reason', { reason: ' ' }, ['/reason']],
    ['an unknown zone', { timeZone: 'Europe/Atlantis' }, ['/timeZone']],
    ['an offset instead of a zone', { timeZone: '+02:00' }, ['/timeZone']],
    ['no end', { to: undefined }, ['/to']],
    ['no start', { from: undefined }, ['/from']],
    ['a date that does not exist', { from: '2027-02-30T10:00' }, ['/from']],
    ['a time with an offset', { from: '2027-02-20T10:00:00Z' }, ['/from']],
    ['an end before the start', { from: hoursFromNow(3), to: hoursFromNow(2) }, ['/to']],
    ['an end in the past', { from: hoursFromNow(-3), to: hoursFromNow(-2) }, ['/to']],
    ['a year and more', { to: hoursFromNow(24 * 367) }, ['/to']],
    ['far away', { from: '9990-01-01T00:00', to: '9990-01-02T00:00' }, ['/from']],
    ['long ago', { from: '0001-01-01T00:00', to: hoursFromNow(1) }, ['/to']],
    ['both forms', { weekly: WEEKLY.weekly }, ['/from']],
    ['no day', { ...WEEKLY, weekly: { ...WEEKLY.weekly, days: [] } }, ['/weekly/days']],
    [
      'an unknown day',
      { ...WEEKLY, weekly: { ...WEEKLY.weekly, days: ['xyz'] } },
      ['/weekly/days/0'],
    ],
    [
      'a day twice',
      { ...WEEKLY, weekly: { ...WEEKLY.weekly, days: ['mon', 'mon'] } },
      ['/weekly/days'],
    ],
    [
      'a time that no clock shows',
      { ...WEEKLY, weekly: { ...WEEKLY.weekly, from: '24:00' } },
      ['/weekly/from'],
    ],
    [
      'the whole week',
      { ...WEEKLY, weekly: { days: everyDay, from: '08:00', to: '08:00' } },
      ['/weekly'],
    ],
    [
      'the whole week to midnight',
      { ...WEEKLY, weekly: { days: everyDay, from: '00:00', to: '24:00' } },
      ['/weekly'],
    ],
    ['an unknown project', { projects: [1, 99] }, ['/projects/1']],
    ['no project', { projects: [] }, ['/projects']],
    ['another field', { until: 'x' }, ['/until']],
  ])('400: %s, and nothing is kept', async (_case, body, expected) => {
    const problem = expectProblem(await postWindow(context.app, body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await count()).toBe(0);
  });

  it('404 for an environment that does not exist; 422 for the 51st window', async () => {
    expectProblem(await postWindow(context.app, {}, 'x'), 404, 'environment-not-found');
    await sql(`INSERT INTO environment_windows (environment, kind, from_local, to_local, days, time_zone, every_project,
                                                project_ids, reason, created_by)
               SELECT 'production', 'freeze', '09:00', '10:00', '{mon}', 'UTC', true, '{}', 'x', 'x'
                 FROM generate_series(1, 49)`);
    const answers = await Promise.all([1, 2, 3].map(() => postWindow(context.app)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 422, 422]);
    expect(await count()).toBe(50);
    const { windows } = { windows: await list() };
    expect((await endWindow(context.app, windows[0])).statusCode).toBe(204);
    await windowOf(context.app);
  });
});

describe('DELETE /environments/{name}/windows/{id}', () => {
  it('204: it ends, is kept for the record, and the next verdict does not know it', async () => {
    const first = await judge();
    const window = await windowOf(context.app);
    expect((await judge()).decision).toBe('deny');
    expect((await endWindow(context.app, window)).statusCode).toBe(204);
    expect(await judge()).toMatchObject({ id: first.id, decision: 'allow' });
    expect(await list()).toEqual([]);
    const kept = { ...window, state: 'ended', until: null, endedBy: 'anonymous' };
    expect(await list('?state=all')).toEqual([{ ...kept, endedAt: expect.any(String) }]);
    expectProblem(await endWindow(context.app, window), 404, 'window-not-found');
    const elsewhere = { ...window, environment: 'staging' };
    expectProblem(await endWindow(context.app, elsewhere), 404, 'window-not-found');
  });

  it('the table keeps ended windows, and changes nothing else', async () => {
    const { id } = await windowOf(context.app);
    await expect(sql(`UPDATE environment_windows SET reason = 'x'`)).rejects.toThrow(/refused/);
    await expect(sql('DELETE FROM environment_windows')).rejects.toThrow(/refused/);
    await endWindow(context.app, (await list())[0]);
    await expect(
      sql('UPDATE environment_windows SET ended_at = NULL, ended_by = NULL WHERE id = $1', [id]),
    ).rejects.toThrow(/refused/);
  });
});

describe('POST /releases/{id}/verdicts with asOf', () => {
  const ask = (body: object) => postVerdict(context.app, release, { dryRun: true, ...body });

  it('answers as if it were that time, and stores nothing', async () => {
    await windowOf(context.app, { from: hoursFromNow(10), to: hoursFromNow(20) });
    const decision = async (hours: number) =>
      (await ask({ asOf: instant(hoursFromNow(hours)) })).json().decision;
    expect([await decision(9), await decision(11), await decision(21)]).toEqual([
      'allow',
      'deny',
      'allow',
    ]);
    expect(await sql('SELECT 1 FROM verdicts')).toEqual([]);
  });

  it('evidence is older then', async () => {
    const payload = {
      name: 'fresh',
      rules: [{ rule: 'evidence-required', kinds: ['trivy'], maximumAgeDays: 7 }],
    };
    await context.app.inject({ method: 'POST', url: '/policies', payload });
    const environment = { name: 'fresh', rank: 1, policies: [{ name: 'fresh' }] };
    await context.app.inject({ method: 'POST', url: '/environments', payload: environment });
    const at = async (hours: number) =>
      (await ask({ environment: 'fresh', asOf: instant(hoursFromNow(hours)) })).json();
    const now = (await ask({ environment: 'fresh' })).json();
    expect(now.decision).toBe('allow');
    const left = Date.parse(now.validUntil) - Date.now();
    expect(left / 3_600_000).toBeGreaterThan(24 * 7 - 2);
    expect(left / 3_600_000).toBeLessThanOrEqual(24 * 7);
    expect((await at(24 * 6)).decision).toBe('allow');
    expect((await at(24 * 8)).decision).toBe('deny');
  });

  it.each([
    ['without dryRun', { dryRun: false, asOf: instant(hoursFromNow(1)) }],
    ['in the past', { asOf: instant(hoursFromNow(-1)) }],
    ['too far away', { asOf: instant(hoursFromNow(24 * 367)) }],
    ['no time', { asOf: 'Friday' }],
  ])('400: %s', async (_case, body) => {
    expect(pointers(expectProblem(await ask(body), 400, 'validation-failed'))).toEqual(['/asOf']);
  });
});
