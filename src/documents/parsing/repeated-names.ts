import { type JSONPath, visit } from 'jsonc-parser';
import { escapePointer } from '../../shared/text.js';
import { DocumentFault } from '../fault.js';

/** A name that an object repeats with another value. */
export class RepeatedName extends DocumentFault {
  constructor(pointer: string, position: { readonly line: number; readonly column: number }) {
    super(
      'repeats the name with another value, so one of the two would not be read',
      pointer,
      position,
    );
  }

  /** The same place in a document of which this was read as one line. */
  inLine(line: number): RepeatedName {
    return new RepeatedName(this.pointer, { line, column: this.position?.column ?? 1 });
  }
}

const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null;

/** The number of names in all objects of a value. Without recursion: a document may have millions of values. */
export function namesIn(value: unknown): number {
  let count = 0;
  const stack = isContainer(value) ? [value] : [];
  for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
    const children: unknown[] = Array.isArray(one) ? one : Object.values(one);
    if (!Array.isArray(one)) count += children.length;
    for (const child of children) if (isContainer(child)) stack.push(child);
  }
  return count;
}

/** A member of an object, of which the value is not yet known. */
interface Member {
  readonly name: string;
  readonly path: () => JSONPath;
  readonly position: { readonly line: number; readonly column: number };
  start: number;
}

/** An object that is not yet closed, with the texts of its values by name, or a list. */
interface Open {
  readonly values?: Map<string, string>;
  member?: Member | undefined;
}

/**
 * Refuses a document in which an object repeats a name with another value: one of the two would not be read, and
 * parsers differ on which. Equal values are read once. `__proto__` is not read at all.
 * @param text valid JSON
 * @throws {RepeatedName}
 */
export function refuseRepeatedNames(text: string): void {
  const stack: Open[] = [];
  const endOfMember = (end: number) => {
    const { values, member } = stack.at(-1) ?? {};
    if (!values || !member) return;
    // The text between the name and the value is a colon, with or without white space.
    const value = text.slice(member.start, end).trim().slice(1).trimStart();
    const known = values.get(member.name);
    if (known === undefined || known === value) values.set(member.name, value);
    else {
      const pointer = member
        .path()
        .map((step) => `/${escapePointer(String(step))}`)
        .join('');
      throw new RepeatedName(pointer, member.position);
    }
  };
  visit(text, {
    onObjectBegin: () => void stack.push({ values: new Map() }),
    onArrayBegin: () => void stack.push({}),
    onObjectProperty(name, offset, length, line, column, path) {
      const open = stack.at(-1);
      if (!open) return;
      const position = { line: line + 1, column: column + 1 };
      const member = { name, path: () => [...parent, name], position, start: offset + length };
      const parent = path();
      open.member = name === '__proto__' ? undefined : member;
    },
    onSeparator(character, offset) {
      if (character === ',') endOfMember(offset);
    },
    onObjectEnd(offset) {
      endOfMember(offset);
      stack.pop();
    },
    onArrayEnd: () => void stack.pop(),
  });
}
