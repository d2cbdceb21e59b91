import type { Coverage, Target } from '../../../vocabulary/coverage.js';
import type { Note } from '../../kind.js';
import { covered, extentOf, failed, instantOf, uncovered } from '../common/coverage.js';
import { earliestOf, timed } from '../common/instants.js';
import { reportedError } from '../common/reported-error.js';
import { textsOf } from '../common/texts.js';
import { blindBy, caveatOf } from './alerts.js';
import { filteredBy, hasNamedDistro } from './filters.js';
import type { Report } from './schema.js';
import { isEarly, targetOf } from './targets.js';

const ANONYMOUS =
  'it does not name its tool, so it may have been cut. Upload the output of grype -o json unchanged';

/**
 * When the database was made. Versions since 0.88 write its status into `db.status`, and older ones into `db`. If a
 * report has two times, the earlier one counts, and one that is not understood tells nothing.
 */
function builtOf({ descriptor }: Report): string | undefined {
  const db: Record<string, unknown> = Object(descriptor?.db);
  const { at, unreadTime } = earliestOf([db.built, Object(db.status).built]);
  return unreadTime === undefined ? instantOf(at) : undefined;
}

/** The layers that were searched, and what was left out. Ignored matches are listed. */
function partsOf({ descriptor }: Report): string[] {
  const { configuration }: Record<string, unknown> = Object(descriptor);
  const own: Record<string, unknown> = Object(configuration);
  const search: Record<string, unknown> = Object(own.search);
  return [
    ...textsOf([search.scope, own.scope]).map((layers) => layers.toLowerCase()),
    ...['only-fixed', 'only-notfixed'].filter((name) => own[name] === true),
    ...textsOf(own.exclude).map((pattern) => `without ${pattern}`),
    ...textsOf([own.distro]).map((distro) => `distribution ${distro}`),
  ];
}

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

/** What is neither true nor absent is not valid: tools in between write `"false"`. */
const isInvalid = ({ valid, error }: Record<string, unknown>) =>
  (isGiven(valid) && valid !== true && valid !== 'true') || isGiven(error);

/** Continues "does not count: ". Undefined if the database is usable, or the report does not say it. */
function databaseFault({ descriptor }: Report): string | undefined {
  const db: Record<string, unknown> = Object(descriptor?.db);
  const status: Record<string, unknown> = Object(db.status);
  if (!isInvalid(db) && !isInvalid(status)) return undefined;
  const error = isGiven(status.error) ? status.error : db.error;
  const detail = typeof error === 'string' && error ? `: ${error.slice(0, 150)}` : '';
  return `the report says that the vulnerability database was not valid${detail}. Run grype db update, and scan again`;
}

/** What a report shows. */
export function coverageOf(report: Report): { coverage: Coverage; warnings: Note[] } {
  const target = targetOf(report, report);
  const built = builtOf(report);
  const extent = extentOf(partsOf(report));
  const about = {
    ...(extent && { extent }),
    ...(target && { of: [target] }),
    ...timed(report.descriptor?.timestamp),
    ...(built && { database: built }),
  };
  const warnings: Note[] = target
    ? []
    : [
        {
          message: 'is missing or not known: the report does not say what was scanned',
          pointer: '/source',
        },
      ];
  const fault = databaseFault(report) ?? reportedError(report);
  if (fault) return { coverage: failed('vulnerability', fault, about), warnings };
  if (!report.descriptor?.name && !isEarly(report) && !target)
    return { coverage: uncovered('vulnerability', ANONYMOUS, about), warnings };
  const doubt = obstacleOf(report) ?? silentDoubt(report, target);
  if (doubt) return { coverage: uncovered('vulnerability', doubt, about), warnings };
  const caveat = caveatOf(report);
  return { coverage: covered('vulnerability', { ...about, ...(caveat && { caveat }) }), warnings };
}

/** What Grype itself says that it left out. The word of the uploader does not make up for it. */
export const obstacleOf = (report: Report): string | undefined =>
  filteredBy(report) ?? blindBy(report);

const DECLARE =
  'If Grype looked at all packages, upload the report again with ?scanners=vulnerability';
const NO_DATABASE = `it lists no match, and does not say that the vulnerability database was valid. ${DECLARE}`;
const NO_PACKAGES = [
  'it lists no match and no distribution that Grype found: Grype writes the same if it found no package',
  DECLARE,
].join('. ');

/** Whether the report shows that there was a database. Before 0.88, it had no `valid`. */
function hasDatabase({ descriptor }: Report): boolean {
  const db: Record<string, unknown> = Object(descriptor?.db);
  if (!isGiven(db.status)) return instantOf(db.built) !== undefined || isGiven(db.valid);
  return isGiven(Object(db.status).valid);
}

/** Why the silence of a report shows nothing. A match shows that Grype had packages and a database. */
function silentDoubt(report: Report, target: Target | undefined): string | undefined {
  if (report.matches.length > 0 || (report.ignoredMatches ?? []).length > 0) return undefined;
  if (!hasDatabase(report)) return NO_DATABASE;
  // A package is named by the user, and has no distribution.
  const { name }: Record<string, unknown> = Object(report.distro);
  if (target?.type === 'package') return undefined;
  return isGiven(typeof name === 'string' ? name.trim() : name) && !hasNamedDistro(report)
    ? undefined
    : NO_PACKAGES;
}
