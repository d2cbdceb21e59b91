import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { importRows } from '../../src/events/import.js';
import { tarOf, withManifest } from '../../src/features/attestations/pack-archive.support.js';
import { verify } from '../../src/features/verification/index.js';
import { buildTestApp, useApp } from '../support/app.js';
import { acted, broken, person, postBreakGlass, REVIEW } from '../support/break-glass.js';
import { testDatabaseUrl } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { anotherPool, logApp, tamper } from '../support/log.js';
import { filesOf, packOf, verifyPack } from '../support/packs.js';
import { addArtifact, createRelease } from '../support/releases.js';
import { evidenceOfAll, verdictOf } from '../support/verdicts.js';

/** What outsiders and auditors see of a break-glass. */
const people = useApp({ AUTH_MODE: 'token' });

/** A release that was deployed by break-glass of two people, and reviewed. */
async function used(app: FastifyInstance) {
  const { id } = await createRelease(app);
  await addArtifact(app, id);
  await verdictOf(app, id);
  const { id: glass } = await broken(people.app, id, { force: true, reason: 'Payments "fail"' });
  await evidenceOfAll(app, id);
  const verdict = await verdictOf(app, id);
  expect(verdict.breakGlass).toBe(true);
  await deployed(app, id);
  await acted(people.app, glass, 'end', (await person()).headers);
  await acted(people.app, glass, 'review', (await person('carol')).headers, REVIEW);
  return { id, glass, verdict };
}

const payloadOf = (body: string) =>
  JSON.parse(Buffer.from(JSON.parse(body).payload, 'base64').toString());

describe('GET /verdicts/{id}/attestation', () => {
  it('says that the glass was broken, and the VSA never says PASSED', async () => {
    const { app } = await logApp();
    const { verdict } = await used(app);
    const ask = async (query: string) => {
      const answer = await app.inject(`/verdicts/${verdict.id}/attestation?${query}`);
      expect(answer.statusCode, answer.body).toBe(200);
      return payloadOf(answer.body).predicate;
    };
    expect(await ask('')).toMatchObject({
      verificationResult: 'FAILED',
      verifiedLevels: ['FAILED', 'SRP_BREAK_GLASS_production'],
    });
    const whole = await ask('predicate=verdict');
    expect(whole).toMatchObject({
      ...{ decision: 'allow', breakGlass: true },
      inputs: { breakGlass: { requestedBy: 'alice', confirmedBy: 'bob', force: true } },
    });
    expect(whole.results[0]).toMatchObject({ policy: null, rule: 'break-glass', status: 'pass' });
    const ordinary = await createRelease(app, { projectId: 1, version: '2.0.0' });
    await addArtifact(app, ordinary.id);
    const { id } = await verdictOf(app, ordinary.id);
    const other = await app.inject(`/verdicts/${id}/attestation?predicate=verdict`);
    expect(payloadOf(other.body).predicate).not.toHaveProperty('breakGlass');
  });
});

describe('an audit pack', () => {
  it('is verified if the line was stopped while the glass was broken', async () => {
    const { app } = await logApp();
    const { id } = await createRelease(app);
    await addArtifact(app, id);
    await verdictOf(app, id);
    await broken(people.app, id, { force: true });
    const url = '/environments/production/stop';
    const { headers } = await person('dora');
    const stop = { method: 'POST', url, headers, payload: { reason: 'Payments fail' } } as const;
    expect((await people.app.inject(stop)).statusCode).toBe(201);
    expect((await verdictOf(app, id)).decision).toBe('deny');
    const { output, status } = await verifyPack(await packOf(app, id));
    expect(status, output).toBe(0);
  });

  it('has who broke the glass and the review, and verify.mjs compares both', async () => {
    const { app } = await logApp();
    const { id, glass, verdict } = await used(app);
    const vsa = await app.inject(`/verdicts/${verdict.id}/attestation`);
    expect(vsa.statusCode).toBe(200);
    const { id: staging } = await broken(people.app, id, { environment: 'staging' });
    const pack = await packOf(app, id);
    const files = await filesOf(pack);
    const path = `break-glass/${glass}.json`;
    expect(JSON.parse(files.get(path) ?? '')).toMatchObject({
      ...{ reason: 'Payments "fail"', requestedBy: 'alice', confirmedBy: 'bob', force: true },
      ...{ ...REVIEW, reviewedBy: 'carol', endedBy: 'alice', endedAt: expect.any(String) },
    });
    expect(files.has(`break-glass/${staging}.json`)).toBe(true);
    const { output, status } = await verifyPack(pack);
    expect(status, output).toBe(0);
    expect(output).toMatch(
      new RegExp(`break-glass\\.confirmed at \\S+ by "bob", ${glass}, environment production\n`),
    );
    const tampered = async (change: (text: string) => string | undefined, where = path) => {
      const all = new Map(files);
      all.delete('manifest.json');
      const text = change(files.get(where) ?? '');
      expect(text).not.toBe(files.get(where));
      if (text === undefined) all.delete(where);
      else all.set(where, text);
      return (await verifyPack(tarOf(withManifest(all)))).output;
    };
    const changes: [string | RegExp, string, RegExp][] = [
      [
        '"requestedBy":"alice"',
        '"requestedBy":"eve"',
        /the requestedBy of break-glass \S+ was changed/,
      ],
      ['"endedBy":"alice"', '"endedBy":"eve"', /the endedBy of break-glass \S+ was changed/],
      [
        '"confirmedBy":"bob"',
        '"confirmedBy":"eve"',
        /the confirmedBy of break-glass \S+ was changed/,
      ],
      ['fail', 'work', /the (reason|row) of break-glass \S+ (was changed|is not)/],
      ['"force":true', '"force":false', /the force of break-glass \S+ was changed/],
      ['"reviewedBy":"carol"', '"reviewedBy":"eve"', /the reviewedBy of break-glass \S+ was/],
      ['"Alert"', '"Nothing"', /the (actions|row) of break-glass \S+ (was changed|is not)/],
    ];
    for (const [from, to, found] of changes) {
      expect(await tampered((text) => text.replace(from, to))).toMatch(found);
    }
    expect(await tampered(() => undefined)).toContain('the log has it, and the pack does not');
    const only = await packOf(app, id, 'environment=production');
    expect([...(await filesOf(only)).keys()]).not.toContain(`break-glass/${staging}.json`);
    expect((await verifyPack(only)).status).toBe(0);
  });

  it('is the same bytes for the same size, whatever happened since', async () => {
    const { app } = await logApp();
    const { id } = await createRelease(app);
    const { headers } = await person();
    const { id: glass } = (await postBreakGlass(people.app, id, headers, { force: true })).json();
    const first = await packOf(app, id);
    const { size } = JSON.parse((await filesOf(first)).get('pack.json') ?? '');
    await acted(people.app, glass, 'confirm', (await person('bob')).headers);
    await acted(people.app, glass, 'end', headers);
    await acted(people.app, glass, 'review', (await person('carol')).headers, REVIEW);
    expect((await packOf(app, id, `size=${size}`)).equals(first)).toBe(true);
    expect((await verifyPack(await packOf(app, id))).status).toBe(0);
  });
});

const DAY_LATER = ['confirmed_at', 'opened_at', 'ends_at']
  .map((column, i) => `${i === 0 ? 'SET ' : ''}${column} = ${column} + interval '1 day'`)
  .join();

/** `npm run log -- verify` compares break-glasses with their events. */
it.each<[what: string, change: string | undefined, found: RegExp | undefined]>([
  ['nothing in what nobody changed', undefined, undefined],
  ['another person', `SET requested_by = 'eve'`, /^break-glass \S+ it differs/],
  ['another second person', `SET confirmed_by = 'eve'`, /^break-glass/],
  ['another reason', `SET reason = 'x'`, /^break-glass/],
  [
    'more minutes',
    `SET minutes = 240, ends_at = opened_at + interval '240 minutes'`,
    /^break-glass/,
  ],
  ['another end', DAY_LATER, /^break-glass/],
  ['no end', `SET ended_at = NULL, ended_by = NULL, ended_because = NULL`, /^break-glass/],
  ['another reviewer', `SET reviewed_by = 'eve'`, /^break-glass/],
  ['another finding', `SET finding = 'x'`, /^break-glass/],
  ['other actions', `SET actions = '{x}'`, /^break-glass/],
])('npm run log -- verify finds %s', async (_what, change, found) => {
  const log = await logApp();
  await importRows(anotherPool());
  const { id } = await used(log.app);
  await verdictOf(log.app, id, { environment: 'production', intent: 'rollback' });
  await log.settle();
  if (change) await tamper(`UPDATE break_glasses ${change}`);
  const faults: string[] = [];
  await verify(anotherPool(), { keys: log.keys, report: (fault) => void faults.push(fault) });
  if (found) expect(faults).toContainEqual(expect.stringMatching(found));
  else expect(faults).toEqual([]);
});

it('a row that nobody asked for is found', async () => {
  const log = await logApp();
  await importRows(anotherPool());
  const { id } = await createRelease(log.app);
  await log.settle();
  await tamper(`INSERT INTO break_glasses (project_id, release_id, environment, reason, minutes, force, requested_at,
      requested_by, requested_via, requester_keys, opened_at, ends_at)
    SELECT project_id, id, 'production', 'x', 1, false, at, 'eve', 'token', '{EVE}', at, at + interval '1 minute'
      FROM releases, (SELECT date_trunc('second', now()) AS at) t WHERE id = '${id}'`);
  const app = await buildTestApp(testDatabaseUrl());
  const answer = await app.inject({
    url: '/assert',
    query: { release: id, environment: 'production' },
  });
  await app.close();
  expect(answer.statusCode).toBe(200); // the gate believes its database: the log does not
  const faults: string[] = [];
  await verify(anotherPool(), { keys: log.keys, report: (fault) => void faults.push(fault) });
  expect(faults).toContainEqual(expect.stringMatching(/^break-glass \S+ it was added, no event/));
});
