import type { Database } from '../../database/client.js';
import type { CallContext } from '../../database/context.js';
import { query } from '../../database/sql.js';
import type { StoredDocument } from '../../documents/parsing/read-document.js';

/**
 * Where documents are kept, by their digest: in PostgreSQL now. Another place needs these two only; `put` runs in
 * the transaction of the evidence that the document belongs to, and finding it there already is no error.
 */
export interface DocumentStore {
  put(context: CallContext, projectId: number, document: StoredDocument): Promise<void>;
  /** Pieces of its gzip stream, in their order. */
  read(projectId: number, sha256: string): AsyncGenerator<Uint8Array>;
}

const INSERT_CHUNK = `
  INSERT INTO document_chunks (project_id, sha256, ordinal, content) VALUES ($1::int, $2, $3::int, $4)`;

const SELECT_CHUNK = {
  name: 'document-chunk',
  text: `SELECT content FROM document_chunks WHERE project_id = $1 AND sha256 = $2 AND ordinal = $3`,
};

export function documentStore({ pool }: Pick<Database, 'pool'>): DocumentStore {
  return {
    async put({ prisma }, projectId, { sha256, size, gzipSize, chunks }) {
      const added = await prisma.$executeRaw`
        INSERT INTO documents (project_id, sha256, size, gzip_size)
        VALUES (${projectId}::int, ${sha256}, ${size}::int, ${gzipSize}::int) ON CONFLICT DO NOTHING`;
      if (added === 0) return;
      for (const [ordinal, chunk] of chunks.entries()) {
        await prisma.$executeRawUnsafe(INSERT_CHUNK, projectId, sha256, ordinal, chunk);
      }
    },

    async *read(projectId, sha256) {
      for (let ordinal = 0; ; ordinal += 1) {
        const [row] = await query<{ content: Buffer }>(pool, SELECT_CHUNK, [
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
