import { counted } from '../../../shared/text.js';
import type { Ran } from '../../../vocabulary/coverage.js';
import type { Note } from '../../kind.js';
import { fieldOf, textField } from '../common/fields.js';
import { reportedError } from '../common/reported-error.js';
import { ENDED_EARLY } from '../semgrep/errors.js';
import { type Answer, failed, shorten, unknown, worst, YES } from './answers.js';
import { endOf } from './ended.js';
import { isAboutAnalysed, type Notification, notificationReader } from './notifications.js';
import { listOf, listOrOne } from './properties.js';
import type { Run } from './schema.js';
import { unprocessedOf } from './unprocessed.js';

/** Whether the tool of a run did its work, and what the reader should know about that. */
export interface State {
  readonly ran: Ran;
  readonly reason: string;
  /** What a run that counts did not look at. */
  readonly caveat?: string | undefined;
  readonly warnings: readonly Note[];
  readonly contradictions: readonly Note[];
}

const NO_RESULTS =
  'the run has no list of results, so the tool did not analyse anything (SARIF 3.14.23)';
const ELSEWHERE =
  'its results or invocations are in other files, or outside its runs, and were not read. Upload one complete file';

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

/** Semgrep names its errors about files as in its JSON, but SARIF does not show how many files it scanned. */
function unfinishedOf({ tool }: Run, notifications: readonly Notification[]): Answer {
  if (!/semgrep|opengrep/i.test(tool.driver.name)) return YES;
  const ended = notifications.filter(({ id = '' }) => ENDED_EARLY.has(id));
  if (ended.length === 0) return YES;
  const what = counted(ended.length, 'notification');
  return unknown(
    `it has ${what} such as ${ended[0]?.id}, and does not show how many files were analysed. Upload its JSON (semgrep --json)`,
  );
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
  const unprocessed = unprocessedOf(run, notifications);
  const shown = worst([
    endOf(invocation, run.tool.driver.name),
    errorOf(notifications),
    unfinishedOf(run, notifications),
    unprocessed,
  ]);
  const claimed = fieldOf(invocation, 'executionSuccessful');
  const answer = worst([said, shown]);
  return {
    // What the tool says about an error is more useful than that it failed.
    ...(answer.ran === 'failed' && shown.ran === 'failed' ? shown : answer),
    caveat: unprocessed.caveat,
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
  const elsewhere = ['results', 'invocations'].some(
    (name) => listOf(fieldOf(externalPropertyFileReferences, name)).length > 0,
  );
  if (elsewhere) return unknown(ELSEWHERE);
  return results ? YES : failed(NO_RESULTS);
}

/** Whether results or invocations of any run are in the document, but outside its runs (3.13.5): they are not read. */
export function hasOtherResults(inlineExternalProperties: unknown): boolean {
  return listOf(inlineExternalProperties).some((properties) =>
    ['results', 'invocations'].some((name) => listOf(fieldOf(properties, name)).length > 0),
  );
}

/** A run whose rules are all disabled looked for nothing (3.50.2, 3.51.3). */
function rulesState({ tool, invocations, results }: Run): Answer {
  const rules = [tool.driver, ...(tool.extensions ?? [])].flatMap((one) => one.rules ?? []);
  const overrides = listOf(invocations).flatMap((one) =>
    listOf(fieldOf(one, 'ruleConfigurationOverrides')),
  );
  const enabledBy = (one: unknown) => fieldOf(fieldOf(one, 'configuration'), 'enabled');
  const disabled = overrides.filter((one) => enabledBy(one) === false);
  const isDisabled = (id: string | null | undefined) =>
    disabled.some((one) => fieldOf(fieldOf(one, 'descriptor'), 'id') === id);
  const indices = new Set(disabled.map((one) => fieldOf(fieldOf(one, 'descriptor'), 'index')));
  const anyEnabled =
    rules.some(
      ({ id, defaultConfiguration }, index) =>
        fieldOf(defaultConfiguration, 'enabled') !== false &&
        !isDisabled(id) &&
        !indices.has(index),
    ) || overrides.some((one) => enabledBy(one) === true);
  return rules.length === 0 || anyEnabled || results?.length
    ? YES
    : unknown('all of its rules are disabled, so the tool looked for nothing');
}

/** The starts of the tool. A single one that is not in a list counts as well. */
function invocationsState({ invocations }: Run): Answer {
  if (invocations === undefined || invocations === null || typeof invocations === 'object')
    return YES;
  return unknown('its invocations are not a list, so it does not show whether the tool ended well');
}

/**
 * Whether the tool of a run did its work. The worst answer of its invocations, its converter and its results counts.
 * @param elsewhere whether the document has results outside its runs
 */
export function stateOf(run: Run, pointer: string, elsewhere: boolean): State {
  const read = notificationReader(run);
  const state = (invocation: unknown, at: string) =>
    invocationState(run, invocation, read(invocation, at), at);
  const states = listOrOne(run.invocations).map((invocation, i) =>
    state(invocation, `${pointer}/invocations/${i}`),
  );
  const conversion = fieldOf(run.conversion, 'invocation');
  if (conversion !== undefined) states.push(state(conversion, `${pointer}/conversion/invocation`));
  const error = reportedError(run);
  const answers = [
    resultsState(run),
    ...(error ? [failed(error)] : []),
    ...(elsewhere ? [unknown(ELSEWHERE)] : []),
    invocationsState(run),
    rulesState(run),
  ];
  const { ran, reason } = worst([...states, ...answers]);
  return {
    ran,
    reason,
    caveat: states.find(({ caveat }) => caveat !== undefined)?.caveat,
    warnings: states.flatMap(({ warnings }) => warnings),
    contradictions: states.flatMap(({ contradictions }) => contradictions),
  };
}
