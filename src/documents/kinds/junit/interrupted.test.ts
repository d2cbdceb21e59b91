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
    'There was a timeout in the fork',
    'Killing self fork JVM. Maven process died.',
    'The active Tests Run was aborted.',
    "Could not find testhost for test source 'a.dll'.",
    'This might cause false positive tests. Resolve unhandled errors to make sure your tests are not affected.',
    'While loading ./a.rb an `exit` / `raise SystemExit` occurred, RSpec will now quit.',
    'rerun aborted because previous run had a suspected panic and some test may not have run',
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
    'Browser disconnected, because no message in 30000 ms.',
    'Worker exited unexpectedly',
    'Aborting test run: test run timeout of 1000 milliseconds exceeded.',
    '[xUnit.net 00:00:01.01]   Catastrophic failure: System.TypeLoadException: x',
    'Process is terminated due to StackOverflowException.',
    'A jest worker process (pid=1) was terminated by another process: signal=SIGKILL, exitCode=null. Operating system logs may contain more information on why this occurred.',
    "Process 'Gradle Test Executor 1' finished with non-zero exit value 137",
    'make: *** [Makefile:12: test] Killed',
    'make[1]: *** [Makefile:12: test] Error 137',
    'Error: Worker terminated due to reaching memory limit: JS heap out of memory',
    '-- Test timed out at 2026-01-15 09:30:00 UTC --',
    'java.lang.OutOfMemoryError: Java heap space',
    'Error: worker process exited unexpectedly (code=null, signal=SIGKILL)',
    'Timed out waiting 600s for the test suite to run',
    "error: test failed: process didn't exit successfully: `shop` (signal: 9, SIGKILL: kill)",
    'npm ERR! signal SIGTERM',
    ' ELIFECYCLE  Command failed with exit code 137.',
    'Out of memory: Killed process 42 (node) total-vm:1kB',
    'Build timed out (after 10 minutes). Marking the build as aborted.',
    '*** Test killed with quit: ran too long (11m0s).',
    'PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted',
  ])('%s: the run may not have ended', (line) => {
    for (const name of ['system-out', 'system-err', 'output'])
      for (const text of [line, `ok 1\n  ${line}\nbye`])
        expect(read(text, name), text).toMatchObject([
          { ran: 'unknown', reason: expect.stringContaining(`in the output of its suite "s"`) },
        ]);
  });

  it.each([
    '[xUnit.net 00:00:10.12] ',
    '[10:00:00 INF] ',
    '2026-01-15T09:30:00.123Z ERROR ',
    'Error - ',
    '> ',
    'vstest: ',
    '[31;1m',
    '[32m[ERROR][39m ',
    'a test that prints: ',
  ])('after the prefix %j', (prefix) => {
    for (const line of ['Test Run Aborted.', 'Stack overflow.', 'Bail out! x', 'Crashed tests:'])
      expect(read(prefix + line)).toMatchObject([{ ran: 'unknown' }]);
    expect(read(`${prefix}Test [1mRun Aborted.[0m`)).toMatchObject([{ ran: 'unknown' }]);
  });

  it('is named by its line, with what to do', () => {
    const line = '[10:00:00 INF] The active test run was aborted. Reason: x';
    const long = `${'a'.repeat(500)} Test Run Aborted. ${'b'.repeat(500)}`;
    expect(read(`ok\n ${line} \nbye`)[0]?.reason).toBe(
      `it has the line ${JSON.stringify(line)} in the output of its suite "s", as after a run that did not end. Run the tests again, or do not let a test print this line`,
    );
    expect(read(long)[0]?.reason).toMatch(/the line "a{39} Test Run Aborted\. b{22}" in/);
  });

  it.each([
    'Run was cancelled',
    'Execution was cancelled',
    'Execution was interrupted by the user',
    'Process terminated.',
    'Terminated',
    'Killed',
    'Aborted',
    '[ERROR] Aborted.',
    'Segmentation fault',
    'Worker died',
    'Browser disconnected',
    'Build timed out',
    'signal: killed by the operator',
    'expected "Stack overflow." to be shown',
    'make: *** [Makefile:12: test] Error 1',
    'npm error code 1',
    'Command failed with exit code 1',
    'caught java.lang.OutOfMemoryError: of the fake',
    'ERROR in a log',
    '[ERROR] order 7 failed: card was rejected',
    'the user aborted the order',
    'Aborted order 7',
    'Killed 3 idle connections',
    'retry: connection was terminated',
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
