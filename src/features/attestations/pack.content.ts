import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type CallContext, query } from '../../database/context.js';
import type { DocumentStore } from '../evidence/index.js';
import { requireVerdictRecord } from '../verdicts/index.js';
import { packedRow, type Rows } from './pack.rows.js';
import { DOCUMENTS_OF, POLICIES_OF } from './pack.sql.js';
import type { TarFile } from './tar.js';

/** A file with this text. */
export function textFile(path: string, text: string): TarFile {
  const content = Buffer.from(text);
  return { path, size: content.length, content };
}

export const jsonFile = (path: string, value: unknown): TarFile =>
  textFile(path, `${JSON.stringify(value)}\n`);

type Files = AsyncGenerator<TarFile>;

/** Each file is read when the one before is packed: no connection is held, and no two large ones are in memory. */
export async function* verdictFiles(
  context: CallContext,
  ids: readonly string[],
  rows: Rows,
): Files {
  for (const id of ids) {
    const { inputs, results } = await requireVerdictRecord(context, 'audit:read', id);
    const row = await packedRow(context, 'verdict', id, rows);
    yield jsonFile(`verdicts/${id}.json`, { ...row, inputs, results });
  }
}

export async function* policyFiles(context: CallContext, verdicts: readonly string[]): Files {
  type Row = { name: string; version: number; sha256: string; rules: unknown };
  for (const row of await query<Row>(context, POLICIES_OF, [verdicts]))
    yield jsonFile(`policies/${row.name}-${row.version}.json`, row);
}

/** What was requested and approved. A later revocation is an entry of the log. */
export async function* waiverFiles({ prisma }: CallContext, ids: readonly string[]): Files {
  for (const id of ids) {
    const { fingerprints, ...row } = await prisma.waiver.findUniqueOrThrow({
      where: { id },
      omit: {
        purlKey: true,
        purlVersion: true,
        revokedAt: true,
        revokedBy: true,
        revokeReason: true,
      },
    });
    // As in the statement: absent without any.
    yield jsonFile(`waivers/${id}.json`, {
      ...row,
      ...(fingerprints.length > 0 && { fingerprints }),
    });
  }
}

/** What people said, and what they saw. */
export async function* approvalFiles(
  context: CallContext,
  ids: readonly string[],
  rows: Rows,
): Files {
  for (const id of ids) {
    const { brief } = await context.prisma.approval.findUniqueOrThrow({
      where: { id },
      select: { brief: { select: { risk: true } } },
    });
    const row = await packedRow(context, 'approval', id, rows);
    yield jsonFile(`approvals/${id}.json`, { ...row, risk: JSON.parse(brief.risk) });
  }
}

/** Folders whose files are rows and nothing else. */
const FOLDERS = {
  deployment: 'deployments',
  'break-glass': 'break-glass',
  evidence: 'evidence',
} as const;

/** Rows as they were at the size of the pack. That evidence was retracted later is an entry of the log. */
export async function* rowFiles(
  context: CallContext,
  kind: keyof typeof FOLDERS,
  ids: readonly string[],
  rows: Rows,
): Files {
  for (const id of ids)
    yield jsonFile(`${FOLDERS[kind]}/${id}.json`, await packedRow(context, kind, id, rows));
}

export async function* documentFiles(
  context: CallContext,
  store: DocumentStore,
  projectId: number,
  evidence: readonly string[],
): Files {
  type Row = { sha256: string; size: number };
  for (const { sha256, size } of await query<Row>(context, DOCUMENTS_OF, [projectId, evidence])) {
    const packed = Readable.from(store.read(context, projectId, sha256), { objectMode: false });
    const content = createGunzip();
    packed.once('error', (error) => content.destroy(error));
    content.once('close', () => packed.destroy());
    yield { path: `documents/${sha256}`, size, content: packed.pipe(content) };
  }
}
