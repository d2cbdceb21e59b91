import { type Place, readTogether } from '../../database/context.js';
import { FUNCTION_DIGESTS, otherFunctions } from '../../database/functions.js';
import { INTERPOSED } from '../../database/interposed.sql.js';
import { ROLE_SETTINGS } from '../../database/role/settings.js';
import type { Read } from '../../database/sql.js';
import type { Checkpoint } from '../../security/signing/checkpoint.js';
import type { Keys } from '../../security/signing/keys.js';
import { documentReader } from '../evidence/index.js';
import { stateOf, tilesBy, troubleOf } from '../transparency/index.js';
import { type Erasure, erasuresIn } from './erasures.js';
import type { Unsure } from './verifier.js';
import { ALL_LOGS, type LogRow, OUTSIDE, STRAY, UNLOGGED } from './verify.sql.js';
import type { OpenReader } from './verify-evidence.js';
import { type LogVerifier, type Report, verifyLog } from './verify-log.js';
import { verifyRows } from './verify-rows.js';

const PAGE = 5000;

/** How much was verified. */
export interface Verified {
  readonly logs: number;
  readonly entries: number;
  readonly checkpoints: number;
  readonly events: number;
  /** Rows that their latest event has a digest of. */
  readonly rows: number;
  readonly policies: number;
  readonly verdicts: number;
  readonly waivers: number;
  readonly documents: number;
  readonly evidence: number;
  readonly attestations: number;
  /** Releases whose facts were computed again. */
  readonly facts: number;
  /** Events of writes that did not go through the server. */
  readonly besideApi: number;
  /** Events of rows from before the events. */
  readonly imported: number;
  /** Events that a person erased. */
  readonly erasures: readonly Erasure[];
  /** What could not be compared, and why, with how many that is. */
  readonly notComparable: Readonly<Record<string, number>>;
  /** Settings that roles of servers have of their own, as `role: setting`. */
  readonly roleSettings: readonly string[];
}

/** A thread of its own. A fault of it is an error of the reading that waits for it. */
const ownReader: OpenReader = () => documentReader(1, () => {});

async function verifyPlaces(read: Read, report: Report): Promise<number> {
  type Row = { id: string; logged: boolean; queued: boolean };
  for (let [before, count]: [string | null, number] = [null, 0]; ; ) {
    const rows: Row[] = await read<Row>(UNLOGGED, [before, PAGE]);
    for (const { id, logged, queued } of rows) {
      if (!logged && !queued) report(`event ${id}: it is neither in the log nor in the queue`);
    }
    count += rows.length;
    if (rows.length < PAGE) return count;
    before = rows.at(-1)?.id ?? null;
  }
}

/** Compares the current log with what was signed last, outside of the database. */
async function verifySigned(
  read: Read,
  logs: readonly LogRow[],
  signed: Checkpoint,
  report: Report,
) {
  const log = logs.find(({ endedAt }) => endedAt === null);
  const divergedAt = log?.divergedAt ?? null;
  const head = log && {
    ...log,
    size: Number(log.size),
    divergedAt: divergedAt === null ? null : Number(divergedAt),
    published: true,
    note: null,
  };
  const trouble = troubleOf(await stateOf(head, signed, tilesBy(read, log?.id ?? 0), []));
  const what = `the keys' folder has size ${signed.size} of ${signed.origin}`;
  if (trouble) report(`the current log: ${what}. ${trouble}`);
}

export interface VerifyOptions {
  /** undefined: signatures are not verified. */
  readonly keys: Keys | undefined;
  /** Called for each fault. */
  readonly report: Report;
  /** Opens what reads documents again, for evidence from before the digests. Default: a thread of its own. */
  readonly openReader?: OpenReader;
}

/**
 * Verifies what a snapshot of the database has.
 * @param signed what was signed last, as the keys' folder had it before the snapshot. undefined: it is not compared
 */
export async function verifySnapshot(
  read: Read,
  signed: Checkpoint | undefined,
  { keys, report, openReader = ownReader }: VerifyOptions,
): Promise<Verified> {
  for (const { found } of await read<{ found: string }>(INTERPOSED, [true])) {
    report(`the database has ${found}: the server may see or store other rows than these`);
  }
  const functions = await read<{ name: string; sha256: string }>(FUNCTION_DIGESTS, []);
  for (const name of otherFunctions(functions))
    report(
      `the function ${name} is not the one of the migrations: it may hide what it should tell`,
    );
  const logs = await read<LogRow>(ALL_LOGS, []);
  const erased = await erasuresIn(read);
  const verifier: LogVerifier = { read, report, releases: new Map(), erased };
  let [entries, checkpoints] = [0, 0];
  for (const log of logs) {
    const verified = await verifyLog(verifier, log, keys);
    entries += verified.entries;
    checkpoints += verified.checkpoints;
  }
  if (signed) await verifySigned(read, logs, signed, report);
  for (const { fault } of await read<{ fault: string }>(STRAY, [])) report(fault);
  const events = await verifyPlaces(read, report);
  type Outside = Pick<Verified, 'besideApi' | 'imported'>;
  const [outside] = await read<Outside>(OUTSIDE, []);
  const { besideApi = 0, imported = 0 } = outside ?? {};
  const notComparable: Record<string, number> = {};
  const unsure: Unsure = (what, why, count = 1) => {
    const told = `${what}: ${why}`;
    notComparable[told] = (notComparable[told] ?? 0) + count;
  };
  const rows = await verifyRows({ read, report, unsure }, keys, openReader, erased);
  const counts = { logs: logs.length, entries, checkpoints, events, ...rows };
  const settings = await read<{ role: string; name: string }>(ROLE_SETTINGS, [null]);
  const roleSettings = settings.map(({ role, name }) => `${role}: ${name}`);
  return {
    ...counts,
    besideApi,
    imported,
    erasures: [...erased.values()],
    notComparable,
    roleSettings,
  };
}

/**
 * Verifies the whole database against its logs, on one snapshot: each entry against its event, tiles, roots,
 * checkpoints and their signatures, the file of the last signature, and every table that answers and verdicts are made
 * of.
 */
export async function verify({ store }: Place, options: VerifyOptions): Promise<Verified> {
  // Before the snapshot: what is signed after it must not look like a cut.
  const signed = await options.keys?.lastSigned();
  return readTogether({ store }, (read) => verifySnapshot(read, signed, options));
}
