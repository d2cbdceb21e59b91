/** The first address that a browser may open: tools write many a thing there, and documents may say `javascript:`. */
export function webLink(...texts: readonly (string | null | undefined)[]): string | undefined {
  return texts.find((text) => text && /^https?:\/\//i.test(text)) ?? undefined;
}
