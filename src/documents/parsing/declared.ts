import type { Coverage } from '../../vocabulary/coverage.js';
import type { FindingType } from '../../vocabulary/finding-types.js';
import { DocumentFault } from '../fault.js';
import type { EvidenceKind, ParsedDocument } from '../kind.js';

/**
 * What no word of the uploader makes up for: a run that failed, or that had no file to look at. An image without
 * packages has files nevertheless.
 */
const isObstacle = ({ what, ran, lookedAt }: Coverage) =>
  ran === 'failed' || (what === 'code' && lookedAt === 0);

/** An uploader who names the scanners that ran has said that no other ran. */
function withAssumed(
  { assumed, coverage, warnings = [], ...parsed }: ParsedDocument,
  scanners: readonly FindingType[],
): ParsedDocument {
  if (assumed === undefined || scanners.includes(assumed.what))
    return { ...parsed, coverage, warnings };
  const { what, warning, reason } = assumed;
  if (scanners.length === 0) return { ...parsed, coverage, warnings: [warning, ...warnings] };
  const unsure = coverage.map(
    (entry): Coverage =>
      entry.what === what && entry.ran === 'yes' ? { ...entry, ran: 'unknown', reason } : entry,
  );
  return { ...parsed, coverage: unsure, warnings };
}

/**
 * Adds what the uploader says that the tool looked for, for tools whose clean reports do not show it. The document's
 * own word takes precedence: if a part of the run failed, or looked at nothing, what is declared failed as well. If the
 * document shows that it is unknown whether the tool ran, what is declared is unknown as well.
 * @throws {DocumentFault} if documents of this kind, or this tool, cannot report it
 */
export function withDeclared(
  document: ParsedDocument,
  { name, uploadFor, alsoReports = [] }: EvidenceKind,
  scanners: readonly FindingType[] = [],
): ParsedDocument {
  const parsed = withAssumed(document, scanners);
  const { able, coverage, tool, obstacle: doubt, nothingFor = {} } = parsed;
  const remove = (what: FindingType) => `which does not report ${what}. Remove it from scanners`;
  for (const what of scanners) {
    if (uploadFor?.[what] === undefined && !alsoReports.includes(what))
      throw new DocumentFault(`is of the kind ${name}, ${remove(what)}`);
    if (able && !able.includes(what))
      throw new DocumentFault(`is a report of ${tool}, ${remove(what)}`);
  }
  const [first] = coverage;
  const declared = scanners.filter((what) =>
    coverage.every(
      (entry) => entry.what !== what || (entry.ran === 'unknown' && entry.lookedAt !== 0),
    ),
  );
  if (declared.length === 0) return parsed;
  const { of, at, unreadTime, database } = first ?? {};
  const obstacle = coverage.find(isObstacle);
  const added = declared.map((what): Coverage => {
    if (obstacle) return { ...obstacle, what, ran: 'failed' };
    const { lookedAt, extent } = coverage.find((entry) => entry.what === what) ?? {};
    const about = {
      ...{ what, of, at, unreadTime, database },
      ...(lookedAt !== undefined && { lookedAt }),
      ...(extent !== undefined && { extent }),
    };
    const nothing = nothingFor[what];
    if (nothing !== undefined) return { ...about, ran: 'unknown', reason: nothing, lookedAt: 0 };
    return doubt === undefined
      ? { ...about, ran: 'yes', declared: true }
      : { ...about, ran: 'unknown', reason: doubt };
  });
  const kept = coverage.filter(({ what }) => !declared.some((one) => one === what));
  return { ...parsed, coverage: [...kept, ...added] };
}

/** Clocks of build machines may be ahead. */
const TOLERANCE_MS = 10 * 60_000;

/**
 * Removes times in the future, which would make a report look new for ever, and says so.
 * @param now the clock of the database, by which ages count
 */
export function withoutFuture(parsed: ParsedDocument, now: Date): ParsedDocument {
  const limit = now.getTime() + TOLERANCE_MS;
  const isFuture = (instant: string | undefined) =>
    instant !== undefined && !(Date.parse(instant) <= limit);
  const future = parsed.coverage.flatMap(({ at, database }) => [at, database].filter(isFuture));
  const [first] = future;
  if (first === undefined) return parsed;
  const message = `The time ${first} is in the future and counts as none: the age is counted from the upload`;
  return {
    ...parsed,
    coverage: parsed.coverage.map(({ at, database, ...entry }) => ({
      ...entry,
      at: isFuture(at) ? undefined : at,
      database: isFuture(database) ? undefined : database,
    })),
    warnings: [...(parsed.warnings ?? []), { message }],
  };
}
