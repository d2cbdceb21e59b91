import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { LocalIssuer } from '../support/issuer.js';
import { run, startGate } from '../support/release-script.js';

/** The way of docs/ci-gate.md, from the trusted issuer to the gate, with an issuer on 127.0.0.1 in place of GitHub. */
const STEP = fileURLToPath(new URL('../../ci/github/gate.sh', import.meta.url));
const PAGE = new URL('../../docs/ci-gate.md', import.meta.url);
const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';
const AUDIENCE = 'https://releases.example.org';
const DOCUMENTS = {
  'junit.xml': '<testsuite name="a"><testcase name="b"/></testsuite>',
  'sbom.json': JSON.stringify({
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5' },
    components: [{ type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a@1' }],
  }),
  'trivy.json': JSON.stringify({
    ...{ SchemaVersion: 2, ArtifactName: 'a' },
    Results: [{ Target: 'a', Class: 'lang-pkgs', Type: 'npm', Packages: [{ Name: 'a' }] }],
  }),
  'gitleaks.json': '[]',
  'app.tgz': 'what was built',
};
const EVIDENCE =
  'unit=junit.xml\nsbom=sbom.json\ntrivy=trivy.json\ngitleaks secrets=gitleaks.json\n';
const CLAIMS = { repository_id: '456789', ref: 'refs/heads/main', event_name: 'push' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srp-keyless-'));
  for (const [name, text] of Object.entries(DOCUMENTS)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Gives jobs tokens as GitHub does. */
async function tokens(sign: (audience: string) => Promise<string>): Promise<string> {
  const server = createServer(async (request, response) => {
    const isJob = request.headers.authorization === 'Bearer of-the-job';
    const audience = new URL(request.url ?? '', 'http://a').searchParams.get('audience') ?? '';
    response.writeHead(isJob ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isJob ? { count: 1, value: await sign(audience) } : {}));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2`;
}

/** @param changed of the trust on the page */
async function start(changed: object = {}) {
  const gate = await startGate();
  for (const name of ['Shop', 'Payments']) await gate.api('/projects', { name });
  const issuer = new LocalIssuer();
  await issuer.start();
  onTestFinished(() => issuer.stop());
  const [, text = ''] = /^```json\n(.*?)^```/ms.exec(await readFile(PAGE, 'utf8')) ?? [];
  const trusted = await gate.api('/issuers', {
    ...JSON.parse(text),
    issuer: issuer.url,
    ...changed,
  });
  expect(trusted).toMatchObject({ audience: AUDIENCE });
  const url = await tokens((aud) => issuer.sign({ ...CLAIMS, aud, actor: 'alice' }));
  const step = (inputs: Record<string, string>, env: Record<string, string> = {}) =>
    run('sh', [STEP], {
      cwd: folder,
      env: {
        ...{ SRP_URL: gate.address, SRP_AUDIENCE: AUDIENCE, SRP_RETRIES: '0' },
        ...{ ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job' },
        GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
        ...{ SRP_GATE_PROJECT: '2', SRP_GATE_COMMIT: COMMIT, SRP_GATE_ENVIRONMENT: 'production' },
        ...Object.fromEntries(
          Object.entries(inputs).map(([name, value]) => [`SRP_GATE_${name}`, value]),
        ),
        ...env,
      },
    });
  return { ...gate, step };
}

const GOOD = { ARTIFACTS: 'app=app.tgz', EVIDENCE };

describe('keyless, from the trusted issuer to the gate', () => {
  it('denies, allows, records the deployment, and goes back', async () => {
    const { api, step } = await start();
    const denied = await step({ VERSION: '1.0.0', EVIDENCE: 'unit=junit.xml' });
    expect(denied.code, denied.errors).toBe(1);
    expect(denied.output).toContain('## ❌ Denied: ` 1.0.0 `');
    const summary = await readFile(join(folder, 'summary.md'), 'utf8');
    expect(denied.output.endsWith(summary)).toBe(true);

    for (const VERSION of ['1.0.1', '1.0.2']) {
      const shipped = await step({ VERSION, ...GOOD, SEAL: 'true', DEPLOYMENT: 'started' });
      expect(shipped.code, shipped.errors).toBe(0);
      const ended = await step({ VERSION, DEPLOYMENT: 'succeeded' });
      expect(ended.code, ended.errors).toBe(0);
    }
    const running = await step({ INTENT: 'rollback', RUNNING: 'true' });
    expect(running.code, running.errors).toBe(0);
    const back = await step({ VERSION: '1.0.1', INTENT: 'rollback', DEPLOYMENT: 'started' });
    expect(back.code, back.errors).toBe(0);
    expect(back.errors).toContain('to production: started, ');
    const [{ triggeredBy }] = await api('/projects/2/releases?version=1.0.0&state=all');
    expect(triggeredBy).toMatch(/\|actor:alice$/);
  });

  it('masks the token before anything else, and prints it nowhere else', async () => {
    const { step } = await start();
    const ran = await step({ VERSION: '1.0.0', ...GOOD });
    const [, token = 'none'] = /^::add-mask::(\S+)\n/.exec(ran.output) ?? [];
    expect(token.split('.')).toHaveLength(3);
    expect(`${ran.output}${ran.errors}`.split(token)).toHaveLength(2);
  });

  it('ends with 2 for a scope that is missing, another audience, and a job without a token', async () => {
    const { step } = await start({ scopes: ['releases:write', 'evidence:write'] });
    const few = await step({ VERSION: '1.0.0', ...GOOD });
    expect(few.code, few.errors).toBe(2);
    expect(few.errors).toContain('403: This operation needs the scope verdicts:read');
    const wrong: Record<string, string>[] = [
      { SRP_AUDIENCE: 'https://other.example.org' },
      { SRP_AUDIENCE: 'a&b=c' },
      { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-another-job' },
      { ACTIONS_ID_TOKEN_REQUEST_URL: '' },
    ];
    for (const env of wrong) {
      const ran = await step({ VERSION: '1.0.0', ...GOOD }, env);
      expect(ran.code, ran.errors).toBe(2);
    }
  });
});
