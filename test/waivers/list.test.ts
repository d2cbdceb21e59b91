import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { walkPages } from '../support/pages.js';
import { expectProblem, nextPage } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { approve, inDays, requested, revokeWaiver, type WaiverBody } from '../support/waivers.js';

const context = useApp({ AUTH_MODE: 'token' });
let admin: Holder;
/** Waivers by their rule, which is `<state> <project>`. */
let waivers: Map<string, WaiverBody>;

const STATES = ['requested', 'approved', 'expired', 'lapsed', 'revoked'];

useRows(async () => {
  const { app } = context;
  admin = await giveToken({ subject: 'admin' });
  const { headers } = await giveToken({ subject: 'bob' });
  waivers = new Map();
  for (const projectId of [1, 2]) {
    await sql(`INSERT INTO projects (name) VALUES ('x')`);
    for (const rule of STATES) {
      const waiver = await requested(
        app,
        { projectId, rule: `${rule} ${projectId}` },
        admin.headers,
      );
      if (['approved', 'lapsed', 'revoked'].includes(rule)) await approve(app, waiver.id, headers);
      if (rule === 'revoked') await revokeWaiver(app, waiver.id, 'x', headers);
      waivers.set(waiver.rule, waiver);
    }
  }
  await sql(`BEGIN; SET LOCAL session_replication_role = replica;
    UPDATE waivers SET created_at = created_at - interval '31 days',
                       expires_at = expires_at - interval '31 days'
     WHERE rule LIKE 'expired%' OR rule LIKE 'lapsed%'; COMMIT`);
});

const list = (query = '', { headers } = admin) =>
  context.app.inject({ url: `/waivers${query}`, headers });
const rules = async (query: string, holder = admin) =>
  (await list(query, holder)).json().map(({ rule }: WaiverBody) => rule);

describe('GET /waivers', () => {
  it('lists all waivers, newest first', async () => {
    const all = [2, 1].flatMap((project) =>
      STATES.toReversed().map((state) => `${state} ${project}`),
    );
    expect(await rules('')).toEqual(all);
    expect(await rules('?state=all')).toEqual(all);
  });

  it.each([
    ['requested', ['requested']],
    ['approved', ['approved']],
    ['expired', ['lapsed', 'expired']],
    ['revoked', ['revoked']],
  ])('lists waivers that are %s', async (state, expected) => {
    const found = (await list(`?state=${state}&project=1`)).json();
    expect(found.map(({ rule }: WaiverBody) => rule)).toEqual(expected.map((rule) => `${rule} 1`));
    for (const waiver of found) expect(waiver.state).toBe(state);
  });

  it('lists waivers in pages', async () => {
    const seen: string[] = [];
    for (let url: string | undefined = '/waivers?limit=3&project=2'; url; ) {
      const page = await context.app.inject({ url, headers: admin.headers });
      seen.push(...page.json().map(({ rule }: WaiverBody) => rule));
      url = nextPage(page);
    }
    expect(seen).toEqual(STATES.toReversed().map((state) => `${state} 2`));
  });

  it('404: the project does not exist', async () => {
    expectProblem(await list('?project=9'), 404, 'project-not-found');
  });

  it.each(['limit=0', 'state=x', 'project=0', 'cursor=x', 'x=1'])('400: %s', async (query) => {
    expectProblem(await list(`?${query}`), 400, 'validation-failed');
  });
});

describe('GET /waivers/ending', () => {
  const ending = async (query: string, holder = admin) => {
    const page = await list(`/ending${query}`, holder);
    expect(page.statusCode, page.body).toBe(200);
    return page.json().map(({ rule }: WaiverBody) => rule);
  };
  useRows(async () => {
    const { app } = context;
    const { headers } = await giveToken({ subject: 'bob' });
    const ends = new Map([3, 20].map((days) => [days, inDays(days)]));
    for (const [rule, days, projectId] of [
      ['later', 20, 1],
      ['soon', 3, 1],
      ['also soon', 3, 2],
    ] as const) {
      const body = { projectId, rule, expiresAt: ends.get(days) };
      const { id } = await requested(app, body, admin.headers);
      await approve(app, id, headers);
    }
    await requested(app, { rule: 'not approved', expiresAt: inDays(2) }, admin.headers);
  });

  it('lists approved waivers that end within some days, the next first', async () => {
    expect(await ending('?days=5')).toEqual(['soon', 'also soon']);
    expect(await ending('?days=25')).toEqual(['soon', 'also soon', 'later']);
    expect(await ending('?days=1')).toEqual([]);
    expect(await ending('?project=1&days=25')).toEqual(['soon', 'later']);
    expect(await ending('?days=90')).toEqual([
      'soon',
      'also soon',
      'later',
      'approved 1',
      'approved 2',
    ]);
    const walked = await walkPages<WaiverBody>(
      context.app,
      '/waivers/ending?days=25&limit=1',
      admin.headers,
    );
    expect(walked.map(({ rule }) => rule)).toEqual(['soon', 'also soon', 'later']);
  });

  it('lists those of the projects that the caller can read', async () => {
    const holder = await giveToken({ scopes: ['waivers:read'], projects: [2] });
    expect(await ending('?days=25', holder)).toEqual(['also soon']);
    expectProblem(await list('/ending?project=1', holder), 404, 'project-not-found');
    const other = await giveToken({ scopes: ['releases:read'] });
    expectProblem(await list('/ending', other), 403, 'insufficient-scope');
  });

  it('404: the project does not exist', async () => {
    expectProblem(await list('/ending?project=9'), 404, 'project-not-found');
  });

  it.each(['days=0', 'days=91', 'cursor=x', 'limit=0', 'x=1'])('400: %s', async (query) => {
    expectProblem(await list(`/ending?${query}`), 400, 'validation-failed');
  });
});

describe('a caller that is bound to a project', () => {
  const bound = () => giveToken({ scopes: ['waivers:read'], projects: [2] });

  it('sees only the waivers of that project', async () => {
    const holder = await bound();
    const mine = STATES.toReversed().map((state) => `${state} 2`);
    expect(await rules('', holder)).toEqual(mine);
    expect(await rules('?state=approved', holder)).toEqual(['approved 2']);
    expectProblem(await list('?project=1', holder), 404, 'project-not-found');
  });

  it('404: gets the same answer for a waiver of another project as for a missing one', async () => {
    const { headers } = await bound();
    const get = (id = '') =>
      context.app.inject({
        url: `/waivers/${id}`,
        headers: { ...headers, 'x-request-id': 'same' },
      });
    expect((await get(waivers.get('approved 2')?.id)).statusCode).toBe(200);
    const refused = await get(waivers.get('approved 1')?.id);
    const problem = expectProblem(refused, 404, 'waiver-not-found');
    const absent = (await get('019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e')).json();
    expect({ ...absent, instance: '' }).toEqual({ ...problem, instance: '' });
  });
});
