import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { run, SCRIPT, startGate } from '../support/release-script.js';

/** The options of scripts/ci/release.sh for summaries, sealing, deployments, rollbacks and projects by name. */
const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';
const PUBLIC_URL = 'https://srp.example.org';
const SCOPES = ['releases:write', 'evidence:write', 'verdicts:read', 'deployments:write'];
const GOOD = [
  ...['--evidence', 'unit=junit.xml', '--evidence', 'sbom=sbom.json'],
  ...['--evidence', 'scan=trivy.json', '--evidence-as', 'gitleaks', 'secrets=leaks.json'],
];
const DOCUMENTS = {
  'junit.xml': '<testsuite name="a"><testcase name="b"/></testsuite>',
  'failed.xml':
    '<testsuite name="a"><testcase name="b"><failure message="no"/></testcase></testsuite>',
  'sbom.json': JSON.stringify({
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5' },
    components: [{ type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a@1' }],
  }),
  'trivy.json': JSON.stringify({
    ...{ SchemaVersion: 2, ArtifactName: 'a' },
    Results: [{ Target: 'a', Class: 'lang-pkgs', Type: 'npm', Packages: [{ Name: 'a' }] }],
  }),
  'leaks.json': '[]',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srp-release-'));
  for (const [name, text] of Object.entries(DOCUMENTS)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sh = (address: string, token: string, ...args: string[]) =>
  run('sh', [SCRIPT, ...args], {
    cwd: folder,
    env: { SRP_URL: address, SRP_TOKEN: token, SRP_RETRIES: '0' },
  });

const of = (version: string, ...more: string[]) => [
  ...['--project', '1', '--version', version, '--commit', COMMIT, '--environment', 'production'],
  ...more,
];

async function start() {
  const gate = await startGate({ PUBLIC_URL });
  await gate.api('/projects', { name: 'Shop' });
  const token = await gate.tokenOf(SCOPES, { projects: [1] });
  return { ...gate, token, ask: (...args: string[]) => sh(gate.address, token, ...args) };
}

const idOf = async (api: (path: string) => Promise<{ id: string }[]>, version: string) =>
  (await api(`/projects/1/releases?version=${version}&state=all`))[0]?.id ?? '';

describe('release.sh --format', () => {
  it('writes the Markdown that the server makes, for a denial and an allow', async () => {
    const { api, ask } = await start();
    const denied = await ask(...of('1.0.0', '--evidence', 'u=failed.xml', '--format', 'markdown'));
    expect(denied.code, denied.errors).toBe(1);
    const path = `/releases/${await idOf(api, '1.0.0')}/summary.md?environment=production`;
    expect(denied.output).toBe(await api(path));
    expect(denied.output).toContain('## ❌ Denied: ` 1.0.0 ` may not go to ` production `');
    expect(denied.output).toContain(`(<${PUBLIC_URL}/ui/releases/`);
    expect(denied.errors).toContain(`==> page: ${PUBLIC_URL}/ui/releases/`);
    expect(denied.errors).toContain('==> next: Change what the reasons name');

    const allowed = await ask(...of('1.0.1', ...GOOD, '--format', 'markdown'));
    expect(allowed.code, allowed.errors).toBe(0);
    const other = `/releases/${await idOf(api, '1.0.1')}/summary.md?environment=production`;
    expect(allowed.output).toBe(await api(other));
    expect(allowed.output).toMatch(/^## ✅ Allowed: /);
  });

  it('writes the whole answer as JSON', async () => {
    const { ask } = await start();
    const denied = await ask(...of('1.0.0', '--evidence', 'u=failed.xml', '--format', 'json'));
    expect(denied.code, denied.errors).toBe(1);
    expect(JSON.parse(denied.output)).toMatchObject({ code: 'release-denied', decision: 'deny' });
    const allowed = await ask(...of('1.0.1', ...GOOD, '--format', 'json'));
    expect(allowed.code, allowed.errors).toBe(0);
    expect(JSON.parse(allowed.output)).toMatchObject({ decision: 'allow' });
  });

  it('lets no text of a stranger be markup or a command of the CI system', async () => {
    const hostile = [
      '::error::stop',
      '\u00a0::set-output name=a::b',
      'x ##[error] ###vso[task.setvariable variable=a]b',
      '`` ` @all <img src=x> [a](javascript:b) \u202e\u0085',
    ];
    const server = createServer((request, response) => {
      const isGate = request.url?.startsWith('/assert');
      response.writeHead(isGate ? 409 : 200, { 'content-type': 'application/json' });
      const page = 'javascript:alert(1)';
      const denial = { code: 'release-denied', reasons: hostile, nextSteps: [], verdicts: [] };
      response.end(JSON.stringify(isGate ? { ...denial, page } : { id: 'a'.repeat(36) }));
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const format of ['text', 'markdown', 'json']) {
      const ran = await sh(address, 'srp_x', ...of('1.0.0', '--format', format));
      expect(ran.code, ran.errors).toBe(1);
      const log = `${ran.output}\n${ran.errors}`;
      expect(log).not.toMatch(/^\s*::/m);
      expect(log).not.toMatch(/##(?:\[|vso)/);
      if (format === 'json') expect(JSON.parse(ran.output).reasons).toEqual(hostile);
      else expect(log).not.toMatch(/[\u202e\u0085]/);
      if (format !== 'markdown') continue;
      expect(ran.output).not.toContain('javascript:alert');
      expect(ran.output).toContain('- ``` `` ` @all <img src=x> [a](javascript:b) ```\n');
    }
  });
});

describe('release.sh --deployment', () => {
  it('asks and records the start, then the end, with --seal before', async () => {
    const { api, ask } = await start();
    const started = await ask(...of('1.0.0', ...GOOD, '--seal', '--deployment', 'started'));
    expect(started.code, started.errors).toBe(0);
    expect(started.errors).toContain('of 1.0.0 to production: started, authorized\n');
    expect(await api(`/releases/${await idOf(api, '1.0.0')}`)).toMatchObject({ state: 'sealed' });
    const ended = await ask(...of('1.0.0', '--deployment', 'succeeded', '--format', 'markdown'));
    expect(ended.code, ended.errors).toBe(0);
    expect(ended.output).toBe(
      '## Deployment of ` 1.0.0 ` to ` production `: succeeded, authorized\n',
    );
    expect(await api('/environments/production/deployments?history=true')).toMatchObject([
      { release: { version: '1.0.0' }, state: 'succeeded', authorization: 'authorized' },
    ]);
  });

  it('records nothing if the answer is no', async () => {
    const { api, ask } = await start();
    const denied = await ask(...of('1.0.0', '--deployment', 'started'));
    expect(denied.code, denied.errors).toBe(1);
    expect(await api('/environments/production/deployments?history=true')).toEqual([]);
  });

  it('goes back to a release that ran, from the checkout of another commit', async () => {
    const { address, api, ask, tokenOf } = await start();
    for (const version of ['1.0.0', '1.1.0']) {
      for (const state of ['started', 'succeeded']) {
        const ran = await ask(...of(version, ...GOOD, '--deployment', state));
        expect(ran.code, ran.errors).toBe(0);
      }
    }
    const back = [
      ...['--project', '1', '--version', '1.0.0', '--environment', 'production'],
      ...['--intent', 'rollback'],
    ];
    const refused = await ask(...back);
    expect(refused, refused.errors).toMatchObject({ code: 2, output: '' });
    expect(refused.errors).toContain('403: This operation needs the scope releases:read');

    await api('/environments/production/stop', { reason: 'Payments fail' });
    const token = await tokenOf([...SCOPES, 'releases:read'], { projects: [1] });
    const ordinary = await sh(address, token, ...of('1.0.0'));
    expect(ordinary.output).toContain('stopped: ');
    const started = await sh(address, token, ...back, '--deployment', 'started');
    expect(started.code, started.errors).toBe(0);
    expect(started.errors).toContain('to production: started, rollback\n');
    const none = await sh(address, token, ...of('9.9.9', '--intent', 'rollback'));
    expect(none, none.errors).toMatchObject({ code: 2 });
    expect(none.errors).toContain('project 1 has no release 9.9.9');
  });
});

describe('release.sh --project-name', () => {
  const named = (...more: string[]) => [
    ...['--project-name', 'Shop "2"', '--version', '1.0.0', '--commit', COMMIT, '--no-assert'],
    ...more,
  ];

  it('finds the project, or creates it', async () => {
    const { address, api, tokenOf } = await start();
    await api('/projects', { name: 'Shop "2" old' });
    const token = await tokenOf([...SCOPES, 'projects:read', 'projects:write']);
    const missing = await sh(address, token, ...named());
    expect(missing, missing.errors).toMatchObject({ code: 2 });
    expect(missing.errors).toContain('Use --create-project');
    for (const _ of [1, 2]) {
      const made = await sh(address, token, ...named('--create-project'));
      expect(made.code, made.errors).toBe(0);
    }
    expect(await api('/projects?q=Shop%20%222')).toMatchObject([{ id: 2 }, { name: 'Shop "2"' }]);

    await api('/projects', { name: 'Shop "2"' });
    const two = await sh(address, token, ...named());
    expect(two, two.errors).toMatchObject({ code: 2 });
    expect(two.errors).toContain('several projects have the name Shop "2"');
  });
});

describe('release.sh: options that do not go together', () => {
  const NOWHERE = 'http://127.0.0.1:9';

  it('tells what a dry run would send, sends nothing, and does not say yes', async () => {
    const ran = await sh(NOWHERE, '', ...of('1.0.0', ...GOOD, '--seal', '--dry-run'));
    expect(ran, ran.errors).toMatchObject({ code: 2, output: '' });
    expect(ran.errors).toContain('==> would upload junit.xml, label unit\n');
    expect(ran.errors).toContain('==> would ask: may 1.0.0 go to production?\n');
    const args = ['--project', '1', '--version', '1', '--commit', COMMIT, '--no-assert'];
    const unasked = await sh(NOWHERE, '', ...args, '--dry-run');
    expect(unasked, unasked.errors).toMatchObject({ code: 0, output: '' });
  });

  it.each([
    ['--format must be one of', of('1', '--format', 'xml')],
    ['--deployment must be one of', of('1', '--deployment', 'done')],
    ['--intent must be one of', of('1', '--intent', 'back')],
    ['must be the id or the key of a project', of('1', '--project', '-x')],
    ['must be the id or the key of a project', of('1', '--project', '1/../2')],
    ['cannot be used together', of('1', '--project-name', 'Shop')],
    ['--create-project needs --project-name', of('1', '--create-project')],
    ['is about a release that exists', of('1', '--intent', 'rollback', '--seal')],
    [
      '--deployment and --intent need --environment',
      ['--project', '1', '--version', '1', '--no-assert', '--deployment', 'failed'],
    ],
  ])('exits with 2: %s', async (message, args) => {
    const ran = await sh(NOWHERE, '', ...args);
    expect(ran, ran.errors).toMatchObject({ code: 2, output: '' });
    expect(ran.errors).toContain(message);
  });
});
