import type { Projects } from '../../access/caller.js';
import type { Position } from '../../contract/position.js';
import type { Statement } from '../../database/sql.js';
import type { ListProjectsQuery } from './projects.schemas.js';

/** A row as pg reads it. */
export interface ProjectRow {
  id: number;
  name: string;
  key: string | null;
  status: string;
  description: string | null;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string | null;
  updatedBy: string | null;
  /** Incremented by a trigger at each change. The entity tag contains it. */
  version: number;
}

const COLUMNS =
  'id, name, key, status, description, created_at AS "createdAt", updated_at AS "updatedAt", ' +
  'created_by AS "createdBy", updated_by AS "updatedBy", version';

// PostgreSQL uses an index only for the same expression: keep these equal to the migration `project_details`.
const NAME_KEY = 'left(name, 200) COLLATE "C"';
const STATUS_KEY = 'left(status, 51) COLLATE "C"';
const fold = (text: string) => `upper(lower(${text} COLLATE "und-x-icu"))`;
const NAME_SEARCH = fold('name');
const SORT_KEYS: Record<string, string | undefined> = {
  name: NAME_KEY,
  createdAt: 'created_at',
};

export const SELECT_PROJECT: Statement = {
  name: 'project-by-id',
  text: `SELECT ${COLUMNS} FROM projects WHERE id = $1`,
};

/** `$1`: name, `$2`: status, or null for the default, `$3`: description, `$4`: subject of the caller, `$5`: key. */
export const INSERT_PROJECT: Statement = {
  name: 'project-insert',
  text: `INSERT INTO projects (name, status, description, created_by, updated_by, key)
         VALUES ($1, COALESCE($2, 'planned'), $3, $4, $4, $5) RETURNING ${COLUMNS}`,
};

/** The row stays locked until the transaction ends. `$1`: id. */
export const LOCK_PROJECT: Statement = {
  name: 'project-lock',
  text: `SELECT ${COLUMNS} FROM projects WHERE id = $1 FOR NO KEY UPDATE`,
};

/** `$1`: id, `$2` to `$4`: new name, status and description, `$5`: subject of the caller, `$6`: key. */
export const UPDATE_PROJECT: Statement = {
  name: 'project-update',
  text: `UPDATE projects SET name = $2, status = $3, description = $4, updated_by = $5, key = $6
          WHERE id = $1 RETURNING ${COLUMNS}`,
};

/** `$1`: keys. */
export const FIND_PROJECTS_BY_KEY: Statement = {
  name: 'projects-by-key',
  text: 'SELECT id, key FROM projects WHERE key = ANY ($1)',
};

export const DELETE_PROJECT: Statement = {
  name: 'project-delete',
  text: 'DELETE FROM projects WHERE id = $1',
};

/** `$1`: id. */
export const HAS_HOLD: Statement = {
  name: 'project-has-hold',
  text: 'SELECT 1 FROM legal_holds WHERE project_id = $1 LIMIT 1',
};

/** Escapes `%`, `_` and `\`, so that LIKE compares them literally. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/**
 * Selects the page after `position` (sort, key, id), with one row more than `limit`: it shows that a next page exists.
 *
 * The row comparison `(key, id) > ($1, $2)` lets PostgreSQL start reading the index at the position, at any depth. The
 * same condition with OR reads the index from its beginning.
 *
 * @param among the projects that the caller may see; null: all
 */
export function selectPage(
  { limit, status, q, sort }: ListProjectsQuery,
  position: Position | undefined,
  among: Projects,
): { statement: Statement; values: unknown[] } {
  const descending = sort.startsWith('-');
  const direction = descending ? 'DESC' : 'ASC';
  const operator = descending ? '<' : '>';
  const key = SORT_KEYS[descending ? sort.slice(1) : sort];

  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (among !== null) conditions.push(`id = ANY(${bind(among)})`);
  if (status !== undefined) conditions.push(`${STATUS_KEY} = ${bind(status)}`);
  if (q !== undefined) {
    const pattern = bind(escapeLike(q));
    conditions.push(`${NAME_SEARCH} LIKE '%' || ${fold(pattern)} || '%'`);
  }
  const [, lastKey, lastId] = position ?? [];
  if (position && key) {
    conditions.push(`(${key}, id) ${operator} (${bind(lastKey)}, ${bind(lastId)})`);
  } else if (position) {
    conditions.push(`id ${operator} ${bind(lastId)}`);
  }

  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const order = key ? `${key} ${direction}, id ${direction}` : `id ${direction}`;
  const text = `SELECT ${COLUMNS} FROM projects ${where} ORDER BY ${order} LIMIT ${bind(limit + 1)}`;
  // The best plan depends on how many rows the text matches. Without a name, PostgreSQL plans each search.
  if (q !== undefined) return { statement: { text }, values };
  const bound = among === null ? '' : '+bound';
  const shape = `${sort}${bound}${status === undefined ? '' : '+status'}${position ? '+after' : ''}`;
  return { statement: { name: `projects-${shape}`, text }, values };
}
