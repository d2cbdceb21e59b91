import { counted } from '../../../shared/text.js';
import type { Coverage } from '../../../vocabulary/coverage.js';
import { DocumentFault } from '../../fault.js';
import type { DocumentParser } from '../../kind.js';
import { isElement } from '../../xml-element.js';
import { type About, covered, failed, uncovered } from '../common/coverage.js';
import { runnerOf, startOf, suitesOf } from './about.js';
import { checkerOf } from './checkers.js';
import { Count } from './count.js';
import { isSuite } from './elements.js';
import { hasSuites, requireSuites } from './roots.js';

/** No later report can show that it ran the same tests. */
const RETRACT =
  'It names no test, so no later report replaces it. Run the tests again, and retract it: POST /evidence/{id}/retract';

/** @param checker the tool, if it runs no tests */
function coverageOf(
  checker: string | undefined,
  { missing, nameless, unknown, doubts: { unclear } }: Count,
  about: About,
): Coverage {
  if (missing > 0) {
    const lacks = `the report lacks ${counted(missing, 'test')} that its suites count`;
    return failed('tests', `${lacks}. It was cut, or the test runner ended early`, about);
  }
  if (nameless > 0) {
    const began = `${counted(nameless, 'test')} began and did not end, so the run was interrupted`;
    const isAlone = nameless === about.lookedAt;
    return failed('tests', `${began}. ${isAlone ? RETRACT : 'Run the tests again'}`, about);
  }
  if (checker !== undefined) {
    const why = `these are results of ${checker}, which runs no tests`;
    return uncovered('tests', `${why}. Upload the report of the test runner`, about);
  }
  if (about.lookedAt === 0) return uncovered('tests', 'no test ran', about);
  const why = unknown.reason();
  if (why !== undefined) return uncovered('tests', why, about);
  if (unclear !== undefined) return uncovered('tests', `it has ${unclear}`, about);
  return covered('tests', about);
}

export const parser: DocumentParser = {
  version: 13,

  recognizes: (document) => isElement(document) && hasSuites(document),

  parse(document) {
    if (!isElement(document)) throw new DocumentFault('must be an XML document');
    requireSuites(document);
    const count = new Count();
    count.suite(document, document.attributes.get('name'));
    const tests = count.summary();
    const lookedAt = tests.tests - tests.skipped;
    const about = { of: suitesOf(document), lookedAt, ...startOf(document) };
    const wrapped = isSuite(document)
      ? []
      : [{ message: `The root element is ${document.name.slice(0, 100)}. Its suites were read` }];
    return {
      tool: runnerOf(document),
      coverage: [coverageOf(checkerOf(document), count, about)],
      tests,
      testNames: count.names,
      warnings: [...wrapped, ...count.doubts.warnings()],
      contradictions: count.contradictions,
    };
  },
};
