import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { deployedAnyway } from '../support/break-glass.js';
import { deployed } from '../support/deployments.js';
import { bom, trivy, vex } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { guard, listed, resultOf, verdictOf, waived } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let running: string;
let next: string;
let count = 0;
useRows(async () => {
  running = (await createRelease(context.app)).id;
  next = (await createRelease(context.app, { projectId: 1, version: '1.1.0' })).id;
  await guard(context.app, [{ rule: 'max-findings', onlyNew: true }]);
});

const OLD = { id: 'CVE-2020-8203' };
const NEW = { id: 'CVE-2021-44906', name: 'minimist', version: '1.2.5' };
const scan = (release: string, ...found: object[]) =>
  uploaded(context.app, release, trivy(...found), { label: 'scan' });
const deploy = (release: string) => deployedAnyway(guarded.app, release, 'gate');
/** A release that runs already is deployed again only after another one. */
const deployAgain = async (release: string) => {
  count += 1;
  const other = await createRelease(context.app, { projectId: 1, version: `0.${count}.0` });
  await deploy(other.id);
  await deploy(release);
};
const judged = () => resultOf(context.app, next);
const ask = () => verdictOf(context.app, next, { environment: 'gate' });

describe('max-findings with onlyNew', () => {
  it('counts all findings as new if no release runs', async () => {
    await scan(next, OLD);
    const { denies, message } = await judged();
    expect(denies).toBe(true);
    expect(message).toMatch(/^1 high new finding, 0 allowed: CVE-2020-8203/);
    expect(message).toContain('. No running release is known, so all findings are new. ');
  });

  it('allows findings that the running release also has, and names that release', async () => {
    await scan(running, OLD);
    await deploy(running);
    await scan(next, OLD);
    const { status, message } = await judged();
    expect(status).toBe('pass');
    expect(message).toMatch(
      /^No new findings .*\. New compared with 1\.0\.0, the running release$/,
    );
  });

  it('denies new findings and names only those', async () => {
    await scan(running, OLD);
    await deploy(running);
    await scan(next, OLD, NEW);
    const { denies, message, findings } = await judged();
    expect(denies).toBe(true);
    expect(message).toMatch(/^1 high new finding, 0 allowed: CVE-2021-44906 in pkg:npm\/minimist/);
    expect(message).toContain('. New compared with 1.0.0, the running release. ');
    expect(findings.map(({ rule }) => rule)).toEqual(['CVE-2021-44906']);
  });

  it('does not know a new id because it names a known one as its alias', async () => {
    await scan(running, OLD);
    await deploy(running);
    await scan(next, OLD, { id: 'GHSA-aaaa-bbbb-cccc', also: [OLD.id] });
    expect(await judged()).toMatchObject({
      denies: true,
      findings: [{ rule: 'GHSA-aaaa-bbbb-cccc' }],
    });
  });

  it('makes nothing known that is uploaded for the running release after its deployment', async () => {
    await deploy(running);
    await scan(next, OLD);
    const before = await ask();
    expect(before.decision).toBe('deny');
    await scan(running, OLD);
    expect(listed(await ask())).toEqual(listed(before));
    await deployAgain(running);
    const after = await ask();
    expect(after.decision).toBe('allow');
    expect(after.inputsHash).not.toBe(before.inputsHash);
  });

  it('compares with the release that currently runs in the environment', async () => {
    await scan(running, OLD);
    await scan(next, OLD);
    await deployed(context.app, running, 'production');
    expect((await judged()).denies).toBe(true);
    await deploy(running);
    expect((await judged()).denies).toBe(false);
    const other = (await createRelease(context.app, { projectId: 1, version: '1.0.1' })).id;
    await scan(other);
    await deploy(other);
    const { denies, message } = await judged();
    expect([denies, message]).toEqual([true, expect.stringContaining('New compared with 1.0.1')]);
  });

  it('knows what was reported when the running release was deployed, although a later scan does not', async () => {
    await scan(running, OLD);
    await deploy(running);
    await scan(next, OLD);
    const before = await ask();
    expect(before.decision).toBe('allow');
    await scan(running);
    expect(listed(await ask())).toEqual(listed(before));
    await deployAgain(running);
    const after = await ask();
    expect([after.decision, after.id === before.id]).toEqual(['deny', false]);
  });

  it('takes claims about the running release as they were when it was deployed', async () => {
    await scan(running, OLD);
    await deploy(running);
    await scan(next, OLD);
    const before = await ask();
    expect(before.decision).toBe('allow');
    const { id } = await uploaded(context.app, running, vex({ id: OLD.id }));
    expect(listed(await ask())).toEqual(listed(before));
    await deployAgain(running);
    const claimed = await ask();
    expect(claimed.decision).toBe('deny');
    await retract(context.app, id);
    expect(listed(await ask())).toEqual(listed(claimed));
    await deployAgain(running);
    expect((await ask()).decision).toBe('allow');
  });

  it.each<[string, string, boolean]>([
    ['MEDIUM', 'HIGH', true],
    ['MEDIUM', 'CRITICAL', true],
    ['HIGH', 'CRITICAL', false], // counted before
    ['UNKNOWN', 'CRITICAL', false], // counted before, because it might have been
    ['MEDIUM', 'UNKNOWN', true],
    ['CRITICAL', 'HIGH', false],
    ['HIGH', 'MEDIUM', false],
  ])('compares with the limit what was %s and is %s', async (was, severity, denies) => {
    await scan(running, { ...OLD, severity: was });
    await deploy(running);
    await scan(next, { ...OLD, severity });
    const result = await judged();
    expect(result.denies).toBe(denies);
    expect(result.findings).toHaveLength(denies ? 1 : 0);
  });

  it('covers by a waiver what became worse', async () => {
    await scan(running, { ...OLD, severity: 'LOW' });
    await deploy(running);
    await scan(next, OLD);
    expect((await judged()).denies).toBe(true);
    const { id } = await waived(guarded.app, { rule: OLD.id });
    expect(await judged()).toMatchObject({ denies: false, waivers: [id] });
  });

  it('does not compare with the releases of another project', async () => {
    const other = (await createRelease(context.app, { version: '9.0.0' })).id;
    await scan(other, OLD);
    await deploy(other);
    await scan(next, OLD);
    expect((await judged()).message).toContain('No running release is known');
  });

  it('counts all findings as new if the running release was never scanned', async () => {
    await uploaded(context.app, running, bom([{}]));
    await deploy(running);
    await scan(next, OLD);
    expect((await judged()).denies).toBe(true);
  });

  it('allows the running release itself only if it was scanned before its deployment', async () => {
    await deploy(next);
    expect((await judged()).status).toBe('not-evidenced');
    await scan(next, OLD);
    expect((await judged()).status).toBe('fail');
    await deployAgain(next);
    expect((await judged()).status).toBe('pass');
  });

  it('does not count waived findings', async () => {
    await scan(running, OLD);
    await deploy(running);
    await scan(next, OLD, NEW);
    const { id } = await waived(guarded.app, { rule: NEW.id });
    const { denies, waivers, message } = await judged();
    expect([denies, waivers]).toEqual([false, [id]]);
    expect(message).toContain('1 waived finding does not count (1 waiver): CVE-2021-44906');
  });
});
