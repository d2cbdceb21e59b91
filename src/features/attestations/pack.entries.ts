import { type Place, query } from '../../database/context.js';
import type { LogService } from '../transparency/index.js';
import {
  entriesAbout,
  entryOfLog,
  erasuresOf,
  type LogEntry,
  releaseEntries,
  type UpTo,
} from '../transparency/index.js';
import { textFile } from './pack.content.js';
import { noteErased, noteRow, type RowEvent } from './pack.rows.js';
import { RECOVERIES } from './pack.sql.js';
import type { TarFile } from './tar.js';

/** The type of the event that a pack was issued. */
export const ISSUED = 'audit-pack.issued';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a release's entries are about, by kind of subject. */
export type Subjects = ReadonlyMap<string, readonly string[]>;

/** The id of the event that an erasure erased. */
const erasedEvent = ({ statement }: LogEntry): unknown =>
  statement === null ? undefined : JSON.parse(statement).data.event;

/** Ids of what the entries of the release are about, each once, with digests of rows, and the logs that have them. */
export async function subjectsOf(place: Place, releaseId: string, upTo: UpTo) {
  const subjects = new Map<string, Set<string>>();
  const logs = new Set<number>();
  const rows = new Map<string, string | null>();
  /** Environments of the packs that were issued after the last other event. */
  let issued: (string | null)[] = [];
  for await (const batch of releaseEntries(place, releaseId, upTo)) {
    const unread = batch.filter(({ statement }) => statement === null);
    const erasures = await erasuresOf(place, new Set(unread.map(({ event }) => event)), upTo);
    for (const { log, statement, event } of batch) {
      logs.add(log);
      if (statement === null) {
        issued = [];
        for (const one of erasures.filter((erasure) => erasedEvent(erasure) === event))
          noteErased(rows, one);
        continue;
      }
      const said = JSON.parse(statement) as RowEvent & { data: { environment?: string | null } };
      const { subject, type, data } = said;
      issued = type === ISSUED ? [...issued, data.environment ?? null] : [];
      // Written beside the API. The entry is in the pack, and no row has the id.
      if (!UUID.test(subject.id)) continue;
      subjects.set(subject.kind, (subjects.get(subject.kind) ?? new Set()).add(subject.id));
      noteRow(rows, said);
    }
  }
  const sorted: Subjects = new Map([...subjects].map(([kind, ids]) => [kind, [...ids].sort()]));
  return { subjects: sorted, logs, rows, issued };
}

export interface EntriesRequest {
  readonly releaseId: string;
  readonly upTo: UpTo;
  /** Size of the signed tree of each log. */
  readonly sizes: ReadonlyMap<number, number>;
  /** The number of each log by its origin. */
  readonly origins: ReadonlyMap<string, number>;
  readonly prove: ReturnType<LogService['prover']>;
  /** Entries about these are added: of waivers of the project, of policies, and of keys. */
  readonly related: readonly (readonly [kind: string, ids: readonly string[]])[];
}

/**
 * The entries by which a log names the one before it and where that ended, and these ends. An entry between the last
 * checkpoint of a log and its end is proven by that: nobody could add it after the recovery.
 */
async function recoveriesOf(place: Place, { origins, sizes, upTo }: EntriesRequest) {
  type Row = { log: number; index: string; data: string };
  const values = [[...origins.keys()], upTo.log, upTo.size];
  const entries: LogEntry[] = [];
  const ends = new Map<number, number>();
  for (const { log, index, data } of await query<Row>(place, RECOVERIES, values)) {
    const { before } = JSON.parse(data) as { before: { origin: string; size: number } };
    const ended = origins.get(before.origin);
    const isProven = Number(index) < (sizes.get(log) ?? 0);
    const entry = isProven ? await entryOfLog(place, log, Number(index)) : undefined;
    if (ended === undefined || !entry) continue;
    ends.set(ended, before.size);
    // In an audit pack, only entries of the release have a place among them.
    entries.push(entry);
  }
  return { entries, ends };
}

/**
 * The entries with their proofs: those of the release in their order, then those that they refer to, and those that say
 * that one of them was erased.
 */
export async function* entryFiles(place: Place, request: EntriesRequest): AsyncGenerator<TarFile> {
  const { releaseId, upTo, sizes, prove, related } = request;
  let files = 0;
  const erased = new Set<string>();
  const fileOf = async (
    entries: readonly LogEntry[],
    ends: ReadonlyMap<number, number> = sizes,
  ): Promise<TarFile> => {
    const lines: string[] = [];
    for (const entry of entries) {
      const signed = sizes.get(entry.log) ?? 0;
      const size = entry.index < signed ? signed : (ends.get(entry.log) ?? 0);
      if (entry.statement === null) erased.add(entry.event);
      // An entry that was not signed before its log ended has no proof.
      const proof = entry.index < size ? await prove(entry.log, entry.index, size) : [];
      const hashes = proof.map((hash) => hash.toString('base64'));
      lines.push(`${JSON.stringify({ ...entry, proof: hashes })}\n`);
    }
    files += 1;
    return textFile(`entries/${String(files).padStart(6, '0')}.jsonl`, lines.join(''));
  };
  for await (const batch of releaseEntries(place, releaseId, upTo)) yield fileOf(batch);
  const { entries: recoveries, ends } = await recoveriesOf(place, request);
  if (recoveries.length > 0) yield fileOf(recoveries);
  for (const [kind, ids] of related) {
    const entries = await entriesAbout(place, kind, ids, releaseId, upTo);
    const proven = entries.filter(
      ({ log, index }) => index < Math.max(sizes.get(log) ?? 0, ends.get(log) ?? 0),
    );
    if (proven.length > 0) yield fileOf(proven, ends);
  }
  const erasures = await erasuresOf(place, erased, upTo);
  if (erasures.length > 0) yield fileOf(erasures);
}
