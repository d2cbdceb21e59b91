import type { Position } from '../../contract/position.js';
import type { Statement } from '../../database/sql.js';
import type { Purl } from '../../vocabulary/purl.js';
import { CURRENT } from '../evidence/index.js';
import { appliedClaim, CLAIM } from './claims.sql.js';
import { Conditions, evidenceOf } from './conditions.js';
import type { ListFindingsQuery } from './inventory.queries.js';
import type { Finding } from './inventory.schemas.js';

/** A row as pg returns it. */
export type FindingRow = Finding & { readonly ordinal: number; readonly projectId: number };

interface Bound {
  readonly statement: Statement;
  readonly values: unknown[];
}

/** `lastSeenAt` reads this many of the latest reports: more than one, because older evidence can be received again. */
const LATEST = 10;

/** Evidence of the project that reported the defect of `f`. Retracted evidence does not count. */
const reports = (column: string, order: string, limit: number) => `
  SELECT o_e.${column} FROM findings o ${evidenceOf('o', 'o_e')}
   WHERE o.project_id = f.project_id AND o.fingerprint = f.fingerprint
     AND (o_e.retracted_at IS NULL OR o_e.id = f.evidence_id)
   ORDER BY o.evidence_id ${order} LIMIT ${limit}`;

export const PLACE = `, p.name AS "projectName", r.id AS "releaseId", r.version AS "releaseVersion",
  r.state AS "releaseState"`;

/** Columns that the API returns for a finding `f` of the evidence `e`, with its claim and when it was seen. */
export const FINDING_COLUMNS = (more = '') => `
  f.project_id AS "projectId", f.evidence_id AS "evidenceId", f.ordinal, e.kind, f.type, f.severity, f.rule, f.aliases,
  f.title, f.message, f.score, f.vector, f.purl, f.package_name AS "packageName",
  f.package_version AS "packageVersion", f.fixed_version AS "fixedVersion", f.location, f.line, f.url,
  encode(f.fingerprint, 'hex') AS fingerprint, COALESCE(claim.suppresses, false) AS suppressed,
  CASE WHEN claim.status IS NOT NULL THEN to_jsonb(claim) - 'suppresses' END AS claim,
  (${reports('created_at', 'ASC', 1)}) AS "firstSeenAt",
  (SELECT max(last_received_at) FROM (${reports('last_received_at', 'DESC', LATEST)}) received) AS "lastSeenAt"
  ${more}`;

/** Adds the filters that need nothing but the finding `f`. */
export function addFilters(
  where: Conditions,
  { severity, type, fixable }: Pick<ListFindingsQuery, 'severity' | 'type' | 'fixable'>,
): void {
  if (severity) where.add(`f.severity = ANY (${where.bind(severity)}::severity[])`);
  if (type !== undefined) where.add(`f.type = ${where.bind(type)}::finding_type`);
  if (fixable !== undefined) where.add(`f.fixed_version IS ${fixable ? 'NOT ' : ''}NULL`);
}

/**
 * Condition that the finding `f` of the evidence `e` comes after a position: severity, evidence, ordinal. At the
 * position's severity, all of earlier evidence was read.
 */
export function isAfter(where: Conditions, position: Position): string {
  const [from, id, ordinal] = position.map((value) => where.bind(value));
  return `(f.severity, f.ordinal) > (${from}::severity,
    CASE WHEN e.id < ${id}::uuid THEN ${MAX_ORDINAL} WHEN e.id = ${id}::uuid THEN ${ordinal}::int ELSE -1 END)`;
}

/**
 * Findings in current evidence of a release, worst severity first. Each evidence contributes its first rows in the
 * order of an index, so superseded evidence is not read.
 * @param rules a rule with its aliases, or undefined for all
 */
export function selectFindings(
  releaseId: string,
  { limit, kind, evidence, suppressed, ...filter }: ListFindingsQuery,
  rules: readonly string[] | undefined,
  purl: Purl | undefined,
  position: Position | undefined,
): Bound {
  const sources = new Conditions();
  const release = sources.bind(releaseId);
  sources.add(`e.release_id = ${release}`);
  sources.add(evidence === undefined ? CURRENT : `e.id = ${sources.bind(evidence)}`);
  if (kind !== undefined) sources.add(`e.kind = ${sources.bind(kind)}`);
  const where = new Conditions(sources.values);
  where.add('f.evidence_id = e.id');
  addFilters(where, filter);
  if (rules) where.add(`f.rule = ANY (${where.bind(rules)})`);
  if (purl) where.add(`f.purl_key = ${where.bind(purl.key)}`);
  if (purl?.version !== undefined) where.add(`f.purl_version = ${where.bind(purl.version)}`);
  if (position) where.add(isAfter(where, position));
  const applied = `LEFT JOIN LATERAL (${appliedClaim(release)}) claim ON true`;
  if (suppressed !== undefined) {
    where.add(`COALESCE(claim.suppresses, false) = ${where.bind(suppressed)}`);
  }
  const take = where.bind(limit + 1);
  const text = `WITH page AS (
      SELECT f.* FROM evidence e CROSS JOIN LATERAL (
        SELECT f.* FROM findings f ${suppressed === undefined ? '' : applied}
         WHERE ${where} ORDER BY f.severity, f.ordinal LIMIT ${take}) f
       WHERE ${sources} ORDER BY f.severity, f.evidence_id, f.ordinal LIMIT ${take})
    SELECT ${FINDING_COLUMNS()} FROM page f ${evidenceOf('f')} LEFT JOIN LATERAL (${CLAIM}) claim ON true
     ORDER BY f.severity, f.evidence_id, f.ordinal`;
  return { statement: { text }, values: where.values };
}

/** PostgreSQL's largest integer, which is larger than each ordinal. */
const MAX_ORDINAL = 2_147_483_647;

/** Limit of aliases that one project contributes to a search, so that it cannot crowd out other projects. */
const MAX_IDS = 10;

/**
 * Other ids of a vulnerability in current evidence: its aliases, and the aliases of these. The ids that most projects
 * have come first. `$1`: the id, `$2`: the projects to search, or null for all.
 */
export const SELECT_ALIASES: Statement = {
  name: 'vulnerability-aliases',
  text: `
    WITH known AS (
      SELECT a.* FROM vulnerability_aliases a ${evidenceOf('a')}
       WHERE (a.alias = $1 OR a.canonical = $1) AND ($2::int[] IS NULL OR a.project_id = ANY ($2))
         AND ${CURRENT}),
    ids AS (
      SELECT project_id, canonical AS id FROM known UNION SELECT project_id, alias FROM known
       UNION
      SELECT a.project_id, a.alias FROM (SELECT DISTINCT project_id, canonical FROM known) k
        JOIN vulnerability_aliases a ON a.canonical = k.canonical AND a.project_id = k.project_id
        ${evidenceOf('a')} WHERE ${CURRENT}),
    numbered AS (
      SELECT *, row_number() OVER (PARTITION BY project_id ORDER BY id) AS n FROM ids WHERE id <> $1)
    SELECT id FROM numbered WHERE n <= ${MAX_IDS} GROUP BY id ORDER BY count(*) DESC, id LIMIT 100`,
};

/**
 * Finds a vulnerability in current evidence. Reads the first rows of each id, and of each project of a bound caller, in
 * the order of an index, and merges them.
 * @param among the projects to search, or null for all
 */
export function searchFindings(
  rules: readonly string[],
  limit: number,
  position: Position | undefined,
  among: readonly number[] | null,
): Bound {
  const where = new Conditions();
  where.add('f.rule = ids.rule').add(CURRENT);
  where.after(['f.project_id', 'f.evidence_id', 'f.ordinal'], position);
  const ids = where.bind(rules);
  const projects = among && where.bind(among);
  const take = where.bind(limit + 1);
  const text = `WITH page AS (
      SELECT f.* FROM unnest(${ids}::text[]) AS ids (rule)
        ${projects === null ? '' : `CROSS JOIN unnest(${projects}::int[]) AS b (id)`}
        CROSS JOIN LATERAL (
          SELECT f.* FROM findings f ${evidenceOf('f')}
           WHERE ${where} ${projects === null ? '' : 'AND f.project_id = b.id'}
           ORDER BY f.project_id, f.evidence_id, f.ordinal LIMIT ${take}) f
       ORDER BY f.project_id, f.evidence_id, f.ordinal LIMIT ${take})
    SELECT ${FINDING_COLUMNS(PLACE)}
      FROM page f ${evidenceOf('f')} LEFT JOIN LATERAL (${CLAIM}) claim ON true
      JOIN releases r ON r.id = f.release_id JOIN projects p ON p.id = f.project_id
     ORDER BY f.project_id, f.evidence_id, f.ordinal`;
  return { statement: { text }, values: where.values };
}
