import { describe, expect, it } from 'vitest';
import type { TestSummary } from '../../documents/kind.js';
import { readDocument } from '../../documents/parsing/read-document.js';
import { storedNames, testNamesOf } from '../../documents/parsing/test-names.js';
import type { Replacing } from './replaces.js';
import { looked, whyBeside } from './replaces.support.js';

describe('a new report of tests replaces what', () => {
  const run = (
    ran: readonly string[],
    failed: readonly string[] = [],
    { groups = [], ...more }: Partial<TestSummary> & { groups?: string[] } = {},
  ): Replacing => {
    const { skipped = 0 } = more;
    const names = testNamesOf({ tests: new Set(ran), groups: new Set(groups) });
    const isClean = failed.length === 0 && more.missing === undefined;
    return {
      ...looked('tests', ran.length),
      tests: {
        ...{
          tests: ran.length + skipped,
          passed: ran.length - failed.length,
          errors: 0,
          skipped,
        },
        ...{ failures: failed.length, durationSeconds: 0, ...more },
        failed: failed.map((name) => ({ name, message: '' })),
      },
      ...(!isClean && { testsRun: storedNames(names) }),
      testNames: names,
    };
  };

  it('has as many if all passed', () => {
    expect(whyBeside(run(['a', 'b']), run(['a', 'b']))).toBeUndefined();
    expect(whyBeside(run(['a', 'b', 'c']), run(['a', 'b']))).toBeUndefined();
    expect(whyBeside(run(['b']), run(['a', 'b']))).toBe('it has 2 tests, and this document has 1');
    expect(whyBeside(run(['a']), run(['a'], [], { skipped: 1 }))).toContain('it has 2 tests');
    expect(whyBeside(run([]), run(['a']))).toContain('it has 1 test,');
  });

  it('has all of them if not all passed', () => {
    const failed = run(['a', 'b'], ['b']);
    expect(whyBeside(run(['a', 'b']), failed)).toBeUndefined();
    expect(whyBeside(run(['a', 'b', 'c']), failed)).toBeUndefined();
    expect(whyBeside(run(['b']), failed)).toBe('1 of its tests did not run in this document');
    const why = 'its test "b" did not run in this document';
    expect(whyBeside(run(['c', 'd']), failed)).toBe(why);
    expect(whyBeside({ ...run(['c', 'd']), testNames: undefined }, failed)).toBe(why);
    const { testsRun: _before, ...before } = failed;
    expect(whyBeside(run(['c', 'd']), before)).toBe(why);
    expect(whyBeside(run(['a', 'b']), before)).toBeUndefined();
    const twice = run(['a', 'a\n2'], ['a']);
    expect(whyBeside(run(['a', 'b']), twice)).toContain('1 of its tests');
  });

  it('has tests of which only the number of failures is known, and at least as many', () => {
    const counted = run(['a', 'b'], ['suite'], { failures: 1, unnamed: 1, tests: 3 });
    expect(whyBeside(run(['a', 'b', 'c'], [], { groups: ['suite'] }), counted)).toBeUndefined();
    expect(whyBeside(run(['a', 'b'], [], { groups: ['suite'] }), counted)).toContain('3 tests');
    expect(whyBeside(run(['c', 'd', 'e'], [], { groups: ['suite'] }), counted)).toBeDefined();
    const none = run([], ['suite'], { failures: 1, unnamed: 1, tests: 1 });
    expect(whyBeside(run(['a', 'b'], [], { groups: ['suite'] }), none)).toContain('the number');
  });

  it('has a test below the group whose hook failed', () => {
    const failed = run(['b.test.ts > B'], ['b.test.ts > B']);
    expect(
      whyBeside(run(['b.test.ts > B > adds'], [], { groups: ['b.test.ts > B'] }), failed),
    ).toBe(undefined);
  });

  it('has those that a run which ended early did not reach', () => {
    const cut = run(['a', 'b'], [], { missing: 2 });
    expect(whyBeside(run(['a', 'b']), cut)).toContain('it has 4 tests');
    expect(whyBeside(run(['a', 'x', 'y', 'z']), cut)).toContain('1 of its tests');
    expect(whyBeside(run(['a', 'b', 'c', 'd']), cut)).toBeUndefined();
  });

  it('has tests of the class, file or hook that failed outside of its tests', () => {
    const of = (...groups: string[]) => run(['a', 'x'], [], { groups });
    const outside = (name: string) => run(['a'], [name]);
    for (const [entry, group] of [
      ['pytest > tests.test_x', 'tests.test_x'],
      ['shop.A >', 'shop.A'],
      ['shop.A > initializationError', 'shop.A'],
      ['Cart > "before each" hook for "adds"', 'Cart'],
      ['suite', 'suite'],
    ] as const) {
      expect(whyBeside(of(group), outside(entry)), entry).toBeUndefined();
      expect(whyBeside(of('other'), outside(entry)), entry).toContain(entry.slice(0, 5));
      // There may be more of them, which have no names.
      const many = run(['a'], [entry], { failures: 101 });
      expect(whyBeside(of(group), many), entry).toContain('what else failed in it');
    }
    expect(whyBeside(of('api'), outside('api > login'))).toContain('login');
    expect(whyBeside(of('login'), run(['a', 'api > login'], ['api > login']))).toContain('login');
  });
});

describe('the same job that runs again', () => {
  const read = async (text: string): Promise<Replacing> => {
    const format = text.startsWith('<') ? 'xml' : 'json';
    const { head, testNames } = await readDocument({
      ...{ bytes: Buffer.from(text), format, kind: undefined },
      ...{ secretKey: new Uint8Array(32), receivedAt: new Date() },
    });
    return { ...head.summary, tool: head.tool, testNames };
  };
  const why = async (older: string, by: string) => whyBeside(await read(by), await read(older));
  const pytest = (...cases: string[]) =>
    `<testsuites name="pytest tests"><testsuite name="pytest">${cases.join('')}</testsuite></testsuites>`;
  const test = (name: string, more = '') =>
    `<testcase classname="test_a" name="${name}">${more}</testcase>`;
  const internal =
    '<testcase classname="pytest" name="internal"><error message="internal error"/></testcase>';

  it('replaces a run with a retry, and one whose teardown failed', async () => {
    const retried = pytest(test('a', '<failure/>'), test('a'), test('b'));
    const teardown = pytest(test('a', '<failure/>'), test('a', '<error/>'), test('b'));
    for (const older of [retried, teardown]) {
      expect(await why(older, pytest(test('a'), test('b')))).toBeUndefined();
      expect(await why(older, pytest(test('a')))).toContain('1 of its tests');
      expect(await why(older, pytest(test('b')))).toContain('its test "test_a > a"');
    }
    const alike = pytest(test('a'), test('a', '<failure/>'));
    expect(await why(alike, pytest(test('a'), test('b')))).toContain('1 of its tests');
  });

  it('replaces a crash of pytest by all tests that ran, and more', async () => {
    const crashed = pytest(test('a'), internal);
    expect(await why(crashed, pytest(test('a'), test('b')))).toBeUndefined();
    const place = 'what failed in it outside of tests (pytest > internal)';
    expect(await why(crashed, pytest(test('a')))).toContain(place);
    expect(await why(crashed, pytest(test('b'), test('c')))).toContain('1 of its tests');
    expect(await why(pytest(internal), pytest(test('a')))).toContain(place);
  });

  it('replaces an interrupted run of pytest by all of its tests, and one more', async () => {
    const skipped = test('c', '<skipped/>');
    const also = test('d', '<skipped/>');
    const interrupted = pytest(test('a'), skipped, also, '<testcase time="0.1"/>');
    expect(await why(interrupted, pytest(test('a'), test('b'), skipped, also))).toBeUndefined();
    expect(await why(interrupted, pytest(test('a'), test('b'), test('c'), also))).toBeUndefined();
    const place = 'outside of tests (pytest > a test without a name)';
    expect(await why(interrupted, pytest(test('a'), skipped))).toContain(place);
    expect(await why(interrupted, pytest(test('a'), test('b')))).toBe(
      'its run did not end, it has 3 tests, and this document has 2',
    );
    const nameless = '<testcase time="0.1"/>';
    const twice = pytest(test('a'), nameless, nameless);
    expect(await why(twice, pytest(test('a'), test('b')))).toContain(place);
    expect(await why(twice, pytest(test('a'), test('b'), test('c')))).toBeUndefined();
    // Nothing tells which tests began.
    expect(await why(pytest(nameless), pytest(test('a')))).toContain(place);
  });

  it('replaces an aborted run of VSTest by all of its tests', async () => {
    const trx = (outcome: string, ...results: (readonly [string, string])[]) =>
      [
        '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>',
        ...results.map(([name, end]) => `<UnitTestResult testName="${name}" outcome="${end}"/>`),
        `</Results><ResultSummary outcome="${outcome}"/></TestRun>`,
      ].join('');
    const [a, b, c] = [
      ['A', 'Passed'],
      ['B', 'Passed'],
      ['C', 'NotExecuted'],
    ] as const;
    const aborted = trx('Aborted', a, b, c);
    expect(await why(aborted, trx('Completed', a, b, c))).toBeUndefined();
    expect(await why(aborted, trx('Completed', a, c, c))).toContain('did not run');
    expect(await why(aborted, trx('Completed', a, b))).toContain('its run did not end');
    expect(await why(aborted, trx('Completed', a, b, ['D', 'Passed']))).toBeUndefined();
  });

  it('replaces a run of Go without its last events by all of its tests', async () => {
    const go = (...events: object[]) =>
      events.map((event) => `${JSON.stringify({ Package: 'shop', ...event })}\n`).join('');
    const passed = (Test: string, more = {}) =>
      go({ Action: 'run', Test, ...more }, { Action: 'pass', Test, ...more });
    const skipped = go({ Action: 'run', Test: 'TestC' }, { Action: 'skip', Test: 'TestC' });
    const end = go({ Action: 'pass' });
    const interrupted = passed('TestA') + skipped + go({ Action: 'run', Test: 'TestB' });
    expect(await why(interrupted, passed('TestA') + skipped + passed('TestB') + end)).toBe(
      undefined,
    );
    expect(await why(interrupted, passed('TestA') + skipped + end)).toContain('TestB');
    expect(await why(interrupted, passed('TestA') + passed('TestB') + end)).toContain(
      'its run did not end',
    );
    // The first event of a package is all that was written.
    const cart = { Package: 'cart' };
    const began = passed('TestA') + end + go({ Action: 'start', ...cart });
    const whole = passed('TestA') + end + go({ Action: 'start', ...cart });
    expect(await why(began, whole + passed('TestX', cart) + go({ Action: 'pass', ...cart }))).toBe(
      undefined,
    );
    expect(await why(began, whole + go({ Action: 'pass', ...cart }))).toContain('1 of its tests');
    const other = passed('TestB', { Package: 'web' }) + go({ Action: 'pass', Package: 'web' });
    expect(await why(began, whole + other + go({ Action: 'skip', ...cart }))).toBeUndefined();
  });

  it('replaces a package that Go could not set up, by tests of the package', async () => {
    const passed = (name: string) =>
      [
        { Action: 'run', Package: name, Test: 'TestA' },
        { Action: 'pass', Package: name, Test: 'TestA' },
        { Action: 'pass', Package: name },
      ]
        .map((event) => `${JSON.stringify(event)}\n`)
        .join('');
    const other = passed('shop/other');
    // Go before 1.24 does not write events about it.
    const before = `${other}FAIL\tshop/cart [setup failed]\nFAIL\n`;
    const output = { Package: 'shop/cart', Output: 'FAIL\tshop/cart [setup failed]\n' };
    const events = [
      { Action: 'start', Package: 'shop/cart' },
      { Action: 'output', ...output },
      { Action: 'fail', Package: 'shop/cart', Elapsed: 0 },
    ];
    const after = other + events.map((event) => `${JSON.stringify(event)}\n`).join('');
    for (const older of [before, after]) {
      expect(await why(older, other + passed('shop/cart'))).toBeUndefined();
      expect(await why(older, other + passed('shop/web'))).toBeDefined();
    }
  });

  it('replaces files that Jest could not run', async () => {
    const jest = (...suites: string[]) =>
      `<testsuites name="jest tests">${suites.join('')}</testsuites>`;
    const suite = (name: string, file = '') =>
      `<testsuite name="${name}"><testcase classname="${name} x" name="${name} x"${file}/></testsuite>`;
    const failed = (...problems: string[]) =>
      problems.map(
        (problem) =>
          `<testcase classname="Test suite failed to run" name="b.test.js"><${problem}/></testcase>`,
      );
    const entries = failed('error', 'failure').join('');
    const broken = `<testsuite name="b.test.js" errors="1" tests="0">${entries}</testsuite>`;
    const older = jest(broken, suite('one'));
    expect(await why(older, jest(suite('two'), suite('one')))).toBeUndefined();
    expect(await why(older, jest(suite('one')))).toContain(
      '(Test suite failed to run > b.test.js)',
    );
    expect(await why(older, jest(suite('two'), suite('three')))).toContain(
      'it is about jest suite',
    );
    expect(await why(jest(broken), jest(suite('one')))).toContain('b.test.js');
    expect(await why(jest(broken), jest(suite('two', ' file="b.test.js"')))).toBeUndefined();
  });

  it('replaces files that ended early in Node', async () => {
    const node = (...names: string[]) =>
      `<testsuites>${names.map((name) => `<testcase name="${name}" classname="test"/>`).join('')}</testsuites>`;
    const file = '<testcase name="/src/b.test.js" classname="test">';
    const crash = node('one').replace(
      '<testsuites>',
      `<testsuites>${file}<failure type="testCodeFailure" message="test failed"/></testcase>`,
    );
    expect(await why(crash, node('one', 'two'))).toBeUndefined();
    expect(await why(crash, node('one'))).toContain('(test > /src/b.test.js)');
    const own = crash.replace('message="test failed"', 'message="expected 1"');
    expect(await why(own, node('one', 'two'))).toContain('its test "test > /src/b.test.js"');
  });

  it('replaces a hook of Mocha by tests of its suite, and one of all files by more tests', async () => {
    const mocha = (suite: string, ...cases: string[]) =>
      `<testsuites name="Mocha Tests"><testsuite name="Root Suite" tests="0"/><testsuite name="${suite}">${cases.join('')}</testsuite></testsuites>`;
    const hook = (text: string, suite = '') =>
      `<testcase name="${suite}&quot;${text}" classname="&quot;${text}"><failure/></testcase>`;
    const adds = '<testcase name="cart adds" classname="adds"/>';
    const removes = '<testcase name="cart removes" classname="removes"/>';
    const before = mocha('cart', hook('before all&quot; hook for &quot;adds&quot;', 'cart '));
    expect(await why(before, mocha('cart', adds))).toBeUndefined();
    expect(await why(before, mocha('api', adds))).toContain('it is about mocha suite');
    const all = 'all&quot; hook in &quot;{root}&quot;';
    const root = (when: string) => mocha('cart', adds, hook(`${when} ${all}`));
    expect(await why(root('before'), mocha('cart', adds, removes))).toBeUndefined();
    expect(await why(root('before'), mocha('cart', adds))).toContain('outside of tests');
    expect(await why(root('after'), mocha('cart', adds))).toBeUndefined();
    const nothing = mocha('cart', hook(`before ${all}`));
    expect(await why(nothing, mocha('cart', adds))).toContain('outside of tests');
  });
});
