import { counted } from '../../../shared/text.js';
import type { Coverage } from '../../../vocabulary/coverage.js';
import { DocumentFault } from '../../fault.js';
import type { OtherLine } from '../../json-lines.js';
import type { DocumentParser, Note } from '../../kind.js';
import { type About, covered, failed, uncovered } from '../common/coverage.js';
import { eventOf, isMisspelled, isTelling, linesOf } from './events.js';
import { OUTSIDE, Run } from './run.js';

/** How many values are looked at to recognise the output: Go may print other JSON before the first event. */
const FIRST = 100;

/** Lines that Go wrote beside the events, and that report a failure. Go before 1.24 writes failed builds so. */
const FAILURE =
  /^(?:FAIL\b|--- FAIL|panic: |fatal error: |signal: |exit status [1-9]|\*\*\* Test killed|Killed\b|Segmentation fault|make(?:\[\d+\])?: \*\*\*)/;

/** `FAIL\tshop/cart [build failed]` names a package. */
const failedIn = (text: string) => /^FAIL\s+(\S+)/.exec(text)?.[1] ?? OUTSIDE;

/** Lines that are not events. A cut line shows that the output is not complete. */
function readOthers(others: readonly OtherLine[], run: Run) {
  const warnings: Note[] = [];
  let cut: number | undefined;
  for (const { line, text } of others) {
    if (text.startsWith('{')) cut ??= line;
    else if (FAILURE.test(text)) run.error(failedIn(text), `line ${line}: ${text}`);
    else warnings.push({ message: `Line ${line} is not an event: ${text.slice(0, 100)}` });
  }
  return { warnings, cut };
}

const MISSPELLED =
  'it has events with names in another case, such as `action`. Upload the output of go test -json unchanged';

function coverageOf(
  run: Run,
  cut: number | undefined,
  misspelled: boolean,
  about: About,
): Coverage {
  const [first] = run.unfinished;
  if (first !== undefined) {
    const more = run.unfinished.size > 1 ? ` and ${run.unfinished.size - 1} more` : '';
    const name = first.slice(0, 100) || 'of the tests';
    const what = `package ${name}${more} began and did not end`;
    return failed('tests', `${what}. Run the tests again, and upload the complete output`, about);
  }
  if (cut !== undefined)
    return failed('tests', `the output is cut or broken in line ${cut}`, about);
  if (misspelled) return failed('tests', MISSPELLED, about);
  const [action] = run.unknown;
  if (action !== undefined) {
    const what = `the action ${JSON.stringify(action.slice(0, 50))} is not known, and may be a failure`;
    return uncovered('tests', `${what}. Upload the output of go test -json unchanged`, about);
  }
  if (about.lookedAt === 0) return uncovered('tests', 'no test ran', about);
  return covered('tests', about);
}

function swallowed({ swallowed }: Run): Note[] {
  if (swallowed === 0) return [];
  const what = `${counted(swallowed, 'test')} without a result`;
  return [{ message: `${what} in packages that passed. They count by what the package printed` }];
}

export const parser: DocumentParser = {
  version: 6,

  recognizes(document) {
    const values = linesOf(document).values.slice(0, FIRST);
    return values.some(isTelling);
  },

  parse(document) {
    const { values, others } = linesOf(document);
    const run = new Run();
    let events = 0;
    let misspelled = false;
    for (const value of values) {
      const event = eventOf(value);
      if (!event) {
        misspelled ||= isMisspelled(value);
        continue;
      }
      events += 1;
      run.event(event);
    }
    if (!values.some(isTelling)) throw new DocumentFault('must be the output of go test -json');
    run.finish();
    const { warnings, cut } = readOthers(others, run);
    const unknown = values.length - events;
    const tests = run.summary();
    const lookedAt = tests.tests - tests.skipped;
    const of = [...run.packages].filter(Boolean).map((name) => ({ type: 'suite' as const, name }));
    return {
      tool: 'go test',
      coverage: [coverageOf(run, cut, misspelled, { of, lookedAt, ...run.time })],
      tests,
      testNames: run.names,
      warnings: [
        ...swallowed(run),
        ...(unknown > 0
          ? [{ message: `${counted(unknown, 'line')} of JSON without an event` }]
          : []),
        ...warnings,
      ],
    };
  },
};
