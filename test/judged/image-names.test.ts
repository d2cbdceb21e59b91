import { describe, expect, it } from 'vitest';
import { useArtifacts } from '../support/artifacts.js';
import { npmAudit, trivyFiles, trivyNamed } from '../support/documents.js';
import { digest } from '../support/releases.js';

/** Which artifacts are images. */

const { send, judged, covered, add, byArtifact } = useArtifacts();
const HOST = 'registry.example.org';
const ONE = digest(1);
describe('an artifact is an image by its name, whatever its kind is', () => {
  it.each([
    ['img', 'shop'],
    ['podman', 'shop'],
    ['tarball', `${HOST}/team/shop:1.0`],
    ['release', `localhost:5000/shop@sha256:${ONE}`],
  ])('kind %s, name %s', async (kind, name) => {
    await byArtifact();
    await add(name, 1, kind);
    await send(trivyFiles(), { artifact: ONE });
    expect((await judged()).message).toContain('looked at files, and not at the image');
    await send(trivyNamed(name), { artifact: ONE });
    expect(await covered()).toBe(true);
  });

  it.each([
    ['helm-chart', `${HOST}/charts/shop:1.0`],
    ['archive', 'shop:1.0'],
    ['archive', 'dist/shop.tgz'],
    ['maven', 'org.example/shop:1.0:jar'],
  ])('except those of other things: kind %s, name %s', async (kind, name) => {
    await byArtifact();
    await add(name, 1, kind);
    await send(npmAudit(), { artifact: ONE });
    expect(await covered()).toBe(true);
  });
});
