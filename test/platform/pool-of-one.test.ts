import { describe, expect, it } from 'vitest';
import { jobs } from '../../src/app.js';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { startJobs } from '../../src/jobs/runner.js';
import { buildTestApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { serverDatabaseUrl } from '../support/database.js';
import { junit } from '../support/documents.js';
import { evidenceOfAll, postVerdict, XML } from '../support/verdicts.js';

/**
 * A request that holds a connection and waits for another one would wait for itself. With a pool of one, each of them
 * would end with 503 after the time limit.
 */
const ONE = { DATABASE_POOL_MAX: '1', DATABASE_CONNECT_TIMEOUT_MS: '60000' };

describe('a pool of one', () => {
  it('serves all kinds of work at the same time', async () => {
    const app = await buildTestApp(serverDatabaseUrl(), { ...ONE, AUTH_MODE: 'token' });
    const { headers } = await giveToken();
    const approver = await giveToken({ subject: 'bob' });
    let keys = 0;
    const call = (method: 'GET' | 'POST', url: string, payload?: object, as = headers) => {
      keys += 1;
      const key = method === 'POST' ? { 'idempotency-key': `key-${keys}` } : {};
      return app.inject({ method, url, headers: { ...as, ...key }, ...(payload && { payload }) });
    };
    const { id: project } = (await call('POST', '/projects', { name: 'A' })).json();
    const release = { version: '1', commit: 'a'.repeat(40) };
    const { id } = (await call('POST', `/projects/${project}/releases`, release)).json();

    const waiver = { projectId: project, rule: 'CVE-2021-23337', reason: 'x', expiresInDays: 3 };
    const waived = (await call('POST', '/waivers', waiver)).json();
    const documents = [1, 2, 3].map((n) =>
      app.inject({
        method: 'POST',
        url: `/releases/${id}/evidence?label=tests-${n}`,
        payload: junit(...Array.from({ length: n }, () => 'passed' as const)),
        headers: { ...headers, 'content-type': XML.type, 'idempotency-key': `document-${n}` },
      }),
    );
    const anna = (await giveToken({ subject: 'anna', person: true })).headers;
    const approved = async () => {
      const brief = await call('GET', `/releases/${id}/decision-brief?environment=staging`);
      const about = { environment: 'staging', decision: 'approve', seen: brief.json().seen };
      return call('POST', `/releases/${id}/approvals`, about, anna);
    };
    const answers = await Promise.all([
      ...documents,
      call('POST', `/waivers/${waived.id}/approve`, undefined, approver.headers),
      call('GET', `/assert?release=${id}&environment=production`),
      call('GET', `/assert?release=${id}&environment=production`),
      postVerdict(app, id, {}, headers),
      call('POST', '/environments/production/deployments', { releaseId: id }),
      call('POST', '/tokens', { name: 'n', subject: 's', scopes: ['projects:read'] }),
      call('GET', `/releases/${id}/summary`),
      call('GET', `/releases/${id}/decision-brief?environment=production`),
      call('POST', `/releases/${id}/approval-requests`, { environments: ['production'] }),
      approved(),
      approved(),
      call('GET', '/health/ready'),
      call('GET', '/metrics'),
    ]);
    // The gate denies, because not all evidence is there. The verdict may be the one that it stored.
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => ![200, 201, 409].includes(status))).toEqual([]);
    await app.close();
  });

  it('lets the gate allow', async () => {
    const app = await buildTestApp(serverDatabaseUrl(), ONE);
    const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload });
    const { id: project } = (await post('/projects', { name: 'A' })).json();
    const release = { version: '1', commit: 'a'.repeat(40) };
    const { id } = (await post(`/projects/${project}/releases`, release)).json();
    await evidenceOfAll(app, id);
    const { statusCode } = await app.inject(`/assert?release=${id}&environment=production`);
    expect(statusCode).toBe(200);
    await app.close();
  });

  it('lets every job run', async () => {
    const database = openDatabase(serverDatabaseUrl(), loadConfig(ONE));
    const outcomes = new Map<string, string>();
    const log = { info() {}, warn() {}, error() {}, child: () => log };
    const running = startJobs({
      jobs: jobs.map((job) => ({ ...job, runAtStart: true })),
      database,
      log,
      observe: ({ name, outcome }) => outcomes.set(name, outcome),
    });
    await expect.poll(() => outcomes.size).toBe(jobs.length);
    await running.stop();
    await database.close();
    expect([...outcomes.values()].filter((outcome) => outcome === 'failed')).toEqual([]);
  });
});
