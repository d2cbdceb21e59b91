import { fieldOf } from '../kinds/common/fields.js';
import type { Lookalike } from './lookalike.js';

export const TESTS: readonly Lookalike[] = [
  {
    name: 'a JSON report of Jest or Vitest',
    advice: 'Upload JUnit XML (vitest --reporter=junit, or the reporter jest-junit)',
    fields: ['numTotalTests', 'testResults'],
  },
  {
    name: 'a JSON report of Playwright',
    advice: 'Upload JUnit XML (playwright test --reporter=junit)',
    fields: ['config', 'suites', 'errors'],
  },
  {
    name: 'a JSON report of Mocha',
    advice: 'Upload JUnit XML (mocha --reporter xunit)',
    fields: ['stats', 'tests', 'passes', 'failures'],
  },
  {
    name: 'a JSON report of Cucumber',
    advice: 'Upload JUnit XML (the formatter junit)',
    fields: ['keyword', 'elements'],
    and: (object) => Object.hasOwn(object, 'uri'),
    list: true,
  },
  {
    name: 'a JSON report of Behave',
    advice: 'Upload JUnit XML (behave --junit)',
    fields: ['keyword', 'location', 'status'],
    list: true,
  },
  {
    name: 'messages of Cucumber',
    advice: 'Upload JUnit XML (the formatter junit)',
    fields: ['meta'],
    and: (object) => fieldOf(fieldOf(object, 'meta'), 'protocolVersion') !== undefined,
  },
  {
    name: 'a report of Mochawesome',
    advice: 'Upload JUnit XML (mocha --reporter xunit)',
    fields: ['stats', 'results', 'meta'],
  },
  {
    name: 'a JSON report of RSpec',
    advice: 'Upload JUnit XML (rspec --format RspecJunitFormatter)',
    fields: ['examples', 'summary', 'summary_line'],
  },
  {
    name: 'a JSON report of pytest',
    advice: 'Upload JUnit XML (pytest --junitxml=report.xml)',
    fields: ['exitcode', 'root', 'summary'],
  },
  {
    name: 'a JSON report of Newman',
    advice: 'Upload JUnit XML (newman run --reporters junit)',
    fields: ['collection', 'run'],
  },
  {
    name: 'JSON of the test runner of Rust',
    advice: 'Upload JUnit XML (--format junit of the test program)',
    fields: ['type', 'event'],
    and: (object) => fieldOf(object, 'type') === 'suite',
  },
  {
    name: 'a JSON report of Dart or Flutter',
    advice: 'Convert it to JUnit XML',
    fields: ['protocolVersion', 'runnerVersion', 'type'],
  },
  {
    name: 'a report in the Common Test Report Format',
    advice: 'Upload JUnit XML of the same test runner',
    fields: ['results'],
    and: (object) =>
      fieldOf(fieldOf(object, 'results'), 'tool') !== undefined &&
      fieldOf(fieldOf(object, 'results'), 'tests') !== undefined,
  },
  {
    name: 'a result of Allure',
    advice: 'Upload JUnit XML of the same test runner',
    fields: ['uuid', 'historyId', 'status'],
  },
];

const NO_TESTS = 'It shows no results of tests';

export const COVERAGE: readonly Lookalike[] = [
  { name: 'a report of code coverage', advice: NO_TESTS, fields: ['meta', 'files', 'totals'] },
  {
    name: 'a report of code coverage',
    advice: NO_TESTS,
    fields: ['total'],
    and: (object) => fieldOf(fieldOf(object, 'total'), 'branches') !== undefined,
  },
];

/** Documents that are neither JSON nor XML, by their beginning. */
export const TEXTS: readonly (Pick<Lookalike, 'name' | 'advice'> & { readonly form: RegExp })[] = [
  {
    form: /^SPDXVersion:/m,
    name: 'SPDX as tag-value',
    advice: 'Upload the JSON of SPDX 2.3',
  },
  {
    form: /^(?:TAP version \d|(?:not )?ok \d+\b|1\.\.\d+\s*$)/m,
    name: 'results of tests as TAP',
    advice:
      'Upload JUnit XML of the same test runner (node --test --test-reporter=junit, tap --reporter=junit)',
  },
  { form: /^(?:TN:|SF:)/, name: 'a report of code coverage (lcov)', advice: NO_TESTS },
  {
    form: /^(?:=== RUN |--- PASS|PASS$|FAIL$|ok {2}\t)/m,
    name: 'output of go test',
    advice: 'Upload the output of go test -json',
  },
];
