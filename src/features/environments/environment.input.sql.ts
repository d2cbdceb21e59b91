/** The place of a deployment that succeeded in the order of what runs. @param row its alias */
export const placeOf = (row: string) => `COALESCE(${row}.succeeded_as, ${row}.id)`;

/** Of records from before `authorization` existed, only what held then is known. */
const heldAllow = (row: string) =>
  `(${row}."authorization" = 'unknown' AND ${row}.decision = 'allow')`;

/**
 * Whether the gate let a deployment pass, or a person by a break-glass. The index `deployments_passed_idx` has the same
 * condition.
 */
const passedOf = (row: string) =>
  `(${row}."authorization" IN ('authorized', 'rollback', 'break-glass')
    OR (${row}."authorization" = 'unknown' AND ${row}.decision = 'allow'))`;

/**
 * Whether the allow of a deployment rests on an unauthorized one, and so proves nothing: verdicts of earlier versions
 * compared releases with whatever ran. A trigger notes it with the record. A subquery with a value is never made a
 * join, so the rows stay in the order of their index.
 */
const doubtful = (row: string) =>
  `(SELECT true FROM deployment_doubts t WHERE t.deployment_id = ${row}.id) IS NOT NULL`;

/** Whether a deployment counts as authorized: as a target of rollbacks, and as a stay. @param row its alias */
export const authorizedOf = (row: string) =>
  `((${row}."authorization" IN ('authorized', 'rollback') OR ${heldAllow(row)}) AND NOT (${doubtful(row)}))`;

/** Whether a deployment counts when releases are compared: an authorized one, or one by a break-glass. */
export const countsOf = (row: string) => `(${passedOf(row)} AND NOT (${doubtful(row)}))`;

/** How long after its start a deployment can end. A later end is a deployment of its own, which is judged. */
export const END_HOURS = 24;

/**
 * When another deployment was last started or failed since a release runs, or null: what was undone by that may come
 * back. It began after the release succeeded, or it failed after that. Nothing follows from what another one is: a
 * bad one is what a way back is for.
 * @param running alias of what runs: `release_id`, `place`, and `at`, when it succeeded
 */
export const interruptedAt = (running: string, environment: string, project: string) => {
  const other = `
    SELECT max(COALESCE(x.ended_at, x.created_at)) FROM deployments x
     WHERE x.environment = ${environment} AND x.project_id = ${project} AND x.release_id <> ${running}.release_id`;
  // The values of `authorization` let the second part use an index that has the time.
  return `GREATEST(
    (${other} AND x.state IN ('started', 'failed') AND x.id > ${running}.place),
    (${other} AND x.state = 'failed' AND x.ended_at > ${running}.at
       AND x."authorization" IN ('authorized', 'rollback', 'break-glass', 'unauthorized')
       AND x.created_at > ${running}.at - interval '${END_HOURS} hours'))`;
};

/** Verdict input: the name of the environment row `n`. */
export const ENVIRONMENT_INPUT = 'n.name';

/**
 * Verdict input: the release of the same project as `r` that others are compared with in the environment row `n`, or
 * null: of the last deployment that counts. What runs without authorization is never a base, or it would make a yes of
 * its own findings. `rowCount` says how many rows its evidence has.
 */
export const RUNNING_INPUT = `(
  SELECT jsonb_build_object('id', running.id, 'version', running.version, 'authorization', d."authorization",
           'deployment', d.id, 'deployedAt', d.created_at, 'rowCount',
           (SELECT facts.row_count FROM release_facts facts WHERE facts.release_id = running.id))
    FROM deployments d JOIN releases running ON running.id = d.release_id
   WHERE d.environment = n.name AND d.project_id = r.project_id AND d.state = 'succeeded' AND ${countsOf('d')}
   ORDER BY ${placeOf('d')} DESC LIMIT 1)`;

/** Verdict input: the release of the project of `r` that runs in the environment row `n`, or null. */
export const RUNS_INPUT = `(
  SELECT jsonb_build_object('id', running.id, 'version', running.version, 'deployment', d.id)
    FROM deployments d JOIN releases running ON running.id = d.release_id
   WHERE d.environment = n.name AND d.project_id = r.project_id AND d.state = 'succeeded'
   ORDER BY ${placeOf('d')} DESC LIMIT 1)`;
