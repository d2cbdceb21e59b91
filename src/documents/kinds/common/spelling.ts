import { escapePointer } from '../../../shared/text.js';
import { DocumentFault } from '../../fault.js';

/** The parts of a JSON schema that are walked. */
export interface Node {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  /** `#/definitions/name`, for values that nest. */
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Node>>;
}

/** A tool or a converter spells a name in one way, so a few items of a list show it. */
const MAX_ITEMS = 20;

/** What a schema reads, by the names in lower case. */
const namesOf = new WeakMap<Node, ReadonlyMap<string, string>>();

function readNames(schema: Node): ReadonlyMap<string, string> {
  let names = namesOf.get(schema);
  if (!names) {
    names = new Map(Object.keys(schema.properties ?? {}).map((name) => [name.toLowerCase(), name]));
    namesOf.set(schema, names);
  }
  return names;
}

const isFilled = (value: unknown) =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).length > 0
    : value !== undefined && value !== null && value !== '';

/** Whether a member has the same text, number or flag: some tools write both names. */
const isSame = (child: unknown, object: object, name: string) =>
  Object.getOwnPropertyDescriptor(object, name)?.value === child;

/** Follows a reference within a schema. */
function resolved(schema: Node, { definitions = {} }: Node): Node {
  const name = schema.$ref?.slice('#/definitions/'.length);
  return (name !== undefined && definitions[name]) || schema;
}

function checkObject(schema: Node, value: object, pointer: string, root: Node): void {
  const names = readNames(schema);
  const { properties = {}, additionalProperties } = schema;
  let others = 0;
  for (const [name, child] of Object.entries(value)) {
    const place = () => `${pointer}/${escapePointer(name)}`;
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (own) {
      checkSpelling(own, child, place(), root);
      continue;
    }
    const meant = names.get(name.toLowerCase());
    if (meant !== undefined && isFilled(child) && !isSame(child, value, meant)) {
      const fault = `is not read, because the tool writes \`${meant}\`: names are case-sensitive`;
      throw new DocumentFault(`${fault}. Upload its output unchanged`, place());
    }
    if (typeof additionalProperties === 'object' && others < MAX_ITEMS) {
      others += 1;
      checkSpelling(additionalProperties, child, place(), root);
    }
  }
}

/**
 * Refuses members whose names differ only in case from those that the parser reads: their contents would disappear, and
 * the document would look clean.
 * @param root the schema that has the definitions
 * @throws {DocumentFault}
 */
export function checkSpelling(given: Node, value: unknown, pointer = '', root = given): void {
  if (typeof value !== 'object' || value === null) return;
  const schema = resolved(given, root);
  if (!Array.isArray(value)) {
    if (schema.properties || schema.additionalProperties) checkObject(schema, value, pointer, root);
    return;
  }
  const { items } = schema;
  if (!items) return;
  for (const [i, item] of value.slice(0, MAX_ITEMS).entries())
    checkSpelling(items, item, `${pointer}/${i}`, root);
}
