/** The place of a deployment that succeeded in the order of what runs. @param row its alias */
export const placeOf = (row: string) => `COALESCE(${row}.succeeded_as, ${row}.id)`;

/**
 * Whether a deployment counts as authorized. Of records from before, only what held then is known.
 * @param row its alias
 */
export const authorizedOf = (row: string) =>
  `(${row}."authorization" IN ('authorized', 'rollback')
    OR (${row}."authorization" = 'unknown' AND ${row}.decision = 'allow'))`;

/** Verdict input: the name of the environment row `n`. */
export const ENVIRONMENT_INPUT = 'n.name';

/**
 * Verdict input: the release of the same project as `r` that runs in the environment row `n`, or null. `rowCount` says
 * how many rows its evidence has.
 */
export const RUNNING_INPUT = `(
  SELECT jsonb_build_object('id', running.id, 'version', running.version, 'deployedAt', d.created_at, 'rowCount',
           (SELECT facts.row_count FROM release_facts facts WHERE facts.release_id = running.id))
    FROM deployments d JOIN releases running ON running.id = d.release_id
   WHERE d.environment = n.name AND d.project_id = r.project_id AND d.state = 'succeeded'
   ORDER BY ${placeOf('d')} DESC LIMIT 1)`;
