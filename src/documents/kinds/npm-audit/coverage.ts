import { counted } from '../../../shared/text.js';
import type { Coverage } from '../../../vocabulary/coverage.js';
import type { Note } from '../../kind.js';
import { covered, failed } from '../common/coverage.js';
import { reportedError } from '../common/reported-error.js';
import { isObject, numberOf } from '../common/texts.js';

const CUT =
  'it has no `metadata` with counts, so it may have been cut. Upload the output of npm audit --json unchanged';

const CONTRADICTORY =
  'it contradicts itself: it does not list the vulnerabilities that it counts. ' +
  'Upload the output of npm audit --json unchanged, without --audit-level or an ignore list of pnpm';

/** What npm audit looks at. Its report does not name the folder. */
const LOCK_FILE: Coverage['of'] = [{ type: 'files' }];

/** Advisories that the user mutes are left out of the lists and the counts. */
function mutedIn(report: object): string | undefined {
  const { muted }: Record<string, unknown> = Object(report);
  if (muted === undefined || muted === null || (Array.isArray(muted) && muted.length === 0))
    return undefined;
  const what = Array.isArray(muted)
    ? counted(muted.length, 'advisory', 'advisories')
    : 'advisories';
  return `the user muted ${what}, which it does not list. Audit again without muting them, and request a waiver`;
}

/** Registries answer npm with such a status if the request failed, and npm prints the answer. */
function refusedIn(report: object): string | undefined {
  const { statusCode }: Record<string, unknown> = Object(report);
  const status = numberOf(statusCode);
  return status === undefined || status < 400
    ? undefined
    : `the registry answered with the status ${status}. Audit again`;
}

const count = (value: unknown) => {
  const number = numberOf(value);
  return number === undefined ? undefined : Math.max(0, Math.trunc(number));
};

/** The counts that npm writes in each report of version 2. */
const ALL = ['info', 'low', 'moderate', 'high', 'critical', 'total'];

/** Whether the report has counts by severity. Those of version 1 can leave out some: pnpm does. */
const hasCounts = (counts: unknown, needed: readonly string[]) =>
  isObject(counts) &&
  Object.keys(counts).length > 0 &&
  needed.every((word) => counts[word] !== undefined) &&
  Object.values(counts).every((value) => (numberOf(value) ?? -1) >= 0);

/** The number of packages, without the project itself. */
export function dependenciesOf(metadata: unknown): number | undefined {
  return count(Object(Object(metadata).dependencies).total);
}

export function oldDependenciesOf(metadata: unknown): number | undefined {
  const numbers: Record<string, unknown> = Object(metadata);
  const total = count(numbers.totalDependencies);
  if (total !== undefined) return total;
  const parts = [numbers.dependencies, numbers.devDependencies, numbers.optionalDependencies];
  const known = parts.map(count).filter((part) => part !== undefined);
  return known.length > 0 ? known.reduce((sum, part) => sum + part, 0) : undefined;
}

/**
 * What a report shows. npm always writes counts, also if it looked at nothing: a folder without dependencies is usually
 * the wrong folder.
 */
export function coverageOf(
  report: { readonly metadata?: unknown; readonly auditReportVersion?: number },
  lookedAt: number | undefined,
  contradictions: readonly Note[],
): Coverage {
  const about = { of: LOCK_FILE, ...(lookedAt !== undefined && { lookedAt }) };
  if (contradictions.length > 0) return failed('vulnerability', CONTRADICTORY, about);
  const error = reportedError(report) ?? refusedIn(report);
  if (error !== undefined) return failed('vulnerability', error, about);
  const needed = report.auditReportVersion === undefined ? [] : ALL;
  if (!hasCounts(Object(report.metadata).vulnerabilities, needed) || lookedAt === undefined)
    return failed('vulnerability', CUT, about);
  const muted = mutedIn(report);
  if (muted !== undefined) return failed('vulnerability', muted, about);
  return covered('vulnerability', about);
}
