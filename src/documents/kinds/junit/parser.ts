import type { Coverage } from '../../../vocabulary/coverage.js';
import { DocumentFault } from '../../fault.js';
import type { DocumentParser } from '../../kind.js';
import { counted } from '../common/counted.js';
import { covered, failed, uncovered } from '../common/coverage.js';
import { runnerOf, startOf, suitesOf } from './about.js';
import { Count } from './count.js';
import { isElement, isSuite } from './elements.js';
import { hasSuites, requireSuites } from './roots.js';

function coverageOf(missing: number, about: Omit<Coverage, 'what' | 'ran' | 'reason'>): Coverage {
  if (missing > 0) {
    const lacks = `the report lacks ${counted(missing, 'test')} that its suites count`;
    return failed('tests', `${lacks}. It was cut, or the test runner ended early`, about);
  }
  if (about.lookedAt === 0) return uncovered('tests', 'no test ran', about);
  return covered('tests', about);
}

export const parser: DocumentParser = {
  version: 2,

  recognizes: (document) => isElement(document) && hasSuites(document),

  parse(document) {
    if (!isElement(document)) throw new DocumentFault('must be an XML document');
    requireSuites(document);
    const count = new Count();
    count.suite(document, document.attributes.get('name'));
    const tests = count.summary();
    const lookedAt = tests.tests - tests.skipped;
    const about = { of: suitesOf(document), lookedAt, at: startOf(document) };
    const wrapped = isSuite(document)
      ? []
      : [{ message: `The root element is ${document.name.slice(0, 100)}. Its suites were read` }];
    return {
      tool: runnerOf(document),
      coverage: [coverageOf(count.missing, about)],
      tests,
      warnings: [...wrapped, ...count.warnings()],
      contradictions: count.contradictions,
    };
  },
};
