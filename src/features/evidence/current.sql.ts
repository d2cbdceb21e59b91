/** Evidence that counts, of rows with this name: the last of its kind and label, and not retracted. */
export const currentOf = (name: string) =>
  `${name}.superseded_at IS NULL AND ${name}.retracted_at IS NULL`;

/** Evidence `e` that counts. */
export const CURRENT = currentOf('e');
