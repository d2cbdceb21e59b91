import { Api } from './api.js';
import { type OwnServer, startOwnServer } from './own-server.js';
import { Ended, say } from './terminal.js';
import type { Report } from './tools.js';

/** What the people of the demo may do. */
const SCOPES = [
  'releases:read',
  'verdicts:read',
  'approvals:read',
  'approvals:write',
  'deployments:read',
  'deployments:break-glass',
];

const ENVIRONMENT = 'shop';
const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';

type Person = Record<'alice' | 'bob' | 'carol', Api>;
type WithId = { readonly id: string };
type Verdicts = {
  readonly reasons?: readonly string[];
  readonly breakGlass?: boolean;
  readonly overrides?: readonly string[];
};
type BreakGlass = WithId & { readonly state: string; readonly next: string };

/** A project whose environment asks for two approvals. */
async function prepare(admin: Api): Promise<number> {
  const rules = [{ rule: 'tests-passed' }, { rule: 'approvals', minimum: 2 }];
  await admin.call('POST', '/policies', { json: { name: ENVIRONMENT, rules } });
  const policies = [{ name: ENVIRONMENT }];
  await admin.call('POST', '/environments', { json: { name: ENVIRONMENT, rank: 30, policies } });
  const { body } = await admin.call<{ id: number }>('POST', '/projects', {
    json: { name: 'Shop', status: 'active' },
  });
  return body.id;
}

async function tokenOf(server: OwnServer, admin: Api, subject: string): Promise<Api> {
  const json = { name: 'demo', subject, scopes: SCOPES, expiresInDays: 1, person: true };
  const { body } = await admin.call<{ secret: string }>('POST', '/tokens', {
    json,
    summary: () => `a token that stands for ${subject}`,
  });
  return new Api(server.url, body.secret);
}

async function ask(api: Api, release: string, expected: 'allow' | 'deny', intent?: 'rollback') {
  const asked = intent ? `&intent=${intent}` : '';
  const path = `/assert?release=${release}&environment=${ENVIRONMENT}${asked}`;
  const { status, body } = await api.call<Verdicts>('GET', path, { expected: [409] });
  if ((status === 200) !== (expected === 'allow')) {
    throw new Ended(`the demo expected "${expected}": ${path}: ${status}`);
  }
  if (status !== 200) {
    say.bad('denied');
    for (const reason of body.reasons ?? []) say.reason(reason);
  } else if (body.breakGlass) {
    say.good('allowed, because the glass is broken. It overrides:');
    for (const line of body.overrides ?? []) say.reason(line);
  } else say.good('allowed');
}

async function approve(api: Api, release: string, who: string): Promise<void> {
  say.text(`${who} reads what an approver must know, and approves that.`);
  const brief = `/releases/${release}/decision-brief?environment=${ENVIRONMENT}`;
  const { body } = await api.call<{ seen: string }>('GET', brief);
  const json = { environment: ENVIRONMENT, decision: 'approve', seen: body.seen };
  await api.call('POST', `/releases/${release}/approvals`, { json });
}

/** Registers a version with a test report. */
async function register(admin: Api, project: number, version: string, tests?: Report) {
  const json = { version, commit: COMMIT };
  const { body } = await admin.call<WithId>('POST', `/projects/${project}/releases`, { json });
  if (tests) {
    const { text, mediaType } = tests;
    const path = `/releases/${body.id}/evidence?label=tests`;
    await admin.call('POST', path, { document: { text, mediaType } });
  }
  return body.id;
}

async function deploy(admin: Api, release: string, expected: string): Promise<void> {
  const path = `/environments/${ENVIRONMENT}/deployments`;
  const { body } = await admin.call<{ authorization: string }>('POST', path, {
    json: { releaseId: release },
    summary: ({ authorization }) => authorization,
  });
  if (body.authorization !== expected) {
    throw new Ended(`the demo expected a deployment that is ${expected}: ${body.authorization}`);
  }
}

async function twoApprovers(admin: Api, { alice, bob }: Person, release: string): Promise<void> {
  await ask(admin, release, 'deny');
  await approve(alice, release, 'Alice');
  await approve(bob, release, 'Bob');
  await ask(admin, release, 'allow');
  await deploy(admin, release, 'authorized');
}

async function freeze(admin: Api): Promise<void> {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
  const times = { from: at(-1), to: at(8), timeZone: 'UTC' };
  const json = { kind: 'freeze', ...times, reason: 'Holidays' };
  await admin.call('POST', `/environments/${ENVIRONMENT}/windows`, { json });
}

async function breakGlass(admin: Api, { alice, carol }: Person, release: string): Promise<void> {
  await ask(admin, release, 'deny');
  say.text('Nobody is there to approve. Alice breaks the glass, for 30 minutes and with a reason.');
  const json = { environment: ENVIRONMENT, minutes: 30, reason: '1.0.0 loses orders as well' };
  const { body } = await alice.call<BreakGlass>('POST', `/releases/${release}/break-glass`, {
    json,
    summary: ({ state }) => state,
  });
  say.text(body.next);
  await ask(admin, release, 'allow');
  await deploy(admin, release, 'break-glass');
  const path = `/break-glass/${body.id}`;
  await alice.call<BreakGlass>('POST', `${path}/end`, { summary: ({ next }) => next });
  await ask(admin, release, 'deny');
  say.step('The next morning: another person reviews it');
  const review = {
    finding: 'The tests were not run. They pass today, so it was right to deploy',
    actions: ['Run the tests before a hotfix is registered'],
  };
  say.text('Alice tries it herself, and may not. Then Carol does.');
  const own = await alice.call('POST', `${path}/review`, { json: review, expected: [403] });
  if (own.status !== 403) throw new Ended('the demo expected that Alice cannot review herself');
  await carol.call<BreakGlass>('POST', `${path}/review`, {
    json: review,
    summary: ({ state }) => state,
  });
  await carol.call('GET', '/break-glass?state=reviewed');
}

/**
 * Two approvers, a freeze, a rollback and a break-glass, on a server of its own, because these need people.
 * @param tests the report of a test run that passed
 */
export async function playPeople(tests: Report): Promise<void> {
  say.step('People decide: on a second server, for this demo alone, with an empty database');
  const server = await startOwnServer();
  try {
    const admin = new Api(server.url, server.token);
    const people = {
      alice: await tokenOf(server, admin, 'alice'),
      bob: await tokenOf(server, admin, 'bob'),
      carol: await tokenOf(server, admin, 'carol'),
    };
    const project = await prepare(admin);

    say.step('Release 1.0.0: may it go to the shop? Two people must approve');
    const first = await register(admin, project, '1.0.0', tests);
    await twoApprovers(admin, people, first);
    say.step('Release 1.1.0, in the same way');
    const second = await register(admin, project, '1.1.0', tests);
    await twoApprovers(admin, people, second);

    say.step('A freeze begins, and 1.1.0 loses orders: back to 1.0.0');
    await freeze(admin);
    await ask(admin, first, 'deny');
    await ask(admin, first, 'allow', 'rollback');
    await deploy(admin, first, 'rollback');

    say.step('1.0.0 loses orders as well: the fix is 1.1.1, at night and in the freeze');
    await breakGlass(admin, people, await register(admin, project, '1.1.1'));
  } finally {
    await server.stop();
  }
}
