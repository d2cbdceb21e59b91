import { expect, it } from 'vitest';
import type { Risk } from '../../src/engine/index.js';
import { useApp } from '../support/app.js';
import { guardAsking, person, postApproval, readBrief } from '../support/approvals.js';
import type { Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { upload, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { assertRelease } from '../support/verdicts.js';

/** Approvals against each other and against uploads: never an allow for risk that nobody saw. */

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });
const LIMIT = { rule: 'max-findings', mode: 'warn', severity: 'high' };
const RACES = 100;

let people: Holder[];
useRows(async () => {
  await createRelease(open.app);
  await guardAsking(open.app, { minimum: 2 }, LIMIT);
  people = [await person('alice'), await person('bob')];
});

let versions = 1;
async function released(): Promise<string> {
  versions += 1;
  const { id } = await createRelease(open.app, { projectId: 1, version: `${versions}.0.0` });
  await uploaded(open.app, id, trivy({ id: 'CVE-2026-1' }), { label: 'scan' });
  return id;
}

const approve = (release: string, seen: string, holder: Holder) => {
  const body = { environment: 'gate', decision: 'approve', seen };
  return postApproval(context.app, release, body, holder.headers);
};
const assert = (release: string) => assertRelease(open.app, { environment: 'gate', release });

it('two last approvers at once both count', { timeout: 300_000 }, async () => {
  for (let race = 0; race < RACES; race += 1) {
    const release = await released();
    const { seen } = await readBrief(open.app, release);
    const answers = await Promise.all(people.map((one) => approve(release, seen, one)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201]);
    expect((await assert(release)).statusCode).toBe(200);
  }
});

/** Fingerprints that both approvers saw at the limit. */
async function seenByBoth(release: string): Promise<string[]> {
  const rows = await sql<{ risk: string }>(
    `SELECT b.risk FROM approvals a JOIN decision_briefs b
         ON (b.release_id, b.environment, b.sha256) = (a.release_id, a.environment, a.seen)
      WHERE a.release_id = $1`,
    [release],
  );
  const all = rows.map(({ risk }) =>
    (JSON.parse(risk) as Risk).rules.flatMap(({ findings = [] }) =>
      findings.map(({ fingerprint }) => fingerprint),
    ),
  );
  return (all[0] ?? []).filter((one) => all.every((seen) => seen.includes(one)));
}

it('an approval against an upload never lets a finding through that was not seen', {
  timeout: 300_000,
}, async () => {
  const outcomes = new Map<string, number>();
  for (let race = 0; race < RACES; race += 1) {
    const release = await released();
    const [alice, bob] = people as [Holder, Holder];
    const { seen } = await readBrief(open.app, release);
    expect((await approve(release, seen, alice)).statusCode).toBe(201);
    const findings = trivy({ id: 'CVE-2026-1' }, { id: `CVE-2026-2${race}` });
    const steps = [
      () => approve(release, seen, bob),
      () => upload(open.app, release, findings, { label: 'scan' }),
      () => assert(release),
    ];
    // Each order comes first in turn: what starts first need not end first.
    const order = steps.map(
      (_step, at) => steps[(at + race) % steps.length] ?? (() => assert(release)),
    );
    const answers = await Promise.all(order.map((step) => step()));
    for (const { statusCode } of answers) expect([200, 201, 409]).toContain(statusCode);
    // The answer after everything knows the new finding, which at most a later brief showed.
    const last = await assert(release);
    expect(last.statusCode, last.body).toBe(409);
    const known = await seenByBoth(release);
    const verdicts = await sql<{ decision: string; documents: string[] }>(
      `SELECT decision, ARRAY(SELECT jsonb_array_elements(inputs -> 'evidence') ->> 'sha256') AS documents
         FROM verdicts WHERE release_id = $1`,
      [release],
    );
    for (const { decision, documents } of verdicts) {
      outcomes.set(decision, (outcomes.get(decision) ?? 0) + 1);
      if (decision !== 'allow') continue;
      const found = await sql<{ fingerprint: string }>(
        `SELECT DISTINCT encode(f.fingerprint, 'hex') AS fingerprint FROM findings f
           JOIN evidence e ON e.id = f.evidence_id
          WHERE e.release_id = $1 AND e.received_sha256 = ANY ($2)`,
        [release, documents],
      );
      expect(known).toEqual(expect.arrayContaining(found.map(({ fingerprint }) => fingerprint)));
    }
  }
  expect(outcomes.get('deny')).toBeGreaterThan(0);
});
