/** Types for version 6, which has none. */
declare module 'spdx-satisfies' {
  /**
   * Whether the approved licences meet the expression.
   * @param approved single licences: an id, optionally with `+` or `-or-later`, optionally with an exception
   * @throws {Error} if one of them is not an SPDX expression, or an approved one is compound
   */
  function satisfies(expression: string, approved: readonly string[]): boolean;
  export = satisfies;
}
