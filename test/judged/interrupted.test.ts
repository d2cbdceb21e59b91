import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { retract, type UploadOptions, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf, XML } from '../support/verdicts.js';

/** A run that was interrupted, and a shorter one with the same label that passed: the first still denies. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'tests-passed' }]);
});

interface Run {
  readonly interrupted: string;
  readonly shorter: string;
  readonly complete: string;
  readonly options?: UploadOptions;
}

const pytest = (...cases: string[]) =>
  `<testsuites name="pytest tests"><testsuite name="pytest">${cases.join('')}</testsuite></testsuites>`;
const test = (name: string) => `<testcase classname="test_a" name="${name}" time="0.1"/>`;

const trx = (outcome: string, ...tests: string[]) =>
  [
    '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>',
    ...tests.map((name) => `<UnitTestResult testName="${name}" outcome="Passed"/>`),
    `</Results><ResultSummary outcome="${outcome}"/></TestRun>`,
  ].join('');

const go = (...events: object[]) =>
  events.map((event) => `${JSON.stringify({ Package: 'shop', ...event })}\n`).join('');
const passed = (Test: string) => go({ Action: 'run', Test }, { Action: 'pass', Test });
const ended = go({ Action: 'pass' });

const RUNS: Record<string, Run> = {
  pytest: {
    interrupted: pytest(test('a'), test('b'), '<testcase time="0.1"/>'),
    shorter: pytest(test('a'), test('b')),
    complete: pytest(test('a'), test('b'), test('c')),
    options: XML,
  },
  VSTest: {
    interrupted: trx('Aborted', 'A', 'B'),
    shorter: trx('Completed', 'A'),
    complete: trx('Completed', 'A', 'B', 'C'),
    options: XML,
  },
  'go test': {
    interrupted: passed('TestA') + go({ Action: 'run', Test: 'TestB' }),
    shorter: passed('TestA') + ended,
    complete: passed('TestA') + passed('TestB') + ended,
  },
};

interface Received {
  readonly id: string;
  readonly supersedes: readonly { readonly id: string }[];
  readonly warnings: readonly { readonly message: string }[];
}

describe('a run that was interrupted', () => {
  async function send(document: string, options?: UploadOptions): Promise<Received> {
    const response = await upload(context.app, release, document, { label: 'unit', ...options });
    expect(response.statusCode, response.body).toBe(201);
    return response.json();
  }
  const decision = () => verdictOf(context.app, release, { environment: 'gate' });

  it.each(Object.entries(RUNS))('of %s', async (_tool, run) => {
    const first = await send(run.interrupted, run.options);
    expect((await decision()).decision).toBe('deny');
    const shorter = await send(run.shorter, run.options);
    expect(shorter.supersedes).toEqual([]);
    expect(JSON.stringify(shorter.warnings)).toContain(`Evidence ${first.id}`);
    expect((await decision()).decision).toBe('deny');
    const complete = await send(run.complete, run.options);
    expect(complete.supersedes.map(({ id }) => id)).toContain(first.id);
    expect(denials(await decision())).toEqual([]);
  });

  it.each(Object.entries(RUNS))('of %s, that a person retracts', async (_tool, run) => {
    const first = await send(run.interrupted, run.options);
    await send(run.shorter, run.options);
    await retract(context.app, first.id);
    expect(denials(await decision())).toEqual([]);
  });

  it('of pytest that names no test is left by retracting it', async () => {
    const first = await send(pytest('<testcase time="0.1"/>'), XML);
    const complete = await send(RUNS.pytest?.complete ?? '', XML);
    expect(complete.supersedes).toEqual([]);
    expect(JSON.stringify(complete.warnings)).toContain('a test without a name');
    await guard(context.app, [{ rule: 'tests-passed', maximumFailures: 9 }], 'lenient');
    const lenient = await verdictOf(context.app, release, { environment: 'lenient' });
    expect(denials(lenient).join()).toContain('no later report replaces it');
    expect(denials(await decision()).join()).toContain('retract it: POST /evidence/{id}/retract');
    await retract(context.app, first.id);
    expect(denials(await decision())).toEqual([]);
  });

  it('of pytest denies also if the rule allows failures', async () => {
    await guard(context.app, [{ rule: 'tests-passed', maximumFailures: 9 }], 'lenient');
    await send(RUNS.pytest?.interrupted ?? '', XML);
    const verdict = await verdictOf(context.app, release, { environment: 'lenient' });
    expect(denials(verdict).join()).toContain('so the run was interrupted');
  });
});
