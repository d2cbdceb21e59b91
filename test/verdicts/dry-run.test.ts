import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { postVersion, SEALED } from '../support/policies.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import {
  evidenceOfAll,
  guard,
  keptVerdicts,
  postVerdict,
  type VerdictBody,
  verdictOf,
} from '../support/verdicts.js';

const context = useApp();
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
  await guard(context.app, [{ rule: 'no-secrets' }]);
  await postVersion(context.app, 'gate', [SEALED]);
});

const tryOut = (more: object = {}) =>
  postVerdict(context.app, release, { environment: 'gate', dryRun: true, ...more });

describe('dryRun', () => {
  it('returns 200 and the verdict without an id, and stores nothing', async () => {
    const response = await tryOut();
    expect(response.statusCode).toBe(200);
    expect(response.headers.location).toBeUndefined();
    expect(response.json()).toMatchObject({ id: null, decision: 'deny' });
    expect(await keptVerdicts()).toBe(0);
  });

  it('has the inputsHash of the stored verdict, before and after that is stored', async () => {
    const { inputsHash } = (await tryOut()).json();
    const kept = await verdictOf(context.app, release, { environment: 'gate' });
    expect(kept.inputsHash).toBe(inputsHash);
    expect((await tryOut()).json()).toMatchObject({ id: null, inputsHash });
  });

  it('evaluates other versions of the policies that guard the environment', async () => {
    const [one, two, plain] = await Promise.all(
      [{ gate: 1 }, { gate: 2 }, {}].map(async (policyVersions) =>
        (await tryOut({ policyVersions })).json(),
      ),
    );
    expect(one).toMatchObject({
      decision: 'allow',
      results: [{ policy: 'gate', policyVersion: 1, rule: 'no-secrets' }],
    });
    expect(two).toMatchObject({ decision: 'deny', results: [{ policyVersion: 2 }] });
    expect(one.inputsHash).not.toBe(two.inputsHash);
    expect(plain.inputsHash).toBe(two.inputsHash);
    expect(await keptVerdicts()).toBe(0);
  });

  it('evaluates an additional policy that does not guard the environment yet', async () => {
    const tried = (await tryOut({ policyVersions: { baseline: 1 } })).json<VerdictBody>();
    expect(new Set(tried.results.map(({ policy }) => policy))).toEqual(
      new Set(['gate', 'baseline']),
    );
    expect(await keptVerdicts()).toBe(0);
  });

  it.each<[object, string, RegExp]>([
    [{ gate: 3 }, '/policyVersions/gate', /does not exist: policy gate in version 3/],
    [{ gate: 2_147_483_648 }, '/policyVersions/gate', /2147483647/],
    [{ gate: 0 }, '/policyVersions/gate', />= 1|at least 1/],
    [{ gate: 'latest' }, '/policyVersions/gate', /integer/],
    [{ missing: 1 }, '/policyVersions/missing', /does not exist: policy missing in version 1/],
    [{ GATE: 1 }, '/policyVersions/GATE', /./],
  ])('400 for versions %j', async (policyVersions, pointer, message) => {
    const { errors } = expectProblem(await tryOut({ policyVersions }), 400, 'validation-failed');
    expect(errors).toEqual([{ in: 'body', pointer, message: expect.stringMatching(message) }]);
  });

  it('400 for versions without dryRun', async () => {
    const response = await tryOut({ dryRun: false, policyVersions: { gate: 1 } });
    const { detail } = expectProblem(response, 400, 'validation-failed');
    expect(detail).toContain('must be absent unless dryRun is true');
    expect(await keptVerdicts()).toBe(0);
  });
});
