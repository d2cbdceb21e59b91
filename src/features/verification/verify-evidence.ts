import { canonicalJson } from '../../shared/canonical-json.js';
import type { FindingType } from '../../vocabulary/finding-types.js';
import {
  type DocumentReader,
  digestsNow,
  openStored,
  parsedDigests,
  type RowDigests,
} from '../evidence/index.js';
import { memberOf } from './data.js';
import type { Verifier } from './verifier.js';
import { bytesOf } from './verify-documents.js';
import { EVIDENCE, ORPHANS, READINGS, SECRET_KEY } from './verify-evidence.sql.js';

const PAGE = 50;

interface EvidenceRow {
  readonly id: string;
  readonly projectId: number;
  readonly kind: string;
  readonly parserVersion: number;
  readonly mediaType: string;
  readonly storedSha256: string;
  readonly receivedSha256: string;
  readonly mayAbsolve: boolean;
  readonly scanners: FindingType[];
  readonly summary: object;
  readonly receivedAt: Date;
  readonly commit: string;
  readonly data: string | null;
}

/** Reads documents again. It is opened only for evidence that has no digest. */
export type OpenReader = () => DocumentReader;

const differing = (one: RowDigests, other: RowDigests) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((table) => Reflect.get(one, table) !== Reflect.get(other, table))
    .map((table) => table.replaceAll('_', ' '));

const isDigests = (value: unknown): value is RowDigests =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const WAITING = { owner: 'verify' };

/** Compares evidence from before the digests with its document. @returns why that says nothing */
async function verifyAgain(
  { read, report }: Verifier,
  reader: DocumentReader,
  row: EvidenceRow,
  stored: RowDigests,
): Promise<string | undefined> {
  const { id, projectId, storedSha256, mayAbsolve, receivedAt } = row;
  const [key] = await read<{ value: Buffer }>(SECRET_KEY, []);
  if (!key) return 'the key of digests of secrets is missing';
  const bytes = await bytesOf(read, projectId, storedSha256);
  if (!bytes) return 'its document cannot be read';
  const document = await openStored(reader, { ...row, bytes }, new Uint8Array(key.value), WAITING);
  if (typeof document === 'string') return 'this version refuses its document';
  try {
    if (document.head.parserVersion !== row.parserVersion)
      return 'this version reads its document with another parser';
    const parsed = await parsedDigests(read, document.batches(), mayAbsolve, receivedAt);
    const [table] = differing(parsed, stored);
    const isMasked = row.receivedSha256 !== storedSha256;
    if (table && isMasked) return 'its secrets were masked before it was stored';
    if (table) report(`evidence ${id}: its ${table} are not those of its document`);
    else if (canonicalJson(document.head.summary) !== canonicalJson(row.summary))
      return 'this version writes its summary in another form';
    return undefined;
  } finally {
    document.close();
  }
}

/**
 * Compares findings, components, claims and aliases with the digests in the events of their evidence, or with the
 * stored document if the event is older.
 * @returns how much evidence was compared
 */
export async function verifyEvidence(
  verifier: Verifier,
  openReader: OpenReader,
  unreadable: readonly string[],
): Promise<number> {
  const { read, report, unsure } = verifier;
  for (const { what, id } of await read<{ what: string; id: string }>(ORPHANS, [])) {
    report(
      `evidence ${id}: ${what.replaceAll('_', ' ')} name it, and the release has no such evidence`,
    );
  }
  for (const { id } of await read<{ id: string }>(READINGS, [unreadable])) {
    report(`evidence ${id}: no event says that its document was read again, or its row is missing`);
  }
  let reader: DocumentReader | undefined;
  try {
    for (let [before, compared]: [string | null, number] = [null, 0]; ; ) {
      const rows: EvidenceRow[] = await read<EvidenceRow>(EVIDENCE, [before, PAGE]);
      const now = await digestsNow(
        read,
        rows.map(({ id }) => id),
      );
      for (const row of rows) {
        const stored = now.get(row.id) ?? {};
        const recorded = memberOf(row.data, 'rows');
        compared += 1;
        if (isDigests(recorded)) {
          const tables = differing(recorded, stored);
          if (tables.length > 0)
            report(`evidence ${row.id}: its ${tables.join(' and ')} differ from its event`);
          continue;
        }
        reader ??= openReader();
        const why = await verifyAgain(verifier, reader, row, stored);
        if (why === undefined) continue;
        compared -= 1;
        unsure('evidence', why);
      }
      if (rows.length < PAGE) return compared;
      before = rows.at(-1)?.id ?? null;
    }
  } finally {
    await reader?.close();
  }
}
