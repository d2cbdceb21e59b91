import { createHash } from 'node:crypto';
import { storedInputsHash, type VerdictInputs, verdictHash } from '../../engine/index.js';
import type { Keys } from '../../security/signing/keys.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import { type StatedWaiver, waiverStatement } from '../../vocabulary/waiver-statement.js';
import { memberOf } from './data.js';
import type { Erasure } from './erasures.js';
import { ROW_CHECKS } from './row-checks.js';
import type { Verifier } from './verifier.js';
import { verifyDerived } from './verify-derived.js';
import { verifyDocuments } from './verify-documents.js';
import { verifyEnvelopes } from './verify-envelopes.js';
import { verifyEvents } from './verify-events.js';
import { type OpenReader, verifyEvidence } from './verify-evidence.js';
import { verifyPeople } from './verify-people.js';
import {
  addedRows,
  differingRows,
  IMPORTING,
  OTHER_HOLDING,
  POLICY_VERSIONS,
  SUPERSEDED,
  VERDICTS,
  WAIVERS,
} from './verify-rows.sql.js';
import { verifyStates } from './verify-states.js';

const PAGE = 500;
/** The inputs of one verdict can have megabytes. */
const VERDICT_PAGE = 10;

const sha256 = (value: object) => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** @returns rows that were reported, as kind and id */
async function verifyTables(
  { read, report }: Verifier,
  unreadable: readonly string[],
  importing: ReadonlySet<string>,
): Promise<Set<string>> {
  const known = new Set<string>();
  for (const kind of importing) {
    report(
      `${kind}: rows of earlier versions have no digest yet, so added rows cannot be found. ` +
        'The server records them after its start',
    );
  }
  for (const check of ROW_CHECKS) {
    for (const { id } of await read<{ id: string }>(addedRows(check), [])) {
      report(`${check.kind} ${id}: it was added, no event knows it`);
    }
    type Differing = { id: string; missing: boolean };
    for (const { id, missing } of await read<Differing>(differingRows(check), [unreadable])) {
      known.add(`${check.kind} ${id}`);
      report(`${check.kind} ${id}: it ${missing ? 'is missing' : 'differs from its events'}`);
    }
  }
  for (const { id } of await read<{ id: string }>(OTHER_HOLDING, [unreadable])) {
    report(`what holds for release ${id}: it is not what the latest event says`);
  }
  for (const { id } of await read<{ id: string }>(SUPERSEDED, [unreadable])) {
    report(
      `evidence ${id}: whether other evidence replaced it, and when, is not what the events say`,
    );
  }
  return known;
}

async function verifyPolicies({ read, report }: Verifier): Promise<number> {
  interface Row {
    readonly id: string;
    readonly rules: object;
    readonly sha256: string;
    readonly data: string | null;
    readonly seen: boolean;
  }
  for (let count = 0; ; count += PAGE) {
    const rows = await read<Row>(POLICY_VERSIONS, [count, PAGE]);
    for (const row of rows) {
      const recorded = memberOf(row.data, 'sha256') ?? row.sha256;
      if (!row.seen) report(`policy version ${row.id}: it was added, no event knows it`);
      if (sha256(row.rules) !== row.sha256)
        report(`policy version ${row.id}: its rules were changed`);
      else if (recorded !== row.sha256)
        report(`policy version ${row.id}: it differs from its event`);
    }
    if (rows.length < PAGE) return count + rows.length;
  }
}

interface VerdictRow {
  readonly id: string;
  readonly releaseId: string;
  readonly environment: string;
  readonly decision: 'allow' | 'deny';
  readonly engine: number;
  readonly inputsHash: string;
  readonly inputs: VerdictInputs;
  readonly results: object[];
  readonly resultsSha256: string;
  readonly verdictHash: string | null;
  readonly data: string | null;
  /** Data of the events that recorded it as a row from before the events, or from before their digests. */
  readonly imported: readonly string[];
}

/** undefined: the inputs have another form. */
function inputsHashOf({ inputs, engine }: VerdictRow): string | undefined {
  try {
    return storedInputsHash(inputs, engine);
  } catch {
    return undefined;
  }
}

/** Whether the results are those of the digest in an event or in the row. undefined: nothing has one. */
function isDecided(row: VerdictRow): boolean | undefined {
  const recorded = memberOf(row.data, 'verdictHash') ?? row.verdictHash;
  if (typeof recorded === 'string') return recorded === verdictHash(row);
  // Neither events nor rows of earlier versions have it.
  const digests = row.imported
    .map((data) => memberOf(data, 'resultsSha256'))
    .filter((digest) => digest !== undefined);
  return digests.length > 0 ? digests.every((digest) => digest === row.resultsSha256) : undefined;
}

async function verifyVerdicts({ read, report, unsure }: Verifier): Promise<number> {
  for (let [before, count]: [string | null, number] = [null, 0]; ; ) {
    const rows: VerdictRow[] = await read<VerdictRow>(VERDICTS, [before, VERDICT_PAGE]);
    for (const row of rows) {
      if (inputsHashOf(row) !== row.inputsHash)
        report(`verdict ${row.id}: its inputs were changed`);
      const isSame = isDecided(row);
      if (isSame === false) report(`verdict ${row.id}: its results were changed`);
      else if (isSame === undefined)
        unsure(`results of verdict ${row.id}`, 'an earlier version recorded no digest of them');
    }
    count += rows.length;
    if (rows.length < VERDICT_PAGE) return count;
    before = rows.at(-1)?.id ?? null;
  }
}

/** Compares what was requested and approved with the digests in the events. Those of earlier versions have none. */
async function verifyWaivers({ read, report, unsure }: Verifier): Promise<number> {
  interface Row extends StatedWaiver {
    readonly requested: string | null;
    readonly approved: string | null;
    /** An event that may be about it was erased. */
    readonly erased: boolean;
  }
  for (let [before, count]: [string | null, number] = [null, 0]; ; ) {
    const rows: Row[] = await read<Row>(WAIVERS, [before, PAGE]);
    for (const row of rows) {
      const request = { ...row, approvedAt: null, approvedBy: null };
      const pairs = [
        [row.requested, request],
        [row.approved, row],
      ] as const;
      const isOther = pairs.some(([data, stated]) => {
        const recorded = memberOf(data, 'sha256');
        return recorded !== undefined && recorded !== sha256(JSON.parse(waiverStatement(stated)));
      });
      if (isOther) report(`waiver ${row.id}: it differs from the digest in its events`);
      const isStated = pairs.some(([data]) => memberOf(data, 'sha256') !== undefined);
      if (isStated || row.fingerprints.length === 0) continue;
      // A waiver that no digest covers is older than fingerprints.
      if (row.erased) unsure(`fingerprints of waiver ${row.id}`, 'an event about it was erased');
      else report(`waiver ${row.id}: its fingerprints are not what its events say`);
    }
    count += rows.length;
    if (rows.length < PAGE) return count;
    before = rows.at(-1)?.id ?? null;
  }
}

/**
 * Compares every table that answers and verdicts are made of: rows with their events, documents with their digests, and
 * what is derived with what it is derived from. docs/events.md lists the tables.
 * @param erased erasures that the log has, by the id of the event
 * @returns how much was compared
 */
export async function verifyRows(
  verifier: Verifier,
  keys: Keys | undefined,
  openReader: OpenReader,
  erased: ReadonlyMap<string, Erasure>,
) {
  const unreadable = await verifyEvents(verifier.read, verifier.report, erased);
  const kinds = await verifier.read<{ kind: string }>(IMPORTING, []);
  const importing = new Set(kinds.map(({ kind }) => kind));
  const known = await verifyTables(verifier, unreadable, importing);
  const rows = await verifyStates(verifier, unreadable, known, importing);
  await verifyPeople(verifier, unreadable);
  return {
    rows,
    policies: await verifyPolicies(verifier),
    verdicts: await verifyVerdicts(verifier),
    waivers: await verifyWaivers(verifier),
    documents: await verifyDocuments(verifier),
    evidence: await verifyEvidence(verifier, openReader, unreadable),
    attestations: await verifyEnvelopes(verifier, keys, unreadable),
    facts: await verifyDerived(verifier, unreadable),
  };
}
