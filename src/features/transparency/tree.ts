import { type Inside, type Place, query } from '../../database/context.js';
import type { Read } from '../../database/sql.js';
import type { ReadTiles } from '../../security/signing/tiles.js';
import { HEAD, type HeadRow, TILES } from './log.sql.js';

/** The current log as the database has it. */
export interface Head {
  readonly id: number;
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** The first entry that differs, or null. */
  readonly divergedAt: number | null;
  /** Whether the checkpoint of this size is published. */
  readonly published: boolean;
  /** The latest checkpoint. null: nothing is published. */
  readonly note: string | null;
}

/** The current log. undefined: no log has begun. */
export const readHead = (context: Place | Inside<Place>): Promise<Head | undefined> =>
  headBy((statement, values) => query(context, statement, values));

/** The same, by any way to read. */
export async function headBy(read: Read): Promise<Head | undefined> {
  const [row] = await read<HeadRow>(HEAD, []);
  if (!row) return undefined;
  const { size, divergedAt, ...rest } = row;
  return {
    ...rest,
    size: Number(size),
    divergedAt: divergedAt === null ? null : Number(divergedAt),
  };
}

interface TileRow {
  readonly level: number;
  readonly index: string;
  readonly hashes: Buffer;
}

/** Reads tiles of a log from the database. A tile that does not exist is empty. */
export const tilesOf = (context: Place | Inside<Place>, logId: number): ReadTiles =>
  tilesBy((statement, values) => query(context, statement, values), logId);

/** The same, where a snapshot is read. */
export function tilesBy(read: Read, logId: number): ReadTiles {
  return async (wanted) => {
    if (wanted.length === 0) return [];
    const [levels, indexes] = [wanted.map(({ level }) => level), wanted.map(({ index }) => index)];
    const rows = await read<TileRow>(TILES, [logId, levels, indexes]);
    const found = new Map(rows.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]));
    return wanted.map(({ level, index }) => found.get(`${level}/${index}`) ?? new Uint8Array());
  };
}
