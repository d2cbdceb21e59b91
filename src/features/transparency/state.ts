import type { Keys, PublicKeys } from '../../security/signing/keys.js';
import { EMPTY_ROOT } from '../../security/signing/merkle.js';
import { parseVkey, splitNote } from '../../security/signing/note.js';
import { type ReadTiles, rootAt } from '../../security/signing/tiles.js';
import type { Head } from './tree.js';

/**
 * Whether the log is signed. `behind`: the database has fewer entries than were signed. `beside`: it has others.
 * `diverged`: entries differ from their events or from the tree. Only `signing` signs.
 */
export const LOG_STATES = ['signing', 'behind', 'beside', 'diverged'] as const;
export type LogState = (typeof LOG_STATES)[number];

type Signed = Awaited<ReturnType<Keys['lastSigned']>>;

/**
 * Compares the log in the database with what was signed last, which stands outside of it. A restored database would
 * otherwise sign a second history.
 * @param head undefined: no log has begun
 * @param keys of the folder. If none of them signed the latest checkpoint, the folder is older than a rotation
 */
export async function stateOf(
  head: Head | undefined,
  signed: Signed,
  readTiles: ReadTiles,
  keys: PublicKeys['log'],
): Promise<LogState> {
  if (!head) return signed.size === 0 ? 'signing' : 'behind';
  if (head.origin !== signed.origin) return 'beside';
  if (head.note !== null && !isOneOf(keys, head.note)) return 'beside';
  if (head.divergedAt !== null) return 'diverged';
  if (head.size < signed.size) return 'behind';
  const root = await rootThen(head, signed.size, readTiles);
  return root?.equals(signed.root) ? 'signing' : 'beside';
}

/** Whether one of the keys signed the note, as its key ids say. */
function isOneOf(keys: PublicKeys['log'], note: string): boolean {
  let ids: readonly Buffer[];
  try {
    ids = splitNote(note).signatures.map(({ keyId }) => keyId);
  } catch {
    return false; // it was written beside this program
  }
  return keys.some(({ vkey }) => ids.some((id) => id.equals(parseVkey(vkey).keyId)));
}

/** The root when the log had this size. undefined: tiles are missing. */
async function rootThen(head: Head, size: number, readTiles: ReadTiles) {
  if (size === head.size) return head.root;
  if (size === 0) return EMPTY_ROOT;
  return rootAt(size, readTiles).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('Tile ')) return undefined;
    throw error;
  });
}

const NOTHING = 'Nothing is signed, and reads and verdicts are served';
const RECOVER = `${NOTHING}. Begin a new log: npm run log -- recover --reason "…"`;

/** What a person reads about a log that does not sign. undefined: it signs. */
export function troubleOf(state: LogState): string | undefined {
  if (state === 'behind') {
    return `The database has fewer log entries than were signed, as after a restore. ${RECOVER}`;
  }
  if (state === 'beside') {
    const cause = 'as after a restore, or with another SIGNING_KEYS_DIR';
    return `The log in the database is not the one that was signed, ${cause}. ${RECOVER}`;
  }
  if (state === 'diverged') {
    return `Entries of the log differ from their events or from the tree. ${NOTHING}. See which: npm run log -- verify`;
  }
  return undefined;
}
