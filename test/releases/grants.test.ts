import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { useOidc } from '../support/oidc.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useOidc();
const open = useApp();

describe('a caller with several grants', () => {
  it('has each scope for the projects of its own grant, and not for those of another', async () => {
    const [one, two] = [await createRelease(open.app), await createRelease(open.app)];
    for (const { id } of [one, two]) await addArtifact(open.app, id);
    await context.trust({ scopes: ['releases:read'], projects: [1] });
    await context.trust({ scopes: ['releases:write'], projects: [2] });
    const headers = { authorization: `Bearer ${await context.issuer.sign()}` };
    const get = (url: string) => context.app.inject({ url, headers });
    const seal = (id: string) =>
      context.app.inject({ method: 'POST', url: `/releases/${id}/seal`, headers });

    expect((await get(`/releases/${one.id}`)).json()).toEqual(one);
    expectProblem(await get(`/releases/${two.id}`), 404, 'release-not-found');
    expectProblem(await get('/projects/2/releases'), 404, 'project-not-found');
    const found = (await get(`/artifacts/${digest(1)}`)).json();
    expect(found.map(({ project }: { project: { id: number } }) => project.id)).toEqual([1]);

    expectProblem(await seal(one.id), 404, 'release-not-found');
    expect((await seal(two.id)).json()).toMatchObject({ id: two.id, state: 'sealed' });
    expect((await open.app.inject(`/releases/${one.id}`)).json()).toEqual(one);
  });
});
