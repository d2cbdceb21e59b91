import { describe, expect, it } from 'vitest';
import { useArtifacts } from '../support/artifacts.js';
import { bom, npmAudit, trivyFiles, trivyNamed } from '../support/documents.js';
import { digest } from '../support/releases.js';

/** `evidence-required` for each artifact. */

const { send, judged, covered, add, byArtifact } = useArtifacts();
const HOST = 'registry.example.org';
const [ONE, TWO] = [digest(1), digest(2)];
const sbomOf = (name: string) =>
  bom([{ licence: 'MIT' }], {
    metadata: { component: { type: 'container', name, version: '1.5.0', 'bom-ref': 'a' } },
  });
describe('evidence-required for each artifact', () => {
  it('does not take the SBOM of one image for another', async () => {
    await byArtifact({ rule: 'evidence-required', shows: 'components' });
    await add(`${HOST}/api:1`, 1);
    await add(`${HOST}/worker:1`, 2);
    for (const artifact of [ONE, TWO]) await send(sbomOf(`${HOST}/api`), { artifact });
    const { status, message } = await judged();
    expect(status).toBe('not-evidenced');
    expect(message).toContain(`No SBOM counts for ${HOST}/worker:1. `);
    expect(message).toContain(`is about ${HOST}/api, which is another artifact of this release`);
    await send(sbomOf(`${HOST}/worker`), { artifact: TWO });
    expect(await covered()).toBe(true);
  });

  it.each([
    ['a scan of files', trivyFiles()],
    ['npm audit', npmAudit()],
  ])('does not take %s for an image, also if its own scan is too old', async (_what, files) => {
    await byArtifact({ rule: 'evidence-required', shows: 'vulnerability', maximumAgeDays: 7 });
    await add(`${HOST}/shop:1`, 1);
    await send(files, { artifact: ONE });
    const { message } = await judged();
    expect(message).toContain('looked at files, and not at the image');
    expect(message).toContain('Upload a report of trivy, grype or osv with --all-packages: ');
    const at = (days: number) => ({
      ...trivyNamed(`${HOST}/shop:1`),
      CreatedAt: new Date(Date.now() - days * 86_400_000).toISOString(),
    });
    await send(at(40), { artifact: ONE, label: 'image' });
    expect((await judged()).message).toContain('is older than 7 days');
    await send(at(0), { artifact: ONE, label: 'image' });
    expect(await covered()).toBe(true);
  });
});
