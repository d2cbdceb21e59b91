import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { Read } from '../../database/sql.js';
import type { Verifier } from './verifier.js';
import { CHUNK, DOCUMENTS, LOST_DOCUMENTS, REMOVAL_FAULTS } from './verify-documents.sql.js';

const PAGE = 500;

interface DocumentRow {
  readonly projectId: number;
  readonly sha256: string;
  readonly size: number;
  readonly gzipSize: number;
  /** None of its bytes are there. */
  readonly gone: boolean;
  /** Retention removed it, and it was not uploaded since. */
  readonly removed: boolean;
  /** Evidence names it. */
  readonly named: boolean;
  /** Its time is that of its first evidence. */
  readonly timed: boolean;
}

/** The compressed parts of a document, one at a time. Their numbers are 0, 1, 2 and so on. */
async function* partsOf(read: Read, projectId: number, digest: string) {
  for (let ordinal = 0; ; ordinal += 1) {
    type Part = { ordinal: number; content: Buffer };
    const [part] = await read<Part>(CHUNK, [projectId, digest, ordinal]);
    if (!part) return;
    if (part.ordinal !== ordinal) throw new Error(`part ${ordinal} is missing`);
    yield part.content;
  }
}

/** The bytes of a document. undefined: a part is missing or was changed. */
export async function bytesOf(read: Read, projectId: number, digest: string) {
  const parts: Buffer[] = [];
  try {
    for await (const part of partsOf(read, projectId, digest)) parts.push(part);
    return new Uint8Array(gunzipSync(Buffer.concat(parts)));
  } catch {
    return undefined;
  }
}

async function measure(read: Read, { projectId, sha256 }: DocumentRow) {
  const hash = createHash('sha256');
  let [size, gzipSize] = [0, 0];
  async function* counted() {
    for await (const part of partsOf(read, projectId, sha256)) {
      gzipSize += part.length;
      yield part;
    }
  }
  await pipeline(Readable.from(counted()), createGunzip(), async (pieces) => {
    for await (const piece of pieces) {
      hash.update(piece);
      size += piece.length;
    }
  });
  return { digest: hash.digest('hex'), size, gzipSize };
}

const faultOfGone = ({ removed }: DocumentRow) =>
  removed ? undefined : 'its bytes are missing, and retention did not remove them';

async function faultOfBytes(read: Read, row: DocumentRow): Promise<string | undefined> {
  const found = await measure(read, row).catch(() => undefined);
  if (found?.digest !== row.sha256) return 'its bytes were changed';
  const isSame = found.size === row.size && found.gzipSize === row.gzipSize;
  return isSame ? undefined : 'its size was changed';
}

/** Compares documents with their digests and sizes. @returns how many were compared */
export async function verifyDocuments({ read, report }: Verifier): Promise<number> {
  for (const statement of [LOST_DOCUMENTS, REMOVAL_FAULTS])
    for (const { fault } of await read<{ fault: string }>(statement, [])) report(fault);
  for (let [project, digest, count] = [0, '', 0]; ; ) {
    const rows: DocumentRow[] = await read<DocumentRow>(DOCUMENTS, [project, digest, PAGE]);
    for (const row of rows) {
      const where = `document ${row.sha256} of project ${row.projectId}`;
      const fault = row.gone ? faultOfGone(row) : await faultOfBytes(read, row);
      if (fault) report(`${where}: ${fault}`);
      if (!row.named) report(`${where}: it was added, no evidence names it`);
      else if (!row.timed) report(`${where}: its time was changed`);
    }
    count += rows.length;
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return count;
    [project, digest] = [last.projectId, last.sha256];
  }
}
