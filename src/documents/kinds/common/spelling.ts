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

/** Letters of other alphabets that look like those below (Unicode UTS 39, "Confusable Detection"). */
const PAIRS =
  'аa еe іi јj кk мm нh оo рp сc ѕs тt уy хx гr вb ԁd һh ԛq ԝw ɡg αa εe ιi κk νv οo ρp τt υu χx հh ոn սu';
const LOOK_ALIKE = new Map(PAIRS.split(' ').map(([theirs = '', ours = '']) => [theirs, ours]));

/** Marks on letters, and what has no ink. */
const NO_LETTER = /[\p{M}\p{C}\p{Default_Ignorable_Code_Point}\p{White_Space}\u2800]/gu;

/** A name without case, marks, white space, invisible characters and other forms of its letters. */
function plainName(name: string): string {
  if (/^\w*$/.test(name)) return name.toLowerCase();
  const bare = name.normalize('NFKD').replaceAll(NO_LETTER, '');
  // Capitals first: a dotless i has the same one as an i.
  const lower = bare.toUpperCase().toLowerCase();
  return [...lower].map((letter) => LOOK_ALIKE.get(letter) ?? letter).join('');
}

/** What a schema reads, by the plain names. */
const namesOf = new WeakMap<Node, ReadonlyMap<string, string>>();

function readNames(schema: Node): ReadonlyMap<string, string> {
  let names = namesOf.get(schema);
  if (!names) {
    names = new Map(Object.keys(schema.properties ?? {}).map((name) => [plainName(name), name]));
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

type Path = (string | number)[];

const pointerOf = (path: Path) => path.map((step) => `/${escapePointer(String(step))}`).join('');

function checkObject(schema: Node, value: object, path: Path, root: Node): void {
  const names = readNames(schema);
  const { properties = {}, additionalProperties } = schema;
  for (const [name, child] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const meant = own ? undefined : names.get(plainName(name));
    path.push(name);
    if (meant !== undefined && isFilled(child) && !isSame(child, value, meant)) {
      const fault = `is not read, because the tool writes \`${meant}\`: names are compared exactly`;
      throw new DocumentFault(`${fault}. Upload its output unchanged`, pointerOf(path));
    }
    const next = own ?? additionalProperties;
    if (typeof next === 'object') walk(next, child, path, root);
    path.pop();
  }
}

/** @param path the place of the value. Documents have many values, so its text is made only for a fault */
function walk(given: Node, value: unknown, path: Path, root: Node): void {
  if (typeof value !== 'object' || value === null) return;
  const schema = resolved(given, root);
  if (!Array.isArray(value)) {
    if (schema.properties || schema.additionalProperties) checkObject(schema, value, path, root);
    return;
  }
  const { items } = schema;
  if (!items) return;
  for (const [i, item] of value.entries()) {
    path.push(i);
    walk(items, item, path, root);
    path.pop();
  }
}

/**
 * Refuses members whose names differ only in case, white space or invisible characters from those that the parser
 * reads: their contents would disappear, and the document would look clean.
 * @param schema has its definitions
 * @throws {DocumentFault}
 */
export const checkSpelling = (schema: Node, value: unknown): void =>
  walk(schema, value, [], schema);
