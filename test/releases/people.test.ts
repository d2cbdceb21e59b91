import { beforeEach, describe, expect, it } from 'vitest';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { useOidc } from '../support/oidc.js';
import { expectProblem, pointers } from '../support/requests.js';

const oidc = useOidc();
const { trust } = oidc;
const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';
let admin: Holder;
beforeEach(async () => {
  admin = await giveToken({ subject: 'admin' });
  await post(admin.headers, '/projects', { name: 'A' });
});

const post = (headers: { authorization: string }, url: string, payload?: object) =>
  oidc.app.inject({ method: 'POST', url, headers, ...(payload && { payload }) });
const SCOPES = ['releases:write', 'releases:read', 'evidence:write'];

/** Registers a release as a pipeline whose token has these claims. */
async function release(claims: object, more: object = {}) {
  const authorization = `Bearer ${await oidc.issuer.sign({ ...claims })}`;
  const payload = { version: '1.0.0', commit: COMMIT, ...more };
  const response = await post({ authorization }, '/projects/1/releases', payload);
  expect(response.statusCode, response.body).toBe(201);
  return { authorization, release: response.json() };
}

describe('triggeredBy', () => {
  it('is who set the pipeline off, by the claim that the issuer names', async () => {
    await trust({ actorClaim: 'actor', scopes: SCOPES });
    const { authorization, release: made } = await release({ actor: 'octocat' });
    const actor = `${oidc.issuer.url}|actor:octocat`;
    expect(made.triggeredBy).toBe(actor);
    const url = `/releases/${made.id}`;
    expect((await oidc.app.inject({ url, headers: admin.headers })).json().triggeredBy).toBe(actor);

    const report = `<testsuite name="a" tests="1"><testcase name="b"/></testsuite>`;
    const evidence = await oidc.app.inject({
      method: 'POST',
      url: `${url}/evidence`,
      headers: { authorization, 'content-type': 'application/xml' },
      payload: report,
    });
    expect(evidence.json(), evidence.body).toMatchObject({ triggeredBy: actor });
    const events = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type IN ('release.created', 'evidence.received') ORDER BY id`,
    );
    expect(events.map(({ data }) => JSON.parse(data).triggeredBy)).toEqual([actor, actor]);
  });

  it.each<[string, object, object]>([
    ['no claim of the trust', {}, { actor: 'octocat' }],
    ['no such claim in the token', { actorClaim: 'actor' }, {}],
    ['a claim that is not text', { actorClaim: 'actor' }, { actor: ['octocat'] }],
    ['an empty claim', { actorClaim: 'actor' }, { actor: '' }],
    ['a claim that cannot be stored', { actorClaim: 'actor' }, { actor: 'a\0b' }],
    ['a claim of 256 characters', { actorClaim: 'actor' }, { actor: 'x'.repeat(256) }],
  ])('is null, which is unknown, with %s', async (_case, conditions, claims) => {
    await trust({ scopes: SCOPES, ...conditions });
    expect((await release(claims)).release.triggeredBy).toBeNull();
  });

  it('is the subject of the link of the person', async () => {
    await giveToken({ subject: 'alice' });
    await trust({ actorClaim: 'user_login', scopes: SCOPES });
    const alias = `${oidc.issuer.url}|user_login:alice7`;
    const linked = await post(admin.headers, '/identities/alice/links', { alias });
    expect(linked.statusCode, linked.body).toBe(201);
    expect((await release({ user_login: 'alice7' })).release.triggeredBy).toBe('alice');
  });

  it('is a person who registers the release, and unknown for the token of a program', async () => {
    const bob = await giveToken({ subject: 'bob', person: true });
    const payload = { version: '1.0.0', commit: COMMIT };
    const byPerson = await post(bob.headers, '/projects/1/releases', payload);
    expect(byPerson.json().triggeredBy).toBe('bob');
    const next = { ...payload, version: '1.0.1' };
    expect((await post(admin.headers, '/projects/1/releases', next)).json().triggeredBy).toBeNull();
  });
});

describe('authors', () => {
  it('are kept as they were sent', async () => {
    await trust({ scopes: SCOPES });
    const { release: made } = await release({}, { authors: [' alice ', 'Bob <b@example.org>'] });
    expect(made.authors).toEqual(['alice', 'Bob <b@example.org>']);
    const { headers } = admin;
    const [listed] = (await oidc.app.inject({ url: '/projects/1/releases', headers })).json();
    expect(listed.authors).toEqual(made.authors);
  });

  it.each([
    [['a', 'a'], '/authors'],
    [[''], '/authors/0'],
    [['a\nb'], '/authors/0'],
    [['x'.repeat(201)], '/authors/0'],
    [Array.from({ length: 101 }, (_, i) => `a${i}`), '/authors'],
    ['alice', '/authors'],
  ])('400: %#', async (authors, pointer) => {
    const payload = { version: '1.0.0', commit: COMMIT, authors };
    const response = await post(admin.headers, '/projects/1/releases', payload);
    expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual([pointer]);
  });
});

describe('the table of releases', () => {
  it.each([`triggered_by = 'x'`, `authors = '{x}'`])('refuses to set %s', async (change) => {
    await post(admin.headers, '/projects/1/releases', { version: '1.0.0', commit: COMMIT });
    await expect(sql(`UPDATE releases SET ${change}`)).rejects.toThrow(/refused/);
  });
});
