import { type Static, Type } from '@sinclair/typebox';
import { defaulted } from '../../contract/schemas.js';
import { counted } from '../../shared/text.js';
import {
  evidenceName,
  RETRACT,
  sentBeforeNote,
  whyKept,
  whyUncounted,
} from './common/cover-notes.js';
import { idsOf, missing, unseen } from './common/evidence.js';
import { scopeParameter } from './common/scope.js';
import { firstOf, shown } from './common/text.js';
import type { EvidenceInput, Outcome, Rule, RuleInput, TestCounts } from './rule.js';

const MAX_TESTS = 10_000_000;
/** Maximum number of tests, and of reports, that a message names. */
const NAMED = 5;

const parameters = Type.Object(
  {
    minimumTests: defaulted(
      Type.Integer({
        minimum: 1,
        maximum: MAX_TESTS,
        default: 1,
        description: 'Minimum number of tests that ran. Skipped tests did not run',
      }),
    ),
    maximumFailures: defaulted(
      Type.Integer({
        minimum: 0,
        maximum: MAX_TESTS,
        default: 0,
        description: 'Maximum number of tests with failures or errors',
      }),
    ),
    maximumSkipped: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_TESTS,
        description: 'Maximum number of skipped tests. If absent, the number does not matter',
      }),
    ),
    scope: scopeParameter,
  },
  { additionalProperties: false },
);

type Parameters = Static<typeof parameters>;
type Report = EvidenceInput & { readonly tests: TestCounts };

const isReport = (evidence: EvidenceInput): evidence is Report => evidence.tests !== undefined;

/** `: checkout > pays (junit (unit)); and 2 more`. */
function failedTests(reports: readonly Report[], total: number): string {
  const names = reports.flatMap((report) =>
    (report.tests.failed ?? []).map((name) => `${shown(name)} (${evidenceName(report)})`),
  );
  return names.length === 0 ? '' : `: ${firstOf(names.slice(0, NAMED), NAMED, total)}`;
}

function faults(
  { minimumTests, maximumFailures, maximumSkipped }: Parameters,
  sum: TestCounts,
  reports: readonly Report[],
) {
  const ran = sum.tests - sum.skipped;
  const failed = sum.failures + sum.errors;
  return [
    // Each compares with `<=` or `>=`, so that NaN fails.
    ...(failed <= maximumFailures
      ? []
      : [
          `${counted(failed, 'test')} failed, ${maximumFailures} allowed${failedTests(reports, failed)}`,
        ]),
    ...(ran >= minimumTests
      ? []
      : [
          `${counted(ran, 'test')} ran, at least ${minimumTests} required (${sum.skipped} skipped)`,
        ]),
    ...(maximumSkipped !== undefined && !(sum.skipped <= maximumSkipped)
      ? [`${counted(sum.skipped, 'test')} skipped, ${maximumSkipped} allowed`]
      : []),
  ];
}

const ADVICE = [
  'Fix the tests in another commit, and make a new release of it',
  'If a test failed by chance, run the tests of this commit again and upload the report with the same label',
  `If a report is wrong, retract it: ${RETRACT}`,
].join('. ');

const AGAIN = [
  'Run the tests again and upload the report with the same label',
  `If that does not replace it, retract it: ${RETRACT}`,
].join('. ');

const failedIn = ({ tests }: Report) => tests.failures + tests.errors;
const ranIn = ({ tests }: Report) => tests.tests - tests.skipped;

/** One report for each document: the same bytes with two labels are one run. Of two readings of it, the worse one. */
function documentsOf(reports: readonly Report[]): Report[] {
  const worstLast = reports.toSorted((a, b) => failedIn(a) - failedIn(b) || ranIn(b) - ranIn(a));
  const kept = new Set(new Map(worstLast.map((one) => [one.sha256, one])).values());
  return reports.filter((one) => kept.has(one));
}

function sumOf(reports: readonly Report[]): TestCounts {
  const total = (key: 'tests' | 'failures' | 'errors' | 'skipped') =>
    reports.reduce((sum, { tests }) => sum + tests[key], 0);
  return {
    tests: total('tests'),
    failures: total('failures'),
    errors: total('errors'),
    skipped: total('skipped'),
  };
}

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  const reports = input.evidence.filter(isReport);
  const evidence = idsOf(reports);
  if (reports.length === 0) return { status: 'not-evidenced', message: unseen(input, ['tests']) };
  const documents = documentsOf(reports);
  const sum = sumOf(documents);
  const found = faults(parameters, sum, documents);
  // A report of a run that did not end may lack the tests that would have failed. No other report makes up for it.
  const unclean = whyUncounted(reports, 'tests', input.artifacts);
  const failed = sum.failures + sum.errors;
  if (failed <= parameters.maximumFailures) {
    const lacking = missing(input, ['tests'], parameters.scope);
    if (lacking) return { status: 'not-evidenced', message: lacking, evidence };
    if (unclean.length > 0) {
      const message = `${firstOf(unclean, NAMED)}. ${AGAIN}`;
      return { status: 'not-evidenced', message, evidence };
    }
  }
  if (found.length === 0) {
    const passed = sum.tests - sum.skipped - failed;
    const message = `${counted(passed, 'test')} passed, ${failed} failed, ${sum.skipped} skipped`;
    return { status: 'pass', message: `${message}${sentBeforeNote(documents)}`, evidence };
  }
  const failing = reports.filter(({ tests }) => tests.failures + tests.errors > 0);
  const kept = whyKept(failing, input.artifacts);
  return { status: 'fail', message: `${found.join('; ')}. ${ADVICE}${kept}`, evidence };
}

/**
 * Adds up all reports that count, each document once, so that a report without failures does not hide one with
 * failures.
 */
export const testsPassed: Rule<Parameters> = {
  name: 'tests-passed',
  summary: 'Tests ran, and no more of them failed or were skipped than allowed',
  parameters,
  example: { minimumTests: 1, maximumFailures: 0 },
  evaluate,
};
