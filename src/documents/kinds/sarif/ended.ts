import { fieldOf, textField } from '../common/fields.js';
import { numberOf } from '../common/texts.js';
import { type Answer, failed, shorten, unknown, worst, YES } from './answers.js';

const isGiven = (value: unknown) =>
  value !== undefined && value !== null && value !== '' && value !== false;

/** Names of signals. SpotBugs writes `SUCCESS` and `BUGS FOUND` in this field. */
const SIGNAL = /^(?:SIG[A-Z]|(?:ABRT|HUP|ILL|INT|KILL|QUIT|SEGV|TERM)$)/i;
const NO_SIGNAL = /^(?:success(?:ful)?|ok|none|no signal|normal|exited|n\/?a|0|-)?$/i;

const isSignal = (name: string, tool: string) =>
  /^spotbugs$/i.test(tool) ? SIGNAL.test(name) : !NO_SIGNAL.test(name.trim());

/** A signal ended the tool (3.20.11, 3.20.12). */
function signalOf(invocation: unknown, tool: string): Answer {
  const name = textField(invocation, 'exitSignalName') ?? '';
  const number = fieldOf(invocation, 'exitSignalNumber');
  if (isSignal(name, tool)) return failed(`the signal ${shorten(name)} ended the tool`);
  return isGiven(number) && numberOf(number) !== 0
    ? failed(`the signal ${shorten(String(number))} ended the tool`)
    : YES;
}

/**
 * Whether an exit code is that of a crash. Tools exit with small numbers if they found something. Shells report 126 and
 * 127 for a program that could not start, and 128 and the number of a signal (up to 64) for one that it ended. Windows
 * reports a crash as an NTSTATUS, which is an error from 0xC0000000 on, or as the same number with a sign.
 */
const isCrash = (code: number) => code < 0 || (code >= 126 && code <= 192) || code >= 0xc0000000;

/** Pylint adds up a bit for each type of message. 1 is a fatal message, and 32 a wrong use. */
const ofPylint = (code: number) => code > 0 && (code & ~30) === 0;

/** Tools on Microsoft's SARIF SDK add up a bit for each condition. The lower 20 bits are errors. */
const ofSdk = (code: number) => code > 0xfffff && (code & 0xfffff) === 0;

const isOneOf =
  (...codes: readonly number[]) =>
  (code: number) =>
    codes.includes(code);

/** Tools that document other codes than 1 for findings. Of some of them, 1 is an error. */
const FINDINGS: readonly (readonly [tool: RegExp, isFound: (code: number) => boolean])[] = [
  [/^grype$/i, isOneOf(1, 2)],
  [/^kics$/i, isOneOf(20, 30, 40, 50, 60)],
  [/^brakeman$/i, isOneOf(3)],
  [/^(?:psalm|stylelint|swiftlint|detekt|infer)$/i, isOneOf(2)],
  [/^pylint$/i, ofPylint],
  [/^binskim$/i, ofSdk],
];

/** Whether a tool exits with this code if it found something. Most tools exit with 1. */
function isOfFindings(code: number, tool: string): boolean {
  const own = FINDINGS.find(([name]) => name.test(tool.trim()))?.[1];
  return own ? own(code) : code === 1;
}

const LOOK =
  'Correct what its log says, and scan again. If nothing failed, upload it without exitCode';

function codeOf(invocation: unknown, tool: string): Answer {
  const code = fieldOf(invocation, 'exitCode');
  if (!isGiven(code)) return YES;
  const number = numberOf(code);
  if (number === undefined) return unknown('its exit code is not a number');
  if (number === 0 || isOfFindings(number, tool)) return YES;
  return isCrash(number)
    ? failed(`the tool exited with ${number}, as after a crash`)
    : unknown(`the tool exited with ${number}, which is not its code for findings. ${LOOK}`);
}

function startOf(invocation: unknown): Answer {
  const start = fieldOf(invocation, 'processStartFailureMessage');
  if (!isGiven(start)) return YES;
  const text = typeof start === 'string' ? start : textField(start, 'text');
  return failed(`the tool did not start: ${shorten(text ?? 'without a message')}`);
}

/** How the process ended: it did not start (3.20.13), a signal ended it, or it crashed (3.20.9). */
export const endOf = (invocation: unknown, tool: string): Answer =>
  worst([startOf(invocation), signalOf(invocation, tool), codeOf(invocation, tool)]);
