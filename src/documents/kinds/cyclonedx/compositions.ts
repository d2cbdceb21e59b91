import type { Notes } from '../common/notes.js';
import { objectsOf, textOf } from '../common/texts.js';
import type { BomDocument } from './schema.js';

/**
 * Warns of what a document says of its own completeness. The component list still counts: an SBOM that says nothing of
 * the kind is no more complete, and must not be worth more than one that does.
 */
export function noteCompositions({ compositions }: BomDocument, notes: Notes): void {
  for (const [index, { aggregate }] of objectsOf(compositions).entries()) {
    const word = textOf(aggregate)?.toLowerCase();
    const pointer = `/compositions/${index}/aggregate`;
    if (word?.startsWith('incomplete')) {
      notes.add(`is ${word.slice(0, 50)}: components are missing in this SBOM`, pointer);
    } else if (word === 'unknown' || word === 'not_specified') {
      notes.add(`is ${word}: components may be missing in this SBOM`, pointer);
    }
  }
}
