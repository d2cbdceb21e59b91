import { readPurl } from '../../../vocabulary/purl.js';
import { DocumentFault } from '../../fault.js';
import { type Component, MAX_ROWS } from '../../kind.js';
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
  /** By `bom-ref`. If several components share one, the first counts. */
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

/** Reads all components, including nested ones. @throws {DocumentFault} if there are more than 200,000 */
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
