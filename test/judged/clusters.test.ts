import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { type UploadOptions, upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

/** A report of `trivy k8s` is about the images that run there, and says nothing of an artifact that does not. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = async (document: unknown, options: UploadOptions = {}) => {
  const response = await upload(context.app, release, document, options);
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
};
const reasons = async () =>
  denials(await verdictOf(context.app, release, { environment: 'gate' })).join();

describe('a cluster, asked for the release', () => {
  const image = (n: number) => ({
    ImageID: `sha256:${digest(n + 50)}`,
    RepoDigests: [`x@sha256:${digest(n)}`],
  });
  const pod = (...Metadata: object[]) => ({
    ...{ Kind: 'Deployment', Name: 'shop', Metadata },
    Results: [{ Target: 'shop (debian 12)', Class: 'os-pkgs', Type: 'debian' }],
  });
  const cluster = (...Resources: object[]) => ({ ClusterName: 'c', Resources });
  const others = Array.from({ length: 120 }, (_, i) => pod(image(i + 200)));

  beforeEach(async () => {
    await guard(context.app, [{ rule: 'max-findings' }, { rule: 'no-secrets' }]);
    const artifact = { sha256: digest(1), name: 'shop', kind: 'container' };
    await addArtifact(context.app, release, artifact);
  });

  it.each([
    ['only another image runs', cluster(pod(image(2)))],
    ['only others run', cluster(...others)],
    ['only others run, which share a resource', cluster(pod(image(2), image(3)))],
    [
      'only another runs, of which no digest of a manifest is known',
      cluster(pod({ ImageID: `sha256:${digest(2)}` })),
    ],
  ])('counts for nothing if %s', async (_which, document) => {
    const { warnings } = await send(document, { scanners: 'vuln,secret' });
    expect(JSON.stringify(warnings)).toContain('is not an artifact of this release');
    const denied = await reasons();
    expect(denied).toContain('No vulnerability scan counts for this release');
    expect(denied).toContain('No secret scan counts for this release');
  });

  it.each([
    ['an artifact runs', cluster(pod(image(1)))],
    ['an artifact runs beside others', cluster(...others, pod(image(1)))],
    ['an artifact shares a resource with another image', cluster(pod(image(2), image(1)))],
    ['no image runs', cluster({ ...pod(), Metadata: [{}] })],
  ])('counts if %s', async (_which, document) => {
    await send(document, { scanners: 'vuln,secret' });
    expect(await reasons()).toBe('');
  });

  it('is refused for an artifact that does not run there', async () => {
    const options = { artifact: digest(1) };
    expect((await upload(context.app, release, cluster(pod(image(2))), options)).statusCode).toBe(
      422,
    );
    expect((await upload(context.app, release, cluster(pod(image(1))), options)).statusCode).toBe(
      201,
    );
  });
});
