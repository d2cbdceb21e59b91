import { type Static, Type } from '@sinclair/typebox';
import { defaulted } from '../../contract/schemas.js';
import { idsOf, unseen } from './common/evidence.js';
import { counted } from './common/text.js';
import type { EvidenceInput, Outcome, Rule, RuleInput, TestCounts } from './rule.js';

const MAX_TESTS = 10_000_000;

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
  },
  { additionalProperties: false },
);

type Parameters = Static<typeof parameters>;
type Report = EvidenceInput & { readonly tests: TestCounts };

const isReport = (evidence: EvidenceInput): evidence is Report => evidence.tests !== undefined;

function faults({ minimumTests, maximumFailures, maximumSkipped }: Parameters, sum: TestCounts) {
  const ran = sum.tests - sum.skipped;
  const failed = sum.failures + sum.errors;
  return [
    // Each compares with `<=` or `>=`, so that NaN fails.
    ...(failed <= maximumFailures
      ? []
      : [`${counted(failed, 'test')} failed, ${maximumFailures} allowed`]),
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

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  const reports = input.evidence.filter(isReport);
  if (reports.length === 0) {
    return { status: 'not-evidenced', message: unseen(input, ['tests']) };
  }
  const total = (key: keyof TestCounts) => reports.reduce((sum, { tests }) => sum + tests[key], 0);
  const sum = {
    tests: total('tests'),
    failures: total('failures'),
    errors: total('errors'),
    skipped: total('skipped'),
  };
  const evidence = idsOf(reports);
  const found = faults(parameters, sum);
  if (found.length === 0) {
    const passed = sum.tests - sum.skipped - sum.failures - sum.errors;
    const message = `${counted(passed, 'test')} passed, ${sum.failures + sum.errors} failed, ${sum.skipped} skipped`;
    return { status: 'pass', message, evidence };
  }
  return {
    status: 'fail',
    message: [
      found.join('; '),
      'Fix the tests, run them again and upload the report with the same label',
      'If a report is wrong, retract it: POST /evidence/{id}/retract',
    ].join('. '),
    evidence,
  };
}

/** Adds up all reports that count, so that a report without failures does not hide one with failures. */
export const testsPassed: Rule<Parameters> = {
  name: 'tests-passed',
  summary: 'Tests ran, and no more of them failed or were skipped than allowed',
  parameters,
  example: { minimumTests: 1, maximumFailures: 0 },
  evaluate,
};
