import { counted } from '../../../shared/text.js';
import type { Coverage } from '../../../vocabulary/coverage.js';
import type { Note } from '../../kind.js';
import { type About, covered, failed, uncovered } from '../common/coverage.js';
import { fieldOf, textField } from '../common/fields.js';
import { reportedError } from '../common/reported-error.js';
import { IN_PART, LEFT_OUT, NOT_PARSED, PARTIAL } from './errors.js';
import { listOf } from './fields.js';
import type { ErrorEntry, Report } from './schema.js';
import type { SemgrepType } from './types.js';

const CRASHED = 'analysis_failed_parser_or_internal_error';

/** Reasons for which a file was left out that are the choice of the user. For any other, it was meant. */
const CHOSEN = new Set([
  ...['always_skipped', 'semgrepignore_patterns_match', 'gitignore_patterns_match', 'dotfile'],
  ...['cli_include_flags_do_not_match', 'cli_exclude_flags_match', 'excluded_by_config'],
  ...['wrong_language', 'irrelevant_rule', 'binary', 'nonexecutable'],
]);

const isMeant = (skipped: unknown) => !CHOSEN.has(textField(skipped, 'reason') ?? '');

/** One of so many files may be missing in a scan that counts. Verdicts tell it. */
const ONE_OF = 20;

const shorten = (text: string) => {
  const [line = ''] = text.trim().split('\n', 1);
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
};

/** The type of an error: a text, or a list that begins with one. */
const typeOfError = ({ type }: ErrorEntry) => {
  const [first] = listOf(type);
  return typeof first === 'string' ? first : 'error';
};

const describe = (error: ErrorEntry) =>
  shorten(error.short_msg || error.message || typeOfError(error));

/** Every version of Semgrep writes a level. An error without a known one may be of any. */
const isSerious = ({ level }: ErrorEntry) =>
  !/^(?:warn(?:ing)?|info|note|debug)$/i.test(level?.trim() ?? '');

/** How many of the files that were meant have a part that was not parsed, or were not analysed completely. */
function parsedInPart({ errors }: Report, { names }: Incomplete): number {
  const parts = (errors ?? []).filter((error) => IN_PART.has(typeOfError(error)));
  return new Set([...names, ...parts.map(({ path }, i) => path ?? `part ${i}`)]).size;
}

interface Incomplete {
  readonly names: ReadonlySet<string>;
  readonly of: number;
}

/** The files that were meant and not analysed completely, by any rule or by some. */
function incomplete({ paths, errors }: Report): Incomplete {
  const failures = (errors ?? []).filter((error) => {
    const type = typeOfError(error);
    return !isSerious(error) && !PARTIAL.has(type);
  });
  const crashed = listOf(paths?.skipped).filter((one) => textField(one, 'reason') === CRASHED);
  // An error that names no file is of a file of its own.
  const files = new Set([
    ...failures.map(({ path }, i) => path ?? `error ${i}`),
    ...crashed.map((one, i) => textField(one, 'path') ?? `skipped ${i}`),
  ]);
  return { names: files, of: new Set([...(paths?.scanned ?? []), ...files]).size };
}

/** Files that were scanned and parsed. A file that could not be analysed can be in `scanned` too. */
function lookedAt({ paths, errors }: Report): number | undefined {
  if (!paths?.scanned) return undefined;
  const skipped = listOf(paths.skipped).filter(isMeant);
  const unparsed = (errors ?? []).filter((error) => NOT_PARSED.has(typeOfError(error)));
  const unread = new Set([
    ...unparsed.map(({ path }) => path),
    ...skipped.map((one) => textField(one, 'path')),
  ]);
  return new Set(paths.scanned.filter((path) => path.trim() !== '' && !unread.has(path))).size;
}

/**
 * Whether no rule ran. Semgrep lists its rules only with `--time`. Newer versions write `time` without that option
 * too, with an empty list and sums for the whole scan.
 */
function ranNoRule({ time, results }: Report): boolean {
  const rules = fieldOf(time, 'rules');
  const hasSumsOnly = fieldOf(time, 'scanning_time') !== undefined;
  return Array.isArray(rules) && rules.length === 0 && !hasSumsOnly && results.length === 0;
}

const CUT = 'it has no `paths`, so it may have been cut. Upload it unchanged';

/** Rules that did not run, though the user named them. They are for another version or product of Semgrep. */
function leftOut({ errors, skipped_rules: skipped }: Report): string | undefined {
  const rules = [
    ...listOf(skipped).map((rule) => textField(rule, 'rule_id')),
    ...(errors ?? []).flatMap((error) => {
      const type = typeOfError(error);
      const isRule = LEFT_OUT.has(type) && !isSerious(error);
      return isRule ? [error.rule_id ?? describe(error)] : [];
    }),
  ];
  const names = new Set(rules.map((name, i) => name ?? `rule ${i}`));
  const [first = ''] = names;
  const named = rules.every((name) => name === undefined) ? '' : `: ${shorten(first)}`;
  return names.size === 0
    ? undefined
    : `did not run ${counted(names.size, 'rule')} of those that it was given${named}`;
}

/** Semgrep's errors of the level `error` mean that it failed; others leave out a file or a rule. */
function entryOf(what: SemgrepType, report: Report): Coverage {
  const looked = lookedAt(report);
  const about: About = looked === undefined ? {} : { lookedAt: looked };
  const serious = (report.errors ?? []).filter(isSerious);
  const [first] = serious;
  const error = reportedError({ error: fieldOf(report, 'error') });
  if (error !== undefined) return failed(what, error, about);
  if (first) {
    const more = serious.length > 1 ? `, and ${serious.length - 1} more` : '';
    return failed(what, `Semgrep reports an error: ${describe(first)}${more}`, about);
  }
  // Early versions list no files. Without a result, the word of the uploader must not complete the report.
  if (!report.paths) return (report.results.length > 0 ? uncovered : failed)(what, CUT, about);
  if (ranNoRule(report)) return failed(what, 'Semgrep ran no rule', about);
  const found = incomplete(report);
  const { of } = found;
  const [files, inPart] = [found.names.size, parsedInPart(report, found)];
  // Not unknown: the word of the uploader must not complete it.
  const why = `could not analyse ${files} of ${of} files completely, as after a timeout`;
  if (looked && files * ONE_OF > of) {
    const advice = 'Raise --timeout and --max-memory, or exclude the files (.semgrepignore)';
    return failed(what, `Semgrep ${why}. ${advice}`, about);
  }
  const parsed = `could parse ${inPart} of ${of} files only in part`;
  if (looked && inPart * ONE_OF > of) {
    const advice = 'Update Semgrep, or exclude the files (.semgrepignore)';
    return uncovered(what, `Semgrep ${parsed}. ${advice}`, about);
  }
  const caveat = files > 0 ? why : inPart > 0 ? parsed : leftOut(report);
  return covered(what, { ...about, ...(caveat !== undefined && { caveat }) });
}

const BY_THE_WAY = 'rules for code found some, and Semgrep Secrets may not have run';

/** @param found the types of the results @param ofSecrets whether one is of the product Semgrep Secrets */
export function coverageOf(
  report: Report,
  found: ReadonlySet<SemgrepType>,
  ofSecrets: boolean,
): Coverage[] {
  const coverage = [entryOf('code', report)];
  if (found.has('vulnerability')) coverage.push(entryOf('vulnerability', report));
  if (!found.has('secret')) return coverage;
  const secrets = entryOf('secret', report);
  const shows = ofSecrets || secrets.ran !== 'yes';
  return [...coverage, shows ? secrets : uncovered('secret', BY_THE_WAY)];
}

/** What was not looked at. */
export function warningsOf({ errors, paths, skipped_rules: skippedRules }: Report): Note[] {
  const notes: Note[] = [];
  for (const [i, error] of (errors ?? []).entries()) {
    if (isSerious(error) || error.level === 'info') continue;
    const where = error.path ? ` (${shorten(error.path)})` : '';
    notes.push({ message: `${describe(error)}${where}`, pointer: `/errors/${i}` });
  }
  for (const [i, skipped] of listOf(paths?.skipped).entries()) {
    if (!isMeant(skipped)) continue;
    const reason = textField(skipped, 'reason') ?? 'without a reason';
    const file = shorten(textField(skipped, 'path') ?? 'a file');
    notes.push({ message: `${file} was not scanned: ${reason}`, pointer: `/paths/skipped/${i}` });
  }
  for (const [i, rule] of listOf(skippedRules).entries()) {
    const message = `The rule ${shorten(textField(rule, 'rule_id') ?? '')} was not run`;
    notes.push({ message, pointer: `/skipped_rules/${i}` });
  }
  return notes;
}
