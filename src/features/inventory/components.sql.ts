import type { Statement } from '../../database/sql.js';
import type { Position } from '../../shared/position.js';
import type { Purl } from '../../shared/purl.js';
import { Conditions, CURRENT, evidenceOf } from './conditions.js';
import type { ListComponentsQuery } from './inventory.queries.js';

/** A row as pg reads it. */
export interface ComponentRow {
  readonly evidenceId: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly type: string;
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly licences: string[];
}

/** Where a row belongs. */
export interface Whereabouts {
  readonly projectId: number;
  readonly projectName: string;
  readonly releaseId: string;
  readonly releaseVersion: string;
  readonly releaseState: 'open' | 'sealed' | 'revoked';
}

export const WHEREABOUTS = `p.id AS "projectId", p.name AS "projectName", r.id AS "releaseId",
  r.version AS "releaseVersion", r.state AS "releaseState"`;

const COLUMNS = `c.evidence_id AS "evidenceId", c.ordinal, e.kind, c.type, c.name, c.version, c.purl, c.licences`;

interface Bound {
  readonly statement: Statement;
  readonly values: unknown[];
}

/** The components of a release that count, in the order of its evidence. */
export function selectComponents(
  releaseId: string,
  { limit, kind, evidence, licence }: ListComponentsQuery,
  purl: Purl | undefined,
  position: Position | undefined,
): Bound {
  const where = new Conditions();
  where.add(`e.release_id = ${where.bind(releaseId)}`);
  if (evidence === undefined) where.add(CURRENT);
  else where.add(`e.id = ${where.bind(evidence)}`);
  if (kind !== undefined) where.add(`e.kind = ${where.bind(kind)}`);
  if (licence !== undefined) where.add(`${where.bind(licence)} = ANY(c.licences)`);
  if (purl) where.add(`c.key = ${where.bind(purl.key)}`);
  if (purl?.version !== undefined) where.add(`c.version = ${where.bind(purl.version)}`);
  where.after(['c.evidence_id', 'c.ordinal'], position);
  const text = `SELECT ${COLUMNS} FROM evidence e JOIN components c ON c.evidence_id = e.id
    WHERE ${where} ORDER BY c.evidence_id, c.ordinal LIMIT ${where.bind(limit + 1)}`;
  return { statement: { text }, values: where.values };
}

/**
 * Where a package is, in the projects that the caller may see: in the order of projects, then of evidence, which is that of an
 * index.
 * @param among the only projects; null: all. Each is asked for its first rows, so that what others have costs nothing
 */
export function searchComponents(
  { key, version }: Purl,
  limit: number,
  position: Position | undefined,
  among: readonly number[] | null,
): Bound {
  const where = new Conditions();
  where.add(`c.key = ${where.bind(key)}`);
  if (version !== undefined) where.add(`c.version = ${where.bind(version)}`);
  where.add(CURRENT).after(['c.project_id', 'c.evidence_id', 'c.ordinal'], position);
  const projects = among && where.bind(among);
  const take = where.bind(limit + 1);
  const page = `SELECT c.project_id, c.release_id, ${COLUMNS}
      FROM components c ${evidenceOf('c')}
     WHERE ${where} ${projects === null ? '' : 'AND c.project_id = b.id'}
     ORDER BY c.project_id, c.evidence_id, c.ordinal LIMIT ${take}`;
  const from =
    projects === null
      ? `(${page}) f`
      : `unnest(${projects}::int[]) AS b (id) CROSS JOIN LATERAL (${page}) f`;
  const text = `SELECT f.*, ${WHEREABOUTS} FROM ${from}
    JOIN releases r ON r.id = f.release_id JOIN projects p ON p.id = f.project_id
    ORDER BY f.project_id, f."evidenceId", f.ordinal LIMIT ${take}`;
  return { statement: { text }, values: where.values };
}
