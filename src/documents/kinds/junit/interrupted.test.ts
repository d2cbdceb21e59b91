import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';

const read = (output: string, name = 'system-out') =>
  parser.parse(
    readXml(
      `<testsuites><testsuite name="s"><testcase name="a"/><${name}><![CDATA[${output}]]></${name}></testsuite></testsuites>`,
    ),
    { secretKey: new Uint8Array(32) },
  ).coverage;

describe('JUnit: the output of a suite', () => {
  it.each([
    'Test Run Aborted.',
    'The active test run was aborted. Reason: Test host process crashed',
    '[ERROR] The forked VM terminated without properly saying goodbye. VM crash or System.exit called?',
    'org.apache.maven.surefire.booter.SurefireBooterForkException: The forked VM terminated without properly saying goodbye',
    '[ERROR] Crashed tests:',
    'There was a timeout or other error in the fork',
    'INTERNALERROR> Traceback (most recent call last):',
    '!!!!!!!!!!!!!!!! KeyboardInterrupt !!!!!!!!!!!!!!!!',
    '!!!!! Interrupted: 1 error during collection !!!!!',
    'Fatal Python error: Segmentation fault',
    "worker 'gw0' crashed while running 'test_a.py::test_b'",
    '# A fatal error has been detected by the Java Runtime Environment:',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'panic: test timed out after 10m0s',
    'signal: killed',
    'Stack overflow.',
    'Unhandled exception. System.InvalidOperationException: x',
    'Segmentation fault (core dumped)',
    'bash: line 1:    42 Killed                  node run.js',
    'Bail out! no database',
    'Execution was interrupted by the user',
    'Test execution has been cancelled',
    'Browser disconnected, because no message in 30000 ms.',
    'Worker exited unexpectedly',
  ])('%s: the run may not have ended', (line) => {
    for (const name of ['system-out', 'system-err', 'output'])
      for (const text of [line, `ok 1\n  ${line}\nbye`])
        expect(read(text, name), text).toMatchObject([
          { ran: 'unknown', reason: expect.stringContaining(`in the output of its suite "s"`) },
        ]);
  });

  it.each([
    'ERROR in a log',
    '[ERROR] order 7 failed: card was rejected',
    'the user aborted the order',
    'Aborted order 7',
    'Killed 3 idle connections',
    'retry: connection was terminated',
    'a test that prints: Test Run Aborted.',
    'Test run finished after 42 ms',
    'job worker stopped',
    'Test suites: 1 failed as expected',
  ])('%s is what a test prints', (line) => {
    expect(read(line)).toMatchObject([{ ran: 'yes' }]);
  });

  it('is read at both ends if it is long', () => {
    const long = 'x\n'.repeat(300_000);
    expect(read(`${long}Test Run Aborted.`)).toMatchObject([{ ran: 'unknown' }]);
    expect(read(`Test Run Aborted.\n${long}`)).toMatchObject([{ ran: 'unknown' }]);
  });
});
