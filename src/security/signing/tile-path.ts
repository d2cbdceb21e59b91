/** Paths of tiles and entry bundles (C2SP tlog-tiles), after `<prefix>/tile/`. */
export const TILE_WIDTH = 256;

export interface TileId {
  /** 0 for leaf hashes; a hash of level L stands for 256^L leaves. */
  readonly level: number;
  /** The position of the tile in its level, from 0. */
  readonly index: number;
}

/** A tile and all hashes that it has so far, 32 bytes each. */
export interface Tile extends TileId {
  readonly hashes: Buffer;
}

export interface TilePath {
  /** `entries` for an entry bundle. */
  readonly level: number | 'entries';
  readonly index: number;
  /** Hashes or entries in it: 256 unless it is partial. */
  readonly width: number;
}

const MAX_LEVEL = 63;
/** Five groups of three digits are safe integers. */
const PATH = /^(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/**
 * Writes the path, such as `0/x001/x234/067` or `entries/000.p/17`.
 * @param width hashes or entries in it, 1 to 256. Default: 256
 */
export function tilePath(
  { level, index }: Pick<TilePath, 'level' | 'index'>,
  width = TILE_WIDTH,
): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/[0-9]{3}/g) ?? [];
  const number = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `${level}/${number}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/**
 * Reads a path as `tilePath` writes it. Each tile has one path.
 * @returns undefined for everything else: `..`, leading zeros, a width of 0 or 256, more than 15 digits
 */
export function parseTilePath(text: string): TilePath | undefined {
  const [, level, number, partial] = PATH.exec(text) ?? [];
  if (level === undefined || number === undefined) return undefined;
  const parsed = {
    level: level === 'entries' ? level : Number(level),
    index: Number(number.replace(/[x/]/g, '')),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  } as const;
  if (typeof parsed.level === 'number' && parsed.level > MAX_LEVEL) return undefined;
  return tilePath(parsed, parsed.width) === text && parsed.width <= TILE_WIDTH ? parsed : undefined;
}
