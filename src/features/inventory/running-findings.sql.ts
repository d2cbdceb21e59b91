import type { Position } from '../../contract/position.js';
import type { Statement } from '../../database/sql.js';
import { CURRENT } from '../evidence/index.js';
import { appliedClaim, CLAIM } from './claims.sql.js';
import { Conditions, evidenceOf } from './conditions.js';
import { addFilters, FINDING_COLUMNS, isAfter, PLACE } from './findings.sql.js';
import type { FindingFilter } from './inventory.queries.js';

/** A release of a project, at most one of each project. */
export interface OneOfProject {
  readonly projectId: number;
  readonly releaseId: string;
}

/**
 * Findings in current evidence of these releases, by project, then worst severity first. Each evidence contributes its
 * first rows in the order of an index.
 */
export function selectRunningFindings(
  releases: readonly OneOfProject[],
  { limit, suppressed, ...filter }: FindingFilter,
  position: Position | undefined,
): { readonly statement: Statement; readonly values: unknown[] } {
  const where = new Conditions();
  const projects = where.bind(releases.map(({ projectId }) => projectId));
  const ids = where.bind(releases.map(({ releaseId }) => releaseId));
  where.add('f.evidence_id = e.id');
  addFilters(where, filter);
  if (position) {
    const [project, ...rest] = position;
    where.add(`(running.project_id > ${where.bind(project)}::int OR ${isAfter(where, rest)})`);
  }
  if (suppressed !== undefined) {
    where.add(`COALESCE(claim.suppresses, false) = ${where.bind(suppressed)}`);
  }
  const claim = `LEFT JOIN LATERAL (${appliedClaim('running.release_id')}) claim ON true`;
  const take = where.bind(limit + 1);
  const text = `WITH page AS (
      SELECT f.* FROM unnest(${projects}::int[], ${ids}::uuid[]) AS running (project_id, release_id)
       CROSS JOIN LATERAL (
         SELECT f.* FROM evidence e CROSS JOIN LATERAL (
           SELECT f.* FROM findings f ${suppressed === undefined ? '' : claim}
            WHERE ${where} ORDER BY f.severity, f.ordinal LIMIT ${take}) f
          WHERE e.release_id = running.release_id AND ${CURRENT}) f
       ORDER BY f.project_id, f.severity, f.evidence_id, f.ordinal LIMIT ${take})
    SELECT ${FINDING_COLUMNS(PLACE)} FROM page f ${evidenceOf('f')} LEFT JOIN LATERAL (${CLAIM}) claim ON true
      JOIN releases r ON r.id = f.release_id JOIN projects p ON p.id = f.project_id
     ORDER BY f.project_id, f.severity, f.evidence_id, f.ordinal`;
  return { statement: { text }, values: where.values };
}
