import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Read } from '../../database/sql.js';
import { storedInputsHash, type VerdictInputs, verdictHash } from '../../engine/index.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import { type StatedWaiver, waiverStatement } from '../../vocabulary/waiver-statement.js';
import { unreadableEvents } from './readable.js';
import { ROW_CHECKS } from './row-checks.js';
import type { Report } from './verify-log.js';
import {
  addedRows,
  CHUNK,
  changedImports,
  DOCUMENTS,
  differingRows,
  IMPORTING,
  OTHER_HOLDING,
  POLICY_VERSIONS,
  SUPERSEDED,
  VERDICTS,
  WAIVERS,
} from './verify-rows.sql.js';

const PAGE = 500;
/** The inputs of one verdict can have megabytes. */
const VERDICT_PAGE = 10;

interface Verifier {
  readonly read: Read;
  readonly report: Report;
}

const sha256 = (value: object) => createHash('sha256').update(canonicalJson(value)).digest('hex');

function memberOf(data: string | null, name: string): unknown {
  if (data === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined;
  } catch {
    return undefined;
  }
}

async function verifyTables({ read, report }: Verifier): Promise<void> {
  const unreadable = await unreadableEvents(read, report);
  for (const { kind } of await read<{ kind: string }>(IMPORTING, [])) {
    report(
      `${kind}: rows from before the events have no event yet, so added rows cannot be found. ` +
        'The server records them after its start',
    );
  }
  for (const check of ROW_CHECKS) {
    for (const { id } of await read<{ id: string }>(addedRows(check), [])) {
      report(`${check.kind} ${id}: it was added, no event knows it`);
    }
    type Differing = { id: string; missing: boolean };
    const statements = [differingRows(check), ...(check.since ? [changedImports(check)] : [])];
    for (const statement of statements) {
      for (const { id, missing } of await read<Differing>(statement, [unreadable])) {
        report(`${check.kind} ${id}: it ${missing ? 'is missing' : 'differs from its events'}`);
      }
    }
  }
  for (const { id } of await read<{ id: string }>(OTHER_HOLDING, [unreadable])) {
    report(`what holds for release ${id}: it is not what the latest event says`);
  }
  for (const { id } of await read<{ id: string }>(SUPERSEDED, [unreadable])) {
    report(`evidence ${id}: no event says that other evidence replaced it`);
  }
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
  readonly data: string | null;
}

async function verifyVerdicts({ read, report }: Verifier): Promise<number> {
  for (let [before, count]: [string | null, number] = [null, 0]; ; ) {
    const rows: VerdictRow[] = await read<VerdictRow>(VERDICTS, [before, VERDICT_PAGE]);
    for (const row of rows) {
      if (storedInputsHash(row.inputs, row.engine) !== row.inputsHash)
        report(`verdict ${row.id}: its inputs were changed`);
      // Events of earlier versions of the server do not have it.
      const recorded = memberOf(row.data, 'verdictHash');
      if (recorded === undefined || recorded === verdictHash(row)) continue;
      report(`verdict ${row.id}: its results were changed`);
    }
    count += rows.length;
    if (rows.length < VERDICT_PAGE) return count;
    before = rows.at(-1)?.id ?? null;
  }
}

/** Compares what was requested and approved with the digests in the events. Those of earlier versions have none. */
async function verifyWaivers({ read, report }: Verifier): Promise<number> {
  type Row = StatedWaiver & { readonly requested: string | null; readonly approved: string | null };
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
    }
    count += rows.length;
    if (rows.length < PAGE) return count;
    before = rows.at(-1)?.id ?? null;
  }
}

/** The compressed parts of a document, one at a time. */
async function* partsOf(read: Read, projectId: number, digest: string) {
  for (let ordinal = 0; ; ordinal += 1) {
    const [part] = await read<{ content: Buffer }>(CHUNK, [projectId, digest, ordinal]);
    if (!part) return;
    yield part.content;
  }
}

async function digestOf(read: Read, projectId: number, digest: string): Promise<string> {
  const hash = createHash('sha256');
  const bytes = Readable.from(partsOf(read, projectId, digest)).pipe(createGunzip());
  for await (const piece of bytes) hash.update(piece);
  return hash.digest('hex');
}

async function verifyDocuments({ read, report }: Verifier): Promise<number> {
  type Row = { projectId: number; sha256: string };
  for (let [project, digest, count] = [0, '', 0]; ; ) {
    const rows: Row[] = await read<Row>(DOCUMENTS, [project, digest, PAGE]);
    for (const row of rows) {
      const found = await digestOf(read, row.projectId, row.sha256).catch(() => undefined);
      if (found !== row.sha256) {
        report(`document ${row.sha256} of project ${row.projectId}: its bytes were changed`);
      }
    }
    count += rows.length;
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return count;
    [project, digest] = [last.projectId, last.sha256];
  }
}

/** Compares rows with their events, and documents with their digests. @returns how many were compared */
export async function verifyRows(verifier: Verifier) {
  await verifyTables(verifier);
  return {
    policies: await verifyPolicies(verifier),
    verdicts: await verifyVerdicts(verifier),
    waivers: await verifyWaivers(verifier),
    documents: await verifyDocuments(verifier),
  };
}
