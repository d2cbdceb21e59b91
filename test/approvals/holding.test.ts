import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { guardAsking, person, readBrief, say } from '../support/approvals.js';
import { deployedAnyway } from '../support/break-glass.js';
import type { Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { junit, trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { createPolicy, postVersion } from '../support/policies.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { ageWaivers, denials, verdictOf, waived, XML } from '../support/verdicts.js';

/** What makes an approval void, and what does not. */

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });

const LIMIT = { rule: 'max-findings', mode: 'block', severity: 'high', maximum: 5 };
const STRICT = { ...LIMIT, mode: 'warn', maximum: 0 };
const TESTS = { rule: 'tests-passed', mode: 'block' };

let release: string;
let alice: Holder;
let scans = 0;

/** Uploads the scan again, with these findings: an id and a severity each. The document differs each time. */
function scan(found: Record<string, string>) {
  scans += 1;
  const findings = Object.entries(found).map(([id, severity]) => ({ id, severity }));
  const document = {
    ...trivy(...findings),
    CreatedAt: new Date(1_790_000_000_000 + scans).toISOString(),
  };
  return uploaded(open.app, release, document, { label: 'scan' });
}

const tests = (...outcomes: Parameters<typeof junit>) =>
  uploaded(open.app, release, junit(...outcomes), { ...XML, label: 'tests' });

useRows(async () => {
  release = (await createRelease(open.app)).id;
  await guardAsking(open.app, {}, LIMIT, STRICT, TESTS);
  await scan({ 'CVE-2026-1': 'HIGH', 'CVE-2026-2': 'LOW' });
  await tests('passed');
  alice = await person();
});

const ask = () => verdictOf(open.app, release, { environment: 'gate' });
const approve = () => say(context.app, release, alice);

/** What the rule says of the only approval. */
async function stateNow() {
  const { results } = await ask();
  const [one] = results.find(({ rule }) => rule === 'approvals')?.approvals ?? [];
  return { state: one?.state, because: one?.because };
}

const HOLDS = { state: 'counts', because: [] };
const voidBy = (...because: string[]) => ({ state: 'void', because });

describe('an approval', () => {
  it('lets the release through', async () => {
    const [denied] = denials(await ask());
    expect(denied).toMatch(
      /^approvals: 0 of 1 approval\. Read GET \/releases\/\{id\}\/decision-brief\?environment=gate and approve .*POST \/releases\/\{id\}\/approvals$/,
    );
    await approve();
    const { decision, results } = await ask();
    expect(decision).toBe('allow');
    expect(results.at(-1)).toMatchObject({ rule: 'approvals', message: '1 of 1 approval: alice' });
  });

  it('is void when a finding at the limit of a rule is new, and holds again without it', async () => {
    await approve();
    await scan({ 'CVE-2026-1': 'HIGH', 'CVE-2026-9': 'CRITICAL' });
    const verdict = await ask();
    expect(denials(verdict)).toEqual([
      expect.stringMatching(
        /^approvals: 0 of 1 approval\. 1 approval is void: that of alice: CVE-2026-9 in pkg:npm\/lodash@4\.17\.20 \(critical\) is new\. Read GET/,
      ),
    ]);
    await scan({ 'CVE-2026-1': 'HIGH' });
    expect((await ask()).decision).toBe('allow');
  });

  it('holds when a finding below every limit is new', async () => {
    await approve();
    await scan({ 'CVE-2026-1': 'HIGH', 'CVE-2026-9': 'MEDIUM' });
    expect(await stateNow()).toEqual(HOLDS);
  });

  it('is void when a finding became worse', async () => {
    await approve();
    await scan({ 'CVE-2026-1': 'CRITICAL' });
    expect(await stateNow()).toEqual(
      voidBy('CVE-2026-1 in pkg:npm/lodash@4.17.20 is worse: critical, was high'),
    );
  });

  it('is void when a finding rose to the limit', async () => {
    await approve();
    await scan({ 'CVE-2026-1': 'HIGH', 'CVE-2026-2': 'HIGH' });
    expect(await stateNow()).toEqual(voidBy('CVE-2026-2 in pkg:npm/lodash@4.17.20 (high) is new'));
  });

  it('holds when a finding is gone or became better', async () => {
    await approve();
    await scan({ 'CVE-2026-1': 'MEDIUM' });
    expect(await stateNow()).toEqual(HOLDS);
  });

  it('holds after 30 scans with the same result, and one new high finding makes it void', async () => {
    await approve();
    for (let n = 0; n < 30; n += 1) await scan({ 'CVE-2026-1': 'HIGH', 'CVE-2026-2': 'LOW' });
    expect((await ask()).decision).toBe('allow');
    expect(await sql(`SELECT 1 FROM events WHERE type = 'approval.voided'`)).toEqual([]);
    await scan({ 'CVE-2026-1': 'HIGH', 'CVE-2026-3': 'HIGH' });
    expect(await stateNow()).toEqual(voidBy('CVE-2026-3 in pkg:npm/lodash@4.17.20 (high) is new'));
    const [event] = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'approval.voided'`,
    );
    expect(JSON.parse(event?.data ?? '')).toEqual({
      environment: 'gate',
      person: 'alice',
      because: ['CVE-2026-3 in pkg:npm/lodash@4.17.20 (high) is new'],
    });
  });

  it('is void when a waiver covers what was red', async () => {
    await approve();
    await waived(context.app, { projectId: 1, rule: 'CVE-2026-1' });
    expect(await stateNow()).toEqual(
      voidBy(
        'a waiver covers CVE-2026-1 in pkg:npm/lodash@4.17.20, because of which max-findings failed',
      ),
    );
  });

  it('is void when a new finding comes with its waiver', async () => {
    await waived(context.app, { projectId: 1, rule: 'CVE-2026-7' });
    await approve();
    await scan({ 'CVE-2026-1': 'HIGH', 'CVE-2026-7': 'HIGH' });
    expect(await stateNow()).toEqual(
      voidBy('CVE-2026-7 in pkg:npm/lodash@4.17.20 (high, waived) is new'),
    );
  });

  it('is void when a waiver covers a whole rule that failed', async () => {
    await tests('failure');
    await approve();
    expect(await stateNow()).toEqual(HOLDS);
    await waived(context.app, { projectId: 1, rule: 'tests-passed' });
    expect(await stateNow()).toEqual(voidBy('a waiver covers the rule tests-passed, which failed'));
  });

  it('holds when a waiver ends: the rule denies by itself', async () => {
    await waived(context.app, { projectId: 1, rule: 'CVE-2026-1' });
    await approve();
    await ageWaivers(60);
    expect(await stateNow()).toEqual(HOLDS);
  });

  it('is void when a rule denies that passed', async () => {
    await approve();
    await tests('passed', 'failure');
    expect(await stateNow()).toEqual(voidBy('tests-passed denies'));
  });

  it('is void when evidence is gone that showed something', async () => {
    const more = await uploaded(open.app, release, [], { kind: 'gitleaks', label: 'secrets' });
    await approve();
    await retract(open.app, more.id);
    expect(await stateNow()).toEqual(voidBy('no evidence shows secret for the release any more'));
  });

  it('is void when an artifact was added', async () => {
    await approve();
    await addArtifact(open.app, release, { kind: 'archive' });
    expect((await stateNow()).because).toContain(`artifact ${digest(1)} is new`);
  });

  it('is void when a policy has changed or was added, and holds when the same rules come back', async () => {
    await approve();
    const rules = [LIMIT, STRICT, TESTS, { rule: 'approvals', mode: 'block' }];
    await postVersion(open.app, 'gate', [...rules, { rule: 'sealed-only', mode: 'warn' }]);
    expect(await stateNow()).toEqual(voidBy('policy gate has changed'));
    await postVersion(open.app, 'gate', rules);
    expect(await stateNow()).toEqual(HOLDS);
    await createPolicy(open.app, 'more');
    const policies = [{ name: 'gate' }, { name: 'more' }];
    await open.app.inject({ method: 'PATCH', url: '/environments/gate', payload: { policies } });
    expect(await stateNow()).toEqual(voidBy('policy more is new'));
  });

  it('holds when another release runs, also for a rule that compares with it', async () => {
    const rules = [
      { ...LIMIT, onlyNew: true },
      { rule: 'semver-increases', mode: 'block' },
      { rule: 'approvals', mode: 'block' },
    ];
    await postVersion(open.app, 'gate', rules);
    await approve();
    const other = await createRelease(open.app, { projectId: 1, version: '2.0.0' });
    await deployedAnyway(context.app, other.id, 'gate');
    const { results } = await ask();
    expect(results.map(({ rule, status }) => [rule, status])).toEqual([
      ['max-findings', 'pass'],
      ['semver-increases', 'fail'],
      ['approvals', 'pass'],
    ]);
  });

  it('is for one environment', async () => {
    await approve();
    await createPolicy(open.app, 'other', [{ rule: 'approvals', mode: 'block' }]);
    const payload = { name: 'other', rank: 20, policies: [{ name: 'other' }] };
    await open.app.inject({ method: 'POST', url: '/environments', payload });
    expect((await verdictOf(open.app, release, { environment: 'other' })).decision).toBe('deny');
  });

  it('is not bound to the order or the time of questions: the brief is the same twice', async () => {
    const brief = await readBrief(open.app, release);
    await ask();
    expect(await readBrief(open.app, release)).toEqual(brief);
    await scan({ 'CVE-2026-2': 'LOW', 'CVE-2026-1': 'HIGH' });
    expect((await readBrief(open.app, release)).seen).toBe(brief.seen);
  });
});
