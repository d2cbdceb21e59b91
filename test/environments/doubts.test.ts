import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RUNNING_INPUT } from '../../src/features/environments/index.js';
import { useApp } from '../support/app.js';
import { deployedAnyway } from '../support/break-glass.js';
import { sql } from '../support/database.js';
import { postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { windowOf } from '../support/line.js';
import { scannedBlocks } from '../support/plans.js';
import { createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { assertRelease, guard, verdictOf } from '../support/verdicts.js';

/** Allows of earlier versions that rest on what nobody authorized, wherever they led. */
const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
useRows(() => createProject(context.app));

const FOUND = { id: 'CVE-2026-1', severity: 'CRITICAL' };
const ENVIRONMENTS = ['stage', 'prod', 'region'] as const;

async function release(version: string, ...found: object[]): Promise<string> {
  const { id } = await createRelease(context.app, { projectId: 1, version });
  await uploaded(context.app, id, trivy(...found), { label: 'scan' });
  return id;
}
const ask = (id: string, environment: string) => verdictOf(context.app, id, { environment });
const deploy = async (id: string, environment: string, more: object = {}) =>
  (await postDeployment(context.app, id, environment, {}, more)).json();
const rollback = (id: string, environment: string) =>
  assertRelease(context.app, { release: id, environment, intent: 'rollback' });
const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
const history = async (environment: string) =>
  (await context.app.inject(`/environments/${environment}/history`)).json();

/** As the update does with what is stored. */
async function update(): Promise<void> {
  const file = 'prisma/migrations/20261206110000_doubts/migration.sql';
  const [, part] = readFileSync(file, 'utf8').split('-- In the order of records');
  const block = part?.slice(part.indexOf('DO $$'), part.indexOf('END $$;') + 'END $$;'.length);
  await sql(block ?? 'no block');
}

/** 3.0.0 went through all environments, by allows that rest on 2.0.0, which ran in staging without one. */
async function arrange() {
  await guard(context.app, [{ rule: 'max-findings', onlyNew: true }], 'stage');
  await guard(context.app, [{ rule: 'promoted', through: ['stage'] }], 'prod');
  await guard(context.app, [{ rule: 'promoted', through: ['prod'] }], 'region');
  const first = await release('1.0.0');
  for (const environment of ENVIRONMENTS) await deploy(first, environment);
  const second = await release('2.0.0', FOUND);
  expect((await deploy(second, 'stage')).authorization).toBe('unauthorized');
  const third = await release('3.0.0');
  await ask(third, 'stage');
  await rewrite(`UPDATE verdicts SET inputs = inputs #- '{running,authorization}'
                  WHERE release_id = '${third}'`);
  for (const environment of ENVIRONMENTS) {
    // Earlier versions noted nothing.
    expect((await deploy(third, environment)).authorization).toBe('authorized');
    await rewrite('DELETE FROM deployment_doubts');
  }
  return { first, third };
}

describe('an allow that rests on what nobody authorized', () => {
  it('counts nowhere after the update: no base, no stay and no target, in each environment', async () => {
    const { third } = await arrange();
    for (const environment of ENVIRONMENTS) {
      expect((await history(environment))[0]).toMatchObject({ inDoubt: false });
    }
    await update();
    for (const environment of ENVIRONMENTS) {
      const [last, before] = (await history(environment)).filter(
        ({ authorization }: { authorization: string }) => authorization === 'authorized',
      );
      expect(last, environment).toMatchObject({ releaseId: third, inDoubt: true });
      expect(before).toMatchObject({ release: { version: '1.0.0' }, inDoubt: false });
    }
    for (const environment of ['prod', 'region']) {
      expect((await ask(third, environment)).decision, environment).toBe('deny');
      const { id } = await ask(third, environment);
      const { inputs } = (await context.app.inject(`/verdicts/${id}`)).json();
      expect(inputs).toMatchObject({
        running: { version: '1.0.0' },
        unauthorized: { version: '3.0.0' },
      });
    }
    const fourth = await release('4.0.0');
    for (const environment of ENVIRONMENTS) {
      await windowOf(context.app, {}, environment);
      await deployedAnyway(guarded.app, fourth, environment);
      expect((await rollback(third, environment)).statusCode, environment).toBe(409);
    }
  });

  it('is mended by recording what runs again, in the order of the environments', async () => {
    const { third } = await arrange();
    await update();
    expect((await deploy(third, 'prod')).inDoubt).toBe(true);
    for (const environment of ENVIRONMENTS) {
      const again = await deploy(third, environment);
      expect(again, environment).toMatchObject({ authorization: 'authorized', inDoubt: false });
      expect((await deploy(third, environment)).id).toBe(again.id);
    }
    expect((await ask(third, 'region')).decision).toBe('allow');
  });

  it('spreads with a rollback to it', async () => {
    const { third, first } = await arrange();
    await rewrite('DELETE FROM deployment_doubts');
    await deployedAnyway(guarded.app, first, 'prod');
    await windowOf(context.app, {}, 'prod');
    expect((await deploy(third, 'prod')).authorization).toBe('rollback');
    await update();
    expect((await history('prod'))[0]).toMatchObject({
      authorization: 'rollback',
      inDoubt: true,
    });
  });

  it('is none in a project where everything that ran was authorized', async () => {
    await arrange();
    await rewrite(`UPDATE deployments SET "authorization" = 'authorized'`);
    await update();
    expect(await sql('SELECT 1 FROM deployment_doubts')).toEqual([]);
  });
});

describe('the search for the base', () => {
  const statement = {
    text: `SELECT ${RUNNING_INPUT} AS running FROM releases r JOIN environments n ON n.name = $2 WHERE r.id = $1`,
  };
  /** Records after the base that count nothing. */
  const add = (id: string, from: number, to: number) =>
    rewrite(`INSERT INTO deployments (id, project_id, release_id, environment, "authorization", judged_verdict_id,
                                      created_by)
               SELECT uuid_v7(), 1, '${id}', 'stage', CASE WHEN n % 100 = 0 THEN 'authorized' ELSE 'unauthorized' END,
                      (SELECT judged_verdict_id FROM deployments
                        WHERE release_id = '${id}' AND environment = 'stage' LIMIT 1), 'x'
                 FROM generate_series(${from}, ${to}) n;
             INSERT INTO deployment_doubts SELECT id FROM deployments
              WHERE created_by = 'x' AND "authorization" = 'authorized' ON CONFLICT DO NOTHING;
             ANALYZE deployments, deployment_doubts`);

  it('finds it behind any number of those that do not count, by an index', async () => {
    const { first, third } = await arrange();
    const blocks = () => scannedBlocks(statement, [third, 'stage']);
    await add(third, 1, 2000);
    const few = await blocks();
    await add(third, 2001, 8000);
    // Only the 80 in doubt are passed by one after the other.
    expect(await blocks()).toBeLessThan(few + 400);
    await rewrite('DELETE FROM deployment_doubts');
    await update();
    const [row] = await sql<{ running: { id: string } }>(statement.text, [third, 'stage']);
    expect(row?.running.id).toBe(first);
    const { results } = await ask(third, 'stage');
    expect(results[0]?.message).toContain('1.0.0, the last authorized release');
  });
});
