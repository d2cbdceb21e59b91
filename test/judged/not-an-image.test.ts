import { describe, expect, it } from 'vitest';
import { useArtifacts } from '../support/artifacts.js';
import { grype, trivy } from '../support/documents.js';
import { digest } from '../support/releases.js';

/** What looked at something else than a container image covers none, also if it was uploaded for it. */

const { send, judged, covered, add, byArtifact } = useArtifacts();
const of = (ArtifactType: string) => ({ ...trivy(), ArtifactName: 'disk.img', ArtifactType });

describe('a container image is not covered by a report', () => {
  it.each([
    ['Trivy of a virtual machine', of('vm')],
    ['Trivy of a type that is not known', of('unikernel')],
    ['Grype of one package', { ...grype(), source: { type: 'purl', target: 'pkg:npm/a@1' } }],
    ['Grype of a snap', { ...grype(), source: { type: 'snap', target: 'etcd' } }],
  ])('of %s', async (_what, document) => {
    await byArtifact();
    await add('shop', 1);
    await send(document, { artifact: digest(1) });
    expect((await judged()).message).toContain('looked at files, and not at the image');
  });

  it('but another artifact is: Trivy of a virtual machine', async () => {
    await byArtifact();
    await add('disk.img', 1, 'vm');
    await send(of('vm'), { artifact: digest(1) });
    expect(await covered()).toBe(true);
  });
});
