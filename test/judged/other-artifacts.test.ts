import { describe, expect, it } from 'vitest';
import { useArtifacts } from '../support/artifacts.js';
import { grype, trivyNamed } from '../support/documents.js';
import { retract } from '../support/evidence.js';
import { addArtifact, digest } from '../support/releases.js';

/** A report of one artifact of a release does not cover another one. */

const { context, send, judged, covered, add, byArtifact, release } = useArtifacts();

const HOST = 'registry.example.org';
const [ONE, TWO] = [digest(1), digest(2)];
const INDEX = `sha256:${digest(5)}`;
const ofFile = (target: string) => ({ ...grype(), source: { type: 'file', target } });

describe('the scan of an image, uploaded for another image of the release', () => {
  it.each([
    [`${HOST}/agent`, `${HOST}/agent-debug`],
    [`${HOST}/a/agent`, `${HOST}/b/agent`],
  ])('does not cover it: %s for %s', async (one, two) => {
    await byArtifact();
    await add(`${one}:1.5.0`, 1);
    await add(`${two}:1.5.0`, 2);
    await send(trivyNamed(`${one}:1.5.0`), { artifact: ONE });
    await send(trivyNamed(`${one}:1.5.0`), { artifact: TWO });
    const { status, message } = await judged();
    expect([status, message]).toEqual([
      'not-evidenced',
      expect.stringContaining(
        `trivy was uploaded for ${two}:1.5.0, and is about ${one}:1.5.0, which is another artifact of this release`,
      ),
    ]);
    await send(trivyNamed(`${two}:1.5.0`), { artifact: TWO });
    expect(await covered()).toBe(true);
  });

  it.each([
    ['one tag for each platform', 'shop:1.0-amd64', 'shop:1.0-arm64'],
    ['the name before it was pushed', 'shop:1.0', 'worker:1.0'],
  ])('does not cover it: %s', async (_what, one, two) => {
    await byArtifact();
    await add(`${HOST}/${one}`, 1);
    await add(`${HOST}/${two}`, 2);
    await send(trivyNamed(one), { artifact: ONE });
    await send(trivyNamed(one), { artifact: TWO });
    expect(await covered()).toBe(false);
    await send(trivyNamed(two), { artifact: TWO });
    expect(await covered()).toBe(true);
  });

  it('covers it if it has its digest, whatever its name is', async () => {
    await byArtifact();
    await add(`${HOST}/agent:1`, 1);
    await add(`${HOST}/agent-debug:1`, 2);
    const named = { RepoDigests: [`${HOST}/agent@sha256:${TWO}`] };
    await send(trivyNamed(`${HOST}/agent:1`), { artifact: ONE });
    await send({ ...trivyNamed(`${HOST}/agent:1`), Metadata: named }, { artifact: TWO });
    expect(await covered()).toBe(true);
  });

  it.each([
    ['its own digest', [`${HOST}/b@sha256:${TWO}`, `${HOST}/b@${INDEX}`]],
    ['the index that both have', [`${HOST}/b@${INDEX}`]],
  ])('does not cover it with %s', async (_what, RepoDigests) => {
    await byArtifact();
    const id = release();
    for (const [name, sha256] of [
      [`${HOST}/a:1`, ONE],
      [`${HOST}/b:1`, TWO],
    ] as const)
      await addArtifact(context.app, id, { name, sha256, digests: [INDEX] });
    const ofB = { ...trivyNamed(`${HOST}/b:1`), Metadata: { RepoDigests } };
    await send(ofB, { artifact: TWO, label: 'b' });
    await send(ofB, { artifact: ONE, label: 'a' });
    const { status, message } = await judged();
    expect([status, message]).toEqual([
      'not-evidenced',
      expect.stringContaining(`was uploaded for ${HOST}/a:1, and is about ${HOST}/b:1`),
    ]);
    const ofA = { ...trivyNamed(`${HOST}/a:1`), Metadata: { RepoDigests: [`${HOST}/a@${INDEX}`] } };
    await send(ofA, { artifact: ONE, label: 'a' });
    expect(await covered()).toBe(true);
  });

  it('covers none of two with the id of one image, until the wrong one is retracted', async () => {
    await byArtifact();
    await add(`${HOST}/shop:1`, 1);
    await add(`${HOST}/shop:1`, 2);
    await send(trivyNamed(`${HOST}/shop:1`, 8), { artifact: ONE, label: 'image' });
    expect(await covered()).toBe(false);
    const wrong = await send(trivyNamed(`${HOST}/shop:1`, 8), { artifact: TWO, label: 'image' });
    const { message } = await judged();
    expect(message).toContain(`trivy (image) was uploaded for ${HOST}/shop:1 (sha256:${TWO})`);
    expect(message).toContain(`a report of the same image (sha256:${digest(8)})`);
    expect(message).toContain('retract the wrong one: POST /evidence/{id}/retract');
    await send(trivyNamed(`${HOST}/shop:1`, 9), { artifact: TWO, label: 'image' });
    expect(await covered()).toBe(false);
    await retract(context.app, wrong.id);
    expect(await covered()).toBe(true);
  });
});

describe('the scan of a file, uploaded for another file of the release', () => {
  it.each([
    ['agent-windows.exe', 'agent-linux'],
    ['agent-linux-amd64', 'agent-linux-arm64'],
  ])('does not cover it: %s for %s', async (one, two) => {
    await byArtifact();
    await add(one, 1, 'binary');
    await add(two, 2, 'binary');
    await send(ofFile(`dist/${one}`), { artifact: ONE });
    await send(ofFile(`dist/${one}`), { artifact: TWO });
    expect((await judged()).message).toContain(
      `grype was uploaded for ${two}, and is about dist/${one}, which is another artifact`,
    );
    await send(ofFile(`dist/${two}`), { artifact: TWO });
    expect(await covered()).toBe(true);
  });

  it('covers it if it is about a folder with the name of another artifact', async () => {
    await byArtifact();
    await add('shop', 1, 'archive');
    await add('shop-ui', 2, 'archive');
    for (const artifact of [ONE, TWO]) await send(ofFile('/work/shop'), { artifact });
    expect(await covered()).toBe(true);
  });
});
