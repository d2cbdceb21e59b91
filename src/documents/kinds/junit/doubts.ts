import { counted } from '../../../shared/text.js';
import type { Note } from '../../kind.js';
import type { XmlElement } from '../../xml-element.js';
import { unclearIn } from './attributes.js';
import { endedEarly } from './interrupted.js';
import type { Signs } from './signs.js';
import { oddIn } from './suite-attributes.js';

const OTHERS = 'its tool also counts subtests, requests or assertions, so cases may be missing';

/** What is read leniently in a report, or not understood. */
export class Doubts {
  /** Tests that passed only when they were repeated. */
  flaky = 0;
  /** How many more than its test cases a suite counts, if its tool counts subtests or assertions. */
  others = 0;
  /** What may hide a failure. Continues "it has ". */
  unclear: string | undefined;

  /** @param word of a suite, as `status="purple"` @param place the suite */
  inPlace(word: string, place: string): void {
    this.unclear ??= `${word} in its ${place}, which is not known`;
  }

  /** @param tests the number of tests that were found in it */
  inSuite(suite: XmlElement, { otherTest }: Signs, name: string, tests: number): void {
    const place = `in its ${name}, which`;
    const count = unclearIn(suite);
    if (count) this.unclear ??= `${count} ${place} is not a count`;
    const odd = oddIn(suite, tests);
    if (odd) this.unclear ??= `${odd} ${place} is not known`;
    const line = endedEarly(suite);
    if (line)
      this.unclear ??= `the line ${JSON.stringify(line)} in the output of its ${name}, as after a run that did not end`;
    if (otherTest)
      this.unclear ??= `<${otherTest.name.slice(0, 50)}> ${place} may be a test that is not read`;
  }

  warnings(): Note[] {
    const flaky = `${counted(this.flaky, 'test')} passed only when repeated`;
    const others = `A suite counts ${this.others} more than its test cases: ${OTHERS}`;
    return [
      ...(this.flaky > 0 ? [{ message: flaky }] : []),
      ...(this.others > 0 ? [{ message: others }] : []),
    ];
  }
}
