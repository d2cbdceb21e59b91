import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { ENGINE } from '../../src/engine/index.js';
import { EVENTS, type EventType } from '../../src/events/catalogue.js';
import { rowKindOf } from '../../src/events/rows.js';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { junit } from '../support/documents.js';
import { SEALED } from '../support/policies.js';
import { COMMIT, digest } from '../support/releases.js';
import { hookApp } from '../support/webhooks.js';

/** Every route that changes something, and the events that it records. */
const context = useApp({ AUTH_MODE: 'token', HOST: '0.0.0.0' });

let alice: Holder;
let bob: Holder;
beforeEach(async () => {
  alice = await giveToken();
  bob = await giveToken({ subject: 'bob' });
});

interface EventRow {
  type: EventType;
  subject_kind: string;
  subject_id: string;
  project_id: number | null;
  release_id: string | null;
  actor: string;
  credential: string | null;
  request_id: string | null;
  data: string;
}

const recorded = () => sql<EventRow & Record<string, unknown>>('SELECT * FROM events ORDER BY id');

/** Tests write without the API as well; only what the next request records is looked at. */
const forget = () =>
  sql('BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM events; COMMIT');

interface Sent {
  readonly app?: FastifyInstance;
  readonly payload?: object | string;
  readonly headers?: Record<string, string>;
  readonly caller?: Holder;
}

const REQUEST = 'events-test-1';

async function subjectOf({ id }: Holder): Promise<string> {
  const [row] = await sql<{ subject: string }>('SELECT subject FROM api_tokens WHERE id = $1', [
    id,
  ]);
  return row?.subject ?? '';
}

/** The operations that a test has called, as `METHOD /path`. */
const called = new Set<string>();

/** Calls a route as `METHOD /address` and says what it answered and recorded. */
async function call(
  request: string,
  { payload, headers, caller = alice, app = context.app }: Sent = {},
) {
  const [method = '', url = ''] = request.split(' ') as ['POST', string];
  await forget();
  const response: LightMyRequestResponse = await app.inject({
    method,
    url,
    headers: { 'x-request-id': REQUEST, ...caller.headers, ...headers },
    ...(payload !== undefined && { payload }),
  });
  const events = await recorded();
  for (const { type, subject_kind, actor, credential, data, ...event } of events) {
    expect(subject_kind).toBe(EVENTS[type].subject);
    expect(actor).toBe(await subjectOf(caller));
    expect(credential).toBe(`token:${caller.id}`);
    expect(event.request_id).toBe(REQUEST);
    expect(data).not.toMatch(/srp_/);
    const { row } = JSON.parse(data);
    if (rowKindOf(type)) expect(row).toMatch(/^[0-9a-f]{64}$/);
    else expect(row).toBeUndefined();
  }
  return { response, status: response.statusCode, events, body: response.body && response.json() };
}

/** Calls a route that must succeed and record these events; returns its answer. */
async function does(operation: string, request: string, types: EventType[], sent: Sent = {}) {
  const { status, events, body } = await call(request, sent);
  expect(status, `${request}: ${JSON.stringify(body)}`).toBeLessThan(300);
  expect(events.map(({ type }) => type).sort(), request).toEqual(types.toSorted());
  called.add(operation);
  const data = events.map((event) => {
    const { row: _digest, ...rest } = JSON.parse(event.data);
    return rest;
  });
  return { body, events, data };
}

/** Calls a route that must record nothing. */
async function recordsNothing(request: string, expected: number, sent: Sent = {}) {
  const { status, events } = await call(request, sent);
  expect([status, events]).toEqual([expected, []]);
}

const XML = { 'content-type': 'application/xml' };
const inAMonth = () => new Date(Date.now() + 30 * 86_400_000).toISOString();

/** A project with a release, for what comes next. */
async function release(): Promise<string> {
  await call('POST /projects', { payload: { name: 'Shop', status: 'active' } });
  const payload = { version: '1.0.0', commit: COMMIT };
  const { body } = await call('POST /projects/1/releases', { payload });
  return body.id;
}

describe('events', () => {
  it('are recorded for projects', async () => {
    const payload = { name: 'Shop', status: 'active' };
    await does('createProject', 'POST /projects', ['project.created'], { payload });
    const change = { payload: { status: 'archived' } };
    const { data } = await does('updateProject', 'PATCH /projects/1', ['project.updated'], change);
    const status = { before: 'active', after: 'archived' };
    expect(data).toEqual([{ fields: ['status'], status, version: 2 }]);
    await recordsNothing('PATCH /projects/1', 200, { payload: {} });
    await recordsNothing('PATCH /projects/1', 200, change);
    const stale = { ...change, headers: { 'if-match': '"7"' } };
    await recordsNothing('PATCH /projects/1', 412, stale);
    await recordsNothing('DELETE /projects/2', 404);
    await does('deleteProject', 'DELETE /projects/1', ['project.deleted']);
  });

  it('are recorded for releases and artifacts', async () => {
    await call('POST /projects', { payload: { name: 'Shop', status: 'active' } });
    const payload = { version: '1.0.0', commit: COMMIT };
    const url = 'POST /projects/1/releases';
    const { body, events } = await does('createRelease', url, ['release.created'], { payload });
    const { id } = body;
    expect(events).toMatchObject([{ subject_id: id, project_id: 1, release_id: id }]);
    await recordsNothing(url, 409, { payload });
    const put = 'PUT /projects/1/releases/1.0.1';
    await does('putRelease', put, ['release.created'], { payload: { commit: COMMIT } });
    await recordsNothing(put, 200, { payload: { commit: COMMIT } });
    const artifact = { name: 'image', kind: 'container', sha256: digest(1) };
    const added = `POST /releases/${id}/artifacts`;
    await does('createArtifact', added, ['artifact.added'], { payload: artifact });
    await recordsNothing(added, 409, { payload: artifact });
    const notes = { payload: { notes: 'New' } };
    await does('updateRelease', `PATCH /releases/${id}`, ['release.updated'], notes);
    await recordsNothing(`PATCH /releases/${id}`, 200, notes);
    await does('sealRelease', `POST /releases/${id}/seal`, ['release.sealed']);
    await recordsNothing(`POST /releases/${id}/seal`, 200);
    const reason = { payload: { reason: 'Charges twice' } };
    await does('revokeRelease', `POST /releases/${id}/revoke`, ['release.revoked'], reason);
    await recordsNothing(`POST /releases/${id}/revoke`, 200, reason);
    await recordsNothing(`POST /releases/${id}/revoke`, 409, { payload: { reason: 'Other' } });
  });

  it('are recorded for evidence', async () => {
    const id = await release();
    const upload = `POST /releases/${id}/evidence?label=unit`;
    const first = { payload: junit('passed', 'passed'), headers: XML };
    const { body } = await does('uploadEvidence', upload, ['evidence.received'], first);
    await does('uploadEvidence', upload, ['evidence.received-again'], first);
    const second = { payload: junit('passed', 'failure'), headers: XML };
    const { data } = await does('uploadEvidence', upload, ['evidence.received'], second);
    expect(data).toMatchObject([{ kind: 'junit', label: 'unit', superseded: [body.id] }]);
    await recordsNothing(upload, 422, { payload: '<x/>', headers: XML });
    const retract = `POST /evidence/${body.id}/retract`;
    const reason = { payload: { reason: 'Wrong file' } };
    await does('retractEvidence', retract, ['evidence.retracted'], reason);
    await recordsNothing(retract, 200, reason);
  });

  it('are recorded for policies, environments and deployments', async () => {
    const id = await release();
    const policy = { payload: { name: 'gate', rules: [SEALED] } };
    await does('createPolicy', 'POST /policies', ['policy.created'], policy);
    await recordsNothing('POST /policies', 409, policy);
    const next = { payload: { rules: [{ ...SEALED, mode: 'warn' }] } };
    const versions = 'POST /policies/gate/versions';
    await does('createPolicyVersion', versions, ['policy-version.added'], next);
    await recordsNothing(versions, 200, next);
    const guard = { payload: { name: 'gate', rank: 15, policies: [{ name: 'gate' }] } };
    await does('createEnvironment', 'POST /environments', ['environment.created'], guard);
    const rank = { payload: { rank: 16 } };
    const updated = await does(
      'updateEnvironment',
      'PATCH /environments/gate',
      ['environment.updated'],
      rank,
    );
    expect(updated.data).toEqual([{ rank: { before: 15, after: 16 } }]);
    await recordsNothing('PATCH /environments/gate', 200, rank);
    const deploy = 'POST /environments/gate/deployments';
    const what = { payload: { releaseId: id } };
    const judged = ['verdict.decided', 'deployment.recorded'] as const;
    await does('recordDeployment', deploy, [...judged], what);
    await recordsNothing(deploy, 200, what);
    const start = { payload: { releaseId: id, state: 'started' } };
    const started = await does('recordDeployment', deploy, [...judged], start);
    await recordsNothing(deploy, 200, start);
    const failed = { payload: { releaseId: id, state: 'failed' } };
    const { events } = await does('recordDeployment', deploy, ['deployment.failed'], failed);
    expect(events).toMatchObject([{ subject_id: started.body.id, release_id: id }]);
    await recordsNothing(deploy, 200, failed);
    const denied = 'POST /environments/production/deployments';
    await does('recordDeployment', denied, [...judged, 'deployment.unauthorized'], what);
  });

  it('are recorded for windows and stops', async () => {
    const weekly = { days: ['fri'], from: '12:00', to: '24:00' };
    const payload = { kind: 'freeze', weekly, timeZone: 'UTC', reason: 'Weekend' };
    const windows = 'POST /environments/production/windows';
    const { body } = await does('createWindow', windows, ['window.created'], { payload });
    const end = `DELETE /environments/production/windows/${body.id}`;
    await does('endWindow', end, ['window.ended']);
    await recordsNothing(end, 404);
    const reason = { payload: { reason: 'Payments fail' } };
    const stop = 'POST /environments/production/stop';
    await does('stopEnvironment', stop, ['environment.stopped'], reason);
    const resume = 'POST /environments/production/resume';
    await recordsNothing(resume, 409, reason);
    const person = { ...reason, caller: await giveToken({ subject: 'carol', person: true }) };
    const { data } = await does('resumeEnvironment', resume, ['environment.resumed'], person);
    expect(data).toEqual([{ environment: 'production', stoppedBy: 'alice' }]);
    await recordsNothing(resume, 200, person);
  });

  it('are recorded for verdicts', async () => {
    const id = await release();
    const ask = { payload: { environment: 'production' } };
    const verdicts = `POST /releases/${id}/verdicts`;
    const tried = { payload: { environment: 'production', dryRun: true } };
    await recordsNothing(verdicts, 200, tried);
    const { body } = await does('createVerdict', verdicts, ['verdict.decided'], ask);
    await recordsNothing(verdicts, 200, ask);
    const gate = `GET /assert?release=${id}&environment=production`;
    await recordsNothing(gate, 409);
    await call(`POST /releases/${id}/seal`);
    const { status, events } = await call(gate);
    expect([status, events.map(({ type }) => type)]).toEqual([409, ['verdict.decided']]);
    expect(events[0]?.subject_id).not.toBe(body.id);
    called.add('assertRelease');
  });

  it('are recorded for a verdict that holds again', async () => {
    const id = await release();
    const ask = { payload: { environment: 'production' } };
    const verdicts = `POST /releases/${id}/verdicts`;
    const first = await call(verdicts, ask);
    const upload = { payload: junit('passed'), headers: XML };
    const { body: report } = await call(`POST /releases/${id}/evidence`, upload);
    const second = await call(verdicts, ask);
    await call(`POST /evidence/${report.id}/retract`, { payload: { reason: 'Wrong file' } });
    const again = { ...ask, caller: bob };
    const { events, data } = await does('createVerdict', verdicts, ['verdict.holds-again'], again);
    expect(events[0]?.subject_id).toBe(first.body.id);
    const { decision, inputsHash, verdictHash } = first.body;
    const about = { environment: 'production', decision, inputsHash, verdictHash };
    const [held] = await sql<{ decidedAt: Date; snapshot: Date }>(
      'SELECT decided_at AS "decidedAt", snapshot FROM release_decisions',
    );
    const times = {
      decidedAt: held?.decidedAt.toISOString(),
      snapshot: held?.snapshot.toISOString(),
    };
    expect(data).toEqual([{ ...about, ...times, engine: ENGINE, before: second.body.id }]);
    await recordsNothing(verdicts, 200, again);
  });

  it('are recorded for waivers', async () => {
    await release();
    const terms = { rule: 'CVE-2021-23337', reason: 'Never called', expiresAt: inAMonth() };
    const payload = { projectId: 1, ...terms };
    const requested = ['waiver.requested' as const];
    const { body } = await does('createWaiver', 'POST /waivers', requested, { payload });
    const approve = `POST /waivers/${body.id}/approve`;
    await recordsNothing(approve, 403);
    await does('approveWaiver', approve, ['waiver.approved'], { caller: bob });
    await recordsNothing(approve, 200, { caller: bob });
    const reason = { payload: { reason: 'It is called now' } };
    const revoke = `POST /waivers/${body.id}/revoke`;
    await does('revokeWaiver', revoke, ['waiver.revoked'], reason);
    await recordsNothing(revoke, 200, reason);
  });

  it('are recorded for approvals', async () => {
    const id = await release();
    const policy = { payload: { name: 'gate', rules: [{ rule: 'approvals', mode: 'block' }] } };
    await call('POST /policies', policy);
    const guard = { payload: { name: 'gate', rank: 15, policies: [{ name: 'gate' }] } };
    await call('POST /environments', guard);
    const caller = await giveToken({ subject: 'anna', person: true });
    const asked = { payload: { environments: ['gate'] } };
    const requests = `POST /releases/${id}/approval-requests`;
    await does('createApprovalRequest', requests, ['approval.requested'], asked);
    const { body: brief } = await call(`GET /releases/${id}/decision-brief?environment=gate`);
    const about = { environment: 'gate', seen: brief.seen };
    const approvals = `POST /releases/${id}/approvals`;
    const approve = { caller, payload: { ...about, decision: 'approve' } };
    const { body } = await does('createApproval', approvals, ['approval.given'], approve);
    await recordsNothing(approvals, 200, approve);
    await recordsNothing(approvals, 409, { payload: approve.payload });
    const reject = { caller, payload: { ...about, decision: 'reject', reason: 'A leak' } };
    await does('createApproval', approvals, ['approval.rejected'], reject);
    const withdraw = `POST /approvals/${body[0].id}/withdraw`;
    const reason = { caller, payload: { reason: 'A leak' } };
    await does('withdrawApproval', withdraw, ['approval.withdrawn'], reason);
    await recordsNothing(withdraw, 200, reason);
  });

  it('are recorded for break-glass', async () => {
    const id = await release();
    const [anna, bert, carl] = [
      await giveToken({ subject: 'anna', person: true }),
      await giveToken({ subject: 'bert', person: true }),
      await giveToken({ subject: 'carl', person: true }),
    ];
    const path = `POST /releases/${id}/break-glass`;
    const ask = (force: boolean) => ({
      caller: anna,
      payload: { environment: 'production', reason: 'Payments fail', minutes: 5, force },
    });
    const types: EventType[] = ['break-glass.requested', 'break-glass.opened'];
    const { body: first } = await does('createBreakGlass', path, types, ask(false));
    await recordsNothing(path, 200, ask(false));
    await recordsNothing(path, 409, ask(true));
    const end = `POST /break-glass/${first.id}/end`;
    await does('endBreakGlass', end, ['break-glass.ended'], { caller: anna });
    await recordsNothing(end, 200, { caller: anna });
    const { body } = await does('createBreakGlass', path, ['break-glass.requested'], ask(true));
    const confirm = `POST /break-glass/${body.id}/confirm`;
    await recordsNothing(confirm, 403, { caller: anna });
    await does('confirmBreakGlass', confirm, ['break-glass.confirmed'], { caller: bert });
    await recordsNothing(confirm, 200, { caller: bert });
    const review = `POST /break-glass/${first.id}/review`;
    const found = { caller: carl, payload: { finding: 'It was right', actions: [] } };
    await recordsNothing(review, 403, { ...found, caller: anna });
    await does('reviewBreakGlass', review, ['break-glass.reviewed'], found);
    await recordsNothing(review, 200, found);
  });

  it('are recorded for tokens and issuers', async () => {
    const token = { payload: { name: 'CI', subject: 'ci', scopes: ['projects:read'] } };
    const made = await does('createToken', 'POST /tokens', ['token.created'], token);
    const { id } = made.body;
    await does('revokeToken', `DELETE /tokens/${id}`, ['token.revoked']);
    await recordsNothing(`DELETE /tokens/${id}`, 404);
    const issuer = {
      payload: {
        name: 'CI',
        issuer: 'https://ci.example.com',
        audience: 'srp',
        conditions: { repository: 'org/app' },
        scopes: ['projects:read'],
      },
    };
    const trusted = await does('createIssuer', 'POST /issuers', ['issuer.trusted'], issuer);
    await does('revokeIssuer', `DELETE /issuers/${trusted.body.id}`, ['issuer.revoked']);
  });

  it('are recorded for webhooks', async () => {
    const { app, deliver } = await hookApp({ env: { AUTH_MODE: 'token' } });
    const url = 'https://127.0.0.1:1/hook'; // nobody listens
    const hook = { app, payload: { url, events: ['webhook.disabled'] } };
    const made = await does('createWebhook', 'POST /webhooks', ['webhook.created'], hook);
    const path = `/webhooks/${made.body.id}`;
    const test = await does('testWebhook', `POST ${path}/test`, ['webhook.tested'], { app });
    // Its event must not be forgotten, so this request is looked at in another way.
    const retry = `${path}/deliveries/${test.body.id}/retry`;
    await app.inject({ method: 'POST', url: retry, headers: alice.headers });
    expect((await recorded()).map(({ type, data }) => [type, data])).toEqual([
      ['webhook.tested', '{"origin":"https://127.0.0.1:1"}'],
      ['webhook.retried', JSON.stringify({ event: test.body.id })],
    ]);
    called.add('retryWebhookDelivery');
    const rotate = `POST ${path}/rotate-secret`;
    const rotated = await does('rotateWebhookSecret', rotate, ['webhook.rotated'], { app });
    expect(JSON.stringify(rotated.data)).not.toContain(rotated.body.secret.slice(6));
    await recordsNothing(`POST ${path}/enable`, 200, { app });
    await sql(`UPDATE webhooks SET disabled_at = now(), disabled_because = 'gone'`);
    await recordsNothing(`POST ${path}/test`, 409, { app });
    await does('enableWebhook', `POST ${path}/enable`, ['webhook.enabled'], { app });
    await forget();
    await deliver();
    expect(await recorded()).toEqual([]);
    await does('revokeWebhook', `DELETE ${path}`, ['webhook.revoked'], { app });
    await recordsNothing(`DELETE ${path}`, 404, { app });
  });

  it('are recorded for how long documents are kept', async () => {
    const policy = { payload: { days: 30, deployedDays: null } };
    await does('setRetentionPolicy', 'POST /retention-policies', ['retention-policy.set'], policy);
    const named = { payload: { name: 'Held' } };
    const made = await does('createProject', 'POST /projects', ['project.created'], named);
    const projectId = made.body.id;
    const hold = { payload: { projectId, reason: 'Case' } };
    const placed = await does('placeLegalHold', 'POST /legal-holds', ['legal-hold.placed'], hold);
    const lift = `POST /legal-holds/${placed.body.id}/lift`;
    const closed = { payload: { reason: 'Closed' } };
    await does('liftLegalHold', lift, ['legal-hold.lifted'], closed);
    await recordsNothing(lift, 200, closed);
  });

  it('are recorded for groups, links and identities', async () => {
    const grant = { payload: { group: 'developers', scopes: ['projects:read'] } };
    const given = await does(
      'createGroupGrant',
      'POST /group-grants',
      ['group-grant.created'],
      grant,
    );
    const revoke = `DELETE /group-grants/${given.body.id}`;
    await does('revokeGroupGrant', revoke, ['group-grant.revoked']);
    const [anna, bert] = [
      await giveToken({ subject: 'anna', person: true }),
      await giveToken({ subject: 'bert', person: true }),
    ];
    const linked = { payload: { alias: 'https://login.example.org|bob' } };
    const links = '/identities/bob/links';
    const created = ['identity.created' as const, 'identity.linked' as const];
    const { body } = await does('createLink', `POST ${links}`, created, linked);
    const unlink = `POST ${links}/${body.id}/unlink`;
    await does('unlinkName', unlink, ['identity.unlink-requested'], { caller: anna });
    await recordsNothing(unlink, 403, { caller: anna });
    await does('unlinkName', unlink, ['identity.unlinked'], { caller: bert });
    await recordsNothing(unlink, 200, { caller: bert });
    const ended = ['token.revoked' as const, 'identity.disabled' as const];
    await does('disableIdentity', 'POST /identities/bob/disable', ended);
    await recordsNothing('POST /identities/bob/disable', 200);
    await does('enableIdentity', 'POST /identities/bob/enable', ['identity.enabled']);
    await recordsNothing('POST /identities/bob/enable', 200);
    // test/sessions/ has the events of sessions: this server has no identity provider.
    await recordsNothing('POST /sign-out', 409);
    called.add('signOut');
  });

  it('are recorded once for a request that is repeated with its key', async () => {
    const payload = { name: 'Shop', status: 'active' };
    const sent = { payload, headers: { 'idempotency-key': 'one' } };
    await does('createProject', 'POST /projects', ['project.created'], sent);
    await recordsNothing('POST /projects', 201, sent);
  });

  it('are tested for every route that changes something', async () => {
    const { paths } = (await context.app.inject('/openapi.json')).json();
    const operations = Object.values<Record<string, { operationId: string }>>(paths).flatMap(
      (item) =>
        Object.entries(item).flatMap(([method, { operationId }]) =>
          method === 'get' && operationId !== 'assertRelease' ? [] : [operationId],
        ),
    );
    expect([...called].sort()).toEqual(operations.sort());
  });
});
