import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { asking } from '../support/approvals.js';
import { deployedAnyway } from '../support/break-glass.js';
import { sql } from '../support/database.js';
import { postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { windowOf } from '../support/line.js';
import { addArtifact, createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { assertRelease, denials, guard, postVerdict, verdictOf } from '../support/verdicts.js';

/** What releases are compared with: never what nobody authorized, in each rule that compares. */
const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
useRows(() => createProject(context.app));

const FOUND = { id: 'CVE-2026-1', severity: 'CRITICAL' };
const ONLY_NEW = { rule: 'max-findings', onlyNew: true };
const SEMVER = { rule: 'semver-increases' };
const NEW_APPROVED = [
  { rule: 'max-findings', mode: 'warn' },
  asking({ minimum: 1, onlyIf: 'new-findings' }),
];

async function release(version: string, ...found: object[]): Promise<string> {
  const { id } = await createRelease(context.app, { projectId: 1, version });
  await uploaded(context.app, id, trivy(...found), { label: 'scan' });
  return id;
}
const ask = (id: string, environment = 'gate') => verdictOf(context.app, id, { environment });
const decide = async (id: string) => (await ask(id)).decision;
const deploy = async (id: string, more: object = {}) =>
  (await postDeployment(context.app, id, 'gate', {}, more)).json().authorization;
const rollback = async (id: string) =>
  (await assertRelease(context.app, { release: id, environment: 'gate', intent: 'rollback' }))
    .statusCode;
const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
const status = async () => (await context.app.inject('/environments/gate/status')).json();

describe.each<[string, object[], [good: object[], bad: object[]], string]>([
  ['onlyNew', [ONLY_NEW], [[], [FOUND]], '2.0.0'],
  ['approvals onlyIf new-findings', NEW_APPROVED, [[], [FOUND]], '2.0.0'],
  ['semver-increases', [SEMVER], [[], []], '0.9.0'],
])('%s', (_name, rules, [good, bad], version) => {
  it('an unauthorized deployment allows nothing: itself, the next one, another environment, a rollback', async () => {
    await guard(context.app, rules);
    await guard(context.app, [{ rule: 'promoted', through: ['gate'] }], 'later');
    const base = await release('1.0.0', ...good);
    expect(await deploy(base)).toBe('authorized');
    const denied = await release(version, ...bad);
    expect(await decide(denied)).toBe('deny');
    for (const more of [{}, {}, { state: 'started' }, { state: 'succeeded' }]) {
      expect(await deploy(denied, more)).toBe('unauthorized');
      expect(await decide(denied)).toBe('deny');
    }
    const shown = (await status()).running;
    expect(shown).toMatchObject([{ releaseId: denied, authorization: 'unauthorized' }]);
    expect((await ask(denied, 'later')).decision).toBe('deny');
    const next = await release(`${version.slice(0, 4)}1`, ...bad);
    expect(await decide(next)).toBe('deny');
    expect(await deploy(next)).toBe('unauthorized');
    expect(await rollback(denied)).toBe(409);
    const ready = (await context.app.inject(`/releases/${next}/readiness?environment=gate`)).json();
    expect(ready.environments).toMatchObject([
      { state: 'running', next: expect.stringContaining('was not authorized. ') },
    ]);
  });

  it('what was authorized is the base, whatever ran since, and can be rolled back to', async () => {
    await guard(context.app, rules);
    const base = await release('1.0.0', ...bad);
    expect((await deployedAnyway(guarded.app, base, 'gate')).authorization).toMatch(
      /^(break-glass|authorized)$/,
    );
    expect(await decide(base)).toBe('allow');
    expect(await deploy(base)).toBe('authorized');
    const other = await release(version, ...bad, { id: 'CVE-2026-2', severity: 'CRITICAL' });
    expect(await deploy(other)).toBe('unauthorized');
    const next = await release('1.1.0', ...bad);
    expect(await decide(next)).toBe('allow');
    await windowOf(context.app, {}, 'gate');
    expect(await rollback(base)).toBe(200);
    expect(await deploy(base)).toBe('rollback');
  });
});

describe('the base', () => {
  it('does not move when what runs is recorded again without authorization', async () => {
    await guard(context.app, [ONLY_NEW]);
    const base = await release('1.0.0');
    await addArtifact(context.app, base);
    expect(await deploy(base)).toBe('authorized');
    await uploaded(context.app, base, trivy(FOUND), { label: 'later' });
    expect(await decide(base)).toBe('deny');
    expect(await deploy(base, { state: 'started' })).toBe('unauthorized');
    expect(await deploy(base)).toBe('unauthorized');
    await addArtifact(context.app, base, { sha256: 'b'.repeat(64) });
    expect(await deploy(base)).toBe('unauthorized');
    expect(await decide(base)).toBe('deny');
    expect(await decide(await release('2.0.0', FOUND))).toBe('deny');
  });

  it('is named in messages, and what runs beside it', async () => {
    await guard(context.app, [ONLY_NEW, SEMVER]);
    await deploy(await release('1.0.0'));
    await deploy(await release('3.0.0', FOUND));
    const verdict = await ask(await release('2.0.0'));
    expect(verdict.results.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        '. New compared with 1.0.0, the last authorized release. 3.0.0 runs here without authorization, and is not compared with',
      ),
      '2.0.0 is newer than 1.0.0, the last authorized release. 3.0.0 runs here without authorization, and is not compared with',
    ]);
    const stored = (await context.app.inject(`/verdicts/${verdict.id}`)).json();
    expect(stored.inputs).toMatchObject({
      running: { version: '1.0.0', authorization: 'authorized' },
      unauthorized: { version: '3.0.0' },
    });
  });

  it.each(['unauthorized', 'unknown'])(
    'is none if the first deployment was %s: the denial names the next step, and a break-glass makes one',
    async (authorization) => {
      await guard(context.app, [ONLY_NEW, SEMVER]);
      const first = await release('2.0.0', FOUND);
      await deploy(first);
      await rewrite(`UPDATE deployments SET "authorization" = '${authorization}', decision = 'none',
                            verdict_id = NULL, judged_verdict_id = NULL`);
      const older = await ask(await release('1.0.0', FOUND));
      const step =
        /deploy a release that the gate allows, or break the glass for what runs \(POST \/releases\/\{id\}\/break-glass\), and record it/;
      expect(denials(older)).toEqual([
        expect.stringMatching(step),
        expect.stringMatching(/1\.0\.0 is not newer than 2\.0\.0, which runs here without/),
      ]);
      expect(denials(older)[1]).toMatch(step);
      expect(denials(await ask(first))).toEqual([expect.stringMatching(/^max-findings/)]);
      await deployedAnyway(guarded.app, first, 'gate');
      expect(await decide(first)).toBe('allow');
      expect(await decide(await release('2.1.0', FOUND))).toBe('allow');
    },
  );

  it('comes from an authorized release while the rules only warn', async () => {
    await guard(context.app, [{ ...ONLY_NEW, mode: 'warn' }]);
    expect(await deploy(await release('1.0.0', FOUND))).toBe('authorized');
    await context.app.inject({
      method: 'POST',
      url: '/policies/gate/versions',
      payload: { rules: [{ ...ONLY_NEW, mode: 'block' }] },
    });
    expect(await decide(await release('1.1.0', FOUND))).toBe('allow');
  });
});

describe('an allow from before, when whatever ran was the base', () => {
  /** Its verdict has no word of how the base was authorized, as those of earlier versions. */
  const asBefore = (id: string) =>
    rewrite(
      `UPDATE verdicts SET inputs = inputs #- '{running,authorization}' WHERE release_id = '${id}'`,
    );
  /** Authorized 1.0.0; unauthorized 2.0.0 with a finding, if asked for; then 3.0.0, authorized as before. */
  async function arrange(isLaundered: boolean) {
    await guard(context.app, [ONLY_NEW]);
    await guard(context.app, [{ rule: 'promoted', through: ['gate'] }], 'later');
    await deploy(await release('1.0.0'));
    if (isLaundered) expect(await deploy(await release('2.0.0', FOUND))).toBe('unauthorized');
    const third = await release('3.0.0');
    expect(await decide(third)).toBe('allow');
    await asBefore(third);
    expect(await deploy(third)).toBe('authorized');
    return third;
  }

  it('counts if nothing unauthorized ran earlier', async () => {
    const third = await arrange(false);
    expect((await ask(third, 'later')).decision).toBe('allow');
    expect((await ask(third)).results[0]?.message).toContain('3.0.0, the running release');
  });

  it('is no base, no stay and no target otherwise', async () => {
    const third = await arrange(true);
    expect((await ask(third, 'later')).decision).toBe('deny');
    expect((await ask(third)).results[0]?.message).toContain('1.0.0, the last authorized release');
    await windowOf(context.app, {}, 'gate');
    await deployedAnyway(guarded.app, await release('4.0.0'), 'gate');
    expect(await rollback(third)).toBe(409);
  });

  it('counts if no rule compared', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await deploy(await release('1.0.0'));
    await deploy(await release('2.0.0', FOUND));
    const third = await release('3.0.0');
    expect(await decide(third)).toBe('allow');
    await asBefore(third);
    expect(await deploy(third)).toBe('authorized');
    const { id } = (await postVerdict(context.app, third, { environment: 'gate' })).json();
    const { inputs } = (await context.app.inject(`/verdicts/${id}`)).json();
    expect(inputs.running).toMatchObject({ version: '3.0.0', authorization: 'authorized' });
    expect(inputs.unauthorized).toBeUndefined();
  });
});
