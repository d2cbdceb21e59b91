import { send } from './evidence.js';
import { cyclonedx } from './evidence-documents.js';
import { postgresCpuUs } from './postgres-cpu.js';
import { compare, type Measured } from './routes.js';
import type { Server } from './servers.js';

const COMMIT = 'b'.repeat(40);

const junit = `<testsuites><testsuite name="unit" tests="3">${['a', 'b', 'c']
  .map((name) => `<testcase classname="unit" name="${name}" time="0.01"/>`)
  .join('')}</testsuite></testsuites>`;

/** A Trivy report whose findings do not deny a release. */
const trivy = (findings: number) =>
  JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: 'bench',
    Results: [
      {
        Target: 'package-lock.json',
        Class: 'lang-pkgs',
        Type: 'npm',
        Vulnerabilities: Array.from({ length: findings }, (_none, n) => ({
          VulnerabilityID: `CVE-2025-${10_000 + n}`,
          PkgName: `package-${n}`,
          InstalledVersion: '1.0.0',
          FixedVersion: n % 2 === 0 ? '1.0.1' : '',
          Severity: ['MEDIUM', 'LOW'][n % 2],
        })),
      },
    ],
  });

async function upload(server: Server, release: string, body: string, query = ''): Promise<void> {
  const response = await fetch(`${server.url}/releases/${release}/evidence${query}`, {
    method: 'POST',
    headers: { 'content-type': body.startsWith('<') ? 'application/xml' : 'application/json' },
    body,
  });
  if (response.status !== 201) throw new Error(`the upload was answered with ${response.status}`);
}

/** Creates a project with releases. The last one has the findings and is allowed. @returns its id */
export async function allowed(server: Server, releases: number, findings: number): Promise<string> {
  const { id: project } = await send(`${server.url}/projects`, 'POST', { name: 'bench' });
  let release = '';
  for (let i = 0; i < releases; i += 1) {
    const url = `${server.url}/projects/${project}/releases/v${i}`;
    release = (await send(url, 'PUT', { commit: COMMIT })).id;
  }
  await upload(server, release, junit);
  await upload(server, release, cyclonedx(200));
  await upload(server, release, trivy(findings));
  await upload(server, release, '[]', '?kind=gitleaks');
  return release;
}

/** Cost of one call of `/assert`, or of reading the release. */
export interface Gate {
  readonly name: string;
  readonly goal: number;
  readonly program: Measured;
  readonly both: Measured;
}

/**
 * Measures the baseline first, then releases with few findings, with many findings, and in a project of 1,000 releases.
 */
export async function gateCosts(server: Server, dataFolder: string): Promise<Gate[]> {
  const few = await allowed(server, 1, 100);
  const many = await allowed(server, 1, 10_000);
  const crowded = await allowed(server, 1000, 100);
  const assert = (release: string) => `/assert?release=${release}&environment=production`;
  const calls = [
    { name: 'GET /releases/{id}', path: `/releases/${few}`, goal: 1 },
    { name: 'GET /assert, 100 findings', path: assert(few), goal: 5 },
    { name: 'GET /assert, 10,000 findings', path: assert(many), goal: 1.2 },
    { name: 'GET /assert, 1,000 releases', path: assert(crowded), goal: 1.2 },
  ];
  const at = (usage: Server['usage']) =>
    new Map(calls.map(({ name, path }) => [name, { ...server, usage, url: server.url + path }]));
  const route = { name: 'the gate', path: '', goal: 0 };
  const program = await compare(at(server.usage), route, () => ({}));
  const withPostgres = async () => {
    const { cpuUs, rssBytes } = await server.usage();
    return { cpuUs: cpuUs + postgresCpuUs(dataFolder), rssBytes };
  };
  const both = await compare(at(withPostgres), route, () => ({}));
  return calls.map(({ name, goal }) => ({
    name,
    goal,
    program: program.get(name) as Measured,
    both: both.get(name) as Measured,
  }));
}
