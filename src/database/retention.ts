import type pg from 'pg';

/** A document that can go, or that went. */
export interface Removable {
  readonly projectId: number;
  readonly sha256: string;
  /** Bytes before compression. */
  readonly size: number;
  /** Bytes in the database. */
  readonly gzipSize: number;
  /** Of the releases that have evidence of it. */
  readonly versions: readonly string[];
}

interface Row extends Removable {
  /** Why it is kept; null: it can go. */
  readonly because: string | null;
}

export interface Removed {
  readonly removed: number;
  /** Of the removed documents in the database. */
  readonly bytes: number;
  /** Numbers of documents, by why they are kept. */
  readonly kept: Readonly<Record<string, number>>;
  /** Documents that something used at that moment. The next run asks again. */
  readonly inUse: number;
}

const PAGE = 200;

const DOCUMENTS = `SELECT project_id AS "projectId", sha256, size, gzip_size AS "gzipSize", versions, because
                     FROM retention_documents($1, $2, $3)`;

/** One run at a time. The lock ends with the connection, also if the program is killed. */
const LOCK = `SELECT pg_try_advisory_lock(hashtextextended('["retention"]', 0)) AS free`;

/**
 * Looks at all documents, and removes those that the database lets go: one transaction each, so that what is
 * interrupted is repeated from there.
 * @param apply false: nothing is changed
 * @param tell called for each document that went, or that would go
 * @throws {Error} if another run is at work, or the role may not
 */
export async function removeDocuments(
  client: pg.ClientBase,
  { apply, limit }: { readonly apply: boolean; readonly limit: number },
  tell: (one: Removable) => void,
): Promise<Removed> {
  const [lock] = (await client.query<{ free: boolean }>(LOCK)).rows;
  if (!lock?.free) throw new Error('another run of retention is at work');
  const kept: Record<string, number> = {};
  let [removed, bytes, inUse, project, digest] = [0, 0, 0, 0, ''];
  for (;;) {
    const { rows } = await client.query<Row>(DOCUMENTS, [project, digest, PAGE]);
    for (const row of rows) {
      const because = row.because ?? (apply ? await removeOne(client, row) : null);
      if (because === 'in-use') inUse += 1;
      else if (because !== null) kept[because] = (kept[because] ?? 0) + 1;
      else {
        removed += 1;
        bytes += row.gzipSize;
        tell(row);
      }
      if (removed >= limit) return { removed, bytes, kept, inUse };
    }
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return { removed, bytes, kept, inUse };
    [project, digest] = [last.projectId, last.sha256];
  }
}

/** The database decides again, with locks. @returns why it is kept; null: it is gone */
async function removeOne(client: pg.ClientBase, { projectId, sha256 }: Row) {
  const text = 'SELECT remove_document($1, $2) AS because';
  const [row] = (await client.query<{ because: string | null }>(text, [projectId, sha256])).rows;
  return row ? row.because : 'in-use';
}
