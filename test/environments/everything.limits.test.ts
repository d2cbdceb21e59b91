import { expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { asking, person, postApproval, readBrief, withdraw } from '../support/approvals.js';
import { postAct, postBreakGlass, REVIEW } from '../support/break-glass.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { postDeployment } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { endWindow, postStop, postWindow, type WindowBody } from '../support/line.js';
import {
  ASKED,
  ENVIRONMENTS,
  type Environment,
  type Glass,
  HOUR_MS,
  type Intent,
  NaiveGate,
  type Record as Recorded,
  type Release,
  SEVERITIES,
  type State,
  stateOf,
} from '../support/naive-gate.js';
import { addArtifact, createRelease, digest, revoke } from '../support/releases.js';
import { createProject } from '../support/requests.js';
import { assertRelease, guard } from '../support/verdicts.js';
import { approve, requested, revokeWaiver } from '../support/waivers.js';

/**
 * 1,000 random steps through HTTP: uploads, artifacts, approvals, withdrawals, rejections, waivers, windows, stops,
 * revocations, the clock, deployments, break-glasses with their second person, end and review. After each step, answers
 * of the gate are those of a naive implementation: about one release, and after each tenth step about all.
 */

const open = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

const STEPS = 1000;
const RELEASES = 3;
const CVES = ['CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3'] as const;
const PEOPLE = ['alice', 'bob', 'carol'] as const;
/** `SEEDS=1,2,3 npx vitest run everything` tries others. The name of a test that fails has its seed. */
const SEEDS = (process.env.SEEDS ?? '20261204').split(',').map(Number);

/** A generator of Park and Miller, so that a failure can be repeated. */
function seeded(seed: number) {
  let state = (seed % 2_147_483_646) + 1;
  const below = (limit: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  const pick = <One>(all: readonly One[]): One => all[below(all.length)] as One;
  return { below, pick };
}

/** How well a deployment is authorized. */
const rankOf = (authorization: string) =>
  ['unauthorized', 'break-glass'].includes(authorization)
    ? ['unauthorized', 'break-glass'].indexOf(authorization)
    : 2;

/** Times that the database keeps, by table. */
const TIMES = `
  SELECT table_name AS "table", string_agg(format('%1$I = %1$I - $$%%s$$::interval', column_name), ', ') AS set
    FROM information_schema.columns
   WHERE table_schema = current_schema() AND data_type = 'timestamp with time zone' AND table_name = ANY ($1)
   GROUP BY 1`;
const TABLES = [
  ...['approvals', 'approval_requests', 'artifacts', 'deployments', 'environment_stops'],
  'break_glasses',
  ...['environment_windows', 'events', 'evidence', 'release_decisions', 'releases', 'verdicts'],
  'waivers',
];

/** Moves the clock: all that is stored is older by then. */
async function passTime(hours: number): Promise<void> {
  const tables = await sql<{ table: string; set: string }>(TIMES, [TABLES]);
  const local = (column: string) =>
    `${column} = to_char(${column}::timestamp - interval '${hours} hours', 'YYYY-MM-DD"T"HH24:MI')`;
  const statements = [
    ...tables.map(
      ({ table, set }) => `UPDATE ${table} SET ${set.replaceAll('%s', `${hours} hours`)}`,
    ),
    `UPDATE environment_windows SET ${local('from_local')}, ${local('to_local')}`,
  ];
  await sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statements.join(';')}; COMMIT`);
}

/** An allow of the gate. */
interface Allow {
  readonly verdictId: string;
  readonly name: Environment;
  readonly release: Release;
  readonly intent: Intent;
  readonly isBreakGlass: boolean;
  readonly at: number;
  readonly artifacts: number;
  readonly said: readonly Release['said'][number][];
  readonly waivers: readonly Release['waivers'][number][];
}

it.each(SEEDS)(
  'agrees with a naive implementation, seed %i',
  { timeout: 3_000_000 },
  async (seed) => {
    const random = seeded(seed);
    const gate = new NaiveGate();
    const people = new Map<string, Holder>();
    for (const name of PEOPLE) people.set(name, await person(name));
    const holderOf = (name: string) => people.get(name) as Holder;
    const admin = await giveToken({ subject: 'admin' });
    const releases: Release[] = [];
    const allows: Allow[] = [];
    const outcomes = new Map<string, number>();
    const shown = new Map<string, { release: Release; name: Environment; saw: State }>();
    let [moved, versions, digests, documents, orders, acts] = [0, 0, 0, 0, 0, 0];
    const act = () => {
      acts += 1;
      return acts;
    };
    const now = () => Date.now() + moved;
    const oneOf = () => random.pick(releases);

    async function register(): Promise<Release> {
      versions += 1;
      const version = `${versions}.0.0`;
      const { id } = await createRelease(open.app, {
        version,
        ...(versions > 1 && { projectId: 1 }),
      });
      const state = { findings: new Map(), artifacts: [], waivers: [], said: [] };
      const release: Release = { id, version, ...state, revoked: false, revokedAs: 0 };
      await add(release);
      await upload(release, []);
      return release;
    }

    async function add(release: Release) {
      if (release.revoked) return;
      digests += 1;
      await addArtifact(open.app, release.id, { sha256: digest(digests) });
      release.artifacts.push(now());
    }

    async function upload(release: Release, cves: readonly string[]) {
      documents += 1;
      const found = cves.map((id) => ({ id, severity: random.pick(SEVERITIES) }));
      const document = { ...trivy(...found), ReportID: `${documents}` };
      await uploaded(open.app, release.id, document, { label: 'scan' });
      release.findings = new Map(found.map(({ id, severity }) => [id, severity]));
    }

    async function say(release = oneOf(), by = random.pick(PEOPLE), isHonest = false) {
      const current = (await readBrief(open.app, release.id, { environment: 'prod' })).seen;
      shown.set(current, { release, name: 'prod', saw: stateOf(release, now()) });
      // Sometimes one of another time, release or environment.
      const old = !isHonest && random.below(5) === 0;
      const seen = old ? random.pick([...shown.keys()]) : current;
      const decision = !isHonest && random.below(9) === 0 ? 'reject' : 'approve';
      const reason = decision === 'reject' ? { reason: 'No' } : {};
      const body = { environment: 'prod', decision, seen, ...reason };
      const answer = await postApproval(guarded.app, release.id, body, holderOf(by).headers);
      const about = shown.get(seen);
      if (about?.release !== release || about.name !== 'prod') {
        return expect(answer.statusCode, answer.body).toBe(400);
      }
      if (seen !== current) return expect(answer.statusCode, answer.body).toBe(409);
      const isSame = release.said.some(
        (one) =>
          !one.withdrawn &&
          one.by === by &&
          one.decision === decision &&
          one.seen === seen &&
          (decision === 'reject' || now() - one.at < 24 * HOUR_MS),
      );
      expect(answer.statusCode, answer.body).toBe(isSame ? 200 : 201);
      if (isSame) return;
      const saw = stateOf(release, now());
      const id = answer.json()[0].id;
      release.said.push({ id, by, decision, seen, saw, at: now(), withdrawn: false });
    }

    async function look() {
      const release = oneOf();
      const { seen } = await readBrief(open.app, release.id, { environment: 'stage' });
      shown.set(seen, { release, name: 'stage', saw: stateOf(release, now()) });
    }

    async function takeBack() {
      const all = oneOf().said.filter(({ withdrawn }) => !withdrawn);
      // A rejection first: else nothing would be allowed for long.
      const one = all.find(({ decision }) => decision === 'reject') ?? all[random.below(9)];
      if (!one) return;
      const by = one.decision === 'reject' ? random.pick(PEOPLE) : one.by;
      const answer = await withdraw(guarded.app, one.id, holderOf(by).headers);
      expect(answer.statusCode, answer.body).toBe(200);
      one.withdrawn = true;
    }

    async function waive() {
      const [release, by, cve] = [oneOf(), random.pick(PEOPLE), random.pick(CVES)];
      const before = release.waivers.find((one) => one.cve === cve && !one.revoked);
      if (before) {
        await revokeWaiver(guarded.app, before.id, 'x', admin.headers);
        before.revoked = true;
        return;
      }
      const expires = Date.now() + 24 * 30 * HOUR_MS;
      const terms = {
        releaseId: release.id,
        rule: cve,
        expiresAt: new Date(expires).toISOString(),
      };
      const { id } = await requested(guarded.app, terms, holderOf(by).headers);
      expect((await approve(guarded.app, id, admin.headers)).statusCode).toBe(200);
      release.waivers.push({ id, cve, by, expires: expires + moved, revoked: false });
    }

    async function window() {
      const name = random.pick(ENVIRONMENTS);
      const { windows } = gate.places[name];
      if (windows.length > 4) return unwindow(name);
      const kind = random.below(3) === 0 ? 'change' : 'freeze';
      // Half an hour from each full hour that the clock can be moved to.
      const from = Math.floor(Date.now() / 60_000) * 60_000 + (random.below(7) - 4.5) * HOUR_MS;
      const to = from + (1 + random.below(8)) * HOUR_MS;
      if (to < Date.now()) return;
      const own = random.below(4) > 0;
      const local = (time: number) => new Date(time).toISOString().slice(0, 16);
      const times = { kind, from: local(from), to: local(to), ...(!own && { projects: [2] }) };
      const answer = await postWindow(open.app, times, name);
      expect(answer.statusCode, answer.body).toBe(201);
      const { id } = answer.json();
      windows.push({ id, kind, from: from + moved, to: to + moved, own });
    }

    async function unwindow(name = random.pick(ENVIRONMENTS)) {
      const { windows } = gate.places[name];
      const [one] = windows.splice(random.below(Math.max(windows.length, 1)), 1);
      if (!one) return;
      const answer = await endWindow(open.app, { id: one.id, environment: name } as WindowBody);
      expect(answer.statusCode, answer.body).toBe(204);
    }

    async function stop() {
      const name = random.pick(ENVIRONMENTS);
      const { stops } = gate.places[name];
      if (stops.length > 2) return;
      const [rollbacks, own] = [random.below(3) > 0, random.below(4) > 0];
      const body = { rollbacks, ...(own ? {} : { projects: [2] }) };
      const answer = await postStop(open.app, body, name);
      expect(answer.statusCode, answer.body).toBe(201);
      stops.push({ id: answer.json().id, rollbacks, own, as: act() });
    }

    async function resume() {
      const name = random.pick(ENVIRONMENTS);
      for (const { id } of gate.places[name].stops) {
        const answer = await guarded.app.inject({
          method: 'POST',
          url: `/environments/${name}/resume`,
          headers: holderOf('carol').headers,
          payload: { reason: 'It works', stop: id },
        });
        expect(answer.json()).toMatchObject([{ id }]);
      }
      gate.places[name].stops = [];
    }

    async function giveUp() {
      const at = random.below(RELEASES);
      const release = releases[at] as Release;
      if (!release.revoked) {
        expect((await revoke(open.app, release.id)).statusCode).toBe(200);
        release.revoked = true;
        release.revokedAs = act();
      } else releases[at] = await register();
    }

    async function clock(hours = random.pick([1, 1, 2, 2, 3, 5, 8, 24, 72, 24 * 31, 24 * 91])) {
      await passTime(hours);
      moved += hours * HOUR_MS;
    }

    async function breakGlass(force: boolean) {
      const [name, release, by] = [random.pick(ENVIRONMENTS), oneOf(), random.pick(PEOPLE)];
      const minutes = random.pick([30, 90, 240]);
      acts += 1;
      const body = { environment: name, minutes, force, reason: `Reason ${acts}` };
      const current = gate.glassOf(name, release, now());
      const answer = await postBreakGlass(guarded.app, release.id, holderOf(by).headers, body);
      const isRefused = current !== undefined || (!force && release.revoked);
      expect(answer.statusCode, answer.body).toBe(isRefused ? 409 : 201);
      if (isRefused) return;
      const glass: Glass = {
        ...{ id: answer.json().id, name, release, by, force, minutes, requested: now() },
        ...{ openedAs: acts, ended: false, reviewed: false },
        ...(!force && { opened: now() }),
      };
      gate.glasses.push(glass);
      if (force && random.below(4) > 0) await confirm(glass);
    }

    async function confirm(glass = gate.glasses.find((one) => gate.isPending(one, now()))) {
      if (!glass) return;
      const by = random.pick(PEOPLE);
      const answer = await postAct(guarded.app, glass.id, 'confirm', holderOf(by).headers);
      expect(answer.statusCode, answer.body).toBe(by === glass.by ? 403 : 200);
      if (by === glass.by) return;
      Object.assign(glass, { second: by, opened: now(), openedAs: act() });
    }

    async function endGlass() {
      const current = gate.glasses.filter(
        (one) => gate.isOpen(one, now()) || gate.isPending(one, now()),
      );
      if (current.length === 0) return;
      const glass = random.pick(current);
      const answer = await postAct(guarded.app, glass.id, 'end', admin.headers);
      expect(answer.statusCode, answer.body).toBe(200);
      glass.ended = true;
    }

    async function reviewGlass() {
      const waiting = gate.glasses.filter((one) => one.opened !== undefined && !one.reviewed);
      if (waiting.length === 0) return;
      const [glass, by] = [random.pick(waiting), random.pick(PEOPLE)];
      const answer = await postAct(guarded.app, glass.id, 'review', holderOf(by).headers, REVIEW);
      const isOwn = by === glass.by || by === glass.second;
      const expected = gate.isOver(glass, now()) ? (isOwn ? 403 : 200) : 409;
      expect(answer.statusCode, answer.body).toBe(expected);
      glass.reviewed = expected === 200;
    }

    const allowOf = (
      verdictId: string,
      name: Environment,
      release: Release,
      intent: Intent,
      isBreakGlass: boolean,
    ): Allow => ({
      ...{ verdictId, name, release, intent, isBreakGlass, at: now() },
      artifacts: release.artifacts.length,
      said: release.said.filter((one) => name === 'prod' && !one.withdrawn),
      waivers: release.waivers.filter((one) => !one.revoked && now() < one.expires),
    });

    /** Whether an allow from before may authorize: by the table in docs/promotion.md. */
    function mayStill({ name, release, intent, at, isBreakGlass, ...then }: Allow): boolean {
      if (isBreakGlass) return false;
      const saysNo =
        release.revoked ||
        release.artifacts.length !== then.artifacts ||
        then.waivers.some(({ revoked }) => revoked) ||
        (intent === 'ordinary' &&
          (then.said.some(({ withdrawn }) => withdrawn) ||
            (name === 'prod' &&
              release.said.some((one) => one.decision === 'reject' && !one.withdrawn))));
      const isTarget = intent === 'rollback' && gate.isTarget(name, release, now());
      const stops = gate.places[name].stopped().filter(({ rollbacks }) => !(isTarget && rollbacks));
      if (saysNo || stops.length > 0) return false;
      return now() - at < HOUR_MS || gate.may(name, release, intent, now() - HOUR_MS);
    }

    async function deploy(
      name: Environment = random.pick(ENVIRONMENTS),
      release = oneOf(),
      state = random.pick(['started', 'succeeded', 'succeeded', 'failed'] as const),
    ) {
      const place = gate.places[name];
      const before = allows.filter((one) => one.name === name && one.release === release);
      const allow = random.below(3) === 0 ? random.pick(before) : undefined;
      const more = { state, ...(allow && { verdictId: allow.verdictId }) };
      const answer = await postDeployment(open.app, release.id, name, {}, more);
      expect([200, 201], answer.body).toContain(answer.statusCode);
      const { id, authorization } = answer.json();
      const isNew = answer.statusCode === 201;
      const limit = state === 'started' ? HOUR_MS : 24 * HOUR_MS;
      const begun = place.records.findLast(
        (one) => one.release === release && one.state === 'started' && now() - one.created < limit,
      );
      const isWhole = begun && release.artifacts.every((at) => at <= begun.created);
      const started = state === 'failed' || isWhole ? begun : undefined;
      const end = (one: Recorded) => {
        orders += 1;
        Object.assign(one, { state, ended: now(), order: orders });
      };
      if (started && state !== 'started') {
        expect([isNew, id], 'what was started').toEqual([false, started.id]);
        end(started);
        return;
      }
      const running = place.running();
      const last = place.records.at(-1);
      const same = {
        started: undefined,
        succeeded:
          running?.release === release &&
          place.interrupted() === 0 &&
          release.artifacts.every((at) => at <= running.created)
            ? running
            : undefined,
        failed: last?.release === release && last.state === 'failed' ? last : undefined,
      }[state];
      const ordinary = gate.may(name, release, 'ordinary', now());
      const rollback = gate.may(name, release, 'rollback', now());
      const held = [...before].reverse();
      const permitted =
        ordinary || rollback || (allow ? mayStill(allow) : held.some((one) => mayStill(one)));
      if (!isNew && started) {
        expect(id, 'a start that is judged alike').toBe(started.id);
        expect(authorization).toBe(started.authorization);
        return expect([permitted, started.permitted]).not.toEqual([false, true]);
      }
      if (!isNew) return expect(id, 'says the same').toBe(same?.id);
      if (same) expect(rankOf(authorization)).toBeGreaterThan(rankOf(same.authorization));
      const broken = (['ordinary', 'rollback'] as const).some(
        (intent) => gate.answer(name, release, intent, now()) === 'break-glass',
      );
      const what = `${name} ${release.version}`;
      if (ordinary) expect(authorization, what).toBe('authorized');
      else if (rollback) expect(authorization, what).toBe('rollback');
      else if (broken) expect(authorization, what).not.toBe('unauthorized');
      if (!permitted) expect(authorization, what).toBe(broken ? 'break-glass' : 'unauthorized');
      outcomes.set(authorization, (outcomes.get(authorization) ?? 0) + 1);
      const counts = authorization === 'authorized' || authorization === 'rollback';
      // The answer of the gate to a deployment is one like others.
      const { judgedVerdictId } = answer.json();
      if (ordinary || rollback) {
        const intent = ordinary ? 'ordinary' : 'rollback';
        allows.push(allowOf(judgedVerdictId, name, release, intent, false));
      }
      orders += 1;
      const record: Recorded = {
        ...{ id, release, begun: orders, created: now(), permitted: counts, authorization },
        findings: new Map(release.findings),
        ...{ state: 'started', ended: 0, order: 0 },
      };
      place.records.push(record);
      if (state !== 'started') end(record);
    }

    /** What a good release goes through, in order. Anything may still be in its way. */
    async function promote() {
      const release = oneOf();
      await upload(release, []);
      await deploy('stage', release, 'succeeded');
      await clock(ASKED.soakHours);
      for (const by of PEOPLE) await say(release, by, true);
      await deploy('prod', release, random.pick(['started', 'succeeded']));
      await deploy('prod', release, 'succeeded');
    }

    async function compareOne(step: string, name: Environment, release: Release) {
      const said = { ordinary: 'deny', rollback: 'deny' };
      for (const intent of ['ordinary', 'rollback'] as const) {
        const answer = await assertRelease(open.app, {
          ...{ environment: name, release: release.id, intent },
        });
        const expected = gate.answer(name, release, intent, now());
        const what = `seed ${seed}, ${step}: ${name} ${release.version} ${intent}`;
        expect([200, 409], answer.body).toContain(answer.statusCode);
        const body = answer.json();
        const isBreakGlass = body.breakGlass === true;
        const decision = answer.statusCode === 200 ? 'allow' : 'deny';
        expect(isBreakGlass ? 'break-glass' : decision, `${what} ${answer.body}`).toBe(expected);
        said[intent] = expected;
        if (answer.statusCode !== 200) continue;
        allows.push(allowOf(body.verdicts[0].id, name, release, intent, isBreakGlass));
      }
      const { ordinary, rollback } = said;
      const back = rollback === 'allow' ? 'back' : 'denied';
      const kind = ordinary === 'deny' ? back : ordinary === 'allow' ? 'allowed' : 'broken';
      outcomes.set(`${name} ${kind}`, (outcomes.get(`${name} ${kind}`) ?? 0) + 1);
    }

    async function compare(step: string, all: boolean) {
      if (!all) return compareOne(step, random.pick(ENVIRONMENTS), oneOf());
      for (const name of ENVIRONMENTS) {
        for (const release of releases) await compareOne(step, name, release);
      }
    }

    for (let at = 0; at < RELEASES; at += 1) releases.push(await register());
    await createProject(open.app, { name: 'Other' });
    const limit = {
      ...{ rule: 'max-findings', mode: 'block', severity: 'high', maximum: ASKED.maximum },
    };
    const { minimum, days: maximumAgeDays } = ASKED;
    const onlyNew = { rule: 'max-findings', mode: 'block', severity: 'critical', onlyNew: true };
    await guard(open.app, [limit, onlyNew], 'stage');
    await guard(
      open.app,
      [
        limit,
        asking({ minimum, maximumAgeDays, notBy: ['waiver-requester'] }),
        { rule: 'promoted', mode: 'block', through: ['stage'], minimumHours: ASKED.soakHours },
        { rule: 'break-glass-reviewed', mode: 'block' },
      ],
      'prod',
    );
    await open.app.inject({
      method: 'PATCH',
      url: '/environments/prod',
      payload: { after: ['stage'] },
    });

    const steps: Record<string, [weight: number, step: () => Promise<unknown>]> = {
      upload: [
        5,
        () =>
          upload(
            oneOf(),
            CVES.filter(() => random.below(4) === 0),
          ),
      ],
      add: [1, () => add(oneOf())],
      say: [14, () => say()],
      look: [1, look],
      takeBack: [4, takeBack],
      waive: [4, waive],
      window: [4, window],
      unwindow: [8, () => unwindow()],
      stop: [3, stop],
      resume: [5, resume],
      giveUp: [1, giveUp],
      clock: [3, () => clock()],
      deploy: [14, () => deploy()],
      promote: [5, promote],
      breakGlass: [3, () => breakGlass(false)],
      force: [3, () => breakGlass(true)],
      confirm: [1, () => confirm()],
      endGlass: [3, endGlass],
      reviewGlass: [8, reviewGlass],
    };
    const drawn = Object.entries(steps).flatMap(([name, [weight, step]]) =>
      Array.from({ length: weight }, () => ({ name, step })),
    );
    for (let at = 1; at <= STEPS; at += 1) {
      const { name, step } = random.pick(drawn);
      await step();
      await compare(`step ${at} (${name})`, at % 10 === 0);
    }
    // Another seed may seldom reach a kind of answer. That is no fault, and told.
    if (process.env.SEEDS) {
      process.stdout.write(`${seed} ${JSON.stringify([...outcomes])}\n`);
      return;
    }
    // Each kind of answer occurred: else little was compared.
    for (const name of ENVIRONMENTS) {
      for (const kind of ['allowed', 'back', 'denied', 'broken']) {
        expect(outcomes.get(`${name} ${kind}`) ?? 0, `${name} ${kind}`).toBeGreaterThan(10);
      }
    }
    for (const kind of ['authorized', 'rollback', 'break-glass', 'unauthorized']) {
      expect(outcomes.get(kind) ?? 0, kind).toBeGreaterThan(2);
    }
  },
);
