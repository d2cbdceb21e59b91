import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { asking, guardAsking, person, readBrief, say } from '../support/approvals.js';
import type { Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { junit, trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { createPolicy, postVersion } from '../support/policies.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { denials, verdictOf, waived, XML } from '../support/verdicts.js';

/** What makes an approval void, and what does not. */

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });

const LIMIT = { rule: 'max-findings', mode: 'block', severity: 'high', maximum: 5 };
const TESTS = { rule: 'tests-passed', mode: 'block' };

let release: string;
let alice: Holder;
useRows(async () => {
  release = (await createRelease(open.app)).id;
  await guardAsking(open.app, {}, LIMIT, TESTS);
  await scan('CVE-2026-1', 'HIGH');
  await uploaded(open.app, release, junit('passed'), { ...XML, label: 'tests' });
  alice = await person();
});

/** Uploads the scan again, with these findings: a rule and a severity each. */
function scan(...found: string[]) {
  const findings = found.flatMap((rule, index) =>
    index % 2 === 0 ? [{ rule, severity: found[index + 1] }] : [],
  );
  return uploaded(
    open.app,
    release,
    trivy(...findings.map(({ rule, severity }) => ({ id: rule, severity }))),
    { label: 'scan' },
  );
}

const ask = () => verdictOf(open.app, release, { environment: 'gate' });
const approve = () => say(context.app, release, alice);

describe('an approval', () => {
  it('lets the release through', async () => {
    const [denied] = denials(await ask());
    expect(denied).toMatch(/^approvals: 0 of 1 approval\. Read GET .*POST \/releases\/\{id\}\/approvals$/);
    await approve();
    const { decision, results } = await ask();
    expect(decision).toBe('allow');
    expect(results.at(-1)).toMatchObject({ rule: 'approvals', message: '1 of 1 approval: alice' });
  });
});
