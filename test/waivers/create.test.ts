import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, type ReleaseBody } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import { inDays, postWaiver, requested } from '../support/waivers.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
const post = (body: object = {}, headers: Record<string, string> = {}) =>
  postWaiver(context.app, body, headers);
const count = async () => (await sql('SELECT 1 FROM waivers')).length;

describe('POST /waivers: 201', () => {
  it('returns the requested waiver and its address', async () => {
    const { headers } = await giveToken({ subject: 'alice', scopes: ['waivers:request'] });
    const expiresAt = inDays(30);
    const body = { purl: 'pkg:NPM/lodash@4.17.20', expiresAt };
    const response = await postWaiver(guarded.app, body, headers);
    expect(response.statusCode, response.body).toBe(201);
    const waiver = response.json();
    expect(waiver).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/),
      projectId: 1,
      releaseId: null,
      rule: 'CVE-2021-23337',
      about: 'finding',
      purl: 'pkg:npm/lodash@4.17.20',
      fingerprints: [],
      reason: 'Never called',
      state: 'requested',
      expiresAt,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      createdBy: 'alice',
      approvedAt: null,
      approvedBy: null,
      revokedAt: null,
      revokedBy: null,
      revokeReason: null,
    });
    expect(Math.abs(Date.now() - Date.parse(waiver.createdAt))).toBeLessThan(60_000);
    expect(response.headers.location).toBe(`/waivers/${waiver.id}`);
    // The requester may not read evidence, so the answer does not say what the waiver matches.
    expect((await context.app.inject(`/waivers/${waiver.id}`)).json()).toMatchObject(waiver);
    const [row] = await sql('SELECT purl_key, purl_version FROM waivers');
    expect(row).toEqual({ purl_key: 'pkg:npm/lodash', purl_version: '4.17.20' });
  });

  it('takes the project from the release', async () => {
    const { id } = await createRelease(context.app);
    const waiver = await requested(context.app, { releaseId: id.toUpperCase() });
    expect(waiver).toMatchObject({ projectId: 2, releaseId: id });
  });

  it.each([
    ['cve-2021-44228', 'CVE-2021-44228'],
    [' ghsa-JFH8-c2jp-5v3q ', 'GHSA-jfh8-c2jp-5v3q'],
    ['javascript.lang.security.audit', 'javascript.lang.security.audit'],
    ['generic api key', 'generic api key'],
    ['x'.repeat(500), 'x'.repeat(500)],
  ])('stores the rule %j as findings spell it', async (rule, expected) => {
    expect((await requested(context.app, { rule })).rule).toBe(expected);
  });

  it('accepts a time in another zone, and 90 days', async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString().replace('Z', '+02:00');
    const earlier = new Date(Date.parse(expiresAt)).toISOString();
    expect((await requested(context.app, { expiresAt })).expiresAt).toBe(earlier);
    await requested(context.app, { expiresAt: inDays(90 - 1e-4) });
  });

  it('accepts a number of days instead of a time', async () => {
    for (const expiresInDays of [1, 90]) {
      const waiver = await requested(context.app, { expiresAt: undefined, expiresInDays });
      const days = (Date.parse(waiver.expiresAt) - Date.parse(waiver.createdAt)) / 86_400_000;
      expect(days).toBe(expiresInDays);
    }
  });

  it('accepts the example of the OpenAPI document', async () => {
    const { components } = (await context.app.inject('/openapi.json')).json();
    for (const example of components.schemas.CreateWaiver.examples) {
      const { expiresAt, createdAt } = await requested(context.app, {
        expiresAt: undefined,
        ...example,
      });
      expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(30 * 86_400_000);
    }
  });

  it('repeats the answer for an Idempotency-Key', async () => {
    const body = { expiresAt: inDays(1) };
    const ask = () => post(body, { 'idempotency-key': 'one' });
    const first = await ask();
    const again = await ask();
    expect([again.statusCode, again.body]).toEqual([201, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await count()).toBe(1);
  });
});

describe('what a waiver is about', () => {
  it.each([
    [{ rule: 'sealed-only' }, 'policy-rule'],
    [{ rule: 'sealed-only', about: 'finding' }, 'finding'],
    [{ rule: 'sealed-only', about: 'policy-rule' }, 'policy-rule'],
    [{ rule: 'no-secrets', purl: 'pkg:npm/a' }, 'finding'],
    [{ rule: 'no-eval' }, 'finding'],
  ])('%j: %s', async (body, expected) => {
    const { id, about } = await requested(context.app, body);
    expect(about).toBe(expected);
    // As in a row of an earlier version of the server.
    await sql('ALTER TABLE waivers DISABLE TRIGGER waivers_changed');
    await sql(`UPDATE waivers SET about = NULL WHERE id = $1`, [id]);
    await sql('ALTER TABLE waivers ENABLE TRIGGER waivers_changed');
    const said = 'about' in body && body.about === 'finding' ? 'policy-rule' : expected;
    expect((await context.app.inject(`/waivers/${id}`)).json().about).toBe(said);
  });

  it.each([
    [{ rule: 'no-eval', about: 'policy-rule' }, '/rule'],
    [{ rule: 'sealed-only', about: 'policy-rule', purl: 'pkg:npm/a' }, '/purl'],
    [{ about: 'release' }, '/about'],
  ])('refuses %j', async (body, pointer) => {
    expect(pointers(expectProblem(await post(body), 400, 'validation-failed'))).toEqual([pointer]);
  });
});

describe('what a waiver matches now', () => {
  const scan = (id: string, ...found: object[]) => uploaded(context.app, id, trivy(...found));

  it('names the findings with their releases', async () => {
    const next = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    await scan(release.id, {}, { version: '4.17.19' });
    const { id: evidenceId } = await scan(next.id, {}, { id: 'CVE-2020-8203' });
    const finding = { rule: 'CVE-2021-23337', severity: 'high', packageVersion: '4.17.20' };
    const { matches, warnings } = await requested(context.app, { purl: 'pkg:npm/lodash@4.17.20' });
    expect(matches).toMatchObject([
      { release: { id: next.id, version: '2.0.0' }, finding: { ...finding, evidenceId } },
      { release: { id: release.id, version: '1.0.0' }, finding },
    ]);
    expect(warnings).toBeUndefined();
    const { id } = await requested(context.app, { releaseId: release.id });
    expect((await context.app.inject(`/waivers/${id}`)).json().matches).toHaveLength(2);
  });

  it('says that it matches nothing', async () => {
    await scan(release.id, {});
    for (const body of [
      { rule: 'CVE-2021-23338' },
      { purl: 'pkg:npm/lodash-es' },
      { purl: 'pkg:npm/lodash@4.17.20?os=linux' },
    ]) {
      expect(await requested(context.app, body)).toMatchObject({
        matches: [],
        warnings: [expect.stringContaining('matches no finding now')],
      });
    }
  });

  it('is bounded, and about findings only', async () => {
    await scan(release.id, ...Array.from({ length: 30 }, (_, i) => ({ name: `p${i}` })));
    expect((await requested(context.app)).matches).toHaveLength(20);
    expect(await requested(context.app, { rule: 'sealed-only' })).not.toHaveProperty('matches');
  });

  it('joins an alias only if a caller with vex:write names it', async () => {
    const also = ['GHSA-35jh-r3h4-6jhm'];
    const ci = await giveToken({ scopes: ['evidence:write'] });
    const document = trivy({ also });
    await uploaded(guarded.app, release.id, document, { headers: ci.headers });
    const ask = async () => (await requested(context.app, { rule: also[0] })).matches;
    expect(await ask()).toEqual([]);
    await uploaded(context.app, release.id, document);
    expect(await ask()).toHaveLength(2);
  });
});

describe('POST /waivers: 400', () => {
  it.each<[string, object, string[]]>([
    ['neither project nor release', { projectId: undefined }, ['/projectId']],
    ['an invalid release id', { releaseId: '1' }, ['/releaseId']],
    ['no rule', { rule: undefined }, ['/rule']],
    ['an empty rule', { rule: ' ' }, ['/rule']],
    ['a rule of 501', { rule: 'x'.repeat(501) }, ['/rule']],
    ['a rule of two lines', { rule: 'a\nb' }, ['/rule']],
    ['an invalid package URL', { purl: 'lodash' }, ['/purl']],
    ['a package URL without a name', { purl: 'pkg:npm' }, ['/purl']],
    ['no reason', { reason: undefined }, ['/reason']],
    ['a reason of white space', { reason: ' \n ' }, ['/reason']],
    ['a reason of 2,001', { reason: 'x'.repeat(2001) }, ['/reason']],
    ['no end', { expiresAt: undefined }, ['/expiresAt']],
    ['two ends', { expiresInDays: 30 }, ['/expiresInDays']],
    ['0 days', { expiresAt: undefined, expiresInDays: 0 }, ['/expiresInDays']],
    ['91 days', { expiresAt: undefined, expiresInDays: 91 }, ['/expiresInDays']],
    ['half a day', { expiresAt: undefined, expiresInDays: 0.5 }, ['/expiresInDays']],
    ['null for an end', { expiresAt: null }, ['/expiresAt']],
    ['a day', { expiresAt: '2027-01-01' }, ['/expiresAt']],
    ['a time without a zone', { expiresAt: '2027-01-01T00:00:00' }, ['/expiresAt']],
    ['a date that does not exist', { expiresAt: '2027-02-30T00:00:00Z' }, ['/expiresAt']],
    ['a leap second', { expiresAt: '2016-12-31T23:59:60Z' }, ['/expiresAt']],
    ['the past', { expiresAt: inDays(-1e-3) }, ['/expiresAt']],
    ['more than 90 days', { expiresAt: inDays(90.001) }, ['/expiresAt']],
    ['the end of time', { expiresAt: '9999-12-31T23:59:59Z' }, ['/expiresAt']],
    [
      'a client that approves it',
      { approvedBy: 'bob', state: 'approved' },
      ['/approvedBy', '/state'],
    ],
  ])('refuses %s', async (_case, body, expected) => {
    const problem = expectProblem(await post(body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await count()).toBe(0);
  });

  it('refuses a project together with a release', async () => {
    const response = await post({ releaseId: release.id, projectId: 1 });
    expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual(['/projectId']);
  });
});

describe('POST /waivers: 404', () => {
  it('the project or the release does not exist', async () => {
    expectProblem(await post({ projectId: 9 }), 404, 'project-not-found');
    expectProblem(await post({ releaseId: MISSING }), 404, 'release-not-found');
  });

  it('the caller is bound to other projects', async () => {
    const { headers } = await giveToken({ scopes: ['waivers:request'], projects: [2] });
    const ask = (body: object) =>
      postWaiver(guarded.app, body, { ...headers, 'x-request-id': 'same' });
    const project = await ask({ projectId: 1 });
    expectProblem(project, 404, 'project-not-found');
    expect((await ask({ projectId: 99 })).body).toBe(project.body);
    const other = await ask({ releaseId: release.id });
    expectProblem(other, 404, 'release-not-found');
    expect((await ask({ releaseId: MISSING })).body).toBe(other.body);
    expect(await count()).toBe(0);
  });
});
