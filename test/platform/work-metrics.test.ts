import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { useApp, useOwnApp } from '../support/app.js';
import { guardAsking, person } from '../support/approvals.js';
import { giveToken } from '../support/callers.js';
import { trivy } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { postResume, stopped } from '../support/line.js';
import { createRelease, revoke } from '../support/releases.js';
import { assertRelease, guard } from '../support/verdicts.js';
import { approve, inDays, requested, revokeWaiver } from '../support/waivers.js';

/** What dashboards and alerts need about the work of the platform. */
const open = useApp();
const context = useOwnApp();
const guarded = useOwnApp({ AUTH_MODE: 'token' });

async function series(name: string, { app } = context): Promise<string[]> {
  const { body } = await app.inject('/metrics');
  return body.split('\n').filter((line) => line.startsWith(name));
}

describe('what the gate answers', () => {
  it('is counted by environment and decision, and denials by the rules that deny', async () => {
    const { app } = context;
    const environment = await guard(app, [
      { rule: 'sealed-only', mode: 'block' },
      { rule: 'tests-passed', mode: 'block' },
      { rule: 'no-secrets', mode: 'warn' },
    ]);
    await guard(app, [{ rule: 'sealed-only', mode: 'warn' }], 'lenient');
    const { id: release } = await createRelease(app);
    for (const to of [environment, environment, 'lenient']) {
      await assertRelease(app, { release, environment: to });
    }
    expect(await series('srp_verdicts_total{')).toEqual([
      'srp_verdicts_total{environment="gate",decision="allow"} 0',
      'srp_verdicts_total{environment="gate",decision="deny"} 2',
      'srp_verdicts_total{environment="lenient",decision="allow"} 1',
      'srp_verdicts_total{environment="lenient",decision="deny"} 0',
    ]);
    expect(await series('srp_denials_total{')).toEqual([
      'srp_denials_total{environment="gate",rule="sealed-only"} 2',
      'srp_denials_total{environment="gate",rule="tests-passed"} 2',
    ]);
  });
});

describe('evidence', () => {
  it('is counted by kind, and the last one of a kind has its time', async () => {
    const { id } = await createRelease(open.app);
    const of = (outcome: string) =>
      series(`srp_evidence_received_total{kind="trivy",outcome="${outcome}"}`);
    expect(await of('stored')).toEqual([expect.stringMatching(/ 0$/)]);
    expect(await series('srp_evidence_last_received_timestamp_seconds{')).toEqual([]);
    for (let time = 0; time < 2; time += 1) {
      await upload(context.app, id, trivy({}), { label: 'scan' });
    }
    expect(await of('stored')).toEqual([expect.stringMatching(/ 1$/)]);
    expect(await of('repeated')).toEqual([expect.stringMatching(/ 1$/)]);
    const [last] = await series('srp_evidence_last_received_timestamp_seconds{kind="trivy"}');
    expect(Number(last?.split(' ')[1])).toBeGreaterThan(1.7e9);
  });
});

describe('credentials that are refused', () => {
  it('are counted, and a visitor without one is not', async () => {
    const { headers } = await giveToken({ scopes: ['metrics:read'] });
    const { app } = guarded;
    await app.inject({ url: '/projects', headers: { authorization: 'Bearer srp_wrong' } });
    await app.inject({ url: '/projects', headers });
    const { body } = await app.inject({ url: '/metrics', headers });
    expect(body).toContain('srp_failed_logins_total{kind="token"} 1');
    expect(body).toContain('srp_failed_logins_total{kind="sign-in"} 0');
  });
});

describe('threads', () => {
  it('are shown with those that work and those that wait', async () => {
    for (const pool of ['documents', 'decisions']) {
      expect(await series(`srp_workers_busy{pool="${pool}"} 0`)).toHaveLength(1);
      expect(await series(`srp_workers_waiting{pool="${pool}"} 0`)).toHaveLength(1);
      expect(await series(`srp_workers_max{pool="${pool}"}`)).toHaveLength(1);
    }
  });
});

describe('the period of a job', () => {
  it('is there until this instance does not run the job any more', async () => {
    const run = async () => 'again' as const;
    context.app.expectJobs([
      { name: 'often', everyMs: 5000, run },
      { name: 'once', everyMs: 60_000, run },
    ]);
    expect(await series('srp_job_period_seconds{')).toEqual([
      'srp_job_period_seconds{name="often"} 5',
      'srp_job_period_seconds{name="once"} 60',
    ]);
    context.app.observeJob({ name: 'once', outcome: 'finished', seconds: 1 });
    context.app.observeJob({ name: 'often', outcome: 'failed', seconds: 1 });
    expect(await series('srp_job_period_seconds{')).toEqual([
      'srp_job_period_seconds{name="often"} 5',
    ]);
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'srp-metrics-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const own = useOwnApp({ EMBEDDED_PG_DIR: join(folder, 'postgres'), SIGNING_KEYS_DIR: folder });

  it('show the room on the disks, and the time of the newest backup when there is one', async () => {
    expect(await series('srp_disk_', own)).toEqual([]);
    for (const metric of ['free', 'size']) {
      await expect
        .poll(() => series(`srp_disk_${metric}_bytes{`, own))
        .toEqual([
          expect.stringMatching(/use="database"} [1-9]/),
          expect.stringMatching(/use="keys"} [1-9]/),
        ]);
    }
    expect(await series('srp_backup_timestamp_seconds ', own)).toEqual([]);
  });

  const backed = useOwnApp({ EMBEDDED_PG_DIR: join(folder, 'postgres') });
  it('show the newest backup', async () => {
    mkdirSync(join(folder, 'backups'));
    const dump = join(folder, 'backups/monday.dump');
    writeFileSync(dump, '');
    await expect
      .poll(() => series('srp_backup_timestamp_seconds ', backed))
      .toEqual([`srp_backup_timestamp_seconds ${statSync(dump).mtimeMs / 1000}`]);
  });
});

/** An application of its own has read nothing yet, so its second scrape shows the present. */
describe('what waits for people', () => {
  const waivers = useOwnApp();
  const approvals = useOwnApp();
  const stops = useOwnApp();
  const shown = async (name: string, own: typeof context) => {
    expect(await series(`${name} `, own)).toEqual([]); // not known yet is not 0
    return expect.poll(() => series(`${name} `, own), { timeout: 30_000 });
  };

  it('is how many waivers that count end within 14 days', async () => {
    const { app } = open;
    const { headers } = await giveToken({ subject: 'bob' });
    await createRelease(app);
    const alice = await giveToken({ subject: 'alice' });
    const ids: string[] = [];
    for (const [rule, days] of Object.entries({
      'CVE-2024-1': 13,
      'CVE-2024-2': 15,
      'CVE-2024-3': 5,
      'CVE-2024-4': 5,
    })) {
      const terms = { rule, expiresAt: inDays(days) };
      ids.push((await requested(guarded.app, terms, alice.headers)).id);
    }
    for (const id of ids.slice(0, 3)) await approve(guarded.app, id, headers);
    await revokeWaiver(guarded.app, ids[2] ?? '', 'Gone', headers);
    await (await shown('srp_waivers_ending', waivers)).toEqual(['srp_waivers_ending 1']);
  });

  it('is how many requests for approvals wait', async () => {
    const { app } = open;
    await guardAsking(app);
    const { headers } = await person();
    for (let n = 0; n < 3; n += 1) {
      const { id } = await createRelease(app, { version: `1.0.${n}` });
      await guarded.app.inject({
        method: 'POST',
        url: `/releases/${id}/approval-requests`,
        headers,
        payload: { environments: ['gate'] },
      });
      if (n === 0) await revoke(app, id);
    }
    await (await shown('srp_approval_requests_waiting', approvals)).toEqual([
      'srp_approval_requests_waiting 2',
    ]);
  });

  it('is how many stops are in force', async () => {
    const { app } = open;
    const { headers } = await person();
    const gate = await guard(app, [{ rule: 'sealed-only', mode: 'warn' }]);
    await stopped(guarded.app, {}, 'production', headers);
    await stopped(guarded.app, {}, gate, headers);
    expect((await postResume(guarded.app, headers)).statusCode).toBe(200);
    await (await shown('srp_environment_stops', stops)).toEqual(['srp_environment_stops 1']);
  });
});
