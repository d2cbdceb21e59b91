import { describe, expect, it } from 'vitest';
import { upload } from '../support/evidence.js';
import { image, useLabels } from '../support/labels.js';
import { addArtifact, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const { context, releaseId, send } = useLabels();

describe('the artifact of an upload', () => {
  const [own, index, other] = [digest(1), `sha256:${digest(2)}`, `sha256:${digest(3)}`];
  const container = { kind: 'container', name: 'registry.example.org/shop:1.0', sha256: own };

  it('is refused if the document names other digests', async () => {
    await addArtifact(context.app, releaseId(), container);
    const response = await upload(context.app, releaseId(), image('shop:1.0', [`shop@${other}`]), {
      artifact: own,
    });
    expectProblem(response, 422, 'subject-mismatch');
    expect(response.json().detail).toContain(other);
    expect(response.json().detail).toContain(own);
  });

  it('accepts its own digest, and those that are registered for it', async () => {
    await addArtifact(context.app, releaseId(), { ...container, digests: [index] });
    for (const named of [`shop@sha256:${own}`, `shop@${index}`]) {
      const { warnings } = await send(image('shop:1.0', [named]), {
        artifact: own,
        label: named.slice(-4),
      });
      expect(warnings).toEqual([]);
    }
  });

  it('does not conflict with image ids, and another name is a warning', async () => {
    await addArtifact(context.app, releaseId(), container);
    const local = image('shop:1.0', [], { Metadata: { ImageID: other } });
    expect((await send(local, { artifact: own })).warnings).toEqual([]);
    const { warnings } = await send(image('worker:1.0'), { artifact: own });
    expect(warnings).toMatchObject([{ message: expect.stringContaining('worker:1.0') }]);
  });

  it('is compared with all artifacts of the release for a document without one', async () => {
    await addArtifact(context.app, releaseId(), container);
    const { warnings } = await send(image('shop:1.0', [`shop@${other}`]));
    expect(warnings).toMatchObject([{ message: expect.stringContaining(other) }]);
  });
});

describe('scanners', () => {
  const clean = image('shop:1.0');

  it('are the word of the uploader, for what the document does not show', async () => {
    const silent = await send(clean);
    expect(silent.summary.shows).toEqual(['vulnerability']);
    const told = await send(clean, { scanners: 'secret,vuln' });
    expect(told.id).not.toBe(silent.id);
    expect(told.scanners).toEqual(['secret', 'vulnerability']);
    expect(told.summary.shows.toSorted()).toEqual(['secret', 'vulnerability']);
    const declared = told.summary.coverage.filter((entry) => entry.declared);
    expect(declared.map(({ what }) => what)).toEqual(['secret']);
  });

  it('make the same document with the same scanners the same evidence', async () => {
    const first = await send(clean, { scanners: 'secret' });
    const again = await upload(context.app, releaseId(), clean, { scanners: 'secret' });
    expect([again.statusCode, again.json().id]).toEqual([200, first.id]);
  });

  it('must be known, and possible for the kind', async () => {
    const unknown = await upload(context.app, releaseId(), clean, { scanners: 'everything' });
    expectProblem(unknown, 400, 'validation-failed');
    const impossible = await upload(context.app, releaseId(), [], {
      kind: 'gitleaks',
      scanners: 'vuln',
    });
    expectProblem(impossible, 422, 'document-invalid');
    const grype = {
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'Grype' } }, results: [] }],
    };
    const other = await upload(context.app, releaseId(), grype, { scanners: 'secret' });
    expectProblem(other, 422, 'document-invalid');
    expect(other.json().detail).toContain('Grype');
    expect(impossible.json().detail).toContain('does not report vulnerability');
  });
});
