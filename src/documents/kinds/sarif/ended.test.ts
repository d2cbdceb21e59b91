import { describe, expect, it } from 'vitest';
import { faultOf } from '../../fault.support.js';
import { document, parse } from './sarif.support.js';

/** How the tool ended, beside the flag that says that all went well. */

const ok = { executionSuccessful: true };
const covers = (more: object) => parse(document([], {}, more)).coverage;
const invoked = (invocation: object) => ({ invocations: [{ ...ok, ...invocation }] });

describe('SARIF: a tool that says that it succeeded', () => {
  it.each([
    { exitCode: 1 },
    { exitCode: '1' },
    { exitCode: null },
    { exitSignalName: '' },
    { exitSignalName: 'SUCCESS' },
    { exitSignalName: 'none' },
    { exitSignalNumber: 0 },
    { processStartFailureMessage: '' },
  ])('and nothing else: %j', (invocation) => {
    expect(covers(invoked(invocation))).toMatchObject([{ ran: 'yes' }]);
  });

  it.each<[object, string]>([
    [{ exitCode: 137 }, 'the tool exited with 137, as after a crash'],
    [{ exitCode: '143' }, 'the tool exited with 143'],
    [{ exitCode: 127 }, 'the tool exited with 127'],
    [{ exitCode: -1073741819 }, 'the tool exited with -1073741819'],
    [{ exitCode: 3221225477 }, 'the tool exited with 3221225477'],
    [{ exitSignalName: 'Killed' }, 'the signal Killed ended the tool'],
    [{ exitSignalName: 'Segmentation fault' }, 'the signal Segmentation fault ended the tool'],
    [{ exitSignalNumber: 'x' }, 'the signal x ended the tool'],
    [{ exitSignalNumber: '9' }, 'the signal 9 ended the tool'],
    [{ processStartFailureMessage: { text: 'not found' } }, 'the tool did not start: not found'],
    [{ processStartFailureMessage: {} }, 'the tool did not start: without a message'],
  ])('contradicts itself: %j', (invocation, reason) => {
    const { coverage, contradictions } = parse(document([], {}, invoked(invocation)));
    expect(coverage).toMatchObject([{ ran: 'failed', reason: expect.stringContaining(reason) }]);
    expect(contradictions).toMatchObject([
      {
        message: expect.stringContaining(`executionSuccessful is true, but ${reason}`),
        pointer: '/runs/0/invocations/0',
      },
    ]);
  });

  it.each([2, '2', 60, 255, 33_554_432, 'killed', true, [2]])(
    'leaves it open with an exit code that is not its code for findings: %j',
    (exitCode) => {
      expect(covers(invoked({ exitCode }))).toMatchObject([{ ran: 'unknown' }]);
    },
  );

  it.each([
    ['Grype', 2, 'yes'],
    ['grype', 1, 'yes'],
    ['KICS', 60, 'yes'],
    ['KICS', 1, 'unknown'],
    ['KICS', 126, 'failed'],
    ['Brakeman', 3, 'yes'],
    ['Brakeman', 7, 'unknown'],
    ['detekt', 2, 'yes'],
    ['detekt', 1, 'unknown'],
    ['Stylelint', 78, 'unknown'],
    ['pylint', 30, 'yes'],
    ['pylint', 32, 'unknown'],
    ['pylint', 3, 'unknown'],
    ['BinSkim', 33_554_432, 'yes'],
    ['BinSkim', 33_554_432 + 64, 'unknown'],
    ['ESLint', 1, 'yes'],
    ['Snyk Code', 2, 'unknown'],
  ])('of %s, the code %d: %s', (name, exitCode, ran) => {
    const whole = document([{}], {}, { tool: { driver: { name } }, ...invoked({ exitCode }) });
    expect(parse(whole).coverage).toMatchObject([{ ran }]);
  });

  it('reports an error that is not in a list', () => {
    const notification = { level: 'error', message: { text: 'disk is full' } };
    expect(covers(invoked({ toolExecutionNotifications: notification }))).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('disk is full') },
    ]);
  });

  it.each([
    ['ExecutionSuccessful', { ExecutionSuccessful: false }],
    ['exitcode', { exitcode: 137 }],
    ['toolexecutionnotifications', { toolexecutionnotifications: [{}] }],
    ['toolExecutionNotifications/0/Level', { toolExecutionNotifications: [{ Level: 'error' }] }],
  ])('is refused with a name in another case: %s', (name, invocation) => {
    const fault = faultOf(() => covers(invoked(invocation)));
    expect(fault.pointer).toBe(`/runs/0/invocations/0/${name}`);
  });
});

describe('SARIF: a tool that does not say whether it succeeded', () => {
  it('crashed by its exit code', () => {
    expect(covers({ invocations: [{ exitCode: 139 }] })).toMatchObject([{ ran: 'failed' }]);
  });

  it.each(['error', 'errors', 'Error'])('failed by `%s` of the run or of the document', (name) => {
    const failed = [{ ran: 'failed', reason: expect.stringContaining('error: no network') }];
    expect(covers({ [name]: 'no network' })).toMatchObject(failed);
    expect(parse({ ...document([]), [name]: ['no network'] }).coverage).toMatchObject(failed);
  });
});

describe('SARIF: rules that are disabled', () => {
  const off = { defaultConfiguration: { enabled: false } };
  const rules = (...all: object[]) => ({ tool: { driver: { name: 'ESLint', rules: all } } });
  const turned = (enabled: boolean) =>
    invoked({
      ruleConfigurationOverrides: [{ descriptor: { id: 'A' }, configuration: { enabled } }],
    });

  it.each([
    ['all', rules({ id: 'A', ...off }, { id: 'B', ...off }), 'unknown'],
    ['all, twice', { ...rules({ id: 'A', ...off }), ...turned(false) }, 'unknown'],
    [
      'all, but an invocation turns one on',
      { ...rules({ id: 'A', ...off }), ...turned(true) },
      'yes',
    ],
    ['some', rules({ id: 'A', ...off }, { id: 'B' }), 'yes'],
    ['none', rules(), 'yes'],
  ])('%s', (_which, more, ran) => {
    expect(covers(more)).toMatchObject([{ ran }]);
  });
});
