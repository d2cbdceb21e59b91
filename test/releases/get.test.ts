import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

describe('GET /releases/{id}', () => {
  it('200: returns the release as it was registered', async () => {
    const release = await createRelease(context.app, { notes: 'x' });
    const response = await context.app.inject(`/releases/${release.id}`);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual(release);
    expect(response.headers.etag).toBe('"1"');
  });

  it('200: accepts an id in capitals, a trailing slash, and HEAD without a body', async () => {
    const release = await createRelease(context.app);
    for (const url of [`/releases/${release.id.toUpperCase()}`, `/releases/${release.id}/`]) {
      expect((await context.app.inject(url)).json()).toEqual(release);
    }
    const head = await context.app.inject({ method: 'HEAD', url: `/releases/${release.id}` });
    expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', '"1"']);
  });

  it('404: no release has this id', async () => {
    await createRelease(context.app);
    expectProblem(await context.app.inject(`/releases/${MISSING}`), 404, 'release-not-found');
  });

  it.each(['1', 'x', '1.0.0', `${MISSING}0`, `{${MISSING}}`, `urn:uuid:${MISSING}`, '%00'])(
    '400: the id %s',
    async (id) => {
      const response = await context.app.inject(`/releases/${encodeURI(id)}`);
      const problem = expectProblem(response, 400, 'validation-failed');
      expect(problem.errors[0]).toMatchObject({ in: 'path', pointer: '/id' });
    },
  );
});
