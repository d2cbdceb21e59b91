import type { XmlElement } from '../../xml-element.js';
import { nameOf } from './elements.js';
import type { Place } from './names.js';
import { Words } from './outcome-words.js';
import { isFailedWord, isFailureReport } from './words.js';

/** Properties of a suite are often those of the machine, such as `log.level=ERROR`. These words are no settings. */
const ENDED = /^(?:failed|aborted|crashed|interrupted|cancell?ed|killed|timed[ _-]?out|broken)$/i;

/** A property is a text of a person or a setting, unless its name is one of the outcome, or it is a failure. */
function isOdd(name: string, value: string, place: Place): boolean {
  const words = new Words();
  if (words.outcome(name, value)) return (words.failed ?? words.unknown) !== undefined;
  return place === 'suite' ? ENDED.test(value) : isFailedWord(value) || isFailureReport(value);
}

/** A property of a test or a suite that contradicts a pass. */
export function oddProperty(properties: readonly XmlElement[], place: Place): string | undefined {
  for (const property of properties) {
    if (nameOf(property) !== 'property') continue;
    const name = property.attributes.get('name')?.trim() ?? '';
    const value = (property.attributes.get('value') ?? property.text).trim();
    if (isOdd(name, value, place))
      return `the property ${name.slice(0, 50)}="${value.slice(0, 50)}"`;
  }
  return undefined;
}
