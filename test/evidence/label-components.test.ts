import { describe, expect, it } from 'vitest';
import { bom } from '../support/documents.js';
import { useLabels } from '../support/labels.js';
import { digest } from '../support/releases.js';

const { context, releaseId, send, statusOf } = useLabels();

const licensed = (id: string, more: object = {}) => ({
  ...bom([], more),
  components: [
    { type: 'library', name: 'left', version: '1', licenses: [{ license: { id } }] },
    { type: 'library', name: 'right', version: '1', licenses: [{ license: { id: 'MIT' } }] },
  ],
});

describe('an SBOM that replaces one with other licences', () => {
  it('is told to the uploader, with whose word each was, and is in the event', async () => {
    const first = await send(licensed('AGPL-3.0-only'), { label: 'sbom' });
    const second = await send(licensed('MIT'), { label: 'sbom' });
    expect(await statusOf(first.id)).toBe('superseded');
    const [{ message } = { message: '' }] = second.warnings;
    expect(message).toContain(
      `Evidence ${first.id} with the label sbom, uploaded by anonymous, was superseded, and had other licences of 1 component, such as left@1: AGPL-3.0-only → MIT. Now the word of anonymous counts`,
    );
    const { body } = await context.app.inject({ url: `/releases/${releaseId()}/timeline` });
    expect(body).toContain(second.id);
  });

  it.each<[string, unknown, unknown]>([
    ['equal licences', licensed('MIT'), licensed('MIT', { version: 2 })],
    [
      'another order',
      licensed('MIT'),
      { ...licensed('MIT'), components: licensed('MIT').components.toReversed() },
    ],
  ])('is not told of %s', async (_which, before, after) => {
    await send(before, { label: 'sbom' });
    expect((await send(after, { label: 'sbom' })).warnings).toEqual([]);
  });

  it('is told if the licence is only found in files, or of the subject', async () => {
    const subject = (id: string) =>
      licensed('MIT', {
        metadata: {
          component: { type: 'application', name: 'shop', licenses: [{ license: { id } }] },
        },
      });
    await send(subject('AGPL-3.0-only'), { label: 'sbom' });
    const { warnings } = await send(subject('MIT'), { label: 'sbom' });
    expect(warnings[0]?.message).toContain('such as shop: also found: AGPL-3.0-only');
  });
});

describe('the reports of two clusters of one name', () => {
  const image = (n: number) => ({ ImageID: `sha256:${digest(n)}`, RepoTags: [`app:${n}`] });
  const cluster = (...images: number[]) => ({
    ClusterName: 'kind',
    Resources: [
      {
        ...{ Namespace: 'default', Kind: 'Pod', Name: 'shop' },
        Metadata: images.map(image),
        Results: [{ Target: 'app (debian 12)', Class: 'os-pkgs', Type: 'debian' }],
      },
    ],
  });

  it('both count if their images are together in one entry', async () => {
    const first = await send(cluster(1, 2), { label: 'k8s' });
    const second = await send(cluster(3, 4), { label: 'k8s' });
    expect(second.warnings[0]?.message).toContain('it has images that this document does not have');
    expect(await Promise.all([statusOf(first.id), statusOf(second.id)])).toEqual([
      'current',
      'current',
    ]);
  });

  it('is one cluster with the same images', async () => {
    const first = await send(cluster(1, 2), { label: 'k8s' });
    const again = { ...cluster(2, 1), SchemaVersion: 0 };
    expect((await send(again, { label: 'k8s' })).supersedes).toMatchObject([{ id: first.id }]);
  });
});
