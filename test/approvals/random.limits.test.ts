import fc from 'fast-check';
import { expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { guardAsking, person, postApproval, readBrief, withdraw } from '../support/approvals.js';
import { giveToken, type Holder } from '../support/callers.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { assertRelease } from '../support/verdicts.js';
import { approve as approveWaiver, requested, revokeWaiver } from '../support/waivers.js';

/** Random steps against a second, naive implementation: 1,000 steps, each followed by a question to the gate. */

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });

const STEPS = 1000;
const MAXIMUM = 2;
const NEEDED = 2;
const SEVERITIES = ['LOW', 'HIGH', 'CRITICAL'] as const;
type Severity = (typeof SEVERITIES)[number];
const CVES = ['CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3', 'CVE-2026-4'] as const;

interface State {
  readonly findings: ReadonlyMap<string, Severity>;
  readonly waived: ReadonlySet<string>;
}

/** Findings at the limit. */
const counted = ({ findings }: State) =>
  [...findings].filter(([, severity]) => severity !== 'LOW').map(([id]) => id);
const fails = (state: State) =>
  counted(state).filter((id) => !state.waived.has(id)).length > MAXIMUM;
const rank = (severity: Severity | undefined) => (severity ? SEVERITIES.indexOf(severity) : -1);

/** Whether somebody who saw one state would see nothing worse in the other. */
const isNoWorse = (seen: State, now: State) =>
  counted(now).every(
    (id) =>
      counted(seen).includes(id) &&
      rank(now.findings.get(id)) <= rank(seen.findings.get(id)) &&
      !(fails(seen) && now.waived.has(id) && !seen.waived.has(id)),
  );

interface Said {
  readonly id: string;
  readonly who: number;
  readonly decision: string;
  readonly saw: State;
}

const isAllowed = (said: readonly Said[], now: State) =>
  !fails(now) &&
  !said.some(({ decision }) => decision === 'reject') &&
  new Set(said.filter(({ saw }) => isNoWorse(saw, now)).map(({ who }) => who)).size >= NEEDED;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('upload' as const),
      findings: fc.uniqueArray(fc.tuple(fc.constantFrom(...CVES), fc.constantFrom(...SEVERITIES)), {
        selector: ([id]) => id,
      }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      who: fc.nat(2),
      reject: fc.integer({ min: 0, max: 24 }).map((n) => n === 0),
      old: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('waive' as const), cve: fc.constantFrom(...CVES) }),
  },
);

it('allows and denies what a naive implementation does', { timeout: 600_000 }, async () => {
  const release = (await createRelease(open.app)).id;
  const limit = { rule: 'max-findings', mode: 'block', severity: 'high', maximum: MAXIMUM };
  await guardAsking(open.app, { minimum: NEEDED }, limit);
  const people = [await person('alice'), await person('bob'), await person('carol')];
  const [asking, approving] = [
    await giveToken({ subject: 'x' }),
    await giveToken({ subject: 'y' }),
  ];
  const waivers = new Map<string, string>();
  let findings = new Map<string, Severity>();
  let said: Said[] = [];
  const shown = new Map<string, State>();
  const now = (): State => ({ findings: new Map(findings), waived: new Set(waivers.keys()) });

  const steps = {
    async upload(found: [string, Severity][]) {
      const list = found.map(([id, severity]) => ({ id, severity }));
      // The number makes each document another one.
      const document = { ...trivy(...list), ReportID: `${Math.random()}` };
      await uploaded(open.app, release, document, { label: 'scan' });
      findings = new Map(found);
    },
    async say(who: number, reject: boolean, old: boolean) {
      const { headers } = people[who] as Holder;
      const current = (await readBrief(open.app, release)).seen;
      shown.set(current, now());
      const seen = (old && [...shown.keys()][0]) || current;
      const decision = reject ? 'reject' : 'approve';
      const body = { environment: 'gate', decision, seen, ...(reject && { reason: 'No' }) };
      const answer = await postApproval(context.app, release, body, headers);
      if (seen !== current) return expect(answer.statusCode, answer.body).toBe(409);
      expect([200, 201], answer.body).toContain(answer.statusCode);
      if (answer.statusCode === 201) {
        said.push({ id: answer.json()[0].id, who, decision, saw: now() });
      }
    },
    async withdraw(which: number) {
      // A rejection first: else nothing would be allowed for long.
      const rejection = said.find(({ decision }) => decision === 'reject');
      const one = rejection ?? said[which % Math.max(said.length, 1)];
      if (!one) return;
      const { headers } = people[one.who] as Holder;
      expect((await withdraw(context.app, one.id, headers)).statusCode).toBe(200);
      said = said.filter(({ id }) => id !== one.id);
    },
    async waive(cve: string) {
      const before = waivers.get(cve);
      if (before !== undefined) {
        await revokeWaiver(context.app, before, 'x', asking.headers);
        waivers.delete(cve);
        return;
      }
      const { id } = await requested(
        context.app,
        { releaseId: release, rule: cve },
        asking.headers,
      );
      expect((await approveWaiver(context.app, id, approving.headers)).statusCode).toBe(200);
      waivers.set(cve, id);
    },
  };

  await steps.upload([]);
  const outcomes = { allowed: 0, denied: 0 };
  for (const one of fc.sample(step, { numRuns: STEPS, seed: 20_261_203 })) {
    if (one.do === 'upload') await steps.upload(one.findings);
    if (one.do === 'say') await steps.say(one.who, one.reject, one.old);
    if (one.do === 'withdraw') await steps.withdraw(one.which);
    if (one.do === 'waive') await steps.waive(one.cve);
    const answer = await assertRelease(open.app, { release, environment: 'gate' });
    const expected = isAllowed(said, now());
    expect(answer.statusCode === 200, `${JSON.stringify(one)} ${answer.body}`).toBe(expected);
    outcomes[expected ? 'allowed' : 'denied'] += 1;
  }
  expect(outcomes.allowed).toBeGreaterThan(50);
  expect(outcomes.denied).toBeGreaterThan(50);
});
