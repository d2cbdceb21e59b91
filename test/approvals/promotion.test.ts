import { expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { guardAsking, person, say, withdraw } from '../support/approvals.js';
import type { Holder } from '../support/callers.js';
import { deployed } from '../support/deployments.js';
import { windowOf } from '../support/line.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { assertRelease, verdictOf } from '../support/verdicts.js';

/** Approvals beside windows, rollbacks and the readiness of a release. */
const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });
const DAY_MS = 86_400_000;

let release: string;
let alice: Holder;
useRows(async () => {
  release = (await createRelease(open.app)).id;
  await guardAsking(open.app, { maximumAgeDays: 7 });
});

const readiness = async () => {
  const answer = await open.app.inject(`/releases/${release}/readiness`);
  expect(answer.statusCode, answer.body).toBe(200);
  const { environments } = answer.json();
  return environments.find((one: { environment: string }) => one.environment === 'gate');
};
const approved = async (id = release) => {
  alice = await person();
  return say(context.app, id, alice);
};

it('a release that only lacks approvals waits for people, and says for whom', async () => {
  expect(await readiness()).toMatchObject({
    state: 'waiting',
    until: null,
    next: expect.stringContaining(`POST /releases/${release}/approvals`),
  });
});

it('a release that a person rejected is denied', async () => {
  alice = await person();
  await say(context.app, release, alice, { decision: 'reject', reason: 'Not this week' });
  expect(await readiness()).toMatchObject({ state: 'denied' });
});

it('an answer is valid until the approval is too old', async () => {
  const { givenAt } = (await approved()) as unknown as { givenAt: string };
  const verdict = await verdictOf(open.app, release, { environment: 'gate' });
  expect(verdict).toMatchObject({
    decision: 'allow',
    validUntil: new Date(Date.parse(givenAt) + 7 * DAY_MS).toISOString(),
  });
});

it('an open freeze makes no approval void', async () => {
  await approved();
  await windowOf(open.app, {}, 'gate');
  const { results } = await verdictOf(open.app, release, { environment: 'gate' });
  const denying = results.filter(({ denies }) => denies);
  expect(denying.map(({ rule }) => rule)).toEqual(['frozen']);
});

it('a rollback asks for no approval, and an ordinary question does', async () => {
  const { id } = await approved();
  await deployed(open.app, release, 'gate');
  const next = (await createRelease(open.app, { projectId: 1, version: '2.0.0' })).id;
  await approved(next);
  await deployed(open.app, next, 'gate');
  expect((await withdraw(context.app, id, alice.headers)).statusCode).toBe(200);
  const ask = async (intent: string) =>
    (await assertRelease(open.app, { release, environment: 'gate', intent })).statusCode;
  expect([await ask('ordinary'), await ask('rollback')]).toEqual([409, 200]);
});
