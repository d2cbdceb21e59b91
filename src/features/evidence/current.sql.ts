/** Condition that evidence counts: it is neither superseded nor retracted. @param name alias of the table `evidence` */
export const currentOf = (name: string) =>
  `${name}.superseded_at IS NULL AND ${name}.retracted_at IS NULL`;

/** Condition that evidence counted at a time. @param time an expression of the statement, such as `$3` */
export const countedAt = (name: string, time: string) =>
  `${name}.created_at <= ${time}::timestamptz
   AND COALESCE(${name}.superseded_at > ${time}::timestamptz, true)
   AND COALESCE(${name}.retracted_at > ${time}::timestamptz, true)`;

/** When a release is looked at. What came or went later has no effect on what counted then. */
export interface AsOf {
  /** Condition that evidence counts. @param name alias of the table `evidence` */
  readonly counts: (name: string) => string;
  /** Condition that an artifact is there. @param name alias of the table `artifacts` */
  readonly exists: (name: string) => string;
}

export const NOW: AsOf = { counts: currentOf, exists: () => 'true' };

/** @param time an expression of the statement, such as `$3` */
export const asOf = (time: string): AsOf => ({
  counts: (name) => countedAt(name, time),
  exists: (name) => `${name}.created_at <= ${time}::timestamptz`,
});

/** Condition that the evidence with the alias `e` counts. */
export const CURRENT = currentOf('e');
