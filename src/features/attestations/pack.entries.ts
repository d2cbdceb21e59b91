import type { Place } from '../../database/context.js';
import type { LogService } from '../transparency/index.js';
import { entriesAbout, type LogEntry, releaseEntries, type UpTo } from '../transparency/index.js';
import { textFile } from './pack.content.js';
import type { TarFile } from './tar.js';

/** What a release's entries are about, by kind of subject. */
export type Subjects = ReadonlyMap<string, readonly string[]>;

/** Ids of what the entries of the release are about, each once, and the logs that have them. */
export async function subjectsOf(place: Place, releaseId: string, upTo: UpTo) {
  const subjects = new Map<string, Set<string>>();
  const logs = new Set<number>();
  for await (const batch of releaseEntries(place, releaseId, upTo)) {
    for (const { log, statement } of batch) {
      logs.add(log);
      if (statement === null) continue;
      const { subject } = JSON.parse(statement) as { subject: { kind: string; id: string } };
      const ids = subjects.get(subject.kind) ?? new Set();
      subjects.set(subject.kind, ids.add(subject.id));
    }
  }
  const sorted: Subjects = new Map([...subjects].map(([kind, ids]) => [kind, [...ids].sort()]));
  return { subjects: sorted, logs };
}

export interface EntriesRequest {
  readonly releaseId: string;
  readonly upTo: UpTo;
  /** Size of the signed tree of each log. */
  readonly sizes: ReadonlyMap<number, number>;
  readonly prove: ReturnType<LogService['prover']>;
  /** Entries about these are added: of waivers of the project, and of policies. */
  readonly related: readonly (readonly [kind: string, ids: readonly string[]])[];
}

/** The entries with their proofs: those of the release in their order, then those that they refer to. */
export async function* entryFiles(place: Place, request: EntriesRequest): AsyncGenerator<TarFile> {
  const { releaseId, upTo, sizes, prove, related } = request;
  let files = 0;
  const fileOf = async (entries: readonly LogEntry[]): Promise<TarFile> => {
    const lines: string[] = [];
    for (const entry of entries) {
      const size = sizes.get(entry.log) ?? 0;
      // An entry that was not signed before its log ended has no proof.
      const proof = entry.index < size ? await prove(entry.log, entry.index, size) : [];
      const hashes = proof.map((hash) => hash.toString('base64'));
      lines.push(`${JSON.stringify({ ...entry, proof: hashes })}\n`);
    }
    files += 1;
    return textFile(`entries/${String(files).padStart(6, '0')}.jsonl`, lines.join(''));
  };
  for await (const batch of releaseEntries(place, releaseId, upTo)) yield fileOf(batch);
  for (const [kind, ids] of related) {
    const entries = await entriesAbout(place, kind, ids, releaseId, upTo);
    if (entries.length > 0) yield fileOf(entries);
  }
}
