import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, trivy } from '../support/documents.js';
import { type UploadOptions, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** Rules about components that ask for an SBOM of each artifact, and releases without artifacts. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, options: UploadOptions = {}) =>
  uploaded(context.app, release, document, options);
const judged = () => resultOf(context.app, release);
const sbom = (name?: string) =>
  bom([{ licence: 'MIT' }], {
    ...(name && { metadata: { component: { type: 'container', name, 'bom-ref': 'a' } } }),
  });

const RULES = [
  { rule: 'licences', deny: ['AGPL-*'], unknown: 'allow' },
  { rule: 'banned-components', components: [{ purl: 'pkg:npm/event-stream' }] },
];
const NONE = '. Warning: the release has no artifacts, so none was looked at. Add them: POST';

describe.each(RULES)('$rule', (rule) => {
  const [API, WORKER] = [digest(1), digest(2)];
  const twoImages = async () => {
    await addArtifact(context.app, release, { name: 'api:1', sha256: API });
    await addArtifact(context.app, release, { name: 'worker:1', sha256: WORKER });
  };

  it('needs an SBOM of each artifact with scope artifacts', async () => {
    await guard(context.app, [{ ...rule, scope: 'artifacts' }]);
    await twoImages();
    await send(sbom(), { artifact: API });
    const { status, message } = await judged();
    expect([status, message]).toEqual([
      'not-evidenced',
      expect.stringMatching(/^No SBOM counts for worker:1\. .*\?artifact=\{sha256\}$/),
    ]);
    await send(sbom('api'), { artifact: WORKER });
    expect((await judged()).message).toContain('is about api, which is another artifact');
    await send(sbom('worker'), { artifact: WORKER, label: 'worker' });
    expect((await judged()).status).toBe('pass');
  });

  it('takes an SBOM of the release for each, unless it names an image', async () => {
    await guard(context.app, [{ ...rule, scope: 'artifacts' }]);
    await twoImages();
    await send(sbom('api'), { label: 'api' });
    expect((await judged()).status).toBe('not-evidenced');
    await send(sbom(), { label: 'all' });
    expect((await judged()).status).toBe('pass');
  });

  it('asks nothing of artifacts without a scope, and warns of another name', async () => {
    await guard(context.app, [rule]);
    await twoImages();
    await send(sbom('nginx'));
    const { status, message } = await judged();
    expect(status).toBe('pass');
    expect(message).toContain('. Warning: cyclonedx names nginx, and no artifact');
  });

  it('says that the release has no artifacts, if it asks about each', async () => {
    await guard(context.app, [{ ...rule, scope: 'artifacts' }]);
    await guard(context.app, [rule], 'whole');
    await send(sbom());
    expect((await judged()).message).toContain(NONE);
    expect((await resultOf(context.app, release, 'whole')).message).not.toContain(NONE);
    await addArtifact(context.app, release);
    expect((await judged()).message).not.toContain(NONE);
  });
});

it.each([
  ['max-findings', () => send(trivy())],
  ['no-secrets', () => send([], { kind: 'gitleaks' })],
])('%s says that the release has no artifacts, if it asks about each', async (rule, upload) => {
  await guard(context.app, [{ rule, scope: 'artifacts' }]);
  await guard(context.app, [{ rule }], 'whole');
  await upload();
  const { status, message } = await judged();
  expect([status, message]).toEqual(['pass', expect.stringContaining(NONE)]);
  expect((await resultOf(context.app, release, 'whole')).message).not.toContain(NONE);
});
