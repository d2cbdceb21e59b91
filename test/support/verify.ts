import { importRows } from '../../src/events/import.js';
import { type Verified, verify } from '../../src/features/verification/index.js';
import { sql } from './database.js';
import { junit } from './documents.js';
import { anotherPool, type LogApp, logApp } from './log.js';
import { SEALED } from './policies.js';
import { addArtifact, createRelease, digest } from './releases.js';

/** What `npm run log -- verify` finds, and what it says. */
export async function verified({
  keys,
}: Pick<LogApp, 'keys'>): Promise<Verified & { faults: string[] }> {
  const faults: string[] = [];
  const found = await verify(anotherPool(), { keys, report: (fault) => void faults.push(fault) });
  return { ...found, faults };
}

/** The faults alone. */
export const faults = async (log: Pick<LogApp, 'keys'>): Promise<string[]> =>
  (await verified(log)).faults;

/** A log of a database that the job has been through. */
export async function imported(): Promise<LogApp> {
  const log = await logApp();
  await importRows(anotherPool());
  await log.settle();
  return log;
}

/**
 * A release with everything that a verdict is made of, in the log.
 * @param stock it was recorded by a version from before digests, and the job of this one has been through
 */
export async function recorded({ stock = false } = {}): Promise<LogApp & { release: string }> {
  const log = await logApp();
  if (!stock) await importRows(anotherPool());
  const { app } = log;
  const { id: release } = await createRelease(app);
  await addArtifact(app, release, { sha256: digest(7), kind: 'archive' });
  await app.inject({
    method: 'POST',
    url: `/releases/${release}/evidence`,
    headers: { 'content-type': 'application/xml' },
    payload: junit('passed'),
  });
  const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload });
  await post('/policies', { name: 'gate', rules: [SEALED] });
  const policies = [{ name: 'gate' }];
  await post('/environments', { name: 'gate', rank: 1, policies, signInWithinMinutes: 15 });
  await post('/waivers', {
    releaseId: release,
    rule: 'CVE-2021-23337',
    reason: 'Never called',
    expiresInDays: 5,
  });
  const token = await post('/tokens', {
    name: 'ci',
    subject: 'ci',
    scopes: ['projects:read'],
    projects: [1],
    expiresInDays: 5,
  });
  await app.inject({ method: 'DELETE', url: `/tokens/${token.json().id}` });
  await app.inject(`/assert?release=${release}&environment=gate`);
  await app.inject({ method: 'POST', url: `/releases/${release}/seal` });
  await app.inject(`/assert?release=${release}&environment=gate`);
  const weekly = { days: ['sat', 'fri'], from: '12:00', to: '24:00' };
  const window = { kind: 'freeze', weekly, timeZone: 'UTC', reason: 'Weekend', projects: [1] };
  await post('/environments/staging/windows', window);
  await post('/environments/staging/stop', { reason: 'Payments fail' });
  for (const state of ['started', 'succeeded']) {
    await post('/environments/gate/deployments', { releaseId: release, state });
  }
  if (stock) await asStock();
  await log.settle();
  return { ...log, release };
}

/** Leaves rows and events as a version without digests did, and lets the job of this version record the rows. */
async function asStock(): Promise<void> {
  const without = ['row', 'sha256', 'verdictHash'].map((name) => `'${name}'`);
  await sql(`BEGIN; SET LOCAL session_replication_role = replica;
             UPDATE events SET data = (data::jsonb - ARRAY[${without}])::text
              WHERE subject_kind IN ('verdict', 'waiver');
             UPDATE verdicts SET verdict_hash = NULL;
             INSERT INTO event_imports (kind) VALUES ('verdict'), ('waiver') ON CONFLICT DO NOTHING; COMMIT`);
  await importRows(anotherPool());
}
