import { expect, it } from 'vitest';
import { WANTED } from '../../src/features/approvals/approvals.sql.js';
import { useApp } from '../support/app.js';
import { guardAsking } from '../support/approvals.js';
import { sql } from '../support/database.js';
import { postStop, postWindow } from '../support/line.js';
import { scannedBlocks } from '../support/plans.js';
import { createRelease } from '../support/releases.js';

/** What ended costs nothing: lists of what waits, and of what is in force, do not read it. */
const context = useApp();

/** As Prisma asks for the first page of those that did not end. */
const current = (table: string, ended: string, order: string) => ({
  text: `SELECT * FROM ${table} WHERE environment = $1 AND ${ended} IS NULL ORDER BY id ${order} LIMIT 51`,
});

it('the inbox, windows and stops read what did not end, however much did', async () => {
  const { id } = await createRelease(context.app);
  await guardAsking(context.app);
  const asked = await context.app.inject({
    method: 'POST',
    url: `/releases/${id}/approval-requests`,
    payload: { environments: ['gate'] },
  });
  expect(asked.statusCode, asked.body).toBe(201);
  expect((await postWindow(context.app, {}, 'gate')).statusCode).toBe(201);
  expect((await postStop(context.app, {}, 'gate')).statusCode).toBe(201);
  /** Ids of long ago, as of rows that were made then. */
  const old = `('0150' || substr(gen_random_uuid()::text, 5))::uuid`;
  const rows = (count: number) =>
    sql(`BEGIN; SET LOCAL session_replication_role = replica;
      INSERT INTO approval_requests (id, project_id, release_id, environments, requested_at, requested_by, ends_at)
      SELECT ${old}, project_id, release_id, environments, requested_at - interval '90 days', 'x',
             ends_at - interval '90 days'
        FROM approval_requests, generate_series(1, ${count}) WHERE requested_by <> 'x';
      INSERT INTO environment_windows (id, environment, kind, from_local, to_local, days, time_zone, every_project,
             project_ids, reason, created_at, created_by, ended_at, ended_by)
      SELECT ${old}, environment, kind, from_local, to_local, days, time_zone, every_project, project_ids, reason,
             created_at, 'x', now(), 'x'
        FROM environment_windows, generate_series(1, ${count}) WHERE ended_at IS NULL;
      INSERT INTO environment_stops (id, environment, every_project, project_ids, rollbacks, reason, created_at,
             created_by, resumed_at, resumed_by, resume_reason)
      SELECT ${old}, environment, every_project, project_ids, rollbacks, reason, created_at, 'x', now(), 'x', 'x'
        FROM environment_stops, generate_series(1, ${count}) WHERE resumed_at IS NULL;
      COMMIT; ANALYZE approval_requests, environment_windows, environment_stops`);
  const inbox = (projects: number[] | null, mine: boolean) =>
    scannedBlocks(WANTED, [
      ...[projects, null, 51, mine, ['managers'], ['ALICE']],
      ...[null, null, null, '-infinity', 'infinity'],
    ]);
  const blocks = async () => [
    await inbox(null, true),
    await inbox([1], true),
    await inbox(null, false),
    await scannedBlocks(current('environment_windows', 'ended_at', 'ASC'), ['gate']),
    await scannedBlocks(current('environment_stops', 'resumed_at', 'DESC'), ['gate']),
  ];
  await rows(3000);
  const few = await blocks();
  await rows(9000);
  for (const [at, many] of (await blocks()).entries()) {
    expect(many, String(at)).toBeLessThan(2 * (few[at] ?? 0) + 20);
  }
  const inboxOf = (query: string) => context.app.inject(`/approvals?state=wanted${query}`);
  expect((await inboxOf('')).json()).toHaveLength(1);
});
