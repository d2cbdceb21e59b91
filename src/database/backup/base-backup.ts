import { PassThrough } from 'node:stream';
import type pg from 'pg';

/**
 * The first byte of each message in the copy stream of BASE_BACKUP
 * (https://www.postgresql.org/docs/18/protocol-replication.html).
 */
const MESSAGE = { archive: 'n', manifest: 'm', data: 'd' } as const;

const COMMAND =
  "BASE_BACKUP (LABEL 'secure-release-platform', CHECKPOINT 'fast', WAL true, PROGRESS true, " +
  "MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')";

/** The most that waits in memory for the disk, in bytes. */
const BUFFER = 1 << 20;

/**
 * The command with which `pg_basebackup` copies a cluster while it is used. PostgreSQL sends one tar archive, with the
 * write-ahead log that the copy needs, and a manifest with the SHA-256 of each file. Pass it to `query` of a client
 * that was created with `replication: 'database'`.
 */
export class BaseBackup implements pg.Submittable {
  /** The tar archive. */
  readonly archive = new PassThrough({ highWaterMark: BUFFER });
  /** Resolves with PostgreSQL's manifest (JSON) after the archive is complete. */
  readonly manifest: Promise<string>;
  /** About how many bytes the archive will have. Known before its first byte. */
  estimatedBytes = 0;

  #connection: pg.Connection | undefined;
  #archives = 0;
  #manifest: Buffer[] | undefined;
  #resolve: (manifest: string) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor() {
    this.manifest = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.manifest.catch(() => {}); // the archive fails with the same error, and is read first
    this.archive.on('error', () => {});
  }

  submit(connection: pg.Connection): void {
    this.#connection = connection;
    connection.query(COMMAND);
  }

  /** Rows come before the archive: the position in the log, and a row for each tablespace. */
  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const [, , kilobytes] = fields;
    if (kilobytes) this.estimatedBytes += Number(kilobytes) * 1024;
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    const type = String.fromCharCode(chunk[0] ?? 0);
    if (type === MESSAGE.archive) this.#archives += 1;
    if (type === MESSAGE.manifest) {
      this.#manifest = [];
      this.archive.end();
      // A stream that ends emits no 'drain', so nothing else would resume the socket.
      this.#connection?.stream.resume();
    }
    // A copy, because the driver uses its buffer again.
    if (type === MESSAGE.data) this.#add(Buffer.from(chunk.subarray(1)));
  }

  #add(bytes: Buffer): void {
    if (this.#manifest) {
      this.#manifest.push(bytes);
      return;
    }
    if (this.#archives > 1) {
      this.archive.destroy(new Error('the database has tablespaces, which a backup cannot hold'));
      return;
    }
    const socket = this.#connection?.stream;
    if (this.archive.write(bytes) || !socket || socket.isPaused()) return;
    socket.pause();
    this.archive.once('drain', () => socket.resume());
  }

  handleError(error: Error): void {
    this.archive.destroy(error);
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    if (this.#manifest) this.#resolve(Buffer.concat(this.#manifest).toString());
    else this.handleError(new Error('PostgreSQL sent a backup without a manifest'));
  }

  handleRowDescription(): void {}
  handleCommandComplete(): void {}
}
