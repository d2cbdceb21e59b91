import { counted } from '../../../shared/text.js';
import type { Note } from '../../kind.js';
import type { XmlElement } from '../../xml-element.js';
import { unclearIn } from './attributes.js';
import type { Signs } from './signs.js';

/** Maximum number of different words about outcomes that are reported as not understood. */
const MAX_WORDS = 20;

const OTHERS = 'its tool also counts subtests, requests or assertions, so cases may be missing';

/** What is read leniently in a report, or not understood. */
export class Doubts {
  private readonly words = new Map<string, number>();
  /** Tests that passed only when they were repeated. */
  flaky = 0;
  /** How many more than its test cases a suite counts, if its tool counts subtests or assertions. */
  others = 0;
  /** What may hide a failure. Continues "it has ". */
  unclear: string | undefined;

  /** @param word about an outcome, as `status="purple"` */
  word(word: string): void {
    if (this.words.has(word) || this.words.size < MAX_WORDS)
      this.words.set(word, (this.words.get(word) ?? 0) + 1);
  }

  inSuite(suite: XmlElement, { otherTest }: Signs, name: string): void {
    const place = `in its ${name}, which`;
    const count = unclearIn(suite);
    if (count) this.unclear ??= `${count} ${place} is not a count`;
    if (otherTest)
      this.unclear ??= `<${otherTest.name.slice(0, 50)}> ${place} may be a test that is not read`;
  }

  warnings(): Note[] {
    const flaky = `${counted(this.flaky, 'test')} passed only when repeated`;
    const others = `A suite counts ${this.others} more than its test cases: ${OTHERS}`;
    const words = [...this.words].map(([word, count]) => ({
      message: `${word} of ${counted(count, 'test or suite', 'tests or suites')} is not known. It does not count as a failure`,
    }));
    return [
      ...(this.flaky > 0 ? [{ message: flaky }] : []),
      ...(this.others > 0 ? [{ message: others }] : []),
      ...words,
    ];
  }
}
