import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { deployedAnyway } from '../support/break-glass.js';
import { deployed } from '../support/deployments.js';
import { addArtifact, createRelease, revoke, seal } from '../support/releases.js';
import { guard, resultOf, verdictOf } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const release = async (version = '1.1.0', projectId?: number) =>
  (await createRelease(context.app, { version, ...(projectId && { projectId }) })).id;
const judged = (id: string) => resultOf(context.app, id);

describe('sealed-only', () => {
  it('denies an open release, and allows a sealed one', async () => {
    await guard(context.app, [{ rule: 'sealed-only' }]);
    const id = await release();
    expect(await judged(id)).toMatchObject({
      status: 'fail',
      denies: true,
      message:
        'The release is open, so artifacts can still be added. Add all artifacts, then seal it: POST /releases/{id}/seal',
    });
    await addArtifact(context.app, id);
    await seal(context.app, id);
    expect(await judged(id)).toMatchObject({ status: 'pass', message: 'The release is sealed' });
  });

  it('denies a sealed release that was revoked', async () => {
    await guard(context.app, [{ rule: 'sealed-only', mode: 'warn' }]);
    const id = await release();
    expect(await judged(id)).toMatchObject({ status: 'fail', denies: false, mode: 'warn' });
    await addArtifact(context.app, id);
    await seal(context.app, id);
    await revoke(context.app, id);
    const { decision, results } = await verdictOf(context.app, id, { environment: 'gate' });
    expect(decision).toBe('deny');
    expect(results.map(({ rule, status }) => [rule, status])).toEqual([
      ['release-revoked', 'fail'],
      ['sealed-only', 'fail'],
    ]);
  });
});

describe('semver-increases', () => {
  let running: string;
  beforeEach(async () => {
    await guard(context.app, [{ rule: 'semver-increases' }]);
    running = await release('1.1.0');
  });

  it('allows any SemVer version if no release runs', async () => {
    expect((await judged(running)).message).toBe(
      '1.1.0 is a SemVer version, and no running release is known',
    );
  });

  it.each<[string, boolean, RegExp]>([
    ['1.1.1', false, /^1\.1\.1 is newer than 1\.1\.0, the running release$/],
    ['v1.10.0', false, /is newer than/],
    ['1.0.9', true, /^1\.0\.9 is not newer than 1\.1\.0, the running release\. Register a release/],
    ['1.1.0-rc.1', true, /is not newer than/],
    ['1.1.0+build.2', true, /is not newer than/],
    ['2026-11', true, /^2026-11 is not a SemVer version/],
  ])('compares %s with the running 1.1.0', async (version, denies, message) => {
    await deployed(context.app, running, 'gate');
    const result = await judged(await release(version, 1));
    expect([result.denies, result.status]).toEqual([denies, denies ? 'fail' : 'pass']);
    expect(result.message).toMatch(message);
  });

  it('allows the running release again, and ignores releases that run elsewhere', async () => {
    const older = await release('1.0.0', 1);
    await deployed(context.app, running, 'gate');
    expect((await judged(running)).message).toBe('1.1.0 is the running release');
    expect((await judged(older)).denies).toBe(true);
    await deployedAnyway(guarded.app, older, 'gate');
    await deployed(context.app, running, 'production');
    expect((await judged(older)).denies).toBe(false);
    expect((await judged(running)).denies).toBe(false);
  });

  it('reports a failure without denying in mode warn', async () => {
    await guard(context.app, [{ rule: 'semver-increases', mode: 'warn' }], 'lax');
    const result = await resultOf(context.app, await release('latest', 1), 'lax');
    expect(result).toMatchObject({ status: 'fail', denies: false });
  });
});
