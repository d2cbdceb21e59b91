import type { Ran } from '../../../vocabulary/coverage.js';
import type { Note } from '../../kind.js';
import { fieldOf, textField } from '../common/fields.js';
import { isObject } from '../common/texts.js';
import { isAboutAnalysed, type Notification, notificationReader } from './notifications.js';
import { listOf } from './properties.js';
import type { Run } from './schema.js';

/** Whether the tool of a run did its work, and what the reader should know about that. */
export interface State {
  readonly ran: Ran;
  readonly reason: string;
  readonly warnings: readonly Note[];
  readonly contradictions: readonly Note[];
}

interface Answer {
  readonly ran: Ran;
  readonly reason: string;
}

const YES: Answer = { ran: 'yes', reason: '' };
const NO_RESULTS =
  'the run has no list of results, so the tool did not analyse anything (SARIF 3.14.23)';
const ELSEWHERE =
  'its results are in other files, which were not uploaded. Upload one complete file';

/** Longer texts of tools would hide the rest of a message. */
function shorten(text: string): string {
  const line = text.slice(0, 1000).replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

const failed = (reason: string): Answer => ({ ran: 'failed', reason });
const unknown = (reason: string): Answer => ({ ran: 'unknown', reason });

const SERIOUS: Readonly<Record<Ran, number>> = { failed: 2, unknown: 1, yes: 0 };
const worst = (answers: readonly Answer[]): Answer =>
  answers.reduce((a, b) => (SERIOUS[b.ran] > SERIOUS[a.ran] ? b : a), YES);

/** Names of signals. SpotBugs writes `SUCCESS` and `BUGS FOUND` in this field. */
const SIGNAL = /^(?:SIG[A-Z]|(?:ABRT|HUP|ILL|INT|KILL|QUIT|SEGV|TERM)$)/i;

/** How the process ended: it did not start (3.20.13), or a signal ended it (3.20.11, 3.20.12). */
function endOf(invocation: unknown): Answer {
  const start = textField(invocation, 'processStartFailureMessage');
  if (start) return failed(`the tool did not start: ${shorten(start)}`);
  const name = textField(invocation, 'exitSignalName') ?? '';
  const signal = SIGNAL.test(name) ? name : fieldOf(invocation, 'exitSignalNumber');
  return signal ? failed(`the signal ${shorten(String(signal))} ended the tool`) : YES;
}

/** SpotBugs says that it failed if it found something, and nothing else happened. */
const foundBugs = ({ tool }: Run, invocation: unknown) =>
  /^spotbugs$/i.test(tool.driver.name) &&
  fieldOf(invocation, 'exitCode') === 1 &&
  fieldOf(invocation, 'exitSignalName') === 'BUGS FOUND';

/** An error among the notifications means that the run failed (3.20.21, 3.20.22). */
function errorOf(notifications: readonly Notification[]): Answer {
  const errors = notifications.filter(({ level }) => level === 'error');
  const [first] = errors;
  if (!first) return YES;
  const said = shorten(first.text ?? first.id ?? 'without a message');
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  return failed(`the tool reports an error, so its results are not complete: ${said}${more}`);
}

/** `executionSuccessful` (3.20.14). Without it, an exit code other than 0 leaves the question open. */
function saidBy(invocation: unknown): Answer {
  const said = fieldOf(invocation, 'executionSuccessful');
  const code = fieldOf(invocation, 'exitCode');
  if (said === true) return YES;
  if (said === false) {
    const why = textField(invocation, 'exitCodeDescription');
    const detail = why ? `: ${shorten(why)}` : ' (executionSuccessful is false)';
    return failed(`the tool reports that it failed${detail}`);
  }
  if (said === undefined || said === null) {
    if (code === undefined || code === null || code === 0) return YES;
    return unknown(`the tool exited with ${shorten(String(code))}, and does not say what it means`);
  }
  return unknown('executionSuccessful is neither true nor false');
}

/** One start of the tool, or of the converter of its report (3.20). */
function invocationState(
  run: Run,
  invocation: unknown,
  notifications: readonly Notification[],
  pointer: string,
): State {
  const said = foundBugs(run, invocation) ? YES : saidBy(invocation);
  const shown = worst([endOf(invocation), errorOf(notifications)]);
  const claimed = fieldOf(invocation, 'executionSuccessful');
  const answer = worst([said, shown]);
  return {
    // What the tool says about an error is more useful than that it failed.
    ...(answer.ran === 'failed' && shown.ran === 'failed' ? shown : answer),
    warnings: [
      ...notifications
        .filter((one) => one.level === 'warning' && !isAboutAnalysed(one))
        .filter(({ text, id }) => text ?? id)
        .map(({ text, id, pointer: at }) => ({
          message: `The tool warns: ${shorten(text ?? id ?? '')}`,
          pointer: at,
        })),
      ...(typeof claimed === 'boolean'
        ? []
        : [{ message: 'executionSuccessful is missing', pointer }]),
    ],
    contradictions:
      claimed === true && shown.ran === 'failed'
        ? [{ message: `executionSuccessful is true, but ${shown.reason}`, pointer }]
        : [],
  };
}

/** Whether the results are there: absent and null both mean that the tool did not begin its analysis (3.14.23). */
function resultsState({ results, externalPropertyFileReferences }: Run): Answer {
  const elsewhere = fieldOf(externalPropertyFileReferences, 'results');
  if (listOf(elsewhere).length > 0) return unknown(ELSEWHERE);
  return results ? YES : failed(NO_RESULTS);
}

/** Whether results of any run are in the document, but outside its runs (3.13.5), where they are not read. */
export function hasOtherResults(inlineExternalProperties: unknown): boolean {
  return listOf(inlineExternalProperties).some(
    (properties) => listOf(fieldOf(properties, 'results')).length > 0,
  );
}

/** The starts of the tool. A single one that is not in a list counts as well. */
const invocationsOf = ({ invocations }: Run): readonly unknown[] =>
  isObject(invocations) ? [invocations] : listOf(invocations);

/**
 * Whether the tool of a run did its work. The worst answer of its invocations, its converter and its results counts.
 * @param elsewhere whether the document has results outside its runs
 */
export function stateOf(run: Run, pointer: string, elsewhere: boolean): State {
  const read = notificationReader(run);
  const state = (invocation: unknown, at: string) =>
    invocationState(run, invocation, read(invocation, at), at);
  const states = invocationsOf(run).map((invocation, i) =>
    state(invocation, `${pointer}/invocations/${i}`),
  );
  const conversion = fieldOf(run.conversion, 'invocation');
  if (conversion !== undefined) states.push(state(conversion, `${pointer}/conversion/invocation`));
  const answers = [resultsState(run), ...(elsewhere ? [unknown(ELSEWHERE)] : [])];
  const { ran, reason } = worst([...states, ...answers]);
  return {
    ran,
    reason,
    warnings: states.flatMap(({ warnings }) => warnings),
    contradictions: states.flatMap(({ contradictions }) => contradictions),
  };
}
