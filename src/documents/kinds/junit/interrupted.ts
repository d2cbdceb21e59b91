import type { XmlElement } from '../../xml-element.js';
import { nameOf } from './elements.js';

const OUTPUT = /^(?:(?:system|std|standard)[-_]?(?:out|output|err|error)|output|logs?)$/;

/** White space that does not end a line: each line is looked at once. */
const SPACE = '[^\\S\\n\\r\\u2028\\u2029]';

/**
 * Lines with which test runners and their processes tell that a run did not come to its end. Build tools copy what a
 * runner prints into the output of a suite. What tests print there begins otherwise, or stands in another line.
 */
const ENDED_EARLY = new RegExp(
  [
    // VSTest
    /(?:the )?(?:active )?test run (?:was |has been |is )?(?:aborted|interrupted|cancell?ed|terminated|incomplete)\b/,
    /test ?host process (?:crashed|exited|was killed|terminated)\b/,
    // Maven Surefire
    /(?:\w+(?:\.\w+)*: )?the forked vm (?:was |has )?(?:terminated|crashed|exited|killed|stopped)\b/,
    /crashed tests:|there was a (?:timeout or other )?error (?:in|while starting) the fork\b|exited? (?:with )?vm crash\b/,
    // pytest and its workers
    /internalerror>|!{3,} .{1,200} !{3,}$|fatal python error:|(?:\[gw\d+\] )?(?:node down: |worker '?gw\d+'? crashed)/,
    // JVM, Node, Go, .NET
    /# ?a fatal error has been detected by the java runtime/,
    /(?:<--- .{0,50} --->|fatal error: .{0,100}(?:out of memory|allocation failed))/,
    /panic: test timed out after\b|signal: (?:killed|aborted|terminated|segmentation fault)\b|fatal error: all goroutines are asleep/,
    /stack overflow\.$|process (?:is )?terminated(?: due to|\.$)|unhandled exception\. /,
    // Shells and kernels
    /(?:segmentation fault|bus error|aborted|killed|terminated|illegal instruction|core dumped)(?: +\(core dumped\))?\.?$/,
    // Others
    /(?:the )?(?:run|execution|suite|test execution|test suite|tests?) (?:was |were |has been |have been |is )(?:aborted|interrupted|cancell?ed|terminated|killed|stopped early)\b/,
    /(?:the )?(?:test )?(?:worker|runner|browser|process)(?: process)? (?:has )?(?:crashed|exited unexpectedly|terminated unexpectedly|died|disconnected)\b/,
    /bail out!|build timed out\b/,
  ]
    .map(({ source }) => source)
    .join('|')
    .replace(
      /^/,
      `^${SPACE}*(?:[[<]?(?:error|warning|warn|info|fatal|stderr)[\\]>:]?${SPACE}+)?(?:`,
    )
    .replace(/$/, ')'),
  'im',
);

/** How a shell names the line of its script, after which it tells how a process ended. */
const OF_SCRIPT = /: line /i;
/** Not one of the lines above, because each line would be searched for it. */
const SCRIPT_ENDED =
  /^.{0,200}: line \d+: +\d+ (?:segmentation fault|bus error|aborted|killed|terminated)\b/im;

/** Long enough for the lines at both ends of the output of a whole run. */
const MAX_LOOK = 200_000;

function find(text: string): string | undefined {
  const found = ENDED_EARLY.exec(text) ?? (OF_SCRIPT.test(text) ? SCRIPT_ENDED.exec(text) : null);
  return found?.[0].trim().slice(0, 100);
}

/** The line in an output that tells that the run did not come to its end. Of a long one, both ends are read. */
export const lineOfEnd = (text: string): string | undefined =>
  text.length <= 2 * MAX_LOOK
    ? find(text)
    : (find(text.slice(0, MAX_LOOK)) ?? find(text.slice(-MAX_LOOK)));

/** Such a line in the output of a suite. */
export function endedEarly({ children }: XmlElement): string | undefined {
  for (const child of children) {
    const line = OUTPUT.test(nameOf(child)) ? lineOfEnd(child.text) : undefined;
    if (line) return line;
  }
  return undefined;
}
