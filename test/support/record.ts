import { ANONYMOUS } from '../../src/access/caller.js';
import { callContext } from '../../src/database/context.js';
import { importRows } from '../../src/events/import.js';
import { readingAgain } from '../../src/features/evidence/read-again.js';
import { sessionsService } from '../../src/features/sessions/sessions.service.js';
import { erase, settleNow } from '../../src/features/transparency/index.js';
import { createAttempt } from '../../src/security/sign-in/attempt.js';
import { buildTestApp, reader } from './app.js';
import { guardAsking, person, say } from './approvals.js';
import { postAct, postBreakGlass } from './break-glass.js';
import { sql, testDatabaseUrl } from './database.js';
import { bom, junit, trivy, vex } from './documents.js';
import { uploaded } from './evidence.js';
import { postStop, windowOf } from './line.js';
import { anotherPool, type LogApp, logApp } from './log.js';
import { addArtifact, createRelease, digest } from './releases.js';
import { everythingIsOld, minimumIsBack, retain } from './retention.js';
import { assertRelease } from './verdicts.js';
import { hookApp, postWebhook } from './webhooks.js';

/** Threads that the application uses. They are not closed. */
export const sharedReader = () => ({ open: reader.open, close: async () => {} });

/** Before the log has them: as events of an earlier version of the server, without digests of rows. */
export const withoutDigests = (where: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE events SET data = ((data::jsonb - 'row') - 'rows')::text WHERE ${where}; COMMIT`);

/** Takes the coverage out of the evidence of a label, as an earlier version stored it, and reads it again. */
async function readAgain(label: string): Promise<void> {
  await sql(`BEGIN; SET LOCAL session_replication_role = replica;
             UPDATE evidence SET summary = summary - 'coverage' - 'targets' WHERE label = '${label}'; COMMIT`);
  await withoutDigests(
    `subject_kind = 'evidence' AND subject_id IN (SELECT id::text FROM evidence WHERE label = '${label}')`,
  );
  const line = () => {};
  const log = { info: line, warn: line, error: line, child: () => log };
  const { signal } = new AbortController();
  await readingAgain(sharedReader).run({ database: anotherPool(), log, signal });
  // The job of the version that records digests runs after its start.
  await importRows(anotherPool());
}

/** A database with rows in every table that `npm run log -- verify` compares, in the log. */
export async function wholeRecord(): Promise<LogApp & { release: string }> {
  const log = await logApp();
  const database = anotherPool();
  const { app } = log;
  const { id: release } = await createRelease(app);
  await addArtifact(app, release, { sha256: digest(7) });
  const post = async (url: string, payload: object = {}, headers: object = {}) => {
    const response = await app.inject({ method: 'POST', url, payload, headers: { ...headers } });
    if (response.statusCode >= 300) throw new Error(`${url}: ${response.body}`);
    return response.json();
  };
  await uploaded(app, release, trivy({ severity: 'LOW', also: ['GHSA-35jh-r3h4-6jhm'] }), {
    label: 'old',
  });
  await readAgain('old');
  await uploaded(app, release, junit('passed'), { type: 'application/xml', label: 'unit' });
  await uploaded(app, release, junit('passed', 'passed'), {
    type: 'application/xml',
    label: 'unit',
  });
  await uploaded(app, release, bom([{}, { name: 'left-pad', version: '1.3.0', licence: 'MIT' }]));
  await uploaded(app, release, vex({ id: 'CVE-2020-0001' }));
  await guardAsking(app, {}, { rule: 'max-findings', mode: 'block', severity: 'high', maximum: 5 });
  await assertRelease(app, { release, environment: 'gate' });
  const guarded = await buildTestApp(testDatabaseUrl(), { AUTH_MODE: 'token' });
  const [alice, bob] = [await person(), await person('bob')];
  await say(guarded, release, alice);
  const asked = {
    releaseId: release,
    rule: 'CVE-2021-23337',
    reason: 'Never called',
    expiresInDays: 5,
  };
  const waiver = await guarded.inject({
    method: 'POST',
    url: '/waivers',
    payload: asked,
    headers: alice.headers,
  });
  await guarded.inject({
    method: 'POST',
    url: `/waivers/${waiver.json().id}/approve`,
    headers: bob.headers,
  });
  const glass = await postBreakGlass(guarded, release, alice.headers, { environment: 'gate' });
  await postAct(guarded, glass.json().id, 'end', alice.headers);
  await guarded.close();
  const hooks = await hookApp();
  const hook = { url: 'https://hooks.example.org/srp', events: ['webhook.disabled'] };
  const webhook = await postWebhook(hooks.app, hook);
  if (webhook.statusCode !== 201) throw new Error(webhook.body);
  await hooks.close();
  await assertRelease(app, { release, environment: 'gate' });
  await uploaded(app, release, trivy({ id: 'CVE-2024-0001', severity: 'CRITICAL', name: 'worse' }));
  await assertRelease(app, { release, environment: 'gate' });
  await post(`/releases/${release}/approval-requests`, { environments: ['gate'] });
  await windowOf(app);
  await postStop(app);
  await post('/environments/gate/deployments', { releaseId: release, state: 'started' });
  await post('/tokens', {
    name: 'ci',
    subject: 'ci',
    scopes: ['projects:read'],
    projects: [1],
    expiresInDays: 5,
  });
  await post('/group-grants', { group: 'devs', scopes: ['projects:read'], projects: [1] });
  await post('/issuers', {
    name: 'ci',
    issuer: 'https://ci.example',
    audience: 'srp',
    conditions: { repository: 'shop/shop' },
    scopes: ['evidence:write'],
    projects: [1],
  });
  await post('/identities/ci/links', { alias: 'https://idp.example|1' });
  await post('/identities/ci/disable');
  const project = await post('/projects', { name: 'Gone' });
  await app.inject({ method: 'DELETE', url: `/projects/${project.id}` });
  const context = callContext(database.store, ANONYMOUS, 'test');
  await sessionsService.signIn(context, {
    attempt: createAttempt('/'),
    person: { sub: '2', name: 'Carol', groups: ['devs'], authTime: undefined },
    login: 'https://idp.example|2',
    counting: ['devs'],
    previous: undefined,
  });
  const [verdict] = await sql<{ id: string }>('SELECT id FROM verdicts ORDER BY id DESC LIMIT 1');
  for (const predicate of ['vsa', 'verdict'])
    await app.inject(`/verdicts/${verdict?.id}/attestation?predicate=${predicate}`);
  const other = await createRelease(app, { version: '0.9.0' });
  const notes = await app.inject({
    method: 'PATCH',
    url: `/releases/${other.id}`,
    payload: { notes: 'First' },
  });
  if (notes.statusCode !== 200) throw new Error(notes.body);
  await uploaded(app, other.id, bom([{ name: 'gone', version: '1.0.0' }]));
  await createRelease(app, { projectId: other.projectId, version: '0.9.1' });
  await post('/legal-holds', { projectId: 1, releaseId: release, reason: 'Case 2026-117' });
  await everythingIsOld();
  const { removed, kept } = await retain();
  await minimumIsBack();
  if (removed !== 1) throw new Error(`one document should go: ${removed}, ${JSON.stringify(kept)}`);
  await log.settle();
  const [updated] = await sql<{ id: string }>(
    `SELECT id FROM events WHERE type = 'release.updated'`,
  );
  await erase(context, updated?.id ?? '', 'A name');
  await settleNow(context, log.keys);
  return { ...log, release };
}
