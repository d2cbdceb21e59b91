import { asFound, foundLicence, OF_SUBJECT } from '../../vocabulary/licence-names.js';
import type { Component, ParsedDocument } from '../kind.js';

/**
 * The subject of an SBOM as a component. Bans and denied licences are about it as about every other. Its own licence
 * need not be known or allowed, because it is the release itself: applications rarely state one.
 */
function asSubject(component: Component): Component {
  const stated = component.licences.filter((one) => one !== 'NOASSERTION');
  const found = stated.map((one) => (foundLicence(one) === undefined ? asFound(one) : one));
  return { ...component, licences: [OF_SUBJECT, ...new Set(found)] };
}

/** The components that are stored: those of the document, and its subjects. */
export const storedComponents = ({
  components = [],
  subjects = [],
}: ParsedDocument): Component[] =>
  subjects.length === 0 ? [...components] : [...components, ...subjects.map(asSubject)];
