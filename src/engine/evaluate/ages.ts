import type { Aged } from '../rules/rule.js';
import type { EvidenceRecord } from './inputs.js';

/** Times of evidence by the database's clock, in seconds since 1970. */
export interface Times {
  readonly now: number;
  /** When the document was last received. */
  readonly receivedAt: number;
  /** When the project first received a document of the same bytes. Absent: not before. */
  readonly firstReceivedAt?: number | null | undefined;
}

const secondsOf = (instant: string) => Date.parse(instant) / 1000;

/** The earliest of some instants, in seconds since 1970; null if there is none. */
function earliest(instants: readonly (string | undefined)[]): number | null {
  const seconds = instants.flatMap((instant) =>
    instant === undefined ? [] : [secondsOf(instant)],
  );
  return seconds.length === 0 ? null : Math.min(...seconds);
}

/**
 * The age of evidence: since its tool ran, by the oldest time in the document, and never less than since its upload. A
 * document without a time is as old as its bytes: a report that is sent again for a newer release is not a new one.
 * A time that is not understood may be any, so the age is unknown.
 * The age of the database is unknown if one scan of the document does not say it.
 */
export function agedOf(evidence: EvidenceRecord & Times): Aged {
  const { id, kind, coverage, now, receivedAt, firstReceivedAt } = evidence;
  const ran = earliest((coverage ?? []).map(({ at }) => at));
  const isUnread = (coverage ?? []).some(({ unreadTime }) => unreadTime !== undefined);
  const databases = (coverage ?? []).map(({ database }) => database);
  const database = databases.includes(undefined) ? null : earliest(databases);
  return {
    id,
    kind,
    ageSeconds: isUnread ? null : now - Math.min(receivedAt, ran ?? firstReceivedAt ?? receivedAt),
    uploadSeconds: now - receivedAt,
    isDated: ran !== null,
    databaseAgeSeconds: database === null ? null : now - database,
  };
}
