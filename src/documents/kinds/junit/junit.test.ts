import { describe, expect, it } from 'vitest';
import { readXml } from '../../parsing/read-xml.js';
import { parser } from './parser.js';
import { durationOf } from './testcase.js';

const context = { secretKey: new Uint8Array(32) };
const read = (text: string) => parser.parse(readXml(text), context);

describe('JUnit: rules', () => {
  it('counts cases', () => {
    expect(read('<testsuites time="9"/>').tests).toEqual({
      tests: 0,
      passed: 0,
      failures: 0,
      errors: 0,
      skipped: 0,
      durationSeconds: 0,
      failed: [],
    });
    const lies = '<testsuite failures="0"><testcase name="a"><failure/></testcase></testsuite>';
    expect(read(lies).tests).toMatchObject({ tests: 1, failures: 1, durationSeconds: 0 });
    expect(read(lies).tests?.failed).toEqual([{ name: 'a', message: '' }]);
  });

  it('counts a case once: error before failure before skipped', () => {
    const { tests } = read(
      `<testsuite name="s">
         <testcase name="1"><failure message="f"/><error message="e"/><skipped/></testcase>
         <testcase name="2"><skipped/><failure type="T"/></testcase>
         <testcase name="3" status="notrun"/>
         <testcase name="4" status="run"/>
       </testsuite>`,
    );
    expect(tests).toMatchObject({ tests: 4, passed: 1, failures: 1, errors: 1, skipped: 1 });
    expect(tests?.failed).toEqual([
      { name: 's > 1', message: 'e' },
      { name: 's > 2', message: 'T' },
    ]);
  });

  it('finds cases in suites of suites, and those beside them', () => {
    const levels = 98;
    const deep = `${'<testsuite name="s">'.repeat(levels)}<testcase name="t"/>${'</testsuite>'.repeat(levels)}`;
    const { tests } = read(`<testsuites><testcase name="top"/>${deep}</testsuites>`);
    expect(tests).toMatchObject({ tests: 2, passed: 2 });
  });

  it('counts a suite with its own failure as an error', () => {
    const { tests } = read(
      '<testsuites><testsuite name="s" tests="0"><error message="no database"/></testsuite></testsuites>',
    );
    expect(tests).toMatchObject({ tests: 1, errors: 1, passed: 0 });
    expect(tests?.failed).toEqual([{ name: 's', message: 'no database' }]);
  });

  it('counts a run with its own failure as an error', () => {
    const text =
      '<testsuites name="all"><failure message="crash"/><testsuite><testcase name="a"/></testsuite></testsuites>';
    expect(read(text).tests).toMatchObject({ tests: 2, errors: 1, passed: 1 });
    expect(read(text).tests?.failed).toEqual([{ name: 'all', message: 'crash' }]);
    expect(read('<testsuites><error/></testsuites>').tests).toMatchObject({ tests: 1, errors: 1 });
  });

  it('counts cases and suites in cases, and suites of several runs', () => {
    const { tests } = read(
      `<testsuites><testsuites><testsuite name="s">
         <testcase name="1"><testcase name="2"><failure message="f"/></testcase>
           <testsuite name="t"><testcase name="3"><error message="e"/></testcase></testsuite>
         </testcase>
       </testsuite></testsuites></testsuites>`,
    );
    expect(tests).toMatchObject({ tests: 3, passed: 1, failures: 1, errors: 1 });
    expect(tests?.failed).toEqual([
      { name: 's > 2', message: 'f' },
      { name: 't > 3', message: 'e' },
    ]);
  });

  it('lists the first 100, each cut to 2,000 characters', () => {
    const one = `<testcase name="t"><failure message="${'x'.repeat(1999)}\u{1f600}"/></testcase>`;
    const { tests } = read(`<testsuite>${one.repeat(150)}</testsuite>`);
    expect(tests?.failures).toBe(150);
    expect(tests?.failed).toHaveLength(100);
    expect(tests?.failed[0]?.message).toBe('x'.repeat(1999));
  });

  it.each([
    ['1.5', 1.5],
    ['1,234.5', 1234.5],
    ['1,234,567', 1234567],
    ['0,123', 0.123],
    ['12,5', 12.5],
    [' 2 ', 2],
    ['1e-3', 0.001],
    ['.5', 0.5],
    ['', 0],
    ['-1', 0],
    ['NaN', 0],
    ['Infinity', 0],
    ['0x10', 0],
    ['1e999', 0],
    ['9'.repeat(400), 0],
    [undefined, 0],
  ])('the duration %j is %d s', (time, seconds) => {
    expect(durationOf(time)).toBe(seconds);
  });
});

describe('JUnit: refused documents', () => {
  it.each(['bom', 'TestRun', 'test-run', 'assemblies', 'report', '__proto', 'toString'])(
    'the root %s',
    (root) => {
      const document = readXml(`<${root}><testcase/></${root}>`);
      expect(parser.recognizes(document)).toBe(false);
      expect(() => parser.parse(document, context)).toThrow('testsuites or testsuite');
    },
  );

  it.each([null, 1, 'testsuite', [], {}, { name: 'testsuite', attributes: {} }])(
    '%j',
    (document) => {
      expect(parser.recognizes(document)).toBe(false);
      expect(() => parser.parse(document, context)).toThrow('must be an XML document');
    },
  );

  it.each(['report', 'results', 'test-results', 'ns:all'])('but reads suites in %s', (root) => {
    const document = readXml(`<${root}><testsuite><testcase name="a"/></testsuite></${root}>`);
    expect(parser.recognizes(document)).toBe(true);
    const { tests, warnings } = parser.parse(document, context);
    expect(tests).toMatchObject({ tests: 1, passed: 1 });
    expect(warnings).toEqual([{ message: `The root element is ${root}. Its suites were read` }]);
  });

  it('a report of Check, which has a root of the same name', () => {
    const text = '<testsuites xmlns="http://check.sourceforge.net/ns"><suite/></testsuites>';
    expect(() => read(text)).toThrow('looks like a report of Check');
  });

  it('recognizes both roots', () => {
    expect(parser.recognizes(readXml('<testsuites/>'))).toBe(true);
    expect(parser.recognizes(readXml('<testsuite/>'))).toBe(true);
  });
});
