import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import {
  ageApprovals,
  asking,
  guardAsking,
  person,
  postApproval,
  readBrief,
  say,
  withdraw,
} from '../support/approvals.js';
import { deployedAnyway } from '../support/break-glass.js';
import type { Browser } from '../support/browser.js';
import { giveGroup, useSignIn } from '../support/browser.js';
import { giveToken, type Holder } from '../support/callers.js';
import { holdTransaction, sql, untilWaiting } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { postPolicy } from '../support/policies.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import { denials, guard, verdictOf, waived } from '../support/verdicts.js';
import { postWaiver } from '../support/waivers.js';

/** Whose approvals and rejections count. */

const open = useApp({ SIGN_IN_GROUPS: 'developers,managers,security' });
const context = useSignIn({ SIGN_IN_GROUPS: 'developers,managers,security' });

let release: string;
beforeEach(async () => {
  for (const group of ['developers', 'managers', 'security']) await giveGroup(group);
  release = (await createRelease(open.app)).id;
});

const signedIn = (sub: string, ...groups: string[]) => context.signedIn({ sub, groups });

/** Approves or rejects in a browser. */
async function sayIn(browser: Browser, body: object = {}) {
  const { seen } = await readBrief(open.app, release);
  const response = await browser.change({
    url: `/releases/${release}/approvals`,
    payload: { environment: 'gate', decision: 'approve', seen, ...body },
  });
  expect(response.statusCode, response.body).toBe(201);
  return response.json()[0];
}

const ask = () => verdictOf(open.app, release, { environment: 'gate' });
const allowed = async () => (await ask()).decision === 'allow';
const said = async () => (await ask()).results.find(({ rule }) => rule === 'approvals');
const message = async () => (await said())?.message ?? '';

describe('groups', () => {
  it('of people at the time of the approval count, and the message names them', async () => {
    await guardAsking(open.app, { minimum: 2, groups: ['managers', 'security'] });
    expect(await message()).toMatch(
      /^0 of 2 approvals by people in managers or security\. Read GET/,
    );
    const approval = await sayIn(await signedIn('dev', 'developers'));
    expect(approval).toMatchObject({ groups: ['developers'], via: 'sign-in' });
    expect(await message()).toContain(
      `1 approval does not count: that of ${context.login('dev')}: the person is not in managers or security`,
    );
    await sayIn(await signedIn('m1', 'managers', 'developers'));
    expect(await allowed()).toBe(false);
    await sayIn(await signedIn('s1', 'security'));
    expect(await allowed()).toBe(true);
  });

  it('that are required need somebody each', async () => {
    await guardAsking(open.app, { minimum: 2, groups: ['managers'], required: ['security'] });
    await sayIn(await signedIn('m1', 'managers'));
    await sayIn(await signedIn('m2', 'managers'));
    expect(await message()).toMatch(
      /^2 of 2 approvals by people in managers or security: .*\. Still required: a person in security\. Read GET/,
    );
    await sayIn(await signedIn('s1', 'security'));
    expect(await allowed()).toBe(true);
  });

  it('that do not count at sign-in are refused, with their place', async () => {
    const rules = [asking({ groups: ['managers', 'wizards'], required: ['elves'] })];
    const problem = expectProblem(
      await postPolicy(open.app, { name: 'x', rules }),
      400,
      'validation-failed',
    );
    expect(pointers(problem)).toEqual(['/rules/0/groups/1', '/rules/0/required/0']);
    expect(await sql('SELECT 1 FROM policies')).toHaveLength(1);
  });

  it('that nobody of was seen for 90 days are a warning', async () => {
    await guardAsking(open.app, { minimum: 2, groups: ['managers'], required: ['security'] });
    await signedIn('m1', 'managers');
    expect((await readBrief(open.app, release)).warnings).toEqual([
      '1 person of managers or security signed in within 90 days, and 2 people must approve',
      '0 people of security signed in within 90 days, and 1 person must approve',
    ]);
    await signedIn('s1', 'security');
    expect((await readBrief(open.app, release)).warnings).toEqual([]);
  });
});

describe('a rejection', () => {
  const reject = (browser: Browser) => sayIn(browser, { decision: 'reject', reason: 'A leak' });

  it('denies although enough people approved, survives uploads, and ends by its giver', async () => {
    await guardAsking(open.app, { groups: ['managers'] });
    await sayIn(await signedIn('m1', 'managers'));
    const m2 = await signedIn('m2', 'managers');
    const { id } = await reject(m2);
    expect(await message()).toBe(
      `${context.login('m2')} (managers) rejected the release. A rejection ends when its giver, or another member of the group, withdraws it: POST /approvals/{id}/withdraw`,
    );
    await uploaded(open.app, release, trivy({ severity: 'LOW' }), { label: 'scan' });
    expect((await said())?.approvals?.filter(({ state }) => state === 'rejects')).toHaveLength(1);
    const url = `/approvals/${id}/withdraw`;
    const response = await m2.change({ url, payload: { reason: 'It is closed' } });
    expect(response.statusCode, response.body).toBe(200);
    expect(await message()).not.toContain('rejected');
  });

  it('of somebody in other groups does not count', async () => {
    await guardAsking(open.app, { groups: ['managers'] });
    await sayIn(await signedIn('m1', 'managers'));
    await reject(await signedIn('d1', 'developers'));
    expect(await allowed()).toBe(true);
  });

  it('does not end by a member of another group of its giver, which has no say there', async () => {
    await guardAsking(open.app, { groups: ['managers'] });
    const { id } = await reject(await signedIn('m1', 'managers', 'developers'));
    const url = `/approvals/${id}/withdraw`;
    const payload = { reason: 'x' };
    const dev = await signedIn('d1', 'developers');
    const { detail } = expectProblem(await dev.change({ url, payload }), 403, 'not-your-approval');
    expect(detail).toContain('or another member of managers can withdraw that');
    const m2 = await signedIn('m2', 'managers');
    expect((await m2.change({ url, payload })).statusCode).toBe(200);
  });

  it('that counts for two rules ends by a member of both, or its giver', async () => {
    const { id: own } = await createRelease(open.app, { projectId: 1, version: '2.0.0' });
    release = own;
    await guard(open.app, [asking({ groups: ['managers'] }), asking({ groups: ['security'] })]);
    const { id } = await reject(await signedIn('b1', 'managers', 'security'));
    const url = `/approvals/${id}/withdraw`;
    const payload = { reason: 'x' };
    for (const group of ['managers', 'security']) {
      const one = await signedIn(`only-${group}`, group);
      expectProblem(await one.change({ url, payload }), 403, 'not-your-approval');
    }
    const both = await signedIn('b2', 'managers', 'security');
    expect((await both.change({ url, payload })).statusCode).toBe(200);
  });

  it('ends by another member of its group, with a reason, and not by somebody else', async () => {
    await guardAsking(open.app, { groups: ['managers'] });
    await sayIn(await signedIn('m1', 'managers'));
    const { id } = await reject(await signedIn('m2', 'managers'));
    const url = `/approvals/${id}/withdraw`;
    const payload = { reason: 'The giver is away' };
    const dev = await signedIn('d1', 'developers');
    const problem = expectProblem(await dev.change({ url, payload }), 403, 'not-your-approval');
    expect(problem.detail).toContain('or another member of managers can withdraw that');
    const m3 = await signedIn('m3', 'managers');
    expect(
      pointers(expectProblem(await m3.change({ url, payload: {} }), 400, 'validation-failed')),
    ).toEqual(['/reason']);
    expect((await m3.change({ url, payload })).json()).toMatchObject({
      state: 'withdrawn',
      withdrawnBy: context.login('m3'),
      withdrawReason: 'The giver is away',
    });
    expect(await allowed()).toBe(true);
  });
});

describe('a person', () => {
  it('with two names counts once, links that came later included', async () => {
    await guardAsking(open.app, { minimum: 2 });
    await say(context.app, release, await person('alice'));
    await sayIn(await signedIn('u1', 'developers'));
    expect(await allowed()).toBe(true);
    const admin = await giveToken({ subject: 'admin' });
    await context.app.inject({
      method: 'POST',
      url: '/identities/alice/links',
      headers: admin.headers,
      payload: { alias: context.login('u1') },
    });
    expect(await message()).toMatch(/^1 of 2 approvals/);
    await say(context.app, release, await person('ALICE'));
    expect(await message()).toMatch(/^1 of 2 approvals/);
    await say(context.app, release, await person('bob'));
    expect(await allowed()).toBe(true);
  });

  it('who approved and is disabled does not count, unless the release was deployed since', async () => {
    await guardAsking(open.app);
    await say(context.app, release, await person('alice'));
    const admin = await giveToken({ subject: 'admin' });
    const headers = admin.headers;
    const disable = (name: string) =>
      context.app.inject({ method: 'POST', url: `/identities/${name}/disable`, headers });
    expect((await disable('alice')).statusCode).toBe(200);
    expect(await allowed()).toBe(false);
    const [{ withdrawnBy, withdrawReason }] = (
      await open.app.inject(`/releases/${release}/approvals`)
    ).json();
    expect([withdrawnBy, withdrawReason]).toEqual(['admin', 'The person was disabled']);
    await say(context.app, release, await person('bob'));
    expect(await allowed()).toBe(true);
    await deployed(open.app, release, 'gate');
    await disable('bob');
    expect(await allowed()).toBe(true);
  });
});

describe('notBy', () => {
  const bob = () => person('bob');

  /** Registers a release with these people. */
  async function registered(more: object, holder?: Holder) {
    const response = await context.app.inject({
      method: 'POST',
      url: '/projects/1/releases',
      headers: (holder ?? (await giveToken({ subject: 'jenkins' }))).headers,
      payload: { version: '2.0.0', commit: '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345', ...more },
    });
    expect(response.statusCode, response.body).toBe(201);
    release = response.json().id;
  }

  it('denies what is not known', async () => {
    await guardAsking(open.app, { notBy: ['triggered-by', 'authors'] });
    await registered({});
    await say(context.app, release, await bob());
    expect(await message()).toBe(
      [
        'It is not known who set the pipeline of the release off and who wrote its commits, and the approval of that person must not count',
        'Register releases from a pipeline whose issuer has an `actorClaim`, with their `authors`, and request waivers with a token',
      ].join('. '),
    );
  });

  it('does not count authors, under any of their names', async () => {
    await guardAsking(open.app, { notBy: ['authors'] });
    await registered({ authors: ['Alice', 'octocat'] });
    await say(context.app, release, await person('alice'));
    expect(await message()).toContain('that of alice: the person wrote its commits');
    await say(context.app, release, await bob());
    expect(await allowed()).toBe(true);
    const { headers } = await giveToken({ subject: 'admin' });
    const link = { method: 'POST', url: '/identities/bob/links', headers } as const;
    await context.app.inject({ ...link, payload: { alias: 'login-of-nobody' } });
    await sql(
      `INSERT INTO identity_links (subject, subject_key, alias, alias_key, created_by)
       VALUES ('bob', 'BOB', 'octocat', 'OCTOCAT', 'admin')`,
    );
    expect(await message()).toContain('that of bob: the person wrote its commits');
  });

  it('does not count who set the pipeline off', async () => {
    await guardAsking(open.app, { notBy: ['triggered-by'] });
    await registered({}, await person('alice'));
    await say(context.app, release, await person('alice'));
    expect(await message()).toContain('the person set the pipeline of the release off');
    await say(context.app, release, await bob());
    expect(await allowed()).toBe(true);
  });

  it('does not count who requested a waiver that takes effect', async () => {
    const limit = { rule: 'max-findings', mode: 'block', severity: 'high' };
    await guardAsking(open.app, { notBy: ['waiver-requester'] }, limit);
    await uploaded(open.app, release, trivy({ id: 'CVE-2026-1' }), { label: 'scan' });
    await waived(context.app, { projectId: 1, rule: 'CVE-2026-1' });
    await say(context.app, release, await person('alice'));
    expect(await message()).toContain('that of alice: the person requested a waiver that it uses');
    await say(context.app, release, await bob());
    expect(await allowed()).toBe(true);
  });
});

describe('maximumAgeDays', () => {
  it('ends what an approval counts, by the clock of the database', async () => {
    await guardAsking(open.app, { maximumAgeDays: 7 });
    await say(context.app, release, await person());
    const { inputsHash } = await ask();
    await ageApprovals(6.9);
    expect((await ask()).inputsHash).toBe(inputsHash);
    expect(await allowed()).toBe(true);
    await ageApprovals(0.2);
    expect(await message()).toContain('that of alice: it is older than 7 days');
    expect((await said())?.approvals).toMatchObject([{ state: 'not-counted' }]);
  });
});

describe('onlyIf', () => {
  const limit = { rule: 'max-findings', mode: 'warn', severity: 'high' };

  it('new-findings: asks only if a rule counts findings that the running release does not have', async () => {
    await guardAsking(open.app, { onlyIf: 'new-findings' }, limit);
    await uploaded(open.app, release, trivy({ id: 'CVE-2026-1' }), { label: 'scan' });
    expect(await allowed()).toBe(false);
    await deployedAnyway(context.app, release, 'gate');
    const next = await createRelease(open.app, { projectId: 1, version: '2.0.0' });
    release = next.id;
    await uploaded(
      open.app,
      release,
      trivy({ id: 'CVE-2026-1' }, { id: 'CVE-2026-2', severity: 'LOW' }),
      { label: 'scan' },
    );
    expect(await message()).toBe(
      'No approval is needed: rules that count findings found none that is new',
    );
    await uploaded(open.app, release, trivy({ id: 'CVE-2026-3' }), { label: 'scan' });
    expect(await allowed()).toBe(false);
    await say(context.app, release, await person());
    expect(await allowed()).toBe(true);
  });

  it('new-findings: asks if nothing shows whether there are new ones', async () => {
    await guardAsking(open.app, { onlyIf: 'new-findings' }, limit);
    expect(await message()).toMatch(/^0 of 1 approval/); // no scan counts
    await uploaded(open.app, release, trivy(), { label: 'scan' });
    expect(await allowed()).toBe(true);
    await guard(open.app, [asking({ onlyIf: 'new-findings' })], 'blind');
    const { decision } = await verdictOf(open.app, release, { environment: 'blind' });
    expect(decision).toBe('deny'); // no rule counts findings
  });

  it('waivers: asks only if one takes effect', async () => {
    await guardAsking(open.app, { onlyIf: 'waivers' }, limit);
    await uploaded(open.app, release, trivy({ id: 'CVE-2026-1' }), { label: 'scan' });
    expect(await message()).toBe('No approval is needed: no waiver takes effect');
    await waived(context.app, { projectId: 1, rule: 'CVE-2026-1' });
    expect(denials(await ask())).toEqual([expect.stringMatching(/^approvals: 0 of 1 approval\./)]);
  });
});

describe('POST /approvals/{id}/withdraw', () => {
  it('ends an approval once, by its giver alone', async () => {
    await guardAsking(open.app);
    const [alice, bob] = [await person('alice'), await person('bob')];
    const { id } = await say(context.app, release, alice);
    const problem = expectProblem(
      await withdraw(context.app, id, bob.headers),
      403,
      'not-your-approval',
    );
    expect(problem.detail).toBe('alice gave this approval, and only alice can withdraw it');
    const program = await giveToken({ subject: 'alice' });
    expectProblem(await withdraw(context.app, id, program.headers), 409, 'identity-required');
    const first = await withdraw(context.app, id, alice.headers);
    expect(first.json()).toMatchObject({ state: 'withdrawn', withdrawnBy: 'alice', because: [] });
    expect((await withdraw(context.app, id, alice.headers)).json()).toEqual(first.json());
    const other = await withdraw(context.app, id, alice.headers, 'Another');
    expectProblem(other, 409, 'approval-withdrawn');
    expect(await allowed()).toBe(false);
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    expectProblem(await withdraw(context.app, missing, alice.headers), 404, 'approval-not-found');
    const types = await sql<{ type: string }>(
      `SELECT type FROM events WHERE type = 'approval.withdrawn'`,
    );
    expect(types).toHaveLength(1);
  });
});

describe('an approval by a token', () => {
  it('is marked so', async () => {
    await guardAsking(open.app);
    const { headers } = await person();
    const { seen } = await readBrief(open.app, release);
    const body = { environment: 'gate', decision: 'approve', seen };
    expect((await postApproval(context.app, release, body, headers)).json()[0].via).toBe('token');
  });
});

describe('saying the same again', () => {
  const approvals = async () =>
    (await open.app.inject(`/releases/${release}/approvals`)).json().length;
  const again = async (browser: Browser) => {
    const { seen } = await readBrief(open.app, release);
    const payload = { environment: 'gate', decision: 'approve', seen };
    return browser.change({ url: `/releases/${release}/approvals`, payload });
  };

  it('renews an approval that became too old', async () => {
    await guardAsking(open.app, { maximumAgeDays: 14 });
    const browser = await signedIn('d1', 'developers');
    await sayIn(browser);
    expect((await again(browser)).statusCode).toBe(200);
    await ageApprovals(15);
    expect(await allowed()).toBe(false);
    expect((await again(browser)).statusCode).toBe(201);
    expect(await allowed()).toBe(true);
    expect(await approvals()).toBe(2);
  });

  it('counts in the groups of now, and the person once', async () => {
    await guardAsking(open.app, { groups: ['managers'] });
    await sayIn(await signedIn('d1', 'developers'));
    expect(await allowed()).toBe(false);
    const promoted = await signedIn('d1', 'developers', 'managers');
    expect((await again(promoted)).statusCode).toBe(201);
    expect(await allowed()).toBe(true);
    expect((await again(promoted)).statusCode).toBe(200);
  });

  it('keeps one rejection, however old it is', async () => {
    await guardAsking(open.app);
    const browser = await signedIn('d1', 'developers');
    const no = { decision: 'reject', reason: 'No' };
    await sayIn(browser, no);
    await ageApprovals(15);
    const { seen } = await readBrief(open.app, release);
    const payload = { environment: 'gate', seen, ...no };
    const response = await browser.change({ url: `/releases/${release}/approvals`, payload });
    expect(response.statusCode).toBe(200);
    expect(await approvals()).toBe(1);
  });
});

it('401: the person is disabled while its approval is on the way', async () => {
  await guardAsking(open.app);
  const alice = await person('alice');
  const { seen } = await readBrief(open.app, release);
  const turn = JSON.stringify(['approvals', release]);
  const unlock = await holdTransaction(
    `SELECT pg_advisory_xact_lock(hashtextextended('${turn}', 0))`,
  );
  const body = { environment: 'gate', decision: 'approve', seen };
  const answer = postApproval(context.app, release, body, alice.headers);
  await untilWaiting(1);
  const { headers } = await giveToken({ subject: 'admin' });
  const url = '/identities/alice/disable';
  const disabled = await context.app.inject({ method: 'POST', url, headers });
  expect(disabled.statusCode, disabled.body).toBe(200);
  await unlock();
  expectProblem(await answer, 401, 'unauthenticated');
  expect((await open.app.inject(`/releases/${release}/approvals`)).json()).toEqual([]);
  expect(await allowed()).toBe(false);
});

describe('a waiver of the rule', () => {
  const terms = { rule: 'approvals', about: 'policy-rule' };
  const request = async (payload: object) => {
    const { headers } = await giveToken({ subject: 'pipeline' });
    return postWaiver(context.app, { releaseId: release, ...terms, ...payload }, headers);
  };

  it('400: is refused, because programs can give waivers', async () => {
    const problem = expectProblem(await request({}), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(['/rule']);
    expect(problem.detail).toContain('only people decide');
    expect((await request({ about: undefined })).statusCode).toBe(400);
    // A tool can have a rule with this name.
    expect((await request({ about: 'finding' })).statusCode).toBe(201);
  });

  it('from before covers neither missing approvals nor a rejection', async () => {
    await guardAsking(open.app);
    await sql(
      `INSERT INTO waivers (project_id, release_id, rule, about, reason, expires_at, created_by, approved_by, approved_at)
       VALUES (1, $1, 'approvals', 'policy-rule', 'x', now() + interval '1 day', 'x', 'y', now())`,
      [release],
    );
    expect(await allowed()).toBe(false);
    expect((await said())?.waivers).toEqual([]);
    await say(context.app, release, await person('alice'));
    expect(await allowed()).toBe(true);
    await say(context.app, release, await person('bob'), { decision: 'reject', reason: 'No' });
    expect(await allowed()).toBe(false);
  });
});
