/** The package has no types of its own. Version 6. */
declare module 'spdx-satisfies' {
  /**
   * Do the approved licences allow what the expression says?
   * @param approved single licences: an id, with `+` or `-or-later`, with an exception
   * @throws {Error} when one of them is no SPDX expression, or an approved one is compound
   */
  function satisfies(expression: string, approved: readonly string[]): boolean;
  export = satisfies;
}
