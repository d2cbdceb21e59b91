import type { Statement } from '../../database/sql.js';

/**
 * A page of ids, newest first. Each part (an environment and a decision, and a project if they are given) has its rows
 * in the order of an index, so a page reads at most the length of a page of each, however large the table is.
 * `$1`: environment or null, `$2`: decisions, `$3` and `$4`: times, `$5` and `$6`: time and id of the row before the
 * page, `$7`: number of rows, `$8`: projects.
 */
const pageOf = (project: { readonly parts: string; readonly condition: string }) => `
  SELECT part.id FROM environments n CROSS JOIN unnest($2::decision[]) AS of_decision(value) ${project.parts}
   CROSS JOIN LATERAL (
     SELECT id, evaluated_at FROM verdicts
      WHERE environment = n.name AND decision = of_decision.value ${project.condition}
        AND evaluated_at >= $3::timestamptz AND evaluated_at < $4::timestamptz
        AND (evaluated_at, id) < ($5::timestamptz, $6::uuid)
      ORDER BY evaluated_at DESC, id DESC LIMIT $7::int) part
   WHERE $1::text IS NULL OR n.name = $1
   ORDER BY part.evaluated_at DESC, part.id DESC LIMIT $7::int`;

/** Verdicts of all projects. It has no name: the best plan depends on the values. */
export const SEARCH_VERDICTS: Statement = {
  text: pageOf({ parts: '', condition: '' }),
};

/** Verdicts of the projects `$8`. */
export const SEARCH_VERDICTS_AMONG: Statement = {
  text: pageOf({
    parts: 'CROSS JOIN unnest($8::int[]) AS of_project(id)',
    condition: 'AND project_id = of_project.id',
  }),
};
