import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings', severity: 'high', types: ['code'] }]);
});

const finding = (ruleId: string, more: object = {}) => ({
  ...{ ruleId, level: 'error', message: { text: ruleId } },
  ...more,
});
const excused = { suppressions: [{ kind: 'external', status: 'accepted' }] };
const analysis = (...results: object[]) => ({
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'CodeQL' } }, results }],
});
/** The first report has a finding that the second lacks, so both count. */
const older = analysis(finding('sql', excused), finding('other', { level: 'note' }));
const newer = analysis(finding('sql'));

interface Received {
  id: string;
  warnings: { message: string }[];
}
const send = async (document: object, label?: string): Promise<Received> => {
  const options = label === undefined ? {} : { label };
  return (await upload(context.app, release, document, options)).json();
};
const verdict = () => verdictOf(context.app, release, { environment: 'gate' });
const decision = async () => (await verdict()).decision;

describe('the claims of a report that is kept beside a newer one of its label', () => {
  it('do not apply to findings of the newer one', async () => {
    await send(older, 'code');
    expect(denials(await verdict())).toEqual([]);
    const { warnings } = await send(newer, 'code');
    expect(warnings[0]?.message).toContain('Its claims do not apply to findings of this document');
    expect(denials(await verdict()).join()).toMatch(/1 high finding.*sql/);
  });

  it('apply to those of an older report, and not of another label', async () => {
    await send(newer, 'code');
    await send(older, 'code');
    expect(await decision()).toBe('allow');
    await send({ ...newer, properties: { folder: 'b' } }, 'more');
    expect(await decision()).toBe('deny');
  });

  it('do not apply to an older report about another target', async () => {
    const [run] = newer.runs;
    const versionControlProvenance = [{ repositoryUri: 'https://git.example/other' }];
    await send({ ...newer, runs: [{ ...run, versionControlProvenance }] }, 'code');
    await send(older, 'code');
    expect(await decision()).toBe('deny');
  });

  it('apply again when the newer report is retracted, and not without a label', async () => {
    await send(older, 'code');
    const { id } = await send(newer, 'code');
    expect(await decision()).toBe('deny');
    const payload = { reason: 'wrong folder' };
    const url = `/evidence/${id}/retract`;
    const retracted = await context.app.inject({ method: 'POST', url, payload });
    expect(retracted.statusCode, retracted.body).toBe(200);
    expect(denials(await verdict())).toEqual([]);
    await send(newer);
    expect(await decision()).toBe('deny');
  });

  it('follow the order of receipt, which is an input of the verdict', async () => {
    await send(older, 'code');
    await send(newer, 'code');
    const denied = await verdict();
    await send(older, 'code');
    const allowed = await verdict();
    expect([denied.decision, allowed.decision]).toEqual(['deny', 'allow']);
    expect(allowed.inputsHash).not.toBe(denied.inputsHash);
  });
});
