import { readPurl } from '../../../vocabulary/purl.js';
import { refuseTooMany } from '../../fault.js';
import type { Component } from '../../kind.js';
import { duplicates } from '../common/duplicates.js';
import { isNameless, NAMELESS } from '../common/inventory.js';
import type { Notes } from '../common/notes.js';
import { textOf } from '../common/texts.js';
import { licencesOf } from './licences.js';
import type { BomComponent, BomDocument } from './schema.js';

/** A component that a vulnerability or a claim may be about. */
export interface Part {
  readonly name: string;
  readonly version?: string | undefined;
  readonly purl?: string | undefined;
  /** Whether this is the subject of the document (`metadata.component`). */
  readonly isSubject?: boolean;
}

export interface Inventory {
  /** In the document's order, nested ones after their parent, without the subject (`metadata.component`). */
  readonly components: readonly Component[];
  /** The subject, if it has a name. */
  readonly subject?: Component | undefined;
  /** By `bom-ref`. If several components share one, the first counts. */
  readonly partByRef: ReadonlyMap<string, Part>;
}

function read(component: BomComponent): Component {
  const { type, name } = component;
  const group = textOf(component.group);
  const purl = readPurl(textOf(component.purl));
  return {
    type,
    name: group ? `${group}/${name}` : name,
    version: textOf(component.version) ?? purl?.version,
    purl: purl?.purl,
    licences: licencesOf(component.licenses, component.evidence),
  };
}

const isSame = (a: Part, b: Part) =>
  a.name === b.name && a.version === b.version && a.purl === b.purl;

class Reader {
  subject: Component | undefined;
  readonly components: Component[] = [];
  readonly partByRef = new Map<string, Part>();
  readonly #duplicates = duplicates();

  constructor(private readonly notes: Notes) {}

  remember(ref: unknown, part: Part, pointer: string): void {
    const text = textOf(ref);
    if (text === undefined) return;
    const known = this.partByRef.get(text);
    if (!known) this.partByRef.set(text, part);
    else if (!isSame(known, part)) {
      this.notes.add('is also the reference of another component', `${pointer}/bom-ref`);
    }
  }

  #add(item: BomComponent, pointer: string): void {
    refuseTooMany(this.components.length + 1, 'components', '/components');
    const component = read(item);
    this.components.push(component);
    if (isNameless(component)) this.notes.add(NAMELESS, pointer);
    this.remember(item['bom-ref'], component, pointer);
    if (component.purl === undefined && textOf(item.purl) !== undefined) {
      this.notes.add('is not a package URL: the component is known by its name', `${pointer}/purl`);
    }
    this.visit(item.components, `${pointer}/components`);
  }

  /** Merged SBOMs repeat components. A component that equals another one in its list counts once. */
  visit(list: readonly BomComponent[] | null | undefined, pointer: string): void {
    if (!list) return;
    const repeated = this.#duplicates(list);
    for (const [index, item] of list.entries()) {
      const own = `${pointer}/${index}`;
      if (repeated.has(index)) this.notes.add('repeats an earlier component: it counts once', own);
      else this.#add(item, own);
    }
  }
}

/** Reads all components, including nested ones. @throws {DocumentFault} if there are more than 200,000 */
export function readComponents({ metadata, components }: BomDocument, notes: Notes): Inventory {
  const reader = new Reader(notes);
  const subject = metadata?.component;
  if (subject) {
    const pointer = '/metadata/component';
    const type = textOf(subject.type) ?? 'application';
    const part = read({ ...subject, type, name: textOf(subject.name) ?? '' });
    if (part.name !== '' || part.purl !== undefined) reader.subject = part;
    reader.remember(subject['bom-ref'], { ...part, isSubject: true }, pointer);
    reader.visit(subject.components, `${pointer}/components`);
  }
  reader.visit(components, '/components');
  return reader;
}
