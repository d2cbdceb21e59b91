import { describe, expect, it } from 'vitest';
import { giveGroup, useSignIn } from '../support/browser.js';
import { giveToken, type Holder } from '../support/callers.js';
import { skipTime } from '../support/clock.js';
import { sql } from '../support/database.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useSignIn();
const post = ({ headers }: Holder, url: string, payload?: object) =>
  context.app.inject({ method: 'POST', url, headers, ...(payload && { payload }) });
const me = async ({ headers }: Holder) =>
  (await context.app.inject({ url: '/me', headers })).json();
const person = (subject: string) => giveToken({ subject, person: true });

/** A link of a login to a token's subject. */
async function link(admin: Holder, subject = 'alice', alias = context.login('u1')) {
  const response = await post(admin, `/identities/${subject}/links`, { alias });
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}

describe('POST /identities/{subject}/links', () => {
  it('201: a login and a token are one person from then on, and what was before keeps its name', async () => {
    await giveGroup();
    const admin = await giveToken({ subject: 'admin' });
    const token = await giveToken({ subject: 'alice' });
    const browser = await context.signedIn();
    const project = { url: '/projects', payload: { name: 'A' } };
    const before = await browser.change(project);
    const made = await link(admin);
    expect(made).toEqual({
      id: expect.any(String),
      subject: 'alice',
      alias: context.login('u1'),
      createdAt: expect.any(String),
      createdBy: 'admin',
      unlinkRequestedAt: null,
      unlinkRequestedBy: null,
      unlinkedAt: null,
      unlinkedBy: null,
    });
    expect(await browser.me()).toMatchObject({
      subject: 'alice',
      via: 'sign-in',
      otherNames: [context.login('u1')],
    });
    expect((await browser.change(project)).json().createdBy).toBe('alice');
    expect(await me(token)).toMatchObject({ subject: 'alice', otherNames: [context.login('u1')] });
    const { headers } = admin;
    const first = await context.app.inject({ url: `/projects/${before.json().id}`, headers });
    expect(first.json().createdBy).toBe(context.login('u1'));
  });

  it('201: four eyes see one person, also for what it requested under the other name before', async () => {
    await giveGroup();
    const admin = await giveToken({ subject: 'admin' });
    const token = await giveToken({ subject: 'Alice' });
    const browser = await context.signedIn();
    await browser.change({ url: '/projects', payload: { name: 'A' } });
    const payload = { projectId: 1, rule: 'CVE-2026-1', reason: 'unused', expiresInDays: 7 };
    const waiver = (await browser.change({ url: '/waivers', payload })).json();
    expect(waiver.createdBy).toBe(context.login('u1'));
    await link(admin);
    expectProblem(await post(token, `/waivers/${waiver.id}/approve`), 403, 'four-eyes-required');
    expect((await post(admin, `/waivers/${waiver.id}/approve`)).statusCode).toBe(200);
  });

  it('201: creates one link for an Idempotency-Key', async () => {
    const admin = await giveToken({ subject: 'admin' });
    await giveToken();
    const create = () =>
      context.app.inject({
        method: 'POST',
        url: '/identities/alice/links',
        headers: { ...admin.headers, 'idempotency-key': 'one' },
        payload: { alias: context.login('u1') },
      });
    const first = await create();
    expect((await create()).body).toBe(first.body);
    expect(await sql('SELECT 1 FROM identity_links')).toHaveLength(1);
  });

  it.each(['alice', 'ALICE', 'anonymous', 'cli:root', '', 'a\nb', 'x'.repeat(801)])(
    '400: the alias %#',
    async (alias) => {
      const response = await post(await giveToken(), '/identities/alice/links', { alias });
      expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual(['/alias']);
      expect(await sql('SELECT 1 FROM identity_links')).toEqual([]);
    },
  );

  it('404: a subject that nothing is known of', async () => {
    const response = await post(await giveToken(), '/identities/nobody/links', { alias: 'x' });
    expectProblem(response, 404, 'identity-not-found');
  });

  it('409: a name is that of one person, and links lead to a subject', async () => {
    const admin = await giveToken();
    for (const subject of ['bob', 'carol']) await giveToken({ subject });
    await link(admin, 'alice', 'https://idp.example|1');
    const refused = async (subject: string, alias: string, text: string) => {
      const url = `/identities/${encodeURIComponent(subject)}/links`;
      const { detail } = expectProblem(await post(admin, url, { alias }), 409, 'identity-linked');
      expect(detail).toContain(text);
    };
    await refused('bob', 'https://idp.example|1', 'is linked to alice');
    await refused('alice', 'https://idp.example|1', 'is linked to alice');
    await refused('https://idp.example|1', 'bob', 'Link the name to alice');
    await refused('bob', 'alice', 'Unlink it first');
    expect(await sql('SELECT 1 FROM identity_links')).toHaveLength(1);
  });

  it('one of two concurrent links of one name is refused', async () => {
    const admin = await giveToken();
    await giveToken({ subject: 'bob' });
    const both = await Promise.all(
      ['alice', 'bob'].map((name) => post(admin, `/identities/${name}/links`, { alias: 'x' })),
    );
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409]);
  });
});

describe('POST /identities/{subject}/links/{id}/unlink', () => {
  it('200: one person requests, another confirms, and the names are two people from then on', async () => {
    const [anna, bert] = [await person('anna'), await person('bert')];
    await giveGroup();
    await giveToken();
    const browser = await context.signedIn();
    const { id } = await link(anna);
    const url = `/identities/alice/links/${id}/unlink`;
    const requested = (await post(anna, url)).json();
    expect(requested).toMatchObject({ unlinkRequestedBy: 'anna', unlinkedAt: null });
    expect((await browser.me()).subject).toBe('alice');
    expectProblem(await post(anna, url), 403, 'four-eyes-required');
    const ended = await post(bert, url);
    expect(ended.json()).toMatchObject({ unlinkedBy: 'bert', unlinkedAt: expect.any(String) });
    expect((await post(anna, url)).json()).toEqual(ended.json());
    expect(await browser.me()).toMatchObject({ subject: context.login('u1'), otherNames: [] });
    const events = await sql<{ type: string; actor: string }>(
      `SELECT type, actor FROM events WHERE subject_kind = 'identity-link' ORDER BY id`,
    );
    expect(events).toEqual([
      { type: 'identity.linked', actor: 'anna' },
      { type: 'identity.unlink-requested', actor: 'anna' },
      { type: 'identity.unlinked', actor: 'bert' },
    ]);
  });

  it('is never retroactive: what was requested while the names were one stays that of one person', async () => {
    const [anna, bert] = [await person('anna'), await person('bert')];
    await giveGroup();
    const alice = await giveToken();
    const browser = await context.signedIn();
    await browser.change({ url: '/projects', payload: { name: 'A' } });
    const payload = { projectId: 1, rule: 'CVE-2026-1', reason: 'unused', expiresInDays: 7 };
    const request = async (holder: Holder) => (await post(holder, '/waivers', payload)).json();
    const { id } = await link(anna);
    const during = await request(alice);
    const url = `/identities/alice/links/${id}/unlink`;
    for (const admin of [anna, bert]) expect((await post(admin, url)).statusCode).toBe(200);
    skipTime(3001); // callers of tokens are believed for 3 s
    const after = await request(alice);
    const approve = (waiver: { id: string }) =>
      browser.change({ url: `/waivers/${waiver.id}/approve` });
    expectProblem(await approve(during), 403, 'four-eyes-required');
    expect((await approve(after)).statusCode).toBe(200);
  });

  it('409: a program cannot', async () => {
    const admin = await giveToken({ subject: 'admin' });
    await giveToken();
    const { id } = await link(admin);
    const response = await post(admin, `/identities/alice/links/${id}/unlink`);
    const { detail } = expectProblem(response, 409, 'identity-required');
    expect(detail).toMatch(/admin.*Sign in at \/sign-in.*"person": true/);
  });

  it('a request that is older than 7 days does not count', async () => {
    const [anna, bert] = [await person('anna'), await person('bert')];
    await giveToken();
    const { id } = await link(anna);
    const url = `/identities/alice/links/${id}/unlink`;
    await post(anna, url);
    await sql(`UPDATE identity_links SET unlink_requested_at = now() - interval '8 days'`);
    expect((await post(bert, url)).json()).toMatchObject({
      unlinkRequestedBy: 'bert',
      unlinkedAt: null,
    });
  });

  it('403: one person under two names cannot', async () => {
    const anna = await person('anna');
    await giveToken();
    const { id } = await link(anna);
    await giveGroup();
    const browser = await context.signedIn({ sub: 'anna' });
    await link(anna, 'anna', context.login('anna'));
    const url = `/identities/alice/links/${id}/unlink`;
    await post(anna, url);
    expectProblem(await browser.change({ url }), 403, 'four-eyes-required');
  });

  it('404: a link of another person', async () => {
    const anna = await person('anna');
    await giveToken();
    const { id } = await link(anna);
    const url = `/identities/anna/links/${id}/unlink`;
    expectProblem(await post(anna, url), 404, 'link-not-found');
  });
});

describe('the table of links', () => {
  it('refuses that one person unlinks alone', async () => {
    const anna = await person('anna');
    await giveToken();
    const { id } = await link(anna);
    await post(anna, `/identities/alice/links/${id}/unlink`);
    const change = sql(`UPDATE identity_links SET unlinked_at = now(), unlinked_by = 'anna'`);
    await expect(change).rejects.toThrow(/identity_links_unlinked_check/);
  });
});
