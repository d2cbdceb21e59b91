import type { Position } from '../../contract/position.js';
import type { Statement } from '../../database/sql.js';
import { asFound, canonicalLicence } from '../../vocabulary/licence-names.js';
import type { Purl } from '../../vocabulary/purl.js';
import { CURRENT } from '../evidence/index.js';
import { Conditions, evidenceOf } from './conditions.js';
import type { ListComponentsQuery } from './inventory.queries.js';
import type { Component } from './inventory.schemas.js';

/** A row as pg returns it. */
export type ComponentRow = Component & { readonly ordinal: number };

/** The release and project of a row. */
export type Whereabouts = {
  readonly projectId: number;
  readonly projectName: string;
  readonly releaseId: string;
  readonly releaseVersion: string;
  readonly releaseState: 'open' | 'sealed' | 'revoked';
};

export const WHEREABOUTS = `p.id AS "projectId", p.name AS "projectName", r.id AS "releaseId",
  r.version AS "releaseVersion", r.state AS "releaseState"`;

/** A licence as it is stated, and as a tool found it. */
const bothOf = (licence: string) => [licence, asFound(licence)];

const COLUMNS = `c.evidence_id AS "evidenceId", c.ordinal, e.kind, c.type, c.name, c.version, c.purl, c.licences`;

interface Bound {
  readonly statement: Statement;
  readonly values: unknown[];
}

/** Components in current evidence of a release, ordered by evidence. Each evidence contributes its first rows. */
export function selectComponents(
  releaseId: string,
  { limit, kind, evidence, licence }: ListComponentsQuery,
  purl: Purl | undefined,
  position: Position | undefined,
): Bound {
  const sources = new Conditions();
  sources.add(`e.release_id = ${sources.bind(releaseId)}`);
  sources.add(evidence === undefined ? CURRENT : `e.id = ${sources.bind(evidence)}`);
  if (kind !== undefined) sources.add(`e.kind = ${sources.bind(kind)}`);
  const [from, ordinal] = position ?? [];
  // Earlier pages contain all evidence before the position, and the first rows of the evidence at it.
  if (from !== undefined) sources.add(`e.id >= ${sources.bind(from)}`);
  const where = new Conditions(sources.values);
  where.add('c.evidence_id = e.id');
  if (from !== undefined) {
    where.add(
      `c.ordinal > CASE WHEN e.id = ${where.bind(from)} THEN ${where.bind(ordinal)} ELSE -1 END`,
    );
  }
  if (licence !== undefined)
    where.add(`c.licences && ${where.bind(bothOf(canonicalLicence(licence)))}::text[]`);
  if (purl) where.add(`c.key = ${where.bind(purl.key)}`);
  if (purl?.version !== undefined) where.add(`c.version = ${where.bind(purl.version)}`);
  const take = where.bind(limit + 1);
  const text = `SELECT ${COLUMNS} FROM evidence e CROSS JOIN LATERAL (
      SELECT c.* FROM components c WHERE ${where} ORDER BY c.ordinal LIMIT ${take}) c
    WHERE ${sources} ORDER BY e.id, c.ordinal LIMIT ${take}`;
  return { statement: { text }, values: where.values };
}

/**
 * Finds a package in current evidence, ordered by project, then by evidence. An index has this order.
 * @param among the projects to search, or null for all. The first rows of each are read, so other projects cost nothing
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
