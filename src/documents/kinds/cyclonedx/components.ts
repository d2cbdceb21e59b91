import { readPurl } from '../../../vocabulary/purl.js';
import { DocumentFault } from '../../fault.js';
import { type Component, MAX_ROWS } from '../../kind.js';
import type { BomComponent, BomDocument } from './schema.js';

/** What a vulnerability, or a statement, may be about. */
export interface Part {
  readonly name: string;
  readonly version?: string | undefined;
  readonly purl?: string | undefined;
  /** What the document describes as a whole. */
  readonly isSubject?: boolean;
}

export interface Inventory {
  /** In the document's order; those within another behind it. The subject (`metadata.component`) is not one of its parts. */
  readonly components: readonly Component[];
  /** By `bom-ref`; the first one, where several have the same. */
  readonly partByRef: ReadonlyMap<string, Part>;
}

function licencesOf({ licenses = [] }: BomComponent): string[] {
  return licenses.flatMap(
    ({ license, expression }) => license?.id || license?.name || expression || [],
  );
}

function read(component: BomComponent): Component {
  const { type, group, name, version } = component;
  const purl = readPurl(component.purl);
  return {
    type,
    name: group ? `${group}/${name}` : name,
    version: version || purl?.version,
    purl: purl?.purl,
    licences: licencesOf(component),
  };
}

/** Reads all components, nested ones too. @throws {DocumentFault} for too many */
export function readComponents({ metadata, components = [] }: BomDocument): Inventory {
  const found: Component[] = [];
  const partByRef = new Map<string, Part>();
  const remember = (ref: string | undefined, part: Part) => {
    if (ref && !partByRef.has(ref)) partByRef.set(ref, part);
  };
  const visit = (list: readonly BomComponent[] = []): void => {
    for (const item of list) {
      if (found.length >= MAX_ROWS) {
        throw new DocumentFault(
          'has more than 200,000 components',
          '/components',
          undefined,
          'limit',
        );
      }
      const component = read(item);
      found.push(component);
      remember(item['bom-ref'], component);
      visit(item.components);
    }
  };
  const subject = metadata?.component;
  if (subject) {
    remember(subject['bom-ref'], { ...read(subject), isSubject: true });
    visit(subject.components);
  }
  visit(components);
  return { components: found, partByRef };
}
