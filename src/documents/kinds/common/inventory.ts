import type { Component } from '../../kind.js';

/** Types of CycloneDX that are not software which someone else released: their list says nothing about packages. */
const OTHER: ReadonlySet<string> = new Set(['file', 'data', 'cryptographic-asset']);

/** Whether a component is a file. One with a package URL is a package, such as a JAR. */
const isFile = ({ type, purl }: Component) => OTHER.has(type.toLowerCase()) && purl === undefined;

/** A component without a name is none. */
export const isNameless = ({ name, purl }: Pick<Component, 'name' | 'purl'>) =>
  name.trim() === '' && purl === undefined;

/** Why an SBOM lists nothing that rules about packages could look at. */
export const ONLY_FILES = [
  'it lists only files, and no package with a name.',
  'Create it where the dependencies are: after they are installed, or from the image',
].join(' ');

/** What rules say of a component that they cannot compare with anything. */
export const NAMELESS = 'has no name and no package URL: rules cannot tell what it is';

/** How many components an SBOM lists. 0 if all are files, which do not tell what the software consists of. */
export function inventoried(components: readonly Component[]): number {
  return components.every((one) => isFile(one) || isNameless(one)) ? 0 : components.length;
}
