import { type Place, query } from '../../database/context.js';
import type { LogService } from '../transparency/index.js';
import { jsonFile, textFile } from './pack.content.js';
import { type CheckpointRow, KEY_IDS_OF, ROTATIONS } from './pack.sql.js';
import type { TarFile } from './tar.js';

/** The ids of the keys that signed a note, 8 hexadecimal digits each (C2SP signed-note). */
const signersOf = (note: string): string[] =>
  [...note.matchAll(/^— \S+ (\S+)$/gm)].map(([, blob = '']) =>
    Buffer.from(blob, 'base64').subarray(0, 4).toString('hex'),
  );

const idOf = (origin: string, vkey: string) => vkey.slice(origin.length + 1).split('+')[0] ?? '';

/**
 * The public keys that signed what the pack has, and those of the same logs before: an auditor may have a checkpoint of
 * an earlier key. Later ones would make it another pack.
 * @param last the checkpoint of the pack: later envelopes are not in it
 */
export async function usedKeys(
  place: Place,
  log: LogService,
  checkpoints: readonly CheckpointRow[],
  verdicts: readonly string[],
  last: CheckpointRow,
) {
  const keys = await log.keys();
  const signed = await query<{ keyId: string }>(place, KEY_IDS_OF, [
    verdicts,
    last.signedAt,
    last.log,
    last.size,
  ]);
  const signers = new Set(signed.map(({ keyId }) => keyId));
  const ofLogs = checkpoints.flatMap(({ origin, note }) => {
    const own = keys.log.filter((key) => key.origin === origin);
    const last = own.findLastIndex(({ vkey }) => signersOf(note).includes(idOf(origin, vkey)));
    return own.slice(0, last + 1);
  });
  return {
    log: ofLogs.map(({ vkey }) => vkey),
    verdicts: keys.verdicts.filter(({ keyId }) => signers.has(keyId)),
  };
}

/**
 * For each key of a log that was rotated: the checkpoint by which it signed that the next key follows, and the proof
 * that the log has grown from it. So an auditor who kept an earlier key needs no other.
 * @param without size of the current log whose proof is in the pack already
 */
export async function* rotationFiles(
  place: Place,
  log: LogService,
  checkpoints: readonly CheckpointRow[],
  without: number | undefined,
): AsyncGenerator<TarFile> {
  type Row = { log: number; size: string; note: string };
  const sizes = new Map(checkpoints.map((one) => [one.log, Number(one.size)]));
  const current = checkpoints.at(-1)?.log;
  for (const row of await query<Row>(place, ROTATIONS, [[...sizes.keys()]])) {
    const [from, to] = [Number(row.size), sizes.get(row.log) ?? 0];
    if (from >= to) continue;
    yield textFile(`logs/${row.log}/checkpoint-${from}`, row.note);
    if (row.log === current && from === without) continue;
    const { hashes } = await log.consistency({ from, to, log: row.log });
    yield jsonFile(`logs/${row.log}/consistency-${from}.json`, { from, to, hashes });
  }
}
