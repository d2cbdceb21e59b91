import { kinds } from '../../documents/kinds/index.js';
import { AppError } from '../../shared/app-error.js';
import type { FindingType } from '../../vocabulary/finding-types.js';
import type { DocumentReader, OpenDocument, Waiting } from './document-reader.js';

/** A document as it is stored, and how it was received. */
export interface StoredEvidence {
  readonly bytes: Uint8Array;
  readonly kind: string;
  readonly mediaType: string;
  readonly receivedAt: Date;
  /** The commit of its release. */
  readonly commit: string;
  readonly scanners?: readonly FindingType[];
}

/**
 * Parses a stored document again. The caller must close what it opens.
 * @returns why this version refuses the document, if it does
 */
export async function openStored(
  reader: DocumentReader,
  { bytes, kind: name, mediaType, receivedAt, commit, scanners }: StoredEvidence,
  secretKey: Uint8Array,
  waiting: Waiting,
): Promise<OpenDocument | string> {
  const kind = kinds.find((one) => one.name === name);
  if (!kind) return `This version does not know the kind ${name}`;
  const [, charset] = /; charset=(.+)$/.exec(mediaType) ?? [];
  const format: 'json' | 'xml' = kind.format === 'xml' ? 'xml' : 'json';
  const request = { bytes, format, charset, kind: name, secretKey, receivedAt, commit, scanners };
  return reader.open(request, waiting).catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return error.message;
    throw error;
  });
}
