import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { verifyInclusion } from '../../src/security/signing/tiles.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { emptyQueue, type LogApp, logApp } from '../support/log.js';
import { SEALED } from '../support/policies.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, nextPage } from '../support/requests.js';

const TOKENS = { AUTH_MODE: 'token', HOST: '0.0.0.0' };

interface EventBody {
  id: string;
  type: string;
  time: string;
  actor: string;
  subject: { kind: string; id: string };
  projectId: number | null;
  entry: {
    index: number;
    leafHash: string;
    commitment: string;
    salt: string;
    statement: string;
    sequence: number | null;
    previous: string | null;
  } | null;
}

let log: LogApp;
/** Lists events with a token of these rights. */
async function list(query = '', scopes?: readonly Scope[], projects: number[] | null = null) {
  const { headers } = await giveToken({ ...(scopes && { scopes }), projects });
  const answer = await log.app.inject({ url: `/events?${query}`, headers });
  expect(answer.statusCode, answer.body).toBe(200);
  // Tokens of this test are written without the API.
  return (answer.json() as EventBody[]).filter(({ type }) => type !== 'beside-api');
}
const types = (events: EventBody[]) => events.map(({ type }) => type);

let releases: { id: string; projectId: number }[];
beforeEach(async () => {
  await emptyQueue();
  await sql(
    `SET session_replication_role = replica; DELETE FROM events; RESET session_replication_role`,
  );
  log = await logApp({ env: TOKENS });
  const { headers } = await giveToken();
  releases = [];
  for (const name of ['one', 'two']) {
    const payload = { name };
    const project = await log.app.inject({ method: 'POST', url: '/projects', headers, payload });
    const projectId = project.json().id;
    releases.push(await createRelease(log.app, { projectId, headers }));
  }
  const payload = { name: 'gate', rules: [SEALED] };
  await log.app.inject({ method: 'POST', url: '/policies', headers, payload });
  await sql(`SET session_replication_role = replica; DELETE FROM events WHERE type = 'beside-api';
             RESET session_replication_role`);
});

describe('GET /events', () => {
  it('lists the newest first, with what the log commits to', async () => {
    await log.settle();
    const events = await list();
    expect(types(events)).toEqual([
      'policy.created',
      'release.created',
      'project.created',
      'release.created',
      'project.created',
    ]);
    for (const { id, entry } of events) {
      if (!entry) throw new Error('the event has no entry');
      const salted = Buffer.concat([Buffer.from(entry.salt, 'hex'), Buffer.from(entry.statement)]);
      expect(createHash('sha256').update(salted).digest('hex')).toBe(entry.commitment);
      expect(JSON.parse(entry.statement)).toMatchObject({ id, sequence: entry.sequence });
      const { headers } = await giveToken();
      const proof = await log.app.inject({ url: `/log/proof?event=${id}`, headers });
      const { index, size, rootHash, hashes } = proof.json();
      expect(index).toBe(entry.index);
      const [leaf, root] = [Buffer.from(entry.leafHash, 'hex'), Buffer.from(rootHash, 'base64')];
      const path = hashes.map((hash: string) => Buffer.from(hash, 'base64'));
      expect(verifyInclusion(index, size, leaf, path, root)).toBe(true);
    }
  });

  it('has no entry before the event is in the log', async () => {
    expect((await list()).map(({ entry }) => entry)).toEqual([null, null, null, null, null]);
    expect(await list('order=index')).toEqual([]);
  });

  it('is paged, by time and by the order of the log', async () => {
    await log.settle();
    const { headers } = await giveToken();
    for (const order of ['newest', 'index']) {
      const all = await list(`order=${order}`);
      const paged: EventBody[] = [];
      for (let url: string | undefined = `/events?limit=2&order=${order}`; url !== undefined; ) {
        const answer = await log.app.inject({ url, headers });
        const items: EventBody[] = answer.json();
        paged.push(...items.filter(({ type }) => type !== 'beside-api'));
        url = nextPage(answer);
      }
      expect(paged).toEqual(all);
      expect(all.length).toBeGreaterThanOrEqual(5);
    }
    const indexes = (await list('order=index')).map(({ entry }) => entry?.index);
    expect(indexes).toEqual([...indexes].sort((a, b) => Number(a) - Number(b)));
  });

  it('filters', async () => {
    const [one, two] = releases;
    expect(types(await list(`project=${one?.projectId}`))).toEqual([
      'release.created',
      'project.created',
    ]);
    expect((await list(`release=${two?.id}`)).map(({ subject }) => subject.id)).toEqual([two?.id]);
    expect(types(await list('type=policy.created'))).toEqual(['policy.created']);
    expect(types(await list(`subject=project:${one?.projectId}`))).toEqual(['project.created']);
    expect(await list(`subject=release:${one?.projectId}`)).toEqual([]);
    expect(await list('actor=nobody')).toEqual([]);
    expect(await list('actor=alice')).toHaveLength(5);
    const [, , third] = await list();
    const time = encodeURIComponent(third?.time ?? '');
    const later = await list(`from=${time}`);
    expect(later.length).toBeGreaterThanOrEqual(3);
    expect(later.length + (await list(`to=${time}`)).length).toBe(5);
  });

  it('shows a bound caller the events of its projects only', async () => {
    await log.settle();
    const [one] = releases;
    const scopes: Scope[] = ['events:read', 'projects:read', 'releases:read'];
    const own = await list('', scopes, [one?.projectId ?? 0]);
    expect(own.map(({ projectId }) => projectId)).toEqual([one?.projectId, one?.projectId]);
    expect(await list(`project=${releases[1]?.projectId}`, scopes, [one?.projectId ?? 0])).toEqual(
      [],
    );
    const { headers } = await giveToken({ scopes, projects: [one?.projectId ?? 0] });
    const everything = await list();
    for (const { id, projectId } of everything) {
      const answer = await log.app.inject({ url: `/events/${id}`, headers });
      if (projectId === one?.projectId) expect(answer.statusCode).toBe(200);
      else expectProblem(answer, 404, 'event-not-found');
    }
  });

  it('shows an event to callers with the scope of what it is about', async () => {
    expect(await list('', ['events:read'])).toEqual([]);
    expect(types(await list('', ['events:read', 'policies:read']))).toEqual(['policy.created']);
    const projects = await list('', ['events:read', 'projects:read']);
    expect(new Set(types(projects))).toEqual(new Set(['project.created']));
    await sql(`INSERT INTO events (type, subject_kind, subject_id, actor, data)
               VALUES ('token.created', 'token', '1', 'alice', '{}')`);
    expect(types(await list('', ['events:read', 'tokens:admin']))).toEqual(['token.created']);
    const { headers } = await giveToken({ scopes: ['releases:read'] });
    expectProblem(await log.app.inject({ url: '/events', headers }), 403, 'insufficient-scope');
  });

  it.each([
    'limit=0',
    'cursor=x',
    'order=other',
    'project=X',
    'release=1',
    'type=A',
    'subject=production',
    'subject=environment:',
    'actor=',
    'from=yesterday',
    'other=1',
    `cursor=${Buffer.from('[1,2]').toString('base64url')}`,
  ])('refuses ?%s', async (query) => {
    const { headers } = await giveToken();
    const answer = await log.app.inject({ url: `/events?${query}`, headers });
    expectProblem(answer, 400, 'validation-failed');
  });
});

describe('GET /events/{id}', () => {
  it('returns the event, or says that it does not exist', async () => {
    const [event] = await list();
    const { headers } = await giveToken();
    const found = await log.app.inject({ url: `/events/${event?.id}`, headers });
    expect(found.json()).toEqual(event);
    const url = '/events/01a22465-7233-7c51-89ef-6cfa941ad381';
    expectProblem(await log.app.inject({ url, headers }), 404, 'event-not-found');
    expectProblem(await log.app.inject({ url: '/events/1', headers }), 400, 'validation-failed');
  });
});
