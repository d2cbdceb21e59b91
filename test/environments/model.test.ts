import { expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { postDeployment } from '../support/deployments.js';
import {
  endWindow,
  hoursFromNow,
  postResume,
  postStop,
  postWindow,
  type WindowBody,
} from '../support/line.js';
import { createRelease, revoke } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { assertRelease, evidenceOfAll } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const RELEASES = 4;
let releases: string[];
useRows(async () => {
  releases = [];
  for (let i = 0; i < RELEASES; i += 1) {
    const more = i === 0 ? {} : { projectId: 1 };
    const { id } = await createRelease(context.app, { ...more, version: `1.${i}.0` });
    await evidenceOfAll(context.app, id);
    releases.push(id);
  }
});

interface Window {
  readonly body: WindowBody;
  readonly kind: 'freeze' | 'change';
  readonly isOpen: boolean;
}

interface Stop {
  readonly id: string;
  readonly rollbacks: boolean;
}

/** One success, in the order of successes. */
interface Ran {
  readonly release: number;
  readonly permitted: boolean;
}

/** A naive implementation: lists, and the table in docs/promotion.md. */
class Model {
  windows: Window[] = [];
  stops: Stop[] = [];
  readonly revoked = new Set<number>();
  readonly failed = new Set<number>();
  readonly started = new Map<number, boolean>();
  readonly ran: Ran[] = [];
  /** Another release was started or failed since the last success. */
  isInterrupted = false;

  running() {
    return this.ran.at(-1)?.release;
  }

  isTarget(release: number): boolean {
    if (this.failed.has(release)) return false;
    if (this.running() === release && !this.isInterrupted) return false;
    return this.ran.some((one) => one.release === release && one.permitted);
  }

  may(release: number, intent: 'ordinary' | 'rollback'): boolean {
    if (this.revoked.has(release)) return false;
    if (intent === 'rollback' && this.isTarget(release))
      return this.stops.every(({ rollbacks }) => rollbacks);
    if (this.stops.length > 0) return false;
    if (this.windows.some(({ kind, isOpen }) => kind === 'freeze' && isOpen)) return false;
    const changes = this.windows.filter(({ kind }) => kind === 'change');
    return changes.length === 0 || changes.some(({ isOpen }) => isOpen);
  }

  /** As a new record is authorized, without an allow from before. */
  authorization(release: number) {
    if (this.may(release, 'ordinary')) return 'authorized';
    return this.may(release, 'rollback') ? 'rollback' : 'unauthorized';
  }
}

/** A generator of Park and Miller, so that a failure can be repeated. */
function seeded(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const STEPS = 300;

it.each([11, 2027])('agrees with a naive model over random steps, seed %i', async (seed) => {
  const { app } = context;
  const random = seeded(seed);
  const model = new Model();
  const { headers } = await giveToken({ subject: 'carol', person: true });
  const one = () => random(RELEASES);

  async function window() {
    const kind = random(2) === 0 ? 'freeze' : 'change';
    const isOpen = random(2) === 0;
    const times = isOpen ? {} : { from: hoursFromNow(3), to: hoursFromNow(5) };
    const response = await postWindow(app, { kind, ...times });
    expect(response.statusCode, response.body).toBe(201);
    model.windows.push({ body: response.json(), kind, isOpen });
  }

  async function unwindow() {
    const [ended] = model.windows.splice(random(Math.max(model.windows.length, 1)), 1);
    if (ended) expect((await endWindow(app, ended.body)).statusCode).toBe(204);
  }

  async function stop() {
    if (model.stops.length > 3) return;
    const rollbacks = random(2) === 0;
    const response = await postStop(app, { rollbacks });
    expect(response.statusCode, response.body).toBe(201);
    model.stops.push({ id: response.json().id, rollbacks });
  }

  async function resume() {
    for (const { id } of model.stops) {
      const response = await postResume(guarded.app, headers, { stop: id });
      expect(response.json()).toMatchObject([{ id }]);
    }
    model.stops = [];
  }

  async function deploy() {
    const release = one();
    const state = (['started', 'succeeded', 'failed'] as const)[random(3)] ?? 'failed';
    const open = model.started.get(release);
    const expected = model.authorization(release);
    const isRunning = model.running() === release;
    const ran = isRunning && !model.isInterrupted;
    const response = await postDeployment(
      app,
      releases[release] ?? '',
      'production',
      {},
      { state },
    );
    expect([200, 201], response.body).toContain(response.statusCode);
    const { authorization } = response.json();
    const isNew = response.statusCode === 201;
    const ends = open !== undefined && state !== 'started';
    if (ends || (state === 'succeeded' && ran)) expect(isNew).toBe(false);
    // A start that is judged otherwise than the one before is a record of its own.
    if (open === true && !isNew && state === 'started')
      expect(authorization).not.toBe('unauthorized');
    // The allow of minutes ago authorizes as well, unless somebody stopped the line or revoked the release since.
    if (isNew && authorization !== expected) {
      expect([authorization, expected]).toEqual([
        expect.stringMatching(/^(authorized|rollback)$/),
        'unauthorized',
      ]);
      expect(model.revoked.has(release) || model.stops.length > 0).toBe(false);
    }
    const permitted = isNew
      ? authorization !== 'unauthorized'
      : (open ?? authorization !== 'unauthorized');
    if ((isNew || ends) && !isRunning) model.isInterrupted = state !== 'succeeded';
    if (state === 'started') {
      model.started.set(release, permitted);
      return;
    }
    model.started.delete(release);
    if (state === 'failed') model.failed.add(release);
    else if (open !== undefined || !ran) {
      model.ran.push({ release, permitted });
      model.isInterrupted = false;
      if (permitted) model.failed.delete(release);
    }
  }

  async function ask() {
    for (const intent of ['ordinary', 'rollback'] as const) {
      const release = one();
      const response = await assertRelease(app, { release: releases[release] ?? '', intent });
      expect(response.statusCode === 200, `${intent} ${response.body}`).toBe(
        model.may(release, intent),
      );
    }
  }

  async function running() {
    const list = (await app.inject('/environments/production/deployments')).json();
    const now = model.running();
    expect(list.map((body: { releaseId: string }) => body.releaseId)).toEqual(
      now === undefined ? [] : [releases[now]],
    );
  }

  const steps = [
    window,
    unwindow,
    unwindow,
    stop,
    resume,
    deploy,
    deploy,
    deploy,
    ask,
    ask,
    ask,
    running,
  ];
  for (let step = 0; step < STEPS; step += 1) await steps[random(steps.length)]?.();
  const last = one();
  expect((await revoke(app, releases[last] ?? '')).statusCode).toBe(200);
  model.revoked.add(last);
  for (let step = 0; step < 20; step += 1) await ask();
});
