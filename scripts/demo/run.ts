import { counted } from '../../src/shared/text.js';
import { serverAddress } from './address.js';
import { Api, SCOPES } from './api.js';
import { type Application, createApplication } from './application.js';
import { auditPack } from './audit-pack.js';
import { ENVIRONMENT, prepareGate } from './gate.js';
import { playPeople } from './people.js';
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

/** Runs a pipeline against a running server: a denied release, its fix, and the difference. Then people decide. */
const HELP = `usage: npm run demo

Runs a pipeline against a running server. Real tools write the reports during the run. Only the
report on secrets comes from examples/, because npm does not include a secret scanner.

  SRP_URL    address of the server. Default: HOST and PORT from the environment or .env (http://127.0.0.1:8000)
  SRP_TOKEN  API token, if the server requires one. Scopes: ${SCOPES.join(',')}
  NO_COLOR   disables colours

Each run creates a project with two releases. The first run also creates an environment and a policy "${ENVIRONMENT}".
Releases and environments cannot be deleted, so use a server for trials.

Approvals, a rollback in a freeze and a break-glass need people. The demo plays them on a second server, which it starts
with an empty database and removes.
`;

type Project = { readonly id: number };
type Release = { readonly id: string; readonly state: string };
type Evidence = {
  readonly kind: string;
  readonly summary: {
    readonly tests?: { readonly tests: number; readonly failures: number; readonly errors: number };
    readonly components?: { readonly total: number };
    readonly findings?: { readonly total: number };
  };
};
type Verdicts = {
  readonly reasons?: readonly string[];
  readonly verdicts?: readonly { readonly id: string | null }[];
};
type Asked = { readonly decision: 'allow' | 'deny'; readonly verdict: string | null };

let url = '';
let api: Api;
const audit = auditor();

async function register(project: number, version: string, commit: string): Promise<string> {
  const { body } = await api.call<Release>('PUT', `/projects/${project}/releases/${version}`, {
    json: { commit, branch: 'main' },
    summary: ({ id, state }) => `${state}, ${id}`,
  });
  return body.id;
}

async function upload(release: string, report: Report): Promise<void> {
  const { label, kind, scanners, text, mediaType } = report;
  const query = new URLSearchParams({
    label,
    ...(kind && { kind }),
    ...(scanners && { scanners }),
  });
  await api.call<Evidence>('POST', `/releases/${release}/evidence?${query}`, {
    document: { text, mediaType },
    summary: ({ kind, summary: { tests, components, findings } }) =>
      [
        `${kind}:`,
        tests && `${counted(tests.tests, 'test')}, ${tests.failures + tests.errors} failed`,
        components && counted(components.total, 'component'),
        findings && counted(findings.total, 'finding'),
      ]
        .filter(Boolean)
        .join(' '),
  });
}

/** Runs the tools on the application and uploads their reports. @returns that of the tests */
async function evidence(release: string, { folder }: Application, ofCheckout: Report) {
  const tests = await test(folder);
  await upload(release, tests);
  await upload(release, await lint(folder));
  await upload(release, await audit(folder));
  await upload(release, await sbomOfApplication(folder));
  await upload(release, ofCheckout);
  return tests;
}

async function assert(release: string, environment: string): Promise<Asked> {
  const path = `/assert?release=${release}&environment=${environment}`;
  const { status, body } = await api.call<Verdicts>('GET', path, { expected: [404, 409] });
  const verdict = body.verdicts?.[0]?.id ?? null;
  if (status === 200) {
    say.good(`allowed: the release may go to ${environment}`);
    return { decision: 'allow', verdict };
  }
  if (body.code !== 'release-denied') throw new Ended(`${path}: ${status}: ${body.detail}`);
  say.bad(`denied: the release may not go to ${environment}`);
  for (const reason of body.reasons ?? []) say.reason(reason);
  return { decision: 'deny', verdict };
}

/** @returns the id of the verdict */
async function expectDecision(
  expected: 'allow' | 'deny',
  release: string,
  environment = ENVIRONMENT,
): Promise<string | null> {
  const { decision, verdict } = await assert(release, environment);
  if (decision === expected) return verdict;
  throw new Ended(`the demo expected the decision "${expected}". The reasons are above`);
}

/** Every server has the environment `production` with the policy `baseline`. */
async function askForProduction(release: string): Promise<void> {
  say.step('May 1.0.1 go to production?');
  say.text(
    'The policy "baseline" also requires a scan for secrets. npm does not include a secret scanner.',
  );
  await assert(release, 'production');
  say.step('Upload a report on secrets');
  say.text('The report is examples/gitleaks.json: the output of Gitleaks if it finds nothing.');
  say.text(
    'The demo did not scan for secrets. In your pipeline, upload the report of your own scanner.',
  );
  await upload(release, await noSecrets());
  await expectDecision('allow', release, 'production');
}

async function runPipeline(application: Application): Promise<void> {
  const name = `Demo ${new Date().toISOString()}`;
  say.step(`A project, and the requirements of the environment ${ENVIRONMENT}`);
  const project = await api.call<Project>('POST', '/projects', {
    json: { name, status: 'active' },
    summary: ({ id }) => `project ${id}, ${name}`,
  });
  await prepareGate(api);

  say.step('Release 1.0.0: a test fails, == is used instead of ===, minimist is outdated');
  const ofCheckout = await sbomOfCheckout();
  const first = await register(project.body.id, '1.0.0', await application.commit('1.0.0', false));
  await evidence(first, application, ofCheckout);
  say.step('May 1.0.0 ship?');
  const denial = await expectDecision('deny', first);

  say.step('The fix, as release 1.0.1');
  const second = await register(project.body.id, '1.0.1', await application.commit('1.0.1', true));
  const tests = await evidence(second, application, ofCheckout);
  say.step('May 1.0.1 ship?');
  await expectDecision('allow', second);

  say.step('What changed from 1.0.0 to 1.0.1?');
  await showDiff(api, first, second);

  await askForProduction(second);
  say.text(
    'From tools, during this run: the reports of the tests, the linter and npm audit, and both SBOMs.',
  );
  say.text('From examples/: the report on secrets.');
  await auditPack(api, first);
  await playPeople(tests);
  say.step('See the results in a browser');
  say.text(`${url}/ui/environments  what runs where`);
  say.text(`${url}/ui/releases/${first}?environment=${ENVIRONMENT}  why 1.0.0 may not go`);
  say.text(`${url}/ui/releases/${second}?environment=production  why 1.0.1 may go`);
  say.text(`${url}/ui/inbox  what waits for an answer of yours`);
  if (denial) say.text(`${url}/ui/verdicts/${denial}  the denial of 1.0.0, and its proof`);
  say.text(`${url}/ui/search?q=pkg:npm/minimist  which releases contain minimist`);
  say.text(`${url}/ui/projects/${project.body.id}  the project`);
  say.text(`${url}/docs  the API`);
}

async function main(): Promise<void> {
  url = serverAddress();
  api = new Api(url, process.env.SRP_TOKEN || undefined);
  await api.call('GET', '/health/ready');
  const application = await createApplication();
  try {
    await runPipeline(application);
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
