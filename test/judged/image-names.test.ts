import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { npmAudit, trivyFiles, trivyNamed } from '../support/documents.js';
import { type UploadOptions, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** Which artifacts are images. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, options: UploadOptions = {}) =>
  uploaded(context.app, release, document, options);
const judged = () => resultOf(context.app, release);
const covered = async () => (await judged()).status === 'pass';
const add = (name: string, n: number, kind = 'container') =>
  addArtifact(context.app, release, { name, sha256: digest(n), kind });
const byArtifact = (rule: object = { rule: 'max-findings' }) =>
  guard(context.app, [{ scope: 'artifacts', ...rule }]);
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
