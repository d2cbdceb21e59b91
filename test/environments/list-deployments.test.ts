import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { type DeploymentBody, deployed } from '../support/deployments.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem, nextPage } from '../support/requests.js';
import { useRows } from '../support/rows.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
/** Of three projects: 1.0.0 and then 2.0.0 in production, and 2.0.0 in staging. */
let old: DeploymentBody[];
let now: DeploymentBody[];
useRows(async () => {
  old = [];
  now = [];
  for (let projectId = 1; projectId <= 3; projectId += 1) {
    await createProject(context.app);
    const first = await createRelease(context.app, { projectId });
    const second = await createRelease(context.app, { projectId, version: '2.0.0' });
    old.push(await deployed(context.app, first.id));
    now.push(await deployed(context.app, second.id));
    await deployed(context.app, second.id, 'staging');
  }
});

const URL_ = '/environments/production/deployments';
const get = (query = '') => context.app.inject(`${URL_}${query}`);
const newestFirst = (list: DeploymentBody[]) => list.toSorted((a, b) => (a.id < b.id ? 1 : -1));

async function pages(query: string, headers: Record<string, string> = {}, app = context.app) {
  const seen: DeploymentBody[] = [];
  for (let url: string | undefined = `${URL_}?limit=1${query}`; url; ) {
    const page = await app.inject({ url, headers });
    expect(page.json()).toHaveLength(1);
    seen.push(...page.json());
    url = nextPage(page);
  }
  return seen;
}

describe('GET /environments/{name}/deployments', () => {
  it('lists the running release of each project, by project', async () => {
    expect((await get()).json()).toEqual(now);
    expect((await get('?history=false')).json()).toEqual(now);
    expect(await pages('')).toEqual(now);
  });

  it('lists all records with history, newest first', async () => {
    const all = newestFirst([...old, ...now]);
    expect((await get('?history=true')).json()).toEqual(all);
    expect(await pages('&history=true')).toEqual(all);
  });

  it('lists one project with project', async () => {
    expect((await get('?project=2')).json()).toEqual([now[1]]);
    expect((await get('?project=2&history=true')).json()).toEqual([now[1], old[1]]);
  });

  it('is empty if nothing runs', async () => {
    await createProject(context.app);
    expect((await get('?project=4')).json()).toEqual([]);
    expect((await get('?project=4&history=true')).json()).toEqual([]);
  });

  it('404: the environment or the project does not exist', async () => {
    for (const query of ['', '?history=true', '?project=1']) {
      const response = await context.app.inject(`/environments/x/deployments${query}`);
      expectProblem(response, 404, 'environment-not-found');
    }
    expectProblem(await get('?project=9'), 404, 'project-not-found');
  });

  it.each(['limit=0', 'limit=1001', 'history=yes', 'project=X', 'cursor=!', 'cursor=x', 'x=1'])(
    '400: %s',
    async (query) => {
      expectProblem(await get(`?${query}`), 400, 'validation-failed');
    },
  );

  it('400: the cursor belongs to the other list', async () => {
    const [one, other] = [await get('?limit=1'), await get('?limit=1&history=true')];
    const cursorOf = (page: typeof one) => /cursor=([\w-]+)/.exec(nextPage(page) ?? '')?.[1];
    for (const query of [`cursor=${cursorOf(one)}&history=true`, `cursor=${cursorOf(other)}`]) {
      expectProblem(await get(`?${query}`), 400, 'validation-failed');
    }
  });
});

describe('a caller that is bound to projects', () => {
  const bound = () => giveToken({ scopes: ['deployments:read'], projects: [1, 3] });

  it('sees only those projects, also in pages', async () => {
    const { headers } = await bound();
    const mine = [now[0], now[2]];
    expect((await guarded.app.inject({ url: URL_, headers })).json()).toEqual(mine);
    expect(await pages('', headers, guarded.app)).toEqual(mine);
    expect(await pages('&history=true', headers, guarded.app)).toEqual([
      now[2],
      old[2],
      now[0],
      old[0],
    ]);
  });

  it('404: another project gets the same answer as a missing one', async () => {
    const { headers } = await bound();
    const ask = (project: number) =>
      guarded.app.inject({
        url: `${URL_}?project=${project}`,
        headers: { ...headers, 'x-request-id': 'same' },
      });
    const refused = await ask(2);
    expectProblem(refused, 404, 'project-not-found');
    expect((await ask(99)).body).toBe(refused.body);
  });
});
