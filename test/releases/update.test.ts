import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createRelease, type ReleaseBody, revoke, seal } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const LINKS = [{ title: 'Build', url: 'https://ci.example.org/1' }];
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app, { branch: 'main', notes: 'first', links: LINKS });
});

const patch = (payload: unknown, id = release.id) =>
  context.app.inject({
    method: 'PATCH',
    url: `/releases/${id}`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });
const stored = async () => (await context.app.inject(`/releases/${release.id}`)).json();

describe('PATCH /releases/{id}: 200', () => {
  it.each<[string, Partial<ReleaseBody>]>([
    ['notes', { notes: 'second\n項目' }],
    ['notes of 10,000 characters', { notes: 'é'.repeat(10_000) }],
    ['empty notes', { notes: '' }],
    ['no notes', { notes: null }],
    ['links', { links: [...LINKS, { title: 'Ticket', url: 'http://t.example.org/7' }] }],
    ['no links', { links: [] }],
    ['both', { notes: 'x', links: [] }],
  ])('changes %s and keeps the rest', async (_case, change) => {
    const response = await patch(change);
    expect(response.statusCode, response.body).toBe(200);
    const changed = response.json();
    expect(changed).toEqual({ ...release, ...change, updatedAt: changed.updatedAt });
    expect(changed.updatedAt >= release.updatedAt).toBe(true);
    expect(response.headers.etag).toBe('"2"');
    expect(await stored()).toEqual(changed);
  });

  it('changes nothing for an empty body or the same values', async () => {
    for (const body of [{}, { notes: 'first' }, { links: LINKS }]) {
      const response = await patch(body);
      expect([response.statusCode, response.headers.etag]).toEqual([200, '"1"']);
      expect(response.json()).toEqual(release);
    }
    expect(await stored()).toEqual(release);
  });

  it('stores who changed the release last, and when', async () => {
    const bob = await giveToken({ subject: 'bob', scopes: ['releases:write'] });
    const change = (payload: object) =>
      guarded.app.inject({
        method: 'PATCH',
        url: `/releases/${release.id}`,
        headers: bob.headers,
        payload,
      });
    expect((await change({})).json()).toEqual(release);
    const changed = (await change({ notes: 'second' })).json();
    expect(changed).toMatchObject({ createdBy: 'anonymous', updatedBy: 'bob' });
    expect(Date.parse(changed.updatedAt)).toBeGreaterThanOrEqual(Date.parse(release.createdAt));
    expect(changed.createdAt).toBe(release.createdAt);
    expect(await sql('SELECT revision, updated_by FROM releases')).toEqual([
      { revision: 2, updated_by: 'bob' },
    ]);
  });

  it('updates a sealed or revoked release, which keeps its state', async () => {
    const sealed = (await seal(context.app, release.id)).json();
    const noted = (await patch({ notes: 'sealed' })).json();
    expect(noted).toEqual({ ...sealed, notes: 'sealed', updatedAt: noted.updatedAt });
    const revoked = (await revoke(context.app, release.id)).json();
    const linked = (await patch({ links: [] })).json();
    expect(linked).toEqual({ ...revoked, links: [], updatedAt: linked.updatedAt });
  });
});

describe('PATCH /releases/{id}: 400 and 404', () => {
  it.each<[string, unknown, string[]]>([
    ['a version', { version: '2.0.0' }, ['/version']],
    ['a commit', { commit: 'a'.repeat(40) }, ['/commit']],
    ['a branch', { branch: 'x' }, ['/branch']],
    ['a state', { state: 'sealed' }, ['/state']],
    ['another field', { notes: 'x', id: 'x' }, ['/id']],
    ['notes that are no text', { notes: 5 }, ['/notes']],
    ['notes of 10,001', { notes: 'x'.repeat(10_001) }, ['/notes']],
    ['NUL in notes', { notes: '\u0000' }, ['/notes']],
    ['null for links', { links: null }, ['/links']],
    ['51 links', { links: Array(51).fill(LINKS[0]) }, ['/links']],
    ['a link to a script', { links: [{ title: 'x', url: 'javascript:x' }] }, ['/links/0/url']],
    ['a faulty one of two', { notes: 'x', links: [{ title: 'x' }] }, ['/links/0/url']],
    ['a list', [], ['']],
    ['null', null, ['']],
  ])('400: %s', async (_case, body, expected) => {
    const problem = expectProblem(await patch(body), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(expected);
    expect(await stored()).toEqual(release);
  });

  it('400: the body is missing, or the id is not valid', async () => {
    const response = await context.app.inject({ method: 'PATCH', url: `/releases/${release.id}` });
    expectProblem(response, 400, 'validation-failed');
    expectProblem(await patch({}, 'x'), 400, 'validation-failed');
  });

  it('404: the release does not exist, even for an empty body', async () => {
    for (const body of [{}, { notes: 'x' }]) {
      const response = await patch(body, '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e');
      expectProblem(response, 404, 'release-not-found');
    }
  });
});
