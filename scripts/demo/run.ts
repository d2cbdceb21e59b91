import { serverAddress } from './address.js';
import { Api, SCOPES } from './api.js';
import { type Application, createApplication } from './application.js';
import { ENVIRONMENT, prepareGate } from './gate.js';
import { showDiff } from './show-diff.js';
import { Ended, say } from './terminal.js';
import {
  auditor,
  lint,
  noSecrets,
  type Report,
  sbomOfApplication,
  sbomOfCheckout,
  test,
} from './tools.js';

/** Plays a pipeline against a running server: a release that is denied, its fix, and what changed. */
const HELP = `usage: npm run demo

Plays a pipeline against a running server, with reports that real tools make on the spot,
and one from examples/: no scanner for secrets comes with npm alone.

  SRP_URL    the server; unset: the one at HOST and PORT, from the environment or .env (http://127.0.0.1:8000)
  SRP_TOKEN  where it asks for one; with the scopes ${SCOPES.join(',')}
  NO_COLOR   no colours

Each run leaves a project with two releases; the first one also an environment and a policy "${ENVIRONMENT}". Releases and
environments are never removed: use a server that is there to try things.
`;

let url = '';
let api: Api;
const audit = auditor();

async function register(project: number, version: string, commit: string): Promise<string> {
  const { body } = await api.call('PUT', `/projects/${project}/releases/${version}`, {
    json: { commit, branch: 'main' },
    summary: ({ id, state }) => `${state}, ${id}`,
  });
  return body.id;
}

async function upload(release: string, { label, kind, text, mediaType }: Report): Promise<void> {
  const query = `label=${label}${kind ? `&kind=${kind}` : ''}`;
  await api.call('POST', `/releases/${release}/evidence?${query}`, {
    document: { text, mediaType },
    summary: ({ kind, summary: { tests, components, findings } }) =>
      [
        `${kind}:`,
        tests && `${tests.tests} tests, ${tests.failures + tests.errors} failed`,
        components && `${components.total} components`,
        findings && `${findings.total} findings`,
      ]
        .filter(Boolean)
        .join(' '),
  });
}

/** Runs the tools on what the application is now, and uploads what they write. */
async function evidence(release: string, { folder }: Application, ofCheckout: Report) {
  await upload(release, await test(folder));
  await upload(release, await lint(folder));
  await upload(release, await audit(folder));
  await upload(release, await sbomOfApplication(folder));
  await upload(release, ofCheckout);
}

async function assert(release: string, environment: string): Promise<'allow' | 'deny'> {
  const path = `/assert?release=${release}&environment=${environment}`;
  const { status, body } = await api.call('GET', path, { expected: [404, 409] });
  if (status === 200) {
    say.good(`allowed: it may go to ${environment}`);
    return 'allow';
  }
  if (body.code !== 'release-denied') throw new Ended(`${path}: ${status}: ${body.detail}`);
  say.bad(`denied: it may not go to ${environment}`);
  for (const reason of body.reasons) say.reason(reason);
  return 'deny';
}

async function expectDecision(
  expected: 'allow' | 'deny',
  release: string,
  environment = ENVIRONMENT,
): Promise<void> {
  if ((await assert(release, environment)) === expected) return;
  throw new Ended(`the demo expected the decision "${expected}": the reasons above say why not`);
}

/** Guarded by `baseline` from the first start. */
async function askForProduction(release: string): Promise<void> {
  say.step('And to production?');
  say.text(
    'Its policy "baseline" requires a scan for secrets, too. No such scanner comes with npm alone.',
  );
  await assert(release, 'production');
  say.step('With a report on secrets');
  say.text('This report is examples/gitleaks.json: what Gitleaks writes when it finds nothing.');
  say.text(
    'The demo did not scan for secrets. In your pipeline, upload the report of your own scanner.',
  );
  await upload(release, await noSecrets());
  await expectDecision('allow', release, 'production');
}

async function play(application: Application): Promise<void> {
  const name = `Demo ${new Date().toISOString()}`;
  say.step(`A project, and what its releases have to meet in the environment ${ENVIRONMENT}`);
  const project = await api.call('POST', '/projects', {
    json: { name, status: 'active' },
    summary: ({ id }) => `project ${id}, ${name}`,
  });
  await prepareGate(api);

  say.step('Release 1.0.0: a test fails, == stands where === should, minimist is an old one');
  const ofCheckout = await sbomOfCheckout();
  const first = await register(project.body.id, '1.0.0', await application.commit('1.0.0', false));
  await evidence(first, application, ofCheckout);
  say.step('May 1.0.0 ship?');
  await expectDecision('deny', first);

  say.step('The fix, as release 1.0.1');
  const second = await register(project.body.id, '1.0.1', await application.commit('1.0.1', true));
  await evidence(second, application, ofCheckout);
  say.step('May 1.0.1 ship?');
  await expectDecision('allow', second);

  say.step('What changed from 1.0.0 to 1.0.1?');
  await showDiff(api, first, second);

  await askForProduction(second);
  say.text(
    'Made by tools just now: the reports of the tests, the linter and npm audit, and both SBOMs.',
  );
  say.text('From examples/: the report on secrets.');
  say.step(`All of it is in the register: ${url}/docs, project ${project.body.id}`);
}

async function main(): Promise<void> {
  url = serverAddress();
  api = new Api(url, process.env.SRP_TOKEN || undefined);
  await api.call('GET', '/health/ready');
  const application = await createApplication();
  try {
    await play(application);
  } finally {
    await application.remove();
  }
}

if (process.argv.includes('--help')) {
  console.log(HELP);
} else {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    console.error(`demo: ${error.message}`);
    process.exitCode = 1;
  }
}
