import type { LightMyRequestResponse } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { asking, person, postApproval, readBrief, say, withdraw } from '../support/approvals.js';
import { postAct, postBreakGlass } from '../support/break-glass.js';
import { type Browser, giveGroup, useSignIn } from '../support/browser.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { postResume, stopped } from '../support/line.js';
import { createPolicy } from '../support/policies.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import { guard } from '../support/verdicts.js';

/** Environments that ask for a person who proved a short time ago who it is. */

const open = useApp();
const context = useSignIn();

const MINUTES = 15;
const set = (name: string, signInWithinMinutes: unknown) =>
  open.app.inject({
    method: 'PATCH',
    url: `/environments/${name}`,
    payload: { signInWithinMinutes },
  });

let release: string;
beforeEach(async () => {
  await giveGroup();
  release = (await createRelease(open.app)).id;
  await guard(open.app, [asking()]);
  expect((await set('gate', MINUTES)).statusCode).toBe(200);
});

const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - minutes * 60;
/** The provider knows the browser since then, and says so. */
const signedIn = (minutes: number | undefined, browser?: Browser) =>
  context.signedIn(minutes === undefined ? {} : { auth_time: minutesAgo(minutes) }, browser);

async function bodyFor(environment = 'gate', more: object = {}) {
  const { seen } = await readBrief(open.app, release, { environment });
  return { environment, decision: 'approve', seen, ...more };
}
const approveIn = async (browser: Browser, payload?: object) =>
  browser.change({
    url: `/releases/${release}/approvals`,
    payload: payload ?? (await bodyFor()),
  });
const approvals = async () =>
  (await open.app.inject(`/releases/${release}/approvals`)).json().length;

function refused(response: LightMyRequestResponse, text: RegExp) {
  const { detail } = expectProblem(response, 401, 'recent-sign-in-required');
  expect(detail).toMatch(text);
  expect(detail).toContain('/sign-in?again=true');
  expect(response.headers['www-authenticate']).toBe(
    'Bearer realm="srp", error="insufficient_user_authentication", max_age="900"',
  );
  expect(response.headers['set-cookie']).toBeUndefined();
}

describe('an approval for an environment that asks for a recent sign-in', () => {
  it.each([0, MINUTES - 1])('201: the person signed in %i minutes ago', async (minutes) => {
    const response = await approveIn(await signedIn(minutes));
    expect(response.statusCode, response.body).toBe(201);
  });

  it('401: the person signed in before, also if the session is new. Signing in again helps', async () => {
    const browser = await signedIn(MINUTES + 1);
    refused(
      await approveIn(browser),
      /^gate asks for .* within 15 minutes, and you signed in 1[67] /,
    );
    expect(await approvals()).toBe(0);
    // A link without `again`: the provider knows the browser, and does not ask.
    await signedIn(MINUTES + 1, browser);
    refused(await approveIn(browser), /you signed in/);
    const address = await browser.begin('?again=true');
    expect(new URL(address).searchParams.get('prompt')).toBe('login');
    expect(new URL(address).searchParams.get('max_age')).toBe('0');
    const person = { sub: 'u1', groups: ['developers'], auth_time: minutesAgo(0) };
    await browser.finish(context.provider.authorize(address, person));
    expect((await approveIn(browser)).statusCode).toBe(201);
  });

  it('401: the provider did not ask again, although it was told to', async () => {
    const browser = context.browser();
    const person = { sub: 'u1', groups: ['developers'], auth_time: minutesAgo(MINUTES + 1) };
    const address = await browser.begin('?again=true');
    await browser.finish(context.provider.authorize(address, person));
    refused(await approveIn(browser), /you signed in/);
  });

  it('401: the provider does not say when', async () => {
    refused(await approveIn(await signedIn(undefined)), /does not say when .* auth_time/);
  });

  it('201: a clock of the provider that is fast does not make a session young for longer', async () => {
    const browser = await signedIn(-60);
    const { signedInAt } = await browser.me();
    expect(Date.parse(signedInAt)).toBeLessThanOrEqual(Date.now() + 1000);
    expect((await approveIn(browser)).statusCode).toBe(201);
  });

  it('401: a token of a person cannot show it', async () => {
    const { headers } = await person();
    const response = await postApproval(context.app, release, await bodyFor(), headers);
    refused(response, /a token does not show that/);
  });

  it('409: a program is told to sign in first', async () => {
    const { headers } = await giveToken();
    const response = await postApproval(context.app, release, await bodyFor(), headers);
    expectProblem(response, 409, 'identity-required');
  });

  it('201: others do not ask, and one of a list that asks decides about all', async () => {
    const browser = await signedIn(60);
    const other = await bodyFor('production');
    refused(await approveIn(browser, [other, await bodyFor()]), /^gate asks/);
    expect(await approvals()).toBe(0);
    expect((await approveIn(browser, other)).statusCode).toBe(201);
  });

  it('the strictest environment of a list decides', async () => {
    await set('production', 60);
    const browser = await signedIn(30);
    const both = [await bodyFor('production'), await bodyFor()];
    refused(await approveIn(browser, both), /^gate asks/);
    expect((await approveIn(browser, both[0])).statusCode).toBe(201);
  });

  it('what was approved before holds when the environment begins to ask', async () => {
    await set('gate', null);
    await say(context.app, release, await person());
    await set('gate', 5);
    const response = await open.app.inject(`/assert?release=${release}&environment=gate`);
    expect(response.statusCode, response.body).toBe(200);
  });
});

describe('what else lets releases in', () => {
  it('withdrawing a rejection needs it. A rejection, and withdrawing an approval, do not', async () => {
    const browser = await signedIn(60);
    const rejected = await approveIn(
      browser,
      await bodyFor('gate', { decision: 'reject', reason: 'No' }),
    );
    expect(rejected.statusCode, rejected.body).toBe(201);
    const url = `/approvals/${rejected.json()[0].id}/withdraw`;
    refused(await browser.change({ url, payload: { reason: 'Yes' } }), /you signed in/);
    await signedIn(0, browser);
    expect((await browser.change({ url, payload: { reason: 'Yes' } })).statusCode).toBe(200);
    const approved = (await approveIn(browser)).json()[0];
    await signedIn(60, browser);
    const taken = await browser.change({
      url: `/approvals/${approved.id}/withdraw`,
      payload: { reason: 'A leak' },
    });
    expect(taken.statusCode, taken.body).toBe(200);
  });

  it('401: a token of a person cannot withdraw a rejection, and the rejection stays', async () => {
    const alice = await person();
    const { id } = await say(context.app, release, alice, { decision: 'reject', reason: 'No' });
    refused(await withdraw(context.app, id, alice.headers), /a token/);
    expect((await open.app.inject(`/approvals/${id}`)).json().state).toBe('given');
  });

  it('breaking the glass and confirming it need it, ending it does not', async () => {
    const refuses = await person();
    refused(
      await postBreakGlass(context.app, release, refuses.headers, { environment: 'gate' }),
      /a token does not show/,
    );
    expect(await sql('SELECT 1 FROM break_glasses')).toEqual([]);
    const { url, payload } = {
      url: `/releases/${release}/break-glass`,
      payload: { environment: 'gate', reason: 'x', minutes: 5 },
    };
    const browser = await signedIn(MINUTES + 1);
    refused(await browser.change({ url, payload }), /you signed in 1[67] minutes ago/);
    const again = await signedIn(1, browser);
    const asked = await again.change({ url, payload: { ...payload, force: true } });
    expect(asked.statusCode).toBe(201);
    const second = await person('bob');
    const { id } = asked.json();
    refused(await postAct(context.app, id, 'confirm', second.headers), /a token does not show/);
    expect((await postAct(context.app, id, 'end', second.headers)).statusCode).toBe(200);
  });

  it('resuming needs it, stopping does not', async () => {
    await set('production', MINUTES);
    const { headers } = await person();
    await stopped(context.app, {}, 'production', headers);
    refused(await postResume(context.app, headers), /^production asks .* a token/);
    const browser = await signedIn(0);
    const response = await browser.change({
      url: '/environments/production/resume',
      payload: { reason: 'Payments work' },
    });
    expect(response.json()).toHaveLength(1);
  });
});

describe('the setting', () => {
  it.each([4, 1441, 0, -1, 7.5, '15', true])('400: %j', async (value) => {
    const problem = expectProblem(await set('staging', value), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(['/signInWithinMinutes']);
  });

  it('is null by default, is set at creation, and each change is an event', async () => {
    const read = async (name: string) =>
      (await open.app.inject(`/environments/${name}`)).json().signInWithinMinutes;
    expect(await read('staging')).toBeNull();
    await createPolicy(open.app, 'own');
    const response = await open.app.inject({
      method: 'POST',
      url: '/environments',
      payload: { name: 'own', rank: 1, policies: [{ name: 'own' }], signInWithinMinutes: 5 },
    });
    expect(response.json().signInWithinMinutes, response.body).toBe(5);
    expect((await set('own', 1440)).json().signInWithinMinutes).toBe(1440);
    expect((await set('own', null)).json().signInWithinMinutes).toBeNull();
    expect(await read('own')).toBeNull();
    const events = (await open.app.inject('/events?limit=100')).json();
    const own = events.filter(({ subject }: { subject: { id: string } }) => subject.id === 'own');
    expect(own.map(({ data }: { data: object }) => data)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ signInWithinMinutes: 5 }),
        expect.objectContaining({ signInWithinMinutes: { before: 5, after: 1440 } }),
        expect.objectContaining({ signInWithinMinutes: { before: 1440, after: null } }),
      ]),
    );
  });
});
