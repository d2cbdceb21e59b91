import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isSecret } from '../../src/security/authentication/token-secret.js';
import { createEmptyDatabase } from '../support/database.js';
import { npmAudit } from '../support/documents.js';
import { freePort } from '../support/ports.js';
import { runProgram, startServer, stop } from '../support/process.js';
import { run } from '../support/release-script.js';

/** scripts/ci/release.sh as a pipeline runs it: sh and curl, a listening server, a token. */
const SCRIPT = fileURLToPath(new URL('../../scripts/ci/release.sh', import.meta.url));
const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';
const osv = (path: string) =>
  JSON.stringify({
    results: [
      {
        source: { path, type: 'lockfile' },
        packages: [{ package: { name: 'a', version: '1', ecosystem: 'npm' } }],
      },
    ],
  });

const DOCUMENTS = {
  'junit.xml': '\ufeff<testsuite name="a"><testcase name="b"/></testsuite>',
  'failed.xml':
    '<testsuite name="a"><testcase name="b"><failure message="no"/></testcase></testsuite>',
  'sbom.json': JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    components: [{ type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a@1' }],
  }),
  'audit.json': JSON.stringify(npmAudit()),
  'leaks.json': '[]',
  'osv.json': osv('/src/package-lock.json'),
  'other-folder.json': osv('/other/package-lock.json'),
  'trivy.json': JSON.stringify({ SchemaVersion: 2, ArtifactName: 'a', Results: [] }),
  'image.json': JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: 'r.example/shop:1',
    ArtifactType: 'container_image',
    Metadata: { RepoDigests: [`r.example/shop@sha256:${'b'.repeat(64)}`] },
    Results: [],
  }),
  'a=b.tar': 'what was built',
};
const GOOD = [
  ...['--evidence', 'unit=junit.xml', '--evidence', 'sbom=./sbom.json', '--evidence', 'audit.json'],
  ...['--evidence-as', 'gitleaks', 'secrets=leaks.json', '--environment', 'production'],
];

let folder: string;
let address = 'http://127.0.0.1:1';
let admin = 'srp_none';
let token = 'srp_none';
let project = 1;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srp-release-'));
  for (const [name, text] of Object.entries(DOCUMENTS)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A server that asks for tokens, one that has all scopes, one with those that `--help` names, and a project. */
async function start(): Promise<void> {
  const { url, drop } = await createEmptyDatabase();
  onTestFinished(drop);
  const server = await startServer({ DATABASE_URL: url, AUTH_MODE: 'token' });
  onTestFinished(async () => {
    await stop(server);
  });
  address = server.url;
  const args = ['create', '--name', 'ci', '--subject', 'ci', '--scopes', 'all'];
  const made = runProgram('dist/token.js', { DATABASE_URL: url }, ...args);
  expect(await made.exit, made.output()).toBe(0);
  admin =
    made
      .output()
      .split('\n')
      .find((line) => isSecret(line)) ?? '';
  const scopes = ['releases:write', 'evidence:write', 'verdicts:read'];
  token = (await api('/tokens', { name: 'pipeline', subject: 'pipeline', scopes })).secret;
  project = (await api('/projects', { name: 'Shop' })).id;
}

async function api(path: string, json?: unknown, bearer = admin) {
  const response = await fetch(`${address}${path}`, {
    method: json === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  return JSON.parse(await response.text());
}

interface Run {
  readonly env?: Record<string, string>;
  readonly flags?: readonly string[];
}

function sh(args: readonly string[], { env = {}, flags = [] }: Run = {}) {
  return run('sh', [...flags, SCRIPT, ...args], {
    cwd: folder,
    env: { SRP_URL: address, SRP_TOKEN: token, ...env },
  });
}

const release = (version: string, ...more: string[]) => [
  ...['--project', String(project), '--version', version, '--commit', COMMIT],
  ...more,
];

/** A server before the server. */
async function front(listener: RequestListener): Promise<string> {
  const made = createServer(listener);
  onTestFinished(() => {
    made.close();
    made.closeAllConnections();
  });
  await new Promise<void>((resolve) => {
    made.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

describe('release.sh', () => {
  it('exits with 0 if the release may ship, in every run', async () => {
    await start();
    const args = release('1.0.0+b.1', '--artifact', 'shop "1"=a=b.tar', ...GOOD);
    const first = await sh(args);
    expect(first, first.errors).toMatchObject({ code: 0, output: '' });
    expect(first.errors).toContain('==> allowed: 1.0.0+b.1 may go to production');
    const again = await sh(args);
    expect(again, again.errors).toMatchObject({ code: 0, output: '' });

    const [{ id, commit }] = await api(`/projects/${project}/releases?version=1.0.0%2Bb.1`);
    expect(commit).toBe(COMMIT);
    const sha256 = createHash('sha256').update(DOCUMENTS['a=b.tar']).digest('hex');
    expect(await api(`/releases/${id}/artifacts`)).toMatchObject([
      { name: 'shop "1"', kind: 'archive', sha256, size: 14 },
    ]);
    const evidence = await api(`/releases/${id}/evidence`);
    expect(
      evidence.map(({ kind, label }: Record<string, string>) => `${kind} ${label}`).toSorted(),
    ).toEqual(['cyclonedx sbom', 'gitleaks secrets', 'junit unit', 'npm-audit null']);

    await api(`/releases/${id}/seal`, {});
    const sealed = await sh(args);
    expect(sealed, sealed.errors).toMatchObject({ code: 0 });
    const late = await sh(release('1.0.0+b.1', '--artifact', 'junit.xml', '--no-assert'));
    expect(late, late.errors).toMatchObject({ code: 2 });
    expect(late.errors).toContain(': 409: ');
  });

  it('exits with 1 if the release may not ship, and prints one reason per line', async () => {
    await start();
    const run = await sh(
      release('2.0.0', '--evidence', 'unit=failed.xml', '--environment', 'production'),
    );
    expect(run.code, run.errors).toBe(1);
    const { reasons } = await api(`/assert?environment=production&release=${await idOf('2.0.0')}`);
    expect(reasons.length).toBeGreaterThan(2);
    expect(run.output).toBe(`${reasons.join('\n')}\n`);
    expect(run.output).toContain('2.0.0: tests-passed: 1 test failed, 0 allowed');
  });

  it('exits with 0 while the glass is broken, and tells what that overrides', async () => {
    await start();
    const args = release('2.0.2', '--evidence', 'unit=failed.xml', '--environment', 'production');
    expect((await sh(args)).code).toBe(1);
    const rights = { name: 'on call', subject: 'alice', scopes: ['deployments:break-glass'] };
    const { secret } = await api('/tokens', { ...rights, person: true });
    const glass = { environment: 'production', reason: 'Payments fail', minutes: 5 };
    const { state } = await api(`/releases/${await idOf('2.0.2')}/break-glass`, glass, secret);
    expect(state).toBe('open');
    const run = await sh(args);
    expect(run, run.errors).toMatchObject({ code: 0, output: '' });
    expect(run.errors).toContain('==> allowed: 2.0.2 may go to production\n');
    expect(run.errors).toContain(
      '==> a break-glass overrides 2.0.2: tests-passed: 1 test failed, 0 allowed',
    );
  });

  it('exits with 1 if one of two reports has a failure, each with its own label', async () => {
    await start();
    const labels = ['--evidence', 'unit-1=failed.xml', '--evidence', 'unit-2=junit.xml'];
    const run = await sh(release('2.0.1', ...labels, ...GOOD.slice(2)));
    expect(run.code, run.errors).toBe(1);
    expect(run.output).toContain('tests-passed: 1 test failed');
  });

  it('tells what an upload supersedes, and the warnings about it', async () => {
    await start();
    const upload = (...more: string[]) => sh(release('2.2.0', ...more, '--no-assert'));
    const first = await upload('--evidence', 'unit=failed.xml');
    const [, id] = /evidence failed\.xml: junit, (\S+)/.exec(first.errors) ?? [];
    expect(first.errors).not.toMatch(/warning|supersedes/);
    const fixed = await upload('--evidence', 'unit=junit.xml');
    expect(fixed, fixed.errors).toMatchObject({ code: 0, output: '' });
    expect(fixed.errors).toContain(`==> evidence junit.xml supersedes ${id}\n`);
    const silent = await upload('--evidence', 'osv=osv.json');
    expect(silent.errors).toContain('==> warning: osv.json: No vulnerability is listed');
    const other = await upload('--evidence', 'osv=other-folder.json');
    expect(other.errors).toMatch(/warning: other-folder\.json: Evidence \S+ with the label osv/);
  });

  it('sends the scanners of a label', async () => {
    await start();
    const scanners = ['--scanners', 'scan=vuln,secret', '--evidence', 'scan=trivy.json'];
    const run = await sh(
      release('2.3.0', ...scanners, '--evidence', 'unit=junit.xml', '--no-assert'),
    );
    expect(run, run.errors).toMatchObject({ code: 0 });
    const evidence = await api(`/releases/${await idOf('2.3.0')}/evidence`);
    expect(
      evidence.map(({ label, scanners }: Record<string, unknown>) => [label, scanners]).toSorted(),
    ).toEqual([
      ['scan', ['secret', 'vulnerability']],
      ['unit', []],
    ]);
  });

  it('registers images with their digests, and binds evidence to them', async () => {
    await start();
    const [image, index] = ['a', 'b'].map((digit) => digit.repeat(64));
    const args = [
      ...['--artifact-kind', 'container', '--artifact', `r.example/shop:1=sha256:${image}`],
      ...['--artifact-digest', `r.example/shop:1=sha256:${index}`, '--about', 'r.example/shop:1'],
    ];
    const scan = ['--evidence', 'scan=image.json', '--no-assert'];
    const run = await sh(release('2.4.0', ...args, ...scan));
    expect(run, run.errors).toMatchObject({ code: 0, output: '' });
    const id = await idOf('2.4.0');
    expect(await api(`/releases/${id}/artifacts`)).toMatchObject([
      { name: 'r.example/shop:1', sha256: image, size: null, digests: [`sha256:${index}`] },
    ]);
    expect(await api(`/releases/${id}/evidence`)).toMatchObject([{ artifact: image }]);

    const late = ['--artifact-digest', `r.example/shop:1=sha256:${'c'.repeat(64)}`];
    const again = await sh(release('2.4.0', ...args, ...late, '--no-assert'));
    expect(again, again.errors).toMatchObject({ code: 0 });
    expect(again.errors).toContain(`was registered without sha256:${'c'.repeat(64)}`);
    expect(again.errors).not.toContain(`without sha256:${index}`);

    const about = ['--artifact-kind', 'container', '--artifact', `other=sha256:${'d'.repeat(64)}`];
    const wrong = await sh(
      release('2.4.0', ...about, '--about', `sha256:${'d'.repeat(64)}`, ...scan),
    );
    expect(wrong, wrong.errors).toMatchObject({ code: 2, output: '' });
    expect(wrong.errors).toContain(`: 422: The document is about sha256:${index}, and other has`);
  });

  it('uploads evidence about the artifact that --about names', async () => {
    await start();
    const run = await sh(
      release(
        '2.1.0',
        '--artifact',
        'a=b.tar',
        '--about',
        'a=b.tar',
        '--evidence',
        'sbom.json',
      ).concat(...['--about', 'release', '--evidence', 'junit.xml', '--no-assert']),
    );
    expect(run, run.errors).toMatchObject({ code: 0, output: '' });
    const evidence = await api(`/releases/${await idOf('2.1.0')}/evidence`);
    const artifactOf = (kind: string) =>
      evidence.find((one: { kind: string }) => one.kind === kind).artifact;
    expect(artifactOf('cyclonedx')).toMatch(/^[0-9a-f]{64}$/);
    expect(artifactOf('junit')).toBeNull();
  });

  it('exits with 2 if it cannot ask', async () => {
    await start();
    await sh(release('3.0.0', '--no-assert'));
    const cases: [message: string, more: string[], env?: Record<string, string>][] = [
      [': 401: ', [], { SRP_TOKEN: 'srp_no-such-token' }],
      [': 404: Environment nowhere does not exist', ['--environment', 'nowhere']],
      [': 409: ', ['--commit', '1'.repeat(40)]],
      ['/evidence: 4', ['--evidence', 'a=b.tar']],
    ];
    for (const [message, more, env = {}] of cases) {
      const args = release('3.0.0', '--environment', 'production', ...more);
      const run = await sh(args, { env });
      expect(run, run.errors).toMatchObject({ code: 2, output: '' });
      expect(run.errors).toContain(message);
    }
  });

  it.each([
    ['a missing file', ['--evidence', 'no.xml'], {}, 'cannot read the file no.xml'],
    ['an unknown option', ['--evidences', 'junit.xml'], {}, 'unknown option --evidences'],
    ['an option without a value', ['--evidence'], {}, '--evidence needs a value'],
    [
      'one label for two reports',
      ['--evidence', 'unit=junit.xml', '--evidence-as', 'junit', 'unit=failed.xml'],
      {},
      'label unit was given twice: junit.xml and failed.xml. Give each report its own label',
    ],
    [
      'scanners of no label',
      ['--scanners', 'scan=vuln'],
      {},
      '--scanners: no evidence with a label',
    ],
    ['scanners without a label', ['--scanners', 'vuln'], {}, '--scanners needs a label and words'],
    [
      'a digest of no artifact',
      ['--artifact-digest', `a=sha256:${'a'.repeat(64)}`],
      {},
      '--artifact-digest: no artifact has the name a',
    ],
    ['half a digest', ['--artifact', 'a=sha256:abc'], {}, 'must have sha256: and 64 hexadecimal'],
    ['an unknown artifact', ['--about', 'shop'], {}, 'no --artifact before --about has this name'],
    ['no address', [], { SRP_URL: '' }, 'SRP_URL must be an http or https address'],
    [
      'a token of two lines',
      [],
      { SRP_TOKEN: 'a\nurl = "b"' },
      'a character that is not allowed in a token',
    ],
  ] as [string, string[], Record<string, string>, string][])(
    'exits with 2 before it sends anything: %s',
    async (_case, more, env, message) => {
      const run = await sh(release('3.0.0', '--environment', 'production', ...more), { env });
      expect(run, run.errors).toMatchObject({ code: 2, output: '' });
      expect(run.errors).toContain(message);
    },
  );

  it('exits with 2 if no server answers, or a different program does', async () => {
    const gone = { SRP_URL: `http://127.0.0.1:${await freePort()}`, SRP_RETRIES: '1' };
    const run = await sh(release('4.0.0', ...GOOD), { env: gone });
    expect(run, run.errors).toMatchObject({ code: 2, output: '' });
    expect(run.errors).toMatch(/Retrying in 1 s\n.*Failed to connect|Could not connect/s);

    const page = await front((_request, response) => response.end('<html>Welcome!</html>'));
    const welcomed = await sh(release('4.0.0', ...GOOD), { env: { SRP_URL: page } });
    expect(welcomed, welcomed.errors).toMatchObject({ code: 2, output: '' });
    expect(welcomed.errors).toContain('the answer is not from a release platform');
  });

  it('retries if the server is busy, and follows no redirect', async () => {
    const asked: string[] = [];
    const busy = await front((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const status = asked.length === 1 ? 503 : 307;
      response.writeHead(status, { 'retry-after': '0', location: `${address}${request.url}` });
      response.end();
    });
    const run = await sh(release('5.0.0', '--no-assert'), { env: { SRP_URL: busy } });
    expect(run, run.errors).toMatchObject({ code: 2, output: '' });
    expect(run.errors).toContain('answered 503. Retrying in 0 s');
    expect(run.errors).toContain(': 307: ');
    expect(asked).toEqual(Array(2).fill(`PUT /projects/${project}/releases/5.0.0`));
  });

  it('exposes the token neither as an argument nor in a trace', async () => {
    await start();
    const seen = join(folder, 'seen');
    await writeFile(
      join(folder, 'curl'),
      `#!/bin/sh\n{ printf '%s\\n' "$@"; env; } >>'${seen}'\nPATH=\${PATH#*:} exec curl "$@"\n`,
    );
    await chmod(join(folder, 'curl'), 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const run = await sh(release('6.0.0', ...GOOD), { env, flags: ['-x'] });
    expect(run, run.errors).toMatchObject({ code: 0 });
    expect(run.errors).toContain('+ say ');
    expect(run.errors).not.toContain(token);
    const all = await readFile(seen, 'utf8');
    expect(all).toContain('/assert?release=');
    expect(all).not.toContain(token);
  });

  it('prints its usage', async () => {
    const run = await sh(['--help'], { env: { SRP_URL: '' } });
    expect(run).toMatchObject({ code: 0, errors: '' });
    expect(run.output).toMatch(/^usage: release\.sh --project ID --version VERSION/);
  });
});

async function idOf(version: string): Promise<string> {
  const [{ id }] = await api(`/projects/${project}/releases?version=${version}`);
  return id;
}
