import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type CallContext, query } from '../../database/context.js';
import type { DocumentStore } from '../evidence/index.js';
import { requireVerdictRecord } from '../verdicts/index.js';
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
export async function* verdictFiles(context: CallContext, ids: readonly string[]): Files {
  for (const id of ids) {
    const verdict = await requireVerdictRecord(context, 'audit:read', id);
    yield jsonFile(`verdicts/${id}.json`, verdict);
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

/** What people said, and what they saw. That it was withdrawn later is an entry of the log. */
export async function* approvalFiles({ prisma }: CallContext, ids: readonly string[]): Files {
  for (const id of ids) {
    const row = await prisma.approval.findUniqueOrThrow({
      where: { id },
      omit: { personKey: true, withdrawnAt: true, withdrawnBy: true, withdrawReason: true },
      include: { brief: { select: { risk: true } } },
    });
    const { environmentName: environment, brief, ...rest } = row;
    yield jsonFile(`approvals/${id}.json`, { ...rest, environment, risk: JSON.parse(brief.risk) });
  }
}

/** Which break-glasses the log says were confirmed, and reviewed. */
export interface Told {
  readonly confirmed: ReadonlySet<string>;
  readonly reviewed: ReadonlySet<string>;
}

/** Who broke the glass and why, and the review. What came after the size of the pack is left out. */
export async function* breakGlassFiles(
  { prisma }: CallContext,
  ids: readonly string[],
  { confirmed, reviewed }: Told,
): Files {
  for (const id of ids) {
    const row = await prisma.breakGlass.findUniqueOrThrow({ where: { id } });
    const { projectId, releaseId, environmentName: environment, reason, minutes, force } = row;
    const isOpen = !force || confirmed.has(id);
    const { requestedAt, requestedBy, requestedVia } = row;
    yield jsonFile(`break-glass/${id}.json`, {
      ...{ id, projectId, releaseId, environment, reason, minutes, force },
      ...{ requestedAt, requestedBy, requestedVia, createdBy: requestedBy },
      confirmedBy: confirmed.has(id) ? row.confirmedBy : null,
      confirmedVia: confirmed.has(id) ? row.confirmedVia : null,
      until: isOpen ? row.endsAt : null,
      // The log has its digest.
      ...(reviewed.has(id) && {
        review: { finding: row.finding, actions: row.actions, by: row.reviewedBy },
      }),
    });
  }
}

export async function* deploymentFiles({ prisma }: CallContext, ids: readonly string[]): Files {
  for (const id of ids) {
    const row = await prisma.deployment.findUniqueOrThrow({ where: { id } });
    const { environmentName: environment, ...rest } = row;
    yield jsonFile(`deployments/${id}.json`, { ...rest, environment });
  }
}

/** What was received. That it was superseded or retracted later is an entry of the log. */
export async function* evidenceFiles({ prisma }: CallContext, ids: readonly string[]): Files {
  for (const id of ids) {
    const row = await prisma.evidence.findUniqueOrThrow({
      where: { id },
      omit: {
        lastReceivedAt: true,
        supersededAt: true,
        supersededById: true,
        retractedAt: true,
        retractedBy: true,
        retractReason: true,
      },
    });
    yield jsonFile(`evidence/${id}.json`, row);
  }
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
