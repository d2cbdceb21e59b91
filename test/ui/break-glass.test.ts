import { describe, expect, it } from 'vitest';
import { useApp, useOwnApp } from '../support/app.js';
import { acted, broken, postBreakGlass } from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { useRows } from '../support/rows.js';
import { playScene, type Scene } from '../support/scene.js';
import { expectPage, fieldOf, HOSTILE, textOf, visitor } from '../support/ui.js';

const guarded = useApp({ AUTH_MODE: 'token' });
const own = useOwnApp({ AUTH_MODE: 'token', METRICS_PUBLIC: 'true' });
let scene: Scene;
useRows(async () => {
  scene = await playScene(guarded.app);
});

const formOf = (release = scene.denied) =>
  `/ui/releases/${release}/break-glass?environment=production`;
const actionOf = (release = scene.denied) => `/ui/releases/${release}/break-glass`;
const FIELDS = { environment: 'production', reason: 'Payments fail', minutes: '30' };
const stored = () =>
  sql('SELECT reason, minutes, force, requested_by AS by FROM break_glasses ORDER BY id');
const headersOf = async (subject: string) => (await giveToken({ subject, person: true })).headers;

describe('breaking the glass', () => {
  it('says what it overrides, and is done once', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    const page = textOf(await alice.open(formOf()));
    expect(page).toContain('Break the glass: payments 1.4.0 for production');
    expect(page).toMatch(/What it overrides now ✗ tests-passed Denies/);
    expect(page).not.toContain('sealed-only');
    const paths = new Set<unknown>();
    for (const _twice of [1, 2]) {
      const { statusCode, headers } = await alice.send(formOf(), actionOf(), FIELDS);
      expect(statusCode).toBe(303);
      paths.add(headers.location);
    }
    expect(paths.size).toBe(1);
    const expected = { reason: 'Payments fail', minutes: 30, force: false, by: 'alice' };
    expect(await stored()).toEqual([expected]);
    const opened = textOf(await alice.open(String([...paths][0])));
    expect(opened).toContain('The glass is broken. Another person must review this.');
    expect(opened).toContain('alice asked for 30 minutes at');
  });

  it('400, 409: a refused form keeps its text', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    for (const minutes of ['0', '241', 'many', '', '1.5']) {
      const response = await alice.send(formOf(), actionOf(), { ...FIELDS, minutes });
      const page = textOf(expectPage(response, 400));
      expect(page).toContain('minutes');
      expect(page).toContain('Payments fail');
    }
    expect(await stored()).toEqual([]);
    await broken(guarded.app, scene.denied);
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const other = { ...FIELDS, reason: 'Another reason' };
    const refused = textOf(expectPage(await bob.send(formOf(), actionOf(), other), 409));
    expect(refused).toContain('alice broke the glass for this release');
    expect(refused).toContain('Another reason');
  });

  it('403, 409: not without the token of the session, the scope, or a person', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    expectPage(await alice.post(actionOf(), { ...FIELDS, antiForgery: 'x' }), 403);
    const reader = await visitor(guarded.app, { scopes: ['releases:read', 'verdicts:read'] });
    const page = await reader.open(formOf());
    expect(textOf(page)).toContain('You may not break the glass.');
    const refused = await reader.send('/ui/inbox', actionOf(), FIELDS);
    expect(textOf(expectPage(refused, 403))).toContain('deployments:break-glass');
    const program = await visitor(guarded.app, { person: false });
    expect(textOf(await program.open(formOf()))).toContain('You may not break the glass.');
    expectPage(await program.send('/ui/inbox', actionOf(), FIELDS), 409);
    const bound = await visitor(guarded.app, { projects: [scene.payments + 1] });
    expectPage(await bound.get(formOf()), 404);
    expect(await stored()).toEqual([]);
  });

  it('is counted as those of the API are', async () => {
    const alice = await visitor(own.app, { subject: 'alice' });
    await alice.send(formOf(), actionOf(), FIELDS);
    const { headers } = await giveToken({ subject: 'prometheus' });
    const { body } = await own.app.inject({ url: '/metrics', headers });
    expect(body).toContain('srp_break_glass_opened_total{force="false"} 1');
  });
});

describe('/ui/break-glass/{id}', () => {
  it('is confirmed by a second person, who sees what it overrides, and is ended', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const asked = await alice.send(formOf(), actionOf(), { ...FIELDS, force: 'yes' });
    const [path = ''] = String(asked.headers.location).split('?');
    expect(asked.headers.location).toBe(`${path}?done=asked`);
    for (const place of [
      '/ui/inbox',
      `/ui/releases/${scene.denied}`,
      '/ui/environments/production',
    ]) {
      expect(await bob.open(place)).toContain(`href="${path}"`);
    }
    expectPage(await alice.send(path, `${path}/confirm`, {}), 403);
    const page = await bob.open(path);
    expect(textOf(page)).toContain('waits for the second one');
    expect(textOf(page)).toMatch(/What it overrides now ✗ tests-passed/);
    expect(page).not.toContain(`${path}/review"`);
    for (const _twice of [1, 2]) {
      const confirmed = await bob.send(path, `${path}/confirm`, {});
      expect(confirmed.headers.location).toBe(`${path}?done=confirmed`);
    }
    expect(textOf(await alice.open(path))).toContain('bob confirmed it.');
    for (const _twice of [1, 2]) {
      const ended = await alice.send(path, `${path}/end`, {});
      expect(ended.headers.location).toBe(`${path}?done=ended`);
    }
    const [row] = await sql(
      'SELECT confirmed_by AS by, ended_by AS "endedBy", ended_because AS because FROM break_glasses',
    );
    expect(row).toEqual({ by: 'bob', endedBy: 'alice', because: 'ended' });
  });

  it('shows what it let pass, and is reviewed by another person', async () => {
    const { id } = await broken(guarded.app, scene.denied, { reason: HOSTILE });
    const jenkins = await headersOf('carol');
    const url = `/assert?release=${scene.denied}&environment=production`;
    expect((await guarded.app.inject({ url, headers: jenkins })).statusCode).toBe(200);
    await acted(guarded.app, id, 'end', await headersOf('alice'));
    const path = `/ui/break-glass/${id}`;
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const page = textOf(await bob.open(path));
    expect(page).toContain(HOSTILE);
    expect(page).toMatch(/What it let pass .*tests-passed/);
    const alice = await visitor(guarded.app, { subject: 'alice' });
    const review = { finding: 'It was right.\nReally', actions: 'Scan at night\n\n  Alert ' };
    const refused = textOf(expectPage(await alice.send(path, `${path}/review`, review), 403));
    expect(refused).toContain('It was right. Really');
    const empty = await bob.send(path, `${path}/review`, { finding: ' ', actions: '' });
    expectPage(empty, 400);
    const { headers } = await bob.send(path, `${path}/review`, review);
    expect(headers.location).toBe(`${path}?done=reviewed`);
    expect(await sql('SELECT finding, actions, reviewed_by AS by FROM break_glasses')).toEqual([
      { finding: review.finding, actions: ['Scan at night', 'Alert'], by: 'bob' },
    ]);
    const after = await bob.open(`${path}?done=reviewed`);
    expect(textOf(after)).toContain('Your review is stored.');
    expect(after).not.toContain('/review"');
  });

  it('has no forms for who may not send them, and is not found for others', async () => {
    const { headers } = await giveToken({ subject: 'alice', person: true });
    const response = await postBreakGlass(guarded.app, scene.denied, headers, { force: true });
    const path = `/ui/break-glass/${response.json().id}`;
    const reader = await visitor(guarded.app, { scopes: ['deployments:read'] });
    expect(await reader.open(path)).not.toContain(`action="${path}`);
    for (const act of ['confirm', 'end', 'review']) {
      expectPage(await reader.send(path, `${path}/${act}`, { finding: 'x' }), 403);
    }
    const bound = await visitor(guarded.app, { projects: [scene.payments + 1] });
    expectPage(await bound.get(path), 404);
  });
});

describe('forms of an environment', () => {
  const PAGE = '/ui/environments/production';

  it('finds the release for a break-glass by its version', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    expect(await alice.open(PAGE)).toContain(`action="${PAGE}/break-glass"`);
    const query = `project=${scene.payments}&version=1.4.0`;
    const found = await alice.get(`${PAGE}/break-glass?${query}`);
    expect([found.statusCode, found.headers.location]).toEqual([303, formOf()]);
    const unknown = await alice.get(`${PAGE}/break-glass?project=${scene.payments}&version=9`);
    expect(textOf(expectPage(unknown, 404))).toContain('The project has no release 9');
  });

  it('asks for a rollback, and says what the gate answers', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    expect(textOf(await alice.open(PAGE))).toContain('Nothing is known to go back to');
    const { headers } = await giveToken({ subject: 'jenkins' });
    const deploy = await guarded.app.inject({
      ...{ method: 'POST', url: '/environments/production/deployments', headers },
      payload: { releaseId: scene.denied },
    });
    expect(deploy.json().authorization).toBe('unauthorized');
    const page = await alice.open(PAGE);
    expect(fieldOf(page, 'antiForgery')).not.toBe('');
    expect(page).toContain(`<option value="${scene.running}">payments 1.3.0, deployed `);
    const asked = await alice.send(PAGE, `${PAGE}/rollback`, { release: scene.running });
    expect(asked.headers.location).toMatch(/^\/ui\/verdicts\/[\w-]+\?asked=rollback$/);
    const allowed = textOf(await alice.open(String(asked.headers.location)));
    expect(allowed).toContain('The release may go. ');
    expect(allowed).toContain('It was asked as a rollback. Deploy it, and record it:');
    // This one never ran there.
    const other = await alice.send(PAGE, `${PAGE}/rollback`, { release: scene.waiting });
    const denied = textOf(await alice.open(String(other.headers.location)));
    expect(denied).toContain('The release may not go.');
    expect(denied).toContain('It was judged as an ordinary question.');
    expectPage(await alice.send(PAGE, `${PAGE}/rollback`, { release: 'x' }), 400);
  });

  it.each<[what: string, states: ['waiting' | 'running', string][], isOffered: boolean]>([
    ['nothing else was deployed', [], false],
    ['another one was started', [['waiting', 'started']], true],
    ['another one failed', [['waiting', 'failed']], true],
    [
      'it is on the way back',
      [
        ['waiting', 'failed'],
        ['running', 'started'],
      ],
      true,
    ],
    [
      'it is back',
      [
        ['waiting', 'failed'],
        ['running', 'succeeded'],
      ],
      false,
    ],
    [
      'another one that began before it failed after it',
      [
        ['waiting', 'started'],
        ['running', 'started'],
        ['running', 'succeeded'],
        ['waiting', 'failed'],
      ],
      true,
    ],
    [
      'another one succeeded',
      [
        ['waiting', 'started'],
        ['waiting', 'succeeded'],
      ],
      true,
    ],
  ])('offers what runs as the gate judges it: %s', async (_what, states, isOffered) => {
    const { headers } = await giveToken({ subject: 'jenkins' });
    for (const [which, state] of states) {
      const url = '/environments/production/deployments';
      const payload = { releaseId: scene[which], state };
      const response = await guarded.app.inject({ method: 'POST', url, headers, payload });
      expect([200, 201], response.body).toContain(response.statusCode);
    }
    const alice = await visitor(guarded.app, { subject: 'alice' });
    const option = `<option value="${scene.running}">`;
    expect((await alice.open(PAGE)).includes(option)).toBe(isOffered);
    const url = `/assert?release=${scene.running}&environment=production&intent=rollback`;
    const [{ id }] = (await guarded.app.inject({ url, headers })).json().verdicts;
    const verdict = await guarded.app.inject({ url: `/verdicts/${id}`, headers });
    expect(verdict.json().inputs?.rollback?.target === 'ran').toBe(isOffered);
  });
});
