import type { Statement } from '../../database/sql.js';
import { interruptedAt, placeOf } from './environment.input.sql.js';

/**
 * What currently runs. `$1`: environment, `$2`: last project of the previous page, `$3`: visible projects, or null for
 * all, `$4`: limit.
 */
export const RUNNING: Statement = {
  text: `SELECT last.id, p.id AS "projectId", last.release_id AS "releaseId" FROM projects p CROSS JOIN LATERAL (
           SELECT d.id, d.release_id FROM deployments d
            WHERE d.environment = $1 AND d.project_id = p.id AND d.state = 'succeeded'
            ORDER BY ${placeOf('d')} DESC LIMIT 1) last
          WHERE p.id > $2::int AND ($3::int[] IS NULL OR p.id = ANY ($3::int[]))
          ORDER BY p.id LIMIT $4::int`,
};

/**
 * The last deployment of a project in an environment, and the one that runs: its release and place, and whether another
 * one was started or failed since. `$1`: environment, `$2`: project.
 */
export const LAST: Statement = {
  name: 'deployment-last',
  text: `SELECT (SELECT d.id FROM deployments d WHERE d.environment = $1 AND d.project_id = $2
                  ORDER BY d.id DESC LIMIT 1) AS id,
                running.id AS "runningId", running.release_id AS "runningReleaseId", running.place,
                ${interruptedAt('running', '$1', '$2')} IS NOT NULL AS "isInterrupted"
           FROM (SELECT) one LEFT JOIN LATERAL (
             SELECT d.id, d.release_id, ${placeOf('d')} AS place, COALESCE(d.ended_at, d.created_at) AS at
               FROM deployments d WHERE d.environment = $1 AND d.project_id = $2 AND d.state = 'succeeded'
              ORDER BY ${placeOf('d')} DESC LIMIT 1) running ON true`,
};

/** What lists are filtered by: its values make parts, each with its own index. */
type Filter = 'decision' | '"authorization"';

/**
 * A page of ids, newest first. Each part (an environment, a value of the filter, and a project if they are given) has
 * its rows in the order of an index, so a page reads at most the length of a page of each, however large the table is.
 * `$1`: environment or null, `$2`: values of the filter, `$3` and `$4`: times, `$5` and `$6`: time and id of the row
 * before the page, `$7`: number of rows, `$8`: projects.
 */
const pageOf = (by: Filter, project: { readonly parts: string; readonly condition: string }) => `
  SELECT part.id FROM environments n CROSS JOIN unnest($2::text[]) AS of_filter(value) ${project.parts}
   CROSS JOIN LATERAL (
     SELECT id, created_at FROM deployments
      WHERE environment = n.name AND ${by} = of_filter.value ${project.condition}
        AND created_at >= $3::timestamptz AND created_at < $4::timestamptz
        AND (created_at, id) < ($5::timestamptz, $6::uuid)
      ORDER BY created_at DESC, id DESC LIMIT $7::int) part
   WHERE $1::text IS NULL OR n.name = $1
   ORDER BY part.created_at DESC, part.id DESC LIMIT $7::int`;

const ALL = { parts: '', condition: '' };
const AMONG = {
  parts: 'CROSS JOIN unnest($8::int[]) AS of_project(id)',
  condition: 'AND project_id = of_project.id',
};

/** Deployments of all projects, by decision. It has no name: the best plan depends on the values. */
export const SEARCH_DEPLOYMENTS: Statement = { text: pageOf('decision', ALL) };

/** Deployments of the projects `$8`, by decision. */
export const SEARCH_DEPLOYMENTS_AMONG: Statement = { text: pageOf('decision', AMONG) };

/** Deployments of all projects, by authorization. */
export const SEARCH_AUTHORIZED: Statement = { text: pageOf('"authorization"', ALL) };

/** Deployments of the projects `$8`, by authorization. */
export const SEARCH_AUTHORIZED_AMONG: Statement = { text: pageOf('"authorization"', AMONG) };

/**
 * Numbers of deployments by week and authorization, the last week first. `$1`: environment, `$2`: end of the last week,
 * `$3`: weeks, `$4`: authorizations, each with its own part of an index, `$5`: projects, or null for all.
 */
export const COUNT_WEEKS: Statement = {
  text: `SELECT counted.ago, of_filter.value AS "authorization", counted.number
           FROM unnest($4::text[]) AS of_filter(value) CROSS JOIN LATERAL (
             SELECT floor(extract(epoch FROM $2::timestamptz - d.created_at) / 604800)::int AS ago,
                    count(*)::int AS number
               FROM deployments d
              WHERE d.environment = $1 AND d."authorization" = of_filter.value
                AND d.created_at > $2::timestamptz - make_interval(weeks => $3::int) AND d.created_at <= $2::timestamptz
                AND ($5::int[] IS NULL OR d.project_id = ANY ($5::int[]))
              GROUP BY 1) counted`,
};
