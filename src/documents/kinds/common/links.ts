/** The first http or https URL. Documents may have other schemes there, such as `javascript:`. */
export function webLink(...texts: readonly (string | null | undefined)[]): string | undefined {
  return texts.find((text) => text && /^https?:\/\//i.test(text)) ?? undefined;
}
