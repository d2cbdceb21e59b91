import { authorizedOf, countsOf, interruptedAt, placeOf } from './environment.input.sql.js';

const forProject = (row: string) =>
  `(${row}.every_project OR r.project_id = ANY (${row}.project_ids))`;

/** Verdict input: the windows of the environment row `n` for the project of the release `r`, as they are stored. */
export const WINDOWS_INPUT = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'id', w.id, 'kind', w.kind, 'from', w.from_local, 'to', w.to_local, 'days', w.days,
           'timeZone', w.time_zone, 'reason', w.reason, 'by', w.created_by) ORDER BY w.id), '[]')
    FROM environment_windows w
   WHERE w.environment = n.name AND w.ended_at IS NULL AND ${forProject('w')})`;

/** Verdict input: the stops of the environment row `n` for the project of the release `r`. */
export const STOPS_INPUT = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'id', s.id, 'reason', s.reason, 'by', s.created_by, 'rollbacks', s.rollbacks) ORDER BY s.id), '[]')
    FROM environment_stops s
   WHERE s.environment = n.name AND s.resumed_at IS NULL AND ${forProject('s')})`;

/** The release `r` had all of its artifacts when the deployment `d` was recorded. */
const WHOLE = `NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.release_id = r.id AND a.created_at > d.created_at)`;

/**
 * Verdict input: how the release `r` ran in the environment row `n`, for a rollback. `ran`: its last authorized
 * deployment, with the artifacts that it has now, that succeeded before the one that runs now, and when another one
 * followed that. `failed`: its last deployment that ended had failed, and an unauthorized one does not make that good.
 * `isRunning`: it runs now. `isInterrupted`: another one was started or failed since, so that what runs is one to go
 * back to. `ran` is then its deployment that runs, until that other one.
 */
export const ROLLBACK_INPUT = `(
  SELECT jsonb_build_object(
           'isRunning', COALESCE(running.release_id = r.id, false),
           'isInterrupted', interrupted.at IS NOT NULL,
           'failed', COALESCE((SELECT last.state = 'failed' FROM deployments last
                                WHERE last.release_id = r.id AND last.environment = n.name
                                  AND (last.state = 'failed' OR (last.state = 'succeeded' AND ${countsOf('last')}))
                                ORDER BY COALESCE(last.ended_at, last.created_at) DESC, last.id DESC LIMIT 1), false),
           'ran', (SELECT jsonb_build_object('id', d.id, 'until', COALESCE((
                            SELECT COALESCE(after.ended_at, after.created_at) FROM deployments after
                             WHERE after.environment = n.name AND after.project_id = r.project_id
                               AND after.state = 'succeeded' AND ${placeOf('after')} > ${placeOf('d')}
                             ORDER BY ${placeOf('after')} LIMIT 1), interrupted.at))
                     FROM deployments d
                    WHERE d.release_id = r.id AND d.environment = n.name AND d.project_id = r.project_id
                      AND d.state = 'succeeded' AND ${authorizedOf('d')}
                      AND (${placeOf('d')} < running.place OR interrupted.at IS NOT NULL)
                      AND ${WHOLE}
                    ORDER BY ${placeOf('d')} DESC LIMIT 1))
    FROM (SELECT) one LEFT JOIN LATERAL (
      SELECT d.release_id, ${placeOf('d')} AS place, COALESCE(d.ended_at, d.created_at) AS at FROM deployments d
       WHERE d.environment = n.name AND d.project_id = r.project_id AND d.state = 'succeeded'
       ORDER BY ${placeOf('d')} DESC LIMIT 1) running ON true
    LEFT JOIN LATERAL (
      SELECT ${interruptedAt('running', 'n.name', 'r.project_id')} AS at
       WHERE running.release_id = r.id) interrupted ON true)`;

/** Verdict input: the names of the environments that come before the environment row `n`. */
export const AFTER_INPUT = 'to_jsonb(n.after)';

/** Stays of a release that are looked at. */
const MAX_STAYS = 50;

/**
 * Verdict input: when the release `r` ran in other environments, authorized, since it has all of its artifacts. A stay
 * ends when another release of the project succeeds there; `to` is null while it lasts.
 */
export const STAYS_INPUT = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'environment', stay.environment, 'from', stay.since, 'to', stay.until)), '[]')
    FROM (SELECT d.environment, COALESCE(d.ended_at, d.created_at) AS since, (
                   SELECT COALESCE(after.ended_at, after.created_at) FROM deployments after
                    WHERE after.environment = d.environment AND after.project_id = d.project_id
                      AND after.state = 'succeeded' AND ${placeOf('after')} > ${placeOf('d')}
                      AND after.release_id <> d.release_id
                    ORDER BY ${placeOf('after')} LIMIT 1) AS until
            FROM deployments d
           WHERE d.release_id = r.id AND d.environment <> n.name AND d.state = 'succeeded' AND ${authorizedOf('d')}
             AND ${WHOLE}
           ORDER BY d.id DESC LIMIT ${MAX_STAYS}) stay)`;
