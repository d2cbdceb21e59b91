import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { useApp } from '../support/app.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { verdictOf } from '../support/verdicts.js';

const context = useApp();
const database = openDatabase(serverDatabaseUrl(), loadConfig({ DATABASE_POOL_MAX: '1' }));
afterAll(() => database.close());

/** A release with a finding that was denied and runs all the same, and a later one without anything. */
async function fill() {
  const { app } = context;
  const old = await createRelease(app, { version: '1.0.0' });
  const first = await uploaded(app, old.id, trivy({}), { label: 'image' });
  const verdict = await verdictOf(app, old.id);
  expect((await postDeployment(app, old.id)).statusCode).toBe(201);
  const next = await createRelease(app, { version: '1.0.1', projectId: old.projectId });
  return { old, next, first, verdict };
}

const columns = async (view: string) =>
  (
    await sql<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position`,
      [view],
    )
  ).map(({ name }) => name);

describe('the views that a person reads', () => {
  it('show releases with the evidence that counts, the last verdict and where they run, newest first', async () => {
    const { old, next } = await fill();
    const rows = await database.prisma.releaseOverview.findMany();
    expect(rows).toMatchObject([
      { version: '1.0.1', lastVerdict: null, runsIn: null, evidence: 0, releaseId: next.id },
      {
        version: '1.0.0',
        state: 'open',
        lastVerdict: 'deny for production',
        runsIn: 'production',
        evidence: 1,
        artifacts: 0,
        releaseId: old.id,
      },
    ]);
    // What ran before does not run any more.
    expect((await postDeployment(context.app, next.id)).statusCode).toBe(201);
    expect(await sql('SELECT version, runs_in FROM release_overview')).toEqual([
      { version: '1.0.1', runs_in: 'production' },
      { version: '1.0.0', runs_in: null },
    ]);
  });

  it('show verdicts with the first reason of a denial', async () => {
    const { verdict } = await fill();
    const denial = verdict.results.find(({ denies }) => denies);
    const [row] = await database.prisma.verdictOverview.findMany();
    expect(row).toMatchObject({
      version: '1.0.0',
      environment: 'production',
      decision: 'deny',
      firstReason: `${denial?.rule}: ${denial?.message}`,
      who: 'anonymous',
      when: new Date(verdict.evaluatedAt),
      verdictId: verdict.id,
    });
  });

  it('show findings with the state of their evidence', async () => {
    const { old, first } = await fill();
    const again = trivy({ severity: 'CRITICAL' });
    const second = await uploaded(context.app, old.id, again, { label: 'image' });
    const rows = await database.prisma.findingOverview.findMany();
    const of = (id: string) => rows.filter(({ evidenceId }) => evidenceId === id);
    expect(of(first.id).length).toBeGreaterThan(0);
    expect(of(first.id).every(({ counts }) => !counts)).toBe(true);
    expect(of(second.id).every(({ counts }) => counts)).toBe(true);
    expect(rows[0]).toMatchObject({ version: '1.0.0', reportedBy: 'trivy', evidenceId: second.id });
    const [found] = await sql<{ rule: string; severity: string }>(
      'SELECT rule, severity FROM findings WHERE evidence_id = $1 AND ordinal = $2',
      [second.id, rows[0]?.ordinal],
    );
    expect(rows[0]).toMatchObject({ ...found });
  });

  it('begin with names and end with ids', async () => {
    for (const view of ['release_overview', 'verdict_overview', 'finding_overview']) {
      const names = await columns(view);
      expect(names.slice(0, 2), view).toEqual(['project', 'version']);
      expect(names.slice(-2), view).toEqual(['release_id', 'project_id']);
    }
  });

  it.each(['release_overview', 'verdict_overview', 'finding_overview'])(
    '%s cannot be written to',
    async (view) => {
      await fill();
      const refused = /cannot (insert into|update|delete from) view/;
      await expect(sql(`DELETE FROM ${view}`)).rejects.toThrow(refused);
      await expect(sql(`UPDATE ${view} SET version = '2'`)).rejects.toThrow(refused);
      await expect(sql(`INSERT INTO ${view} (version) VALUES ('2')`)).rejects.toThrow(refused);
    },
  );
});
