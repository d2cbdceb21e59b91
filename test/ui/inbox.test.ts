import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { junit } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { useRows } from '../support/rows.js';
import { playScene, type Scene } from '../support/scene.js';
import {
  BROWSER,
  expectPage,
  fieldOf,
  HOSTILE,
  type PageVisitor,
  textOf,
  visitor,
} from '../support/ui.js';

const guarded = useApp({ AUTH_MODE: 'token' });
let scene: Scene;
useRows(async () => {
  scene = await playScene(guarded.app);
});

const approvals = () =>
  sql<{ decision: string; person: string; reason: string | null }>(
    'SELECT decision, person, reason FROM approvals WHERE release_id = $1 ORDER BY id',
    [scene.waiting],
  );
const briefOf = () => `/ui/releases/${scene.waiting}/decide?environment=production`;

/** Reads the brief, and sends its form. */
async function decide(
  person: PageVisitor,
  fields: Record<string, string>,
  page?: string,
): ReturnType<PageVisitor['post']> {
  const html = page ?? (await person.open(briefOf()));
  return person.post(`/ui/releases/${scene.waiting}/decide`, {
    antiForgery: fieldOf(html, 'antiForgery'),
    environment: fieldOf(html, 'environment'),
    seen: fieldOf(html, 'seen'),
    ...fields,
  });
}

describe('/ui/inbox', () => {
  it('has nothing for who may do nothing, and says so', async () => {
    const reader = await visitor(guarded.app, { scopes: ['projects:read'] });
    const page = textOf(await reader.open('/ui/inbox'));
    expect(page).toContain('It needs the scope approvals:read.');
    expect(page).toContain('It needs the scope waivers:read.');
    const bound = await visitor(guarded.app, { projects: [scene.payments + 1] });
    const empty = textOf(await bound.open('/ui/inbox'));
    expect(empty).toContain('Nothing waits for your approval.');
    expect(empty).toContain('No waiver waits for its second person.');
  });

  it('has the releases and waivers that wait', async () => {
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const page = await bob.open('/ui/inbox');
    expect(textOf(page)).toContain('payments 1.3.1');
    expect(page).toContain(`/ui/releases/${scene.waiting}/decide?environment=production`);
    expect(page).toContain(`/ui/waivers/${scene.waiver}`);
  });

  it('is the start if something waits, and else the environments are', async () => {
    const bob = await visitor(guarded.app, { subject: 'bob' });
    expect((await bob.get('/ui')).headers.location).toBe('/ui/inbox');
    await decide(bob, { decision: 'reject', reason: 'No' });
    expect((await bob.get('/ui')).headers.location).toBe('/ui/environments');
    const bound = await visitor(guarded.app, { projects: [scene.payments + 1] });
    expect((await bound.get('/ui', BROWSER)).headers.location).toBe('/ui/environments');
  });
});

describe('deciding about a release', () => {
  it('shows all that an approver must know', async () => {
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const page = textOf(await bob.open(briefOf()));
    expect(page).toContain('payments 1.3.1 for production');
    expect(page).toContain('All other rules pass.');
    expect(page).toContain('4 tests in 1 report: 0 failed');
    expect(page).toContain('Compared with 1.3.0, which runs there');
  });

  it('303: approves once, also if it is sent twice', async () => {
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const page = await bob.open(briefOf());
    const fields = { decision: 'approve', reason: `Fine ${HOSTILE}` };
    for (const _twice of [1, 2]) {
      const response = await decide(bob, fields, page);
      expect(response.statusCode, textOf(response.body)).toBe(303);
      const next = `/ui/releases/${scene.waiting}?environment=production&done=approved`;
      expect(response.headers.location).toBe(next);
    }
    expect(await approvals()).toEqual([
      { decision: 'approve', person: 'bob', reason: `Fine ${HOSTILE}` },
    ]);
    const release = `/ui/releases/${scene.waiting}?environment=production&done=approved`;
    const after = textOf(await bob.open(release));
    expect(after).toContain('Your approval is stored.');
    expect(after).toContain('1.3.1 may go to production.');
    expect(after).toContain(`Fine ${HOSTILE}`);
  });

  it('409: the release changed after it was read, and nothing is stored', async () => {
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const page = await bob.open(briefOf());
    const { headers } = bob.holder;
    const failing = { type: 'application/xml', label: 'unit-tests', headers };
    const sent = await upload(guarded.app, scene.waiting, junit('passed', 'failure'), failing);
    expect(sent.statusCode).toBe(201);
    const response = await decide(bob, { decision: 'approve', reason: 'I read it' }, page);
    const refused = textOf(expectPage(response, 409));
    expect(refused).toContain('The release changed after you read it');
    expect(refused).toContain('production is not as you saw it: ');
    expect(refused).toContain('I read it');
    expect(await approvals()).toEqual([]);
  });

  it('400: a rejection needs a reason, and an approval something that was seen', async () => {
    const bob = await visitor(guarded.app, { subject: 'bob' });
    expectPage(await decide(bob, { decision: 'reject', reason: ' ' }), 400);
    expectPage(await decide(bob, { decision: 'approve', seen: '0'.repeat(64) }), 400);
    expectPage(await decide(bob, { decision: HOSTILE, seen: HOSTILE }), 400);
    expect(await approvals()).toEqual([]);
  });

  it('has no form for a program or a reader, and takes none', async () => {
    const program = await visitor(guarded.app, { person: false });
    expect(await program.open(briefOf())).not.toContain('name="seen"');
    const page = await (await visitor(guarded.app, { subject: 'bob' })).open(briefOf());
    const seen = fieldOf(page, 'seen');
    expectPage(
      await decide(program, { decision: 'approve', environment: 'production', seen }),
      409,
    );
    const reader = await visitor(guarded.app, { scopes: ['approvals:read'] });
    expect(await reader.open(briefOf())).not.toContain('name="seen"');
    const bound = await visitor(guarded.app, { projects: [scene.payments + 1] });
    expectPage(await bound.get(briefOf()), 404);
    expect(await approvals()).toEqual([]);
  });
});

describe('/ui/waivers/{id}', () => {
  const page = () => `/ui/waivers/${scene.waiver}`;

  it('303: a second person approves it', async () => {
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const response = await bob.send(page(), `${page()}/approve`, {});
    expect(response.headers.location).toBe(`${page()}?done=waived`);
    const after = textOf(await bob.open(`${page()}?done=waived`));
    expect(after).toContain('Waiver of CVE-2021-23337 Approved');
    expect(after).toContain('by bob');
  });

  it('403: nobody approves what they requested', async () => {
    const jenkins = await visitor(guarded.app, { subject: 'jenkins' });
    expectPage(await jenkins.send(page(), `${page()}/approve`, {}), 403);
  });

  it('303: revokes it with a reason, once', async () => {
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const html = await bob.open(page());
    const fields = { antiForgery: fieldOf(html, 'antiForgery'), reason: HOSTILE };
    expect((await bob.post(`${page()}/revoke`, fields)).statusCode).toBe(303);
    expect((await bob.post(`${page()}/revoke`, fields)).statusCode).toBe(303);
    const after = textOf(await bob.open(page()));
    expect(after).toContain(`Revoked by bob: ${HOSTILE}`);
    expectPage(await bob.post(`${page()}/revoke`, { ...fields, reason: 'Another' }), 409);
    expectPage(await bob.post(`${page()}/revoke`, { ...fields, reason: '' }), 400);
  });

  it('says what it matches, or why that is not shown', async () => {
    const alice = await visitor(guarded.app);
    const said = async (more: object, who = alice) => {
      const payload = {
        releaseId: scene.denied,
        rule: 'CVE-1',
        reason: 'x',
        expiresInDays: 5,
        ...more,
      };
      const { headers } = alice.holder;
      const request = { method: 'POST', url: '/waivers', payload, headers } as const;
      const response = await guarded.app.inject(request);
      expect(response.statusCode, response.body).toBe(201);
      return textOf(await who.open(`/ui/waivers/${response.json().id}`));
    };
    expect(await said({})).toContain(
      'It matches no finding of current evidence: it changes nothing now.',
    );
    expect(await said({ rule: 'tests-passed' })).toContain('It is about a whole rule');
    const reader = await visitor(guarded.app, { scopes: ['waivers:read', 'releases:read'] });
    expect(await said({}, reader)).toContain('You may not read evidence');
  });

  it('404: a waiver of another project', async () => {
    const bound = await visitor(guarded.app, { projects: [scene.payments + 1] });
    expectPage(await bound.get(page()), 404);
  });
});
