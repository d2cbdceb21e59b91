import { aboutRun } from './about.js';
import { type Answer, shorten, unknown, YES } from './answers.js';
import type { Notification } from './notifications.js';
import type { Run } from './schema.js';

/** One of so many files may be missing in a scan that counts. Verdicts tell it. */
const ONE_OF = 20;

const VERBS = '(?:process|analy[sz]|pars|scan|extract|read|compil)';

/** What a tool says of files that it did not look at: "Could not process 12 files", "a.js was not parsed". */
const NOT_DONE = new RegExp(
  [
    `\\b(?:could|can|did|was|were) ?(?:not|n['’]t) (?:be )?${VERBS}`,
    `\\b(?:failed|unable) to ${VERBS}`,
    '\\btim(?:ed|e) ?out\\b',
  ].join('|'),
  'i',
);

/** CodeQL's notifications about files that it could not read. */
const NOT_EXTRACTED = /\/(?:extraction-(?:errors|warnings)|failed-extractor-invocations)$/;

const COUNT = /\b(\d{1,9}) (?:[a-z]{1,20} ){0,3}files?\b/i;

/** How many files a notification is about: at least one. */
const filesOf = ({ text = '', places }: Notification) =>
  Math.max(Number(COUNT.exec(text.slice(0, 1000))?.[1] ?? 0), places, 1);

/**
 * Whether the tool says, in warnings, that it could not process files. If it does not say how many it looked at, or too
 * many are missing, it is unknown what is in them.
 */
export function unprocessedOf(
  run: Run,
  notifications: readonly Notification[],
): Answer & { readonly caveat?: string } {
  const missing = notifications.filter(
    ({ level, text = '', id = '' }) =>
      level === 'warning' && (NOT_DONE.test(text.slice(0, 1000)) || NOT_EXTRACTED.test(id)),
  );
  const [first] = missing;
  if (!first) return YES;
  const files = missing.reduce((sum, one) => sum + filesOf(one), 0);
  const { lookedAt } = aboutRun(run);
  const of = lookedAt === undefined ? '' : ` of ${lookedAt + files}`;
  const unit = files === 1 && !of ? 'file' : 'files';
  const what = `the tool did not look at ${files}${of} ${unit}: ${shorten(first.text ?? first.id ?? '')}`;
  if (lookedAt !== undefined && files * ONE_OF <= lookedAt + files) {
    return { ...YES, caveat: `says that ${what}` };
  }
  return unknown(
    `${what}. Correct the files or raise the limits of the tool, or exclude the files, and scan again`,
  );
}
