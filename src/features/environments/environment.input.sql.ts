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

/** A deployment of the same project and environment that succeeded before the row, and that nothing authorized. */
const unauthorizedBefore = (row: string, condition: string) =>
  `EXISTS (SELECT 1 FROM deployments u
            WHERE u.project_id = ${row}.project_id AND u.environment = ${row}.environment AND ${condition}
              AND u.created_at <= ${row}.created_at AND u.state = 'succeeded')`;

/** Rules that compare the release with another one. */
const COMPARING = `'$.policies[*].rules[*] ?
  (@.onlyNew == true || @.onlyIf == "new-findings" || @.rule == "semver-increases")'`;

/**
 * Whether the allow of a deployment can rest on an unauthorized one. Verdicts compared with whatever ran, until their
 * inputs said how that was authorized (`running.authorization`). An allow from before, by a rule that compares, proves
 * nothing after an unauthorized deployment: it may have compared the release with itself.
 */
const doubtful = (row: string) =>
  `CASE WHEN ${row}."authorization" <> 'break-glass'
             AND (${unauthorizedBefore(row, `u."authorization" = 'unauthorized'`)}
                  OR ${unauthorizedBefore(row, `u.decision IN ('deny', 'none') AND u."authorization" = 'unknown'`)})
        THEN EXISTS (
          SELECT 1 FROM verdicts v WHERE v.id = COALESCE(${row}.judged_verdict_id, ${row}.verdict_id)
             AND jsonb_typeof(v.inputs -> 'running') = 'object' AND NOT v.inputs -> 'running' ? 'authorization'
             AND v.inputs @? ${COMPARING})
        ELSE false END`;

/** Whether a deployment counts as authorized: as a target of rollbacks, and as a stay. @param row its alias */
export const authorizedOf = (row: string) =>
  `((${row}."authorization" IN ('authorized', 'rollback') OR ${heldAllow(row)}) AND NOT ${doubtful(row)})`;

/** Whether a deployment counts when releases are compared: an authorized one, or one by a break-glass. */
export const countsOf = (row: string) => `(${passedOf(row)} AND NOT ${doubtful(row)})`;

/** Verdict input: the name of the environment row `n`. */
export const ENVIRONMENT_INPUT = 'n.name';

/** Deployments that are looked at for one that counts. If there is none among them, none is known. */
const MAX_PASSED = 50;

/**
 * Verdict input: the release of the same project as `r` that others are compared with in the environment row `n`, or
 * null: of the last deployment that counts. What runs without authorization is never a base, or it would make a yes of
 * its own findings. `rowCount` says how many rows its evidence has.
 */
export const RUNNING_INPUT = `(
  SELECT jsonb_build_object('id', running.id, 'version', running.version, 'authorization', d."authorization",
           'deployment', d.id, 'deployedAt', d.created_at, 'rowCount',
           (SELECT facts.row_count FROM release_facts facts WHERE facts.release_id = running.id))
    FROM (SELECT d.*, ${placeOf('d')} AS place FROM deployments d
           WHERE d.environment = n.name AND d.project_id = r.project_id AND d.state = 'succeeded' AND ${passedOf('d')}
           ORDER BY ${placeOf('d')} DESC LIMIT ${MAX_PASSED}) d
    JOIN releases running ON running.id = d.release_id
   WHERE NOT ${doubtful('d')}
   ORDER BY d.place DESC LIMIT 1)`;

/** Verdict input: the release of the project of `r` that runs in the environment row `n`, or null. */
export const RUNS_INPUT = `(
  SELECT jsonb_build_object('id', running.id, 'version', running.version, 'deployment', d.id)
    FROM deployments d JOIN releases running ON running.id = d.release_id
   WHERE d.environment = n.name AND d.project_id = r.project_id AND d.state = 'succeeded'
   ORDER BY ${placeOf('d')} DESC LIMIT 1)`;
