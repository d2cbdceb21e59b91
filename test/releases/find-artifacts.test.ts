import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import {
  addArtifact,
  createRelease,
  digest,
  type ReleaseBody,
  revoke,
  seal,
} from '../support/releases.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';

const context = useApp();
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

/** Follows `Link` to the end; returns what `pick` finds in each page. */
async function walk<Item>(
  url: string,
  pick: (item: { sha256: string; releaseId: string }) => Item,
  between?: (page: number) => Promise<unknown>,
): Promise<Item[][]> {
  const pages: Item[][] = [];
  for (let next: string | undefined = url; next !== undefined; ) {
    const response = await context.app.inject(next);
    expect(response.statusCode, response.body).toBe(200);
    pages.push(response.json().map(pick));
    next = nextPage(response);
    await between?.(pages.length);
  }
  return pages;
}

describe('GET /releases/{id}/artifacts', () => {
  const digests = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => digest(from + i));

  it('lists the artifacts of the release, oldest first, and no others', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2' });
    for (let n = 1; n <= 20; n += 1) {
      await addArtifact(context.app, release.id, { sha256: digest(n) });
      await addArtifact(context.app, other.id, { sha256: digest(100 + n) });
    }
    const url = `/releases/${release.id}/artifacts`;
    expect(await walk(url, ({ sha256 }) => sha256)).toEqual([digests(1, 20)]);
  });

  it('is empty for a release without artifacts', async () => {
    const response = await context.app.inject(`/releases/${release.id}/artifacts`);
    expect([response.statusCode, response.body]).toEqual([200, '[]']);
  });

  it('neither misses nor repeats artifacts while others are added, and lists those at the end', async () => {
    for (let n = 1; n <= 7; n += 1) {
      await addArtifact(context.app, release.id, { sha256: digest(n) });
    }
    const url = `/releases/${release.id}/artifacts?limit=3`;
    const pages = await walk(
      url,
      ({ sha256 }) => sha256,
      async (page) => {
        if (page === 1) await addArtifact(context.app, release.id, { sha256: digest(8) });
      },
    );
    expect(pages).toEqual([digests(1, 3), digests(4, 6), digests(7, 8)]);
  });

  it('lists artifacts of a sealed or revoked release', async () => {
    await addArtifact(context.app, release.id);
    await seal(context.app, release.id);
    await revoke(context.app, release.id);
    const url = `/releases/${release.id}/artifacts`;
    expect((await context.app.inject(url)).json()).toHaveLength(1);
  });

  it('404: the release does not exist', async () => {
    const response = await context.app.inject(`/releases/${MISSING}/artifacts`);
    expectProblem(response, 404, 'release-not-found');
  });

  it.each(['limit=0', 'limit=1001', 'cursor=1', 'sha256=x'])('400: %s', async (query) => {
    const response = await context.app.inject(`/releases/${release.id}/artifacts?${query}`);
    const problem = expectProblem(response, 400, 'validation-failed');
    expect(pointers(problem)).toEqual([`/${query.split('=')[0]}`]);
  });
});

describe('GET /artifacts/{sha256}', () => {
  it('returns the current releases and projects that the digest belongs to', async () => {
    const sibling = await createRelease(context.app, { projectId: 1, version: '2' });
    const stranger = await createRelease(context.app);
    for (const { id } of [release, sibling, stranger]) await addArtifact(context.app, id);
    await addArtifact(context.app, release.id, { sha256: digest(2) });
    await seal(context.app, sibling.id);
    await revoke(context.app, stranger.id);
    const payload = { name: 'Renamed' };
    await context.app.inject({ method: 'PATCH', url: '/projects/2', payload });

    const found = (await context.app.inject(`/artifacts/${digest(1)}`)).json();
    const artifact = (releaseId: string) => ({
      id: expect.any(String),
      releaseId,
      name: 'image',
      kind: 'container',
      sha256: digest(1),
      digests: [],
      size: null,
      purl: null,
      createdAt: expect.any(String),
      createdBy: 'anonymous',
    });
    const project = { id: 1, name: 'Mon Projet' };
    expect(found).toEqual([
      {
        ...artifact(release.id),
        release: { id: release.id, version: '1.0.0', state: 'open' },
        project,
      },
      {
        ...artifact(sibling.id),
        release: { id: sibling.id, version: '2', state: 'sealed' },
        project,
      },
      {
        ...artifact(stranger.id),
        release: { id: stranger.id, version: '1.0.0', state: 'revoked' },
        project: { id: 2, name: 'Renamed' },
      },
    ]);
  });

  it('accepts a digest in capitals', async () => {
    const sha256 = 'abcdef0123456789'.repeat(4);
    await addArtifact(context.app, release.id, { sha256 });
    const found = (await context.app.inject(`/artifacts/${sha256.toUpperCase()}`)).json();
    expect(found).toMatchObject([{ sha256, releaseId: release.id }]);
  });

  it('pages through all releases once, oldest first, while others are added', async () => {
    const ids = [release.id];
    for (let i = 2; i <= 7; i += 1) {
      ids.push((await createRelease(context.app, { projectId: 1, version: `${i}` })).id);
    }
    const late = await createRelease(context.app);
    for (const id of ids) await addArtifact(context.app, id);
    const pages = await walk(
      `/artifacts/${digest(1)}?limit=3`,
      ({ releaseId }) => releaseId,
      async (page) => {
        if (page === 1) await addArtifact(context.app, late.id);
      },
    );
    expect(pages.map((page) => page.length)).toEqual([3, 3, 2]);
    expect(pages.flat()).toEqual([...ids, late.id]);
  });

  it('404: no release has the digest', async () => {
    await addArtifact(context.app, release.id);
    const response = await context.app.inject(`/artifacts/${digest(2)}`);
    expectProblem(response, 404, 'artifact-not-found');
  });

  it.each(['x', 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), `sha256:${'a'.repeat(64)}`])(
    '400: %s',
    async (sha256) => {
      const response = await context.app.inject(`/artifacts/${sha256}`);
      const problem = expectProblem(response, 400, 'validation-failed');
      expect(problem.errors[0]).toMatchObject({ in: 'path', pointer: '/sha256' });
    },
  );
});
