import { type Place, query, type TransactionContext } from '../../database/context.js';
import type { StoredDocument } from '../../documents/parsing/read-document.js';

/**
 * Stores documents by their digest, currently in PostgreSQL. Another store needs only these functions. `put` runs in
 * the transaction of its evidence, before it. It does nothing if the document is known.
 */
export interface DocumentStore {
  /** @returns whether the document is new */
  put(context: TransactionContext, projectId: number, document: StoredDocument): Promise<boolean>;
  /**
   * Stores the bytes of a known document again if retention removed them. It runs after the evidence was added, whose
   * reference to the document keeps retention out.
   */
  putAgain(context: TransactionContext, projectId: number, document: StoredDocument): Promise<void>;
  /** Yields the document's gzip stream in pieces. */
  read(context: Place, projectId: number, sha256: string): AsyncGenerator<Uint8Array>;
}

const INSERT_DOCUMENT = {
  name: 'document-insert',
  text: `INSERT INTO documents (project_id, sha256, size, gzip_size) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING 1`,
};

const INSERT_CHUNK = {
  name: 'document-chunk-insert',
  text: `INSERT INTO document_chunks (project_id, sha256, ordinal, content) VALUES ($1, $2, $3, $4)`,
};

const HAS_CHUNKS = {
  name: 'document-has-chunks',
  text: `SELECT 1 FROM document_chunks WHERE project_id = $1 AND sha256 = $2 LIMIT 1`,
};

/** What retention took off. `$1`: project, `$2`: bytes before compression. */
const COUNT_AGAIN = {
  name: 'document-count-again',
  text: `UPDATE project_usage SET document_bytes = document_bytes + $2 WHERE project_id = $1`,
};

const SELECT_CHUNK = {
  name: 'document-chunk',
  text: `SELECT content FROM document_chunks WHERE project_id = $1 AND sha256 = $2 AND ordinal = $3`,
};

async function putChunks(
  context: TransactionContext,
  projectId: number,
  { sha256, chunks }: StoredDocument,
): Promise<void> {
  for (const [ordinal, chunk] of chunks.entries()) {
    await query(context, INSERT_CHUNK, [projectId, sha256, ordinal, Buffer.from(chunk)]);
  }
}

export function documentStore(): DocumentStore {
  return {
    async put(context, projectId, document) {
      const { sha256, size, gzipSize } = document;
      const added = await query(context, INSERT_DOCUMENT, [projectId, sha256, size, gzipSize]);
      if (added.length === 0) return false;
      await putChunks(context, projectId, document);
      return true;
    },

    async putAgain(context, projectId, document) {
      const [chunk] = await query(context, HAS_CHUNKS, [projectId, document.sha256]);
      if (chunk) return;
      await putChunks(context, projectId, document);
      await query(context, COUNT_AGAIN, [projectId, document.size]);
    },

    async *read(context, projectId, sha256) {
      for (let ordinal = 0; ; ordinal += 1) {
        const [row] = await query<{ content: Buffer }>(context, SELECT_CHUNK, [
          projectId,
          sha256,
          ordinal,
        ]);
        if (!row) return;
        yield row.content;
      }
    },
  };
}
