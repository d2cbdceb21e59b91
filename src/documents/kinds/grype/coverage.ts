import type { Coverage } from '../../../vocabulary/coverage.js';
import type { Note } from '../../kind.js';
import { covered, extentOf, failed, instantOf, uncovered } from '../common/coverage.js';
import { reportedError } from '../common/reported-error.js';
import { textsOf } from '../common/texts.js';
import { caveatOf } from './alerts.js';
import { filteredBy } from './filters.js';
import type { Report } from './schema.js';
import { isEarly, targetOf } from './targets.js';

const ANONYMOUS =
  'it does not name its tool, so it may have been cut. Upload the output of grype -o json unchanged';

/** Versions since 0.88 write the status of the database into `db.status`, and older ones into `db`. */
function databaseOf({ descriptor }: Report): Record<string, unknown> {
  const db: Record<string, unknown> = Object(descriptor?.db);
  return typeof db.status === 'object' && db.status !== null ? Object(db.status) : db;
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
  const database = databaseOf(report);
  const target = targetOf(report, report);
  const [at, built] = [instantOf(report.descriptor?.timestamp), instantOf(database.built)];
  const extent = extentOf(partsOf(report));
  const about = {
    ...(extent && { extent }),
    ...(target && { of: [target] }),
    ...(at && { at }),
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
  const filtered = filteredBy(report);
  if (filtered) return { coverage: uncovered('vulnerability', filtered, about), warnings };
  const caveat = caveatOf(report);
  return { coverage: covered('vulnerability', { ...about, ...(caveat && { caveat }) }), warnings };
}
