import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { COMMIT, createRelease, digest, type ReleaseBody } from '../support/releases.js';
import { createProject, expectProblem, nextPage } from '../support/requests.js';
import { useRows } from '../support/rows.js';

/** What is there was made by somebody else; the callers are those of `context`. */
const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();
let theirs: ReleaseBody;
let own: ReleaseBody;

/** What all three projects have built, and what only the first one has. */
const SHARED = digest(1);
const SECRET = digest(2);

const artifact = (sha256: string) => ({ name: 'a', kind: 'archive', sha256 });
useRows(async () => {
  const releases: ReleaseBody[] = [];
  for (let project = 1; project <= 3; project += 1) {
    await createProject(open.app);
    const release = await createRelease(open.app, { projectId: project });
    const url = `/releases/${release.id}/artifacts`;
    for (const sha256 of project === 1 ? [SHARED, SECRET] : [SHARED]) {
      await open.app.inject({ method: 'POST', url, payload: artifact(sha256) });
    }
    releases.push(release);
  }
  const [first, second] = releases;
  if (!first || !second) throw new Error('there are three');
  [theirs, own] = [first, second];
});

type Call = [method: 'GET' | 'POST' | 'PUT' | 'PATCH', url: string, payload?: object];
const send = ({ headers }: Holder, [method, url, payload]: Call) =>
  context.app.inject({
    method,
    url,
    headers: { ...headers, 'x-request-id': 'same' },
    ...(payload && { payload }),
  });

const MISSING = { id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e', projectId: 99 };
type Place = Pick<ReleaseBody, 'id' | 'projectId'>;

const reads = ({ id, projectId }: Place): Record<string, Call> => ({
  list: ['GET', `/projects/${projectId}/releases`],
  'list by version': ['GET', `/projects/${projectId}/releases?version=1.0.0`],
  get: ['GET', `/releases/${id}`],
  'list artifacts': ['GET', `/releases/${id}/artifacts`],
});
const writes = ({ id, projectId }: Place): Record<string, Call> => ({
  create: ['POST', `/projects/${projectId}/releases`, { version: '2.0.0', commit: COMMIT }],
  put: ['PUT', `/projects/${projectId}/releases/3.0.0`, { commit: COMMIT }],
  'put what is there': ['PUT', `/projects/${projectId}/releases/1.0.0`, { commit: COMMIT }],
  'put what differs': ['PUT', `/projects/${projectId}/releases/1.0.0`, { commit: 'a'.repeat(40) }],
  describe: ['PATCH', `/releases/${id}`, { notes: 'x' }],
  'describe nothing': ['PATCH', `/releases/${id}`, {}],
  'add an artifact': ['POST', `/releases/${id}/artifacts`, artifact(digest(9))],
  'add one that is there': ['POST', `/releases/${id}/artifacts`, artifact(SHARED)],
  seal: ['POST', `/releases/${id}/seal`],
  revoke: ['POST', `/releases/${id}/revoke`, { reason: 'x' }],
});
const all = (place: Place) => ({ ...reads(place), ...writes(place) });

const stored = () =>
  Promise.all([
    sql('SELECT * FROM releases ORDER BY id'),
    sql('SELECT * FROM artifacts ORDER BY id'),
  ]);

describe('a caller that is bound to a project', () => {
  const bound = () => giveToken({ scopes: ['releases:read', 'releases:write'], projects: [2] });

  it('reads and changes the releases of the project', async () => {
    const holder = await bound();
    const statuses: Record<string, number> = {};
    for (const [name, call] of Object.entries(all(own))) {
      statuses[name] = (await send(holder, call)).statusCode;
    }
    expect(statuses).toEqual({
      list: 200,
      'list by version': 200,
      get: 200,
      'list artifacts': 200,
      create: 201,
      put: 201,
      'put what is there': 200,
      'put what differs': 409,
      describe: 200,
      'describe nothing': 200,
      'add an artifact': 201,
      'add one that is there': 409,
      seal: 200,
      revoke: 200,
    });
  });

  it.each(Object.keys(all(MISSING)))(
    '404: %s of another project gets the same answer as a missing one',
    async (name) => {
      const holder = await bound();
      const before = await stored();
      const [other, missing] = [all(theirs)[name], all(MISSING)[name]];
      if (!other || !missing) throw new Error(name);
      const [refused, absent] = [await send(holder, other), await send(holder, missing)];
      const code = other[1].startsWith('/projects') ? 'project-not-found' : 'release-not-found';
      const problem = expectProblem(refused, 404, code);
      expect({ ...absent.json(), instance: '' }).toEqual({ ...problem, instance: '' });
      const { date: _date, 'content-length': _length, ...headers } = refused.headers;
      expect(absent.headers).toMatchObject(headers);
      expect(await stored()).toEqual(before);
    },
  );

  it('finds only the artifacts of its projects', async () => {
    const find = async (projects: number[] | null, sha256: string, query = '') =>
      send(await giveToken({ scopes: ['releases:read'], projects }), [
        'GET',
        `/artifacts/${sha256}${query}`,
      ]);
    const projectsOf = (found: { project: { id: number } }[]) =>
      found.map(({ project }) => project.id);
    expect(projectsOf((await find(null, SHARED)).json())).toEqual([1, 2, 3]);
    expect(projectsOf((await find([2], SHARED)).json())).toEqual([2]);
    expect(projectsOf((await find([3, 1, 99], SHARED)).json())).toEqual([1, 3]);
    expect(projectsOf((await find([1], SECRET)).json())).toEqual([1]);

    const refused = expectProblem(await find([2, 3], SECRET), 404, 'artifact-not-found');
    const absent = (await find([2, 3], digest(7))).json();
    expect({ ...absent, instance: '' }).toEqual({ ...refused, instance: '' });
  });

  it('finds them in pages that reveal nothing about other projects', async () => {
    const holder = await giveToken({ scopes: ['releases:read'], projects: [1, 3] });
    const first = await send(holder, ['GET', `/artifacts/${SHARED}?limit=1`]);
    const second = await send(holder, ['GET', nextPage(first) ?? '']);
    expect([...first.json(), ...second.json()].map(({ project }) => project.id)).toEqual([1, 3]);
    expect(nextPage(second)).toBeUndefined();
  });

  it('reaches nothing after its project is deleted', async () => {
    const holder = await giveToken({ scopes: ['releases:read', 'releases:write'], projects: [99] });
    for (const call of Object.values(all(own))) {
      expect((await send(holder, call)).statusCode, call.join(' ')).toBe(404);
    }
    const found = await send(holder, ['GET', `/artifacts/${SHARED}`]);
    expectProblem(found, 404, 'artifact-not-found');
  });
});

describe('a scope alone', () => {
  it('releases:read allows reads only', async () => {
    const holder = await giveToken({ scopes: ['releases:read'] });
    const before = await stored();
    for (const call of [...Object.values(reads(own)), ['GET', `/artifacts/${SHARED}`] as Call]) {
      expect((await send(holder, call)).statusCode, call.join(' ')).toBe(200);
    }
    for (const call of Object.values(writes(own))) {
      expectProblem(await send(holder, call), 403, 'insufficient-scope');
    }
    expect(await stored()).toEqual(before);
  });

  it('releases:write allows changes only', async () => {
    const holder = await giveToken({ scopes: ['releases:write'] });
    for (const call of [...Object.values(reads(own)), ['GET', `/artifacts/${SHARED}`] as Call]) {
      expectProblem(await send(holder, call), 403, 'insufficient-scope');
    }
    for (const call of Object.values(writes(own))) {
      expect([200, 201, 409], call.join(' ')).toContain((await send(holder, call)).statusCode);
    }
    const now = await open.app.inject(`/releases/${own.id}`);
    expect(now.json()).toMatchObject({ notes: 'x', state: 'revoked', revokedBy: 'alice' });
  });

  it.each([
    'projects:read',
    'projects:write',
    'evidence:read',
    'evidence:write',
    'evidence:retract',
    'vex:write',
  ] as const)('%s does not allow either', async (scope) => {
    const holder = await giveToken({ scopes: [scope] });
    for (const call of [...Object.values(all(own)), ['GET', `/artifacts/${SHARED}`] as Call]) {
      expectProblem(await send(holder, call), 403, 'insufficient-scope');
    }
  });
});
