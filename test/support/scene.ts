import type { FastifyInstance } from 'fastify';
import { asking, person, postApproval, readBrief } from './approvals.js';
import { giveToken } from './callers.js';
import { bom, junit, trivy } from './documents.js';
import { upload } from './evidence.js';
import { hoursFromNow } from './line.js';
import { digest } from './releases.js';

export interface Scene {
  readonly payments: number;
  /** Runs in production. */
  readonly running: string;
  /** Is denied for production. */
  readonly denied: string;
  /** Lacks an approval, and nothing else. */
  readonly waiting: string;
  /** Waits for its second person. */
  readonly waiver: string;
}

const POLICY = 'production-gate';
const ENVIRONMENT = 'production';
const LOG4J = {
  id: 'CVE-2021-44228',
  name: 'log4js-core',
  version: '2.14.1',
  fixed: '2.17.1',
  severity: 'CRITICAL',
};
const LODASH = { id: 'CVE-2021-23337', fixed: '4.17.21', severity: 'HIGH' };
const NOTES = 'Rounds fees half up, as the bank does. Retries webhooks of the card scheme.';

/**
 * A company in the middle of its day, for an application that authenticates callers: a release that runs, one that is
 * denied, one that waits for people, and something that nothing authorized.
 */
export async function playScene(app: FastifyInstance): Promise<Scene> {
  const { headers } = await giveToken({ subject: 'jenkins' });
  const alice = await person('alice');
  const call = async (method: 'POST' | 'PUT' | 'PATCH', url: string, payload: object) => {
    const response = await app.inject({ method, url, payload, headers });
    if (response.statusCode >= 300) throw new Error(`${method} ${url}: ${response.body}`);
    return response.json();
  };
  const create = async (name: string) => (await call('POST', '/projects', { name })).id as number;
  const register = async (project: number, version: string, seed: number) => {
    const commit = (seed * 7919).toString(16).padStart(8, 'a4c1').repeat(5).slice(0, 40);
    const links = [
      { title: `Build ${200 + seed}`, url: `https://ci.example.org/payments/${seed}` },
    ];
    const more = { branch: 'main', notes: NOTES, authors: ['carol'], links };
    const url = `/projects/${project}/releases/${version}`;
    const { id } = await call('PUT', url, { commit, ...more });
    const artifact = { name: `payments:${version}`, kind: 'container', sha256: digest(seed) };
    await call('POST', `/releases/${id}/artifacts`, artifact);
    return id as string;
  };
  const evidence = async (id: string, document: unknown, label: string, type?: string) => {
    const response = await upload(app, id, document, { label, headers, ...(type && { type }) });
    if (response.statusCode !== 201) throw new Error(response.body);
  };
  const reports = async (
    id: string,
    outcomes: Parameters<typeof junit>,
    defects: Parameters<typeof trivy>,
  ) => {
    await evidence(id, junit(...outcomes), 'unit-tests', 'application/xml');
    const parts = [
      { licence: 'MIT' },
      { name: 'log4js-core', version: '2.14.1', licence: 'Apache-2.0' },
    ];
    await evidence(id, bom(parts), 'sbom');
    await evidence(id, trivy(...defects), 'image-scan');
  };
  const deploy = (releaseId: string, environment: string) =>
    call('POST', `/environments/${environment}/deployments`, { releaseId });
  const ask = (release: string) =>
    app.inject({ url: '/assert', query: { environment: ENVIRONMENT, release }, headers });

  const rules = [
    { rule: 'tests-passed', minimumTests: 1 },
    { rule: 'evidence-required', shows: 'components' },
    { rule: 'max-findings', severity: 'critical' },
    { rule: 'sealed-only', mode: 'warn' },
    asking({ minimum: 1 }),
  ];
  await call('POST', '/policies', { name: POLICY, rules });
  await call('PATCH', `/environments/${ENVIRONMENT}`, { policies: [{ name: POLICY }] });
  await call('POST', '/environments', {
    name: 'acceptance',
    rank: 15,
    policies: [{ name: POLICY }],
  });
  const payments = await create('payments');
  const ledger = await create('ledger');

  const running = await register(payments, '1.3.0', 11);
  await reports(running, ['passed', 'passed', 'passed'], [LODASH]);
  const { seen } = await readBrief(app, running, { environment: ENVIRONMENT, headers });
  const body = {
    environment: ENVIRONMENT,
    decision: 'approve',
    seen,
    reason: 'Tested by the desk',
  };
  await postApproval(app, running, body, alice.headers);
  await ask(running);
  await deploy(running, 'staging');
  await deploy(running, ENVIRONMENT);

  const denied = await register(payments, '1.4.0', 12);
  await reports(denied, ['passed', 'failure', 'passed', 'skipped'], [LODASH, LOG4J]);
  await deploy(denied, 'staging');
  await ask(denied);

  const waiting = await register(payments, '1.3.1', 13);
  await reports(waiting, ['passed', 'passed', 'passed', 'passed'], [LODASH]);
  await ask(waiting);

  await deploy(await register(ledger, '0.9.2', 14), ENVIRONMENT);
  const times = { from: hoursFromNow(-2), to: hoursFromNow(40), timeZone: 'UTC' };
  const window = { kind: 'freeze', ...times, reason: 'Quarter end: no change of the books' };
  await call('POST', '/environments/acceptance/windows', window);
  const waiver = { projectId: payments, rule: LODASH.id, reason: 'template() is never called' };
  const { id } = await call('POST', '/waivers', { ...waiver, expiresInDays: 10 });
  return { payments, running, denied, waiting, waiver: id };
}
