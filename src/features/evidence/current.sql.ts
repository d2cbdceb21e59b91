/** Condition that evidence counts: it is neither superseded nor retracted. @param name alias of the table `evidence` */
export const currentOf = (name: string) =>
  `${name}.superseded_at IS NULL AND ${name}.retracted_at IS NULL`;

/** Condition that evidence counted at a time. @param time an expression of the statement, such as `$3` */
export const countedAt = (name: string, time: string) =>
  `${name}.created_at <= ${time}::timestamptz
   AND COALESCE(${name}.superseded_at > ${time}::timestamptz, true)
   AND COALESCE(${name}.retracted_at > ${time}::timestamptz, true)`;

/** Condition that the evidence with the alias `e` counts. */
export const CURRENT = currentOf('e');
