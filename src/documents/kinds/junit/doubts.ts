import { counted } from '../../../shared/text.js';
import type { Note } from '../../kind.js';
import type { XmlElement } from '../../xml-element.js';
import { unclearIn } from './attributes.js';
import { AFTER_LINE, endedEarly } from './interrupted.js';
import type { Signs } from './signs.js';
import { oddIn } from './suite-attributes.js';

const OTHERS = 'its tool also counts subtests, requests or assertions, so cases may be missing';

const UNCHANGED = 'Upload the output of the test runner';
const without = (word: string) =>
  `Upload it without ${word.replace(/="[\s\S]*/, '')} if that says nothing about how the run ended`;

/** What is read leniently in a report, or not understood. */
export class Doubts {
  /** Tests that passed only when they were repeated. */
  flaky = 0;
  /** How many more than its test cases a suite counts, if its tool counts subtests or assertions. */
  others = 0;
  /** What may hide a failure, and what to do about it. Continues "it has ". */
  unclear: string | undefined;

  private doubt(what: string, advice: string): void {
    this.unclear ??= `${what}. ${advice}`;
  }

  /** @param word of a suite, as `status="purple"` @param place the suite */
  inPlace(word: string, place: string): void {
    this.doubt(`${word} in its ${place}, which is not known`, without(word));
  }

  /** @param tests the number of tests that were found in it */
  inSuite(suite: XmlElement, { otherTest }: Signs, name: string, tests: number): void {
    const place = `in its ${name}, which`;
    const count = unclearIn(suite);
    if (count) this.doubt(`${count} ${place} is not a count`, UNCHANGED);
    const odd = oddIn(suite, tests);
    if (odd) this.doubt(`${odd} ${place} is not known`, without(odd));
    const line = endedEarly(suite);
    if (line)
      this.doubt(
        `the line ${JSON.stringify(line)} in the output of its ${name}, as after a run that did not end`,
        AFTER_LINE,
      );
    if (otherTest) {
      const what = `<${otherTest.name.slice(0, 50)}> ${place} may be a test that is not read`;
      this.doubt(what, UNCHANGED);
    }
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
