/** The environment, of the row `n`: an input of verdicts. */
export const ENVIRONMENT_INPUT = 'n.name';

/** What runs in the environment `n` of the project of the release `r`, or null: an input of verdicts. */
export const RUNNING_INPUT = `(
  SELECT jsonb_build_object('id', running.id, 'version', running.version)
    FROM deployments d JOIN releases running ON running.id = d.release_id
   WHERE d.environment = n.name AND d.project_id = r.project_id
   ORDER BY d.id DESC LIMIT 1)`;
