import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { moveProcessClock } from '../support/clock.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { junit } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';
import { verdictOf, XML } from '../support/verdicts.js';
import { requested } from '../support/waivers.js';

/** The clock of the server is wrong. What is stored is decided by the clock of the database. */

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const DAY_MS = 86_400_000;

/** By how many days a time of the API differs from the clock of the database. */
async function daysFromNow(time: string | null | undefined): Promise<number> {
  const [row] = await sql<{ now: Date }>('SELECT now()');
  return (Date.parse(time ?? '') - (row?.now.getTime() ?? 0)) / DAY_MS;
}

/** The time in a UUID of version 7. */
const timeOf = (id: string) =>
  new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toISOString();

describe.each([60, -3])('a server whose clock is %d days ahead', (days) => {
  it('limits waivers, and lets them expire, by the database', async () => {
    const { id: projectId } = await createProject(context.app);
    const [row] = await sql<{ now: Date }>('SELECT now()');
    const inDays = (n: number) => new Date((row?.now.getTime() ?? 0) + n * DAY_MS).toISOString();
    moveProcessClock(days);
    const waiver = { projectId, rule: 'CVE-2021-23337', reason: 'x' };
    const post = (terms: object) =>
      context.app.inject({ method: 'POST', url: '/waivers', payload: { ...waiver, ...terms } });
    const longest = await post({ expiresInDays: 90 });
    expect(longest.statusCode, longest.body).toBe(201);
    expect(await daysFromNow(longest.json().expiresAt)).toBeCloseTo(90, 1);
    expect(await daysFromNow(longest.json().createdAt)).toBeCloseTo(0, 1);
    expect(await daysFromNow(timeOf(longest.json().id))).toBeCloseTo(0, 1);
    expect((await post({ expiresAt: inDays(91) })).statusCode).toBe(400);
    expect((await post({ expiresAt: inDays(-1) })).statusCode).toBe(400);
    expect((await post({ expiresAt: inDays(1) })).statusCode).toBe(201);
  });

  it('lists in the order of creation, whichever server created it', async () => {
    const { id: projectId } = await createProject(context.app);
    moveProcessClock(days);
    const terms = { projectId, expiresAt: undefined, expiresInDays: 1 };
    const { id } = await requested(context.app, terms);
    // The order is that of the ids.
    expect(await daysFromNow(timeOf(id))).toBeCloseTo(0, 1);
  });

  it('knows what was deployed last, and when', async () => {
    const { id: older, projectId } = await createRelease(context.app, { version: '1' });
    const { id: newer } = await createRelease(context.app, { version: '2', projectId });
    await deployed(context.app, older);
    moveProcessClock(days);
    const deployment = await deployed(context.app, newer);
    expect(await daysFromNow(deployment.createdAt)).toBeCloseTo(0, 1);
    expect(await daysFromNow(timeOf(deployment.id))).toBeCloseTo(0, 1);
    moveProcessClock(-2 * days);
    const last = await deployed(context.app, older);
    const running = await context.app.inject('/environments/production/deployments');
    expect(running.json()).toMatchObject([{ id: last.id, releaseId: older }]);
  });

  it('dates evidence and verdicts by the database', async () => {
    const { id } = await createRelease(context.app);
    moveProcessClock(days);
    const evidence = await uploaded(context.app, id, junit('passed'), { ...XML, label: 'a' });
    expect(await daysFromNow(timeOf(evidence.id))).toBeCloseTo(0, 1);
    const verdict = await verdictOf(context.app, id);
    expect(await daysFromNow(verdict.evaluatedAt)).toBeCloseTo(0, 1);
    const rehearsal = await verdictOf(context.app, id, { dryRun: true });
    expect(await daysFromNow(rehearsal.evaluatedAt)).toBeCloseTo(0, 1);
  });

  it('accepts tokens, and dates them, by the database', async () => {
    const valid = await giveToken({ expiresIn: '1 day' });
    const expired = await giveToken({ age: '91 days', expiresIn: '-1 day' });
    moveProcessClock(days);
    const call = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object, by = valid) =>
      guarded.app.inject({ method, url, headers: by.headers, ...(payload && { payload }) });
    expect((await call('GET', '/projects')).statusCode).toBe(200);
    expect((await call('GET', '/projects', undefined, expired)).statusCode).toBe(401);

    const terms = { name: 'ci', subject: 'ci', scopes: ['projects:read'], expiresInDays: 2 };
    const token = (await call('POST', '/tokens', terms)).json();
    expect(await daysFromNow(token.createdAt)).toBeCloseTo(0, 1);
    expect(await daysFromNow(token.expiresAt)).toBeCloseTo(2, 1);
    const ids = async (state: string) =>
      (await call('GET', `/tokens?state=${state}`)).json().map(({ id }: { id: string }) => id);
    expect((await ids('active')).sort()).toEqual([valid.id, token.id].sort());
    expect(await ids('expired')).toEqual([expired.id]);
    expect((await call('DELETE', `/tokens/${token.id}`)).statusCode).toBe(204);
    const [revoked] = (await call('GET', '/tokens?state=revoked')).json();
    expect(await daysFromNow(revoked.revokedAt)).toBeCloseTo(0, 1);
  });
});
