import type { Statement } from '../../database/sql.js';
import type { Position } from '../../shared/position.js';
import type { Purl } from '../../shared/purl.js';
import type { Severity } from '../../shared/severity.js';
import { CLAIM } from './claims.sql.js';
import { WHEREABOUTS } from './components.sql.js';
import { Conditions, CURRENT, evidenceOf } from './conditions.js';
import type { ListFindingsQuery } from './inventory.queries.js';

/** A row as pg reads it. */
export interface FindingRow {
  readonly evidenceId: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly severity: Severity;
  readonly projectId: number;
  readonly suppressed: boolean;
  readonly [column: string]: unknown;
}

const COLUMNS = `f.project_id, f.release_id, f.evidence_id AS "evidenceId", f.ordinal, e.kind, f.type, f.severity, f.rule,
  f.aliases, f.title, f.message, f.score, f.vector, f.purl, f.package_name AS "packageName",
  f.package_version AS "packageVersion", f.fixed_version AS "fixedVersion", f.location, f.line, f.url,
  f.fingerprint AS digest, encode(f.fingerprint, 'hex') AS fingerprint,
  COALESCE(claim.suppresses, false) AS suppressed,
  CASE WHEN claim.status IS NOT NULL THEN to_jsonb(claim) - 'suppresses' END AS claim`;

/** Of a defect that very much evidence reports, only the last is looked at, which may have come again out of order. */
const LAST = 10;

/** When a defect was first and last reported in its project: evidence that was retracted said nothing. */
const SEEN = `
  CROSS JOIN LATERAL (
    SELECT e.created_at AS "firstSeenAt" FROM findings o ${evidenceOf('o')}
     WHERE o.project_id = f.project_id AND o.fingerprint = f.digest
       AND (e.retracted_at IS NULL OR e.id = f."evidenceId")
     ORDER BY o.evidence_id LIMIT 1) first
  CROSS JOIN LATERAL (
    SELECT max(received.last_received_at) AS "lastSeenAt" FROM (
      SELECT e.last_received_at FROM findings o ${evidenceOf('o')}
       WHERE o.project_id = f.project_id AND o.fingerprint = f.digest
         AND (e.retracted_at IS NULL OR e.id = f."evidenceId")
       ORDER BY o.evidence_id DESC LIMIT ${LAST}) received) last`;

interface Bound {
  readonly statement: Statement;
  readonly values: unknown[];
}

/**
 * The findings of a release that count, the worst first.
 * @param rules a rule and what else it is called; undefined: all
 */
export function selectFindings(
  releaseId: string,
  { limit, severity, kind, type, evidence, fixable, suppressed }: ListFindingsQuery,
  rules: readonly string[] | undefined,
  purl: Purl | undefined,
  position: Position | undefined,
): Bound {
  const where = new Conditions();
  where.add(`f.release_id = ${where.bind(releaseId)}`);
  if (evidence === undefined) where.add(CURRENT);
  else where.add(`f.evidence_id = ${where.bind(evidence)}`);
  if (severity) where.add(`f.severity = ANY (${where.bind(severity)}::severity[])`);
  if (kind !== undefined) where.add(`e.kind = ${where.bind(kind)}`);
  if (type !== undefined) where.add(`f.type = ${where.bind(type)}::finding_type`);
  if (fixable !== undefined) where.add(`f.fixed_version IS ${fixable ? 'NOT ' : ''}NULL`);
  if (suppressed !== undefined) {
    where.add(`COALESCE(claim.suppresses, false) = ${where.bind(suppressed)}`);
  }
  if (rules) where.add(`f.rule = ANY (${where.bind(rules)})`);
  if (purl) where.add(`f.purl_key = ${where.bind(purl.key)}`);
  if (purl?.version !== undefined) where.add(`f.purl_version = ${where.bind(purl.version)}`);
  where.after(['f.severity', 'f.evidence_id', 'f.ordinal'], position);
  const text = `WITH page AS (
      SELECT ${COLUMNS} FROM findings f ${evidenceOf('f')}
        LEFT JOIN LATERAL (${CLAIM}) claim ON true
       WHERE ${where} ORDER BY f.severity, f.evidence_id, f.ordinal LIMIT ${where.bind(limit + 1)})
    SELECT f.*, first."firstSeenAt", last."lastSeenAt" FROM page f ${SEEN}
     ORDER BY f.severity, f."evidenceId", f.ordinal`;
  return { statement: { text }, values: where.values };
}

/** Other ids of a vulnerability, by what any document of a project said. Two steps: an alias, and its other aliases. */
export const SELECT_ALIASES: Statement = {
  name: 'vulnerability-aliases',
  text: `
    WITH known AS (
      SELECT project_id, canonical FROM vulnerability_aliases WHERE alias = $1 OR canonical = $1)
    SELECT canonical AS id FROM known WHERE $2::int[] IS NULL OR project_id = ANY ($2)
     UNION
    SELECT a.alias FROM known k
      JOIN vulnerability_aliases a ON a.canonical = k.canonical AND a.project_id = k.project_id
     WHERE $2::int[] IS NULL OR k.project_id = ANY ($2)
     LIMIT 50`,
};

/**
 * Where a vulnerability is: for each of its ids, and for each project of a bound caller, the first rows in the order of
 * an index, which are then merged.
 * @param among the only projects; null: all
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
          SELECT f.*, e.kind AS evidence_kind FROM findings f ${evidenceOf('f')}
           WHERE ${where} ${projects === null ? '' : 'AND f.project_id = b.id'}
           ORDER BY f.project_id, f.evidence_id, f.ordinal LIMIT ${take}) f
       ORDER BY f.project_id, f.evidence_id, f.ordinal LIMIT ${take}),
    described AS (
      SELECT ${COLUMNS.replace('e.kind', 'f.evidence_kind AS kind')} FROM page f
        LEFT JOIN LATERAL (${CLAIM}) claim ON true)
    SELECT f.*, first."firstSeenAt", last."lastSeenAt", ${WHEREABOUTS} FROM described f
      JOIN releases r ON r.id = f.release_id JOIN projects p ON p.id = f.project_id ${SEEN}
     ORDER BY f.project_id, f."evidenceId", f.ordinal`;
  return { statement: { text }, values: where.values };
}
