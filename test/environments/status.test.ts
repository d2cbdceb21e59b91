import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { acted, broken, person } from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { hoursFromNow, stopped, windowOf } from '../support/line.js';
import { createRelease, revoke } from '../support/releases.js';
import { createProject, expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
});

const statusOf = async (query = '', headers = {}) => {
  const url = `/environments/production/status${query}`;
  const response = await guarded.app.inject({
    url,
    headers: { ...(await giveToken()).headers, ...headers },
  });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
};
const readiness = async (id = release) => {
  const response = await context.app.inject(`/releases/${id}/readiness`);
  expect(response.statusCode, response.body).toBe(200);
  const { releaseId, environments } = response.json();
  expect(releaseId).toBe(id);
  return environments;
};
const instant = (local: string) => `${local}:00.000Z`;

describe('GET /environments/{name}/status', () => {
  it('says what runs, since when and by which verdict', async () => {
    const running = await deployed(context.app, release);
    const status = { isOpen: true, isStopped: false, opensAt: null, closesAt: null };
    expect(await statusOf()).toEqual({
      ...{ environment: 'production', ...status, stops: [], windows: [], running: [running] },
      breakGlass: [],
    });
    const some = await giveToken({ scopes: ['environments:read'] });
    expect((await statusOf('', some.headers)).running).toEqual([]);
    const bound = await giveToken({ scopes: ['deployments:read'], projects: [2] });
    const url = '/environments/production/status';
    expectProblem(
      await guarded.app.inject({ url, headers: bound.headers }),
      403,
      'insufficient-scope',
    );
  });

  it('says which break-glasses are open, to callers who may read deployments', async () => {
    const { id, endsAt } = await broken(guarded.app, release);
    const other = await createRelease(context.app);
    const theirs = await broken(guarded.app, other.id, { force: true });
    await broken(guarded.app, other.id, { environment: 'staging' });
    const ids = (body: { breakGlass: { id: string }[] }) => body.breakGlass.map((one) => one.id);
    expect(ids(await statusOf())).toEqual([theirs.id, id]);
    expect((await statusOf('?project=1')).breakGlass).toEqual([
      {
        ...{ id, projectId: 1, releaseId: release, release: { version: '1.0.0' }, endsAt },
        ...{ force: false, requestedBy: 'alice' },
      },
    ]);
    const some = await giveToken({ scopes: ['environments:read'] });
    expect(ids(await statusOf('', some.headers))).toEqual([]);
    await acted(guarded.app, id, 'end', (await person()).headers);
    expect(ids(await statusOf('?project=1'))).toEqual([]);
  });

  it('as does GET /environments/{name}, for callers who may read deployments', async () => {
    const running = await deployed(context.app, release);
    const read = async (headers: Record<string, string>) =>
      (await guarded.app.inject({ url: '/environments/production', headers })).json().running;
    expect(await read((await giveToken()).headers)).toEqual([running]);
    expect(running).toMatchObject({
      endedAt: expect.any(String),
      judgedVerdictId: expect.any(String),
    });
    expect(await read((await giveToken({ scopes: ['environments:read'] })).headers)).toEqual([]);
  });

  it('says whether it is frozen or stopped, for every project and for one', async () => {
    const other = (await createProject(context.app, { name: 'Other' })).id;
    const to = hoursFromNow(4);
    const freeze = await windowOf(context.app, { to, projects: [other] });
    const stop = await stopped(context.app, { projects: [1] });
    expect(await statusOf()).toMatchObject({ isOpen: true, stops: [stop], windows: [freeze] });
    expect(await statusOf(`?project=${other}`)).toMatchObject({
      ...{ isOpen: false, isStopped: false, opensAt: instant(to), stops: [], windows: [freeze] },
    });
    expect(await statusOf('?project=1')).toMatchObject({
      ...{ isOpen: false, isStopped: true, stops: [stop], windows: [] },
    });
    const later = await windowOf(context.app, { from: hoursFromNow(2), to });
    expect(await statusOf()).toMatchObject({ isOpen: true, closesAt: later.until });
  });

  it('404', async () => {
    expectProblem(await context.app.inject('/environments/x/status'), 404, 'environment-not-found');
    const url = '/environments/production/status?project=99';
    expectProblem(await context.app.inject(url), 404, 'project-not-found');
  });
});

describe('GET /releases/{id}/readiness', () => {
  it('says where it runs, where it may go, and stores nothing', async () => {
    await deployed(context.app, release, 'staging');
    const verdicts = await sql('SELECT 1 FROM verdicts');
    expect(await readiness()).toMatchObject([
      {
        environment: 'staging',
        state: 'running',
        next: expect.stringMatching(/^It runs there since 2/),
      },
      {
        ...{ environment: 'production', state: 'allowed', until: null, reasons: [] },
        next: 'Deploy it, and record it: POST /environments/production/deployments',
      },
    ]);
    expect(await sql('SELECT 1 FROM verdicts')).toEqual(verdicts);
  });

  it('says until when it waits', async () => {
    const to = hoursFromNow(4);
    await windowOf(context.app, { to });
    expect((await readiness())[1]).toMatchObject({
      ...{ state: 'waiting', until: instant(to), reasons: [expect.stringMatching(/^frozen: /)] },
      next: `Wait until ${instant(to)}, and ask the gate again: GET /assert`,
    });
    await stopped(context.app);
    expect((await readiness())[1]).toMatchObject({
      ...{ state: 'waiting', until: null },
      next: 'Wait until a person resumes the line: POST /environments/production/resume',
    });
  });

  it('says what to do about a denial, whatever the windows say', async () => {
    await windowOf(context.app);
    const empty = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
    expect((await readiness(empty))[1]).toMatchObject({
      ...{ state: 'denied', until: null, next: expect.stringMatching(/^No test report counts/) },
    });
    await revoke(context.app, release);
    expect((await readiness())[1].next).toMatch(/^1\.0\.0 is revoked/);
    const one = await context.app.inject(`/releases/${release}/readiness?environment=staging`);
    expect(one.json().environments).toMatchObject([{ environment: 'staging', state: 'denied' }]);
  });

  it('404', async () => {
    const url = `/releases/${release}/readiness`;
    expectProblem(await context.app.inject(`${url}?environment=x`), 404, 'environment-not-found');
    const { headers } = await giveToken({ projects: [7], scopes: ['verdicts:read'] });
    expectProblem(await guarded.app.inject({ url, headers }), 404, 'release-not-found');
  });
});
