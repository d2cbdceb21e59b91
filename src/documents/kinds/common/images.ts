/** The digests in references such as `registry/name@sha256:…`. */
export const digestsIn = (references: readonly (string | undefined)[]): string[] =>
  references.flatMap((reference) => /@(sha256:[0-9a-f]{64})$/i.exec(reference ?? '')?.[1] ?? []);

/** Archives, folders and image ids say less than the name of the image in them, and may differ from run to run. */
const UNNAMED = /\.(?:tar|tgz|tar\.gz|tar\.zst)$|^[./~]|^(?:sha256:)?[0-9a-f]{12,64}$/i;

/** A name of an image that is the same in the next scan, if the document has one. */
export function imageName(name: string | undefined, tags: readonly string[]): string | undefined {
  if (name && (tags.includes(name) || !UNNAMED.test(name))) return name;
  return tags[0] ?? name;
}
