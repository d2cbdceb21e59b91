/** Condition that evidence counts: it is neither superseded nor retracted. @param name alias of the table `evidence` */
export const currentOf = (name: string) =>
  `${name}.superseded_at IS NULL AND ${name}.retracted_at IS NULL`;

/** Condition that the evidence with the alias `e` counts. */
export const CURRENT = currentOf('e');
