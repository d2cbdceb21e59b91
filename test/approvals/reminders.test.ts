import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/database/client.js';
import { remindersJob } from '../../src/features/approvals/reminders.js';
import type { JobLog } from '../../src/jobs/job.js';
import { useApp } from '../support/app.js';
import { asking, person, say, withdraw } from '../support/approvals.js';
import type { Holder } from '../support/callers.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, revoke } from '../support/releases.js';
import { assertRelease, guard } from '../support/verdicts.js';
import { hookApp, receiver, webhookFor } from '../support/webhooks.js';

const context = useApp({ SIGN_IN_GROUPS: 'managers,security' });
const people = useApp({ AUTH_MODE: 'token', SIGN_IN_GROUPS: 'managers,security' });
const silent: JobLog = { info() {}, warn() {}, error() {}, child: () => silent };

let release: string;
let alice: Holder;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  alice = await person();
});

/** The pool of an instance, until the test ends. */
function instance(): Database {
  const database = openDatabase(serverDatabaseUrl(), loadConfig({}));
  onTestFinished(() => database.close());
  return database;
}

const run = async (database = instance()) => {
  const { signal } = new AbortController();
  expect(await remindersJob.run({ database, log: silent, signal })).toBe('again');
};

async function request(environments = ['gate']): Promise<string> {
  const response = await context.app.inject({
    method: 'POST',
    url: `/releases/${release}/approval-requests`,
    payload: { environments },
  });
  expect(response.statusCode, response.body).toBe(201);
  return response.json().id;
}

/** Moves all requests into the past, as if so many hours had passed. */
const pass = (hours: number) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE approval_requests SET requested_at = requested_at - interval '${hours} hours',
                                    ends_at = ends_at - interval '${hours} hours'; COMMIT`);

interface Reminder {
  environments: string[];
  afterHours: number;
  requestedBy: string;
}

async function reminders(): Promise<Reminder[]> {
  const rows = await sql<{ data: string; subject_kind: string; actor: string }>(
    `SELECT data, subject_kind, actor FROM events WHERE type = 'approval.reminded' ORDER BY id`,
  );
  for (const row of rows) {
    expect(row).toMatchObject({ subject_kind: 'approval-request', actor: 'server' });
  }
  return rows.map(({ data }) => JSON.parse(data));
}
const hours = async () => (await reminders()).map(({ afterHours }) => afterHours);

/** After so many hours, how many reminders there are. */
async function remindedAfter(passed: number): Promise<number> {
  await pass(passed);
  await run();
  return (await reminders()).length;
}

const sayAs = (holder: Holder, body: object = {}) => say(people.app, release, holder, body);

describe('a request that nobody answers', () => {
  it('is reminded of after 4 and after 24 hours, once each', async () => {
    await guard(context.app, [asking()]);
    const id = await request();
    await pass(3.9);
    await run();
    expect(await reminders()).toEqual([]);
    await pass(0.2);
    await run();
    await run();
    expect(await reminders()).toEqual([
      { environments: ['gate'], afterHours: 4, requestedBy: 'anonymous' },
    ]);
    await pass(19.8);
    await run();
    expect(await hours()).toEqual([4]);
    await pass(0.2);
    await run();
    await run();
    await pass(40);
    await run();
    expect(await hours()).toEqual([4, 24]);
    const [event] = await sql(
      `SELECT subject_id, project_id, release_id FROM events WHERE type = 'approval.reminded'`,
    );
    expect(event).toEqual({ subject_id: id, project_id: 1, release_id: release });
    const timeline = await context.app.inject(`/releases/${release}/timeline`);
    expect(timeline.json().map(({ text }: { text: string }) => text)).toContain(
      'Approvals for gate were still missing after 24 hours',
    );
  });

  it('is reminded of once by several instances, and again by none after a restart', async () => {
    await guard(context.app, [asking()]);
    await request();
    await pass(5);
    const instances = Array.from({ length: 4 }, instance);
    await Promise.all(instances.map(run));
    await run();
    expect(await hours()).toEqual([4]);
  });

  it('is reminded of once if the server was away, and not after three days', async () => {
    await guard(context.app, [asking()]);
    await request();
    await pass(30);
    await run();
    expect(await hours()).toEqual([24]);
    await request();
    await pass(73);
    await run();
    expect(await hours()).toEqual([24]);
  });

  it('of the gate is reminded of, too', async () => {
    await guard(context.app, [asking()]);
    expect((await assertRelease(context.app, { release, environment: 'gate' })).statusCode).toBe(
      409,
    );
    expect(await remindedAfter(5)).toBe(1);
  });

  it('is told to webhooks', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    await webhookFor(app, to.url, { events: ['approval.reminded'], projects: [1] });
    await guard(context.app, [asking()]);
    await request();
    expect(await remindedAfter(5)).toBe(1);
    await deliver();
    expect(to.payloads()).toMatchObject([
      {
        type: 'approval.reminded',
        data: {
          subject: { kind: 'approval-request' },
          release: { id: release, version: '1.0.0' },
          details: { environments: ['gate'], afterHours: 4 },
          links: { brief: expect.stringContaining('/decision-brief?environment=gate') },
        },
      },
    ]);
  });
});

describe('a request is not reminded of', () => {
  it('when enough people approved, although the gate was not asked since', async () => {
    await guard(context.app, [asking({ minimum: 2 })]);
    await request();
    await sayAs(alice);
    expect(await remindedAfter(5)).toBe(1);
    await sayAs(await person('bob'));
    expect(await remindedAfter(20)).toBe(1);
  });

  it('when the gate allows the release', async () => {
    await guard(context.app, [asking()]);
    await request();
    await sayAs(alice);
    expect((await assertRelease(context.app, { release, environment: 'gate' })).statusCode).toBe(
      200,
    );
    expect(await remindedAfter(5)).toBe(0);
  });

  it('when somebody rejected it, until the rejection is withdrawn', async () => {
    await guard(context.app, [asking()]);
    await request();
    const { id } = await sayAs(alice, { decision: 'reject', reason: 'A leak' });
    expect(await remindedAfter(5)).toBe(0);
    await withdraw(people.app, id, alice.headers);
    expect(await remindedAfter(0)).toBe(1);
  });

  it('when the release was revoked', async () => {
    await guard(context.app, [asking()]);
    await request();
    await revoke(context.app, release);
    expect(await remindedAfter(5)).toBe(0);
  });

  it('when it was deployed since', async () => {
    await guard(context.app, [asking()]);
    await request();
    await deployed(context.app, release, 'gate');
    expect(await remindedAfter(5)).toBe(0);
  });

  it('when it ended, or no rule asks for approvals', async () => {
    await guard(context.app, [{ rule: 'sealed-only', mode: 'block' }, asking({ mode: 'warn' })]);
    await request();
    expect(await remindedAfter(5)).toBe(0);
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE approval_requests SET ends_at = now() - interval '1 minute'; COMMIT`);
    expect(await remindedAfter(0)).toBe(0);
  });

  it('but is when the only approval is void, or of a person in none of the groups', async () => {
    const limit = { rule: 'max-findings', mode: 'block', severity: 'high', maximum: 0 };
    await guard(context.app, [limit, asking()]);
    await request();
    await sayAs(alice);
    await uploaded(context.app, release, trivy({ id: 'CVE-2026-0001', severity: 'HIGH' }));
    await assertRelease(context.app, { release, environment: 'gate' });
    const [state] = await sql('SELECT is_void FROM approval_states');
    expect(state).toEqual({ is_void: true });
    expect(await remindedAfter(5)).toBe(1);
    await guard(context.app, [asking({ groups: ['managers'] })], 'other');
    await request(['other']);
    await sayAs(alice, { environment: 'other' });
    expect(await remindedAfter(5)).toBe(2);
  });

  it('for environments that were answered', async () => {
    await guard(context.app, [asking()]);
    await context.app.inject({
      method: 'POST',
      url: '/environments',
      payload: { name: 'second', rank: 30, policies: [{ name: 'gate' }] },
    });
    await request(['gate', 'second']);
    await sayAs(alice);
    expect(await remindedAfter(5)).toBe(1);
    expect((await reminders())[0]?.environments).toEqual(['second']);
  });
});
