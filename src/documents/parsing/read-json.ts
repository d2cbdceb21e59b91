import { isUtf8 } from 'node:buffer';
import { type ParseError, parse as parseTolerantly, printParseErrorCode } from 'jsonc-parser';
import sjson from 'secure-json-parse';
import { DocumentFault } from '../fault.js';
import { JsonLines, type OtherLine } from '../json-lines.js';
import { lookalikeOfBytes, lookalikeOfText } from './lookalikes.js';
import { namesIn, RepeatedName, refuseRepeatedNames } from './repeated-names.js';

/** Maximum levels of nesting, because walking a document is recursive. */
export const MAX_DEPTH = 100;

/** Maximum number of values. Each takes much more memory than its text. Real documents of 32 MiB have a third of it. */
const MAX_VALUES = 3_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

/** Checks nesting and size on the bytes, so that a document that exceeds a limit is never parsed. */
class Shape {
  private values = 0;
  private names = 0;

  /** The number of names in objects since the last call: colons outside texts, if the document is valid. */
  takeNames(): number {
    const { names } = this;
    this.names = 0;
    return names;
  }

  /** @throws {DocumentFault} */
  check(bytes: Uint8Array): void {
    let depth = 0;
    for (let i = 0; i < bytes.length; i += 1) {
      const byte = bytes[i];
      if (byte === QUOTE) {
        for (i += 1; i < bytes.length && bytes[i] !== QUOTE; i += 1) {
          if (bytes[i] === BACKSLASH) i += 1;
        }
      } else if (byte === 0x3a) {
        this.names += 1;
      } else if (byte === 0x2c) {
        this.values += 1;
      } else if (byte === 0x5b || byte === 0x7b) {
        this.values += 1;
        depth += 1;
        if (depth > MAX_DEPTH) throw new DocumentFault(`is nested deeper than ${MAX_DEPTH} levels`);
      } else if (byte === 0x5d || byte === 0x7d) {
        depth -= 1;
      }
    }
    if (this.values <= MAX_VALUES) return;
    throw new DocumentFault('has more than 3,000,000 values', '', undefined, 'limit');
  }
}

/** Line and column of an offset, from 1. */
function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line += 1;
  return { line, column: offset - start + 1 };
}

/** `PropertyNameExpected` becomes `property name expected`. */
const inWords = (name: string) => name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

/** Words of the lines that `yarn audit` (Yarn 1) and `yarn npm audit` (Yarn 4) write. */
const YARN =
  /"audit(?:Advisory|Action|Summary)"|"Vulnerable Versions"|^\s*\{"type":"(?:info|warning|error)"/;

/** What follows the first value, if several stand in one file: usually one on each line. */
function severalValues(text: string): string {
  const lines = 'is not one JSON document, but several (JSON Lines)';
  if (!YARN.test(text.slice(0, 100_000))) return `${lines}. Upload one JSON document`;
  const advice =
    'Yarn does not write another format: send the report of a scanner that reads yarn.lock';
  return `${lines}, as Yarn writes them. ${advice}`;
}

/** Finds the syntax error. V8's own message quotes the document and often lacks the position. */
function syntaxFault(text: string): DocumentFault {
  const errors: ParseError[] = [];
  parseTolerantly(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (!error) return new DocumentFault('is not valid JSON');
  const position = positionOf(text, error.offset);
  const name = printParseErrorCode(error.error);
  if (name === 'EndOfFileExpected' && /[{[]/.test(text.charAt(error.offset)))
    return new DocumentFault(severalValues(text), '', position);
  const reason = inWords(name);
  return new DocumentFault(`is not valid JSON: ${reason}`, '', position);
}

/** Decodes a document, without its byte order mark. @throws {DocumentFault} if the document is not UTF-8 */
export function decodeText(bytes: Uint8Array): string {
  const binary = lookalikeOfBytes(bytes);
  if (binary) throw new DocumentFault(binary, '', undefined, 'unrecognized');
  if (!isUtf8(bytes)) throw new DocumentFault('is not valid UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** @param shape of the text @throws {RepeatedName} */
function parse(text: string, shape: Shape): unknown {
  const value: unknown = sjson.parse(text, null, {
    protoAction: 'remove',
    constructorAction: 'ignore',
  });
  if (namesIn(value) < shape.takeNames()) refuseRepeatedNames(text);
  return value;
}

/** The text from a line that is not JSON. Nothing needs more of it. */
const MAX_OTHER = 2000;
const MAX_OTHERS = 100_000;

/** @returns the lines, or undefined if the first line that begins with { is not a JSON object */
function readLines(bytes: Uint8Array, fault: () => DocumentFault): JsonLines | undefined {
  const shape = new Shape();
  const values: unknown[] = [];
  const others: OtherLine[] = [];
  for (let start = 0, line = 1; start < bytes.length; line += 1) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    const own = bytes.subarray(start, end);
    start = end + 1;
    const text = decodeText(own).trim();
    if (text === '') continue;
    try {
      if (!text.startsWith('{')) throw new SyntaxError();
      shape.check(own);
      values.push(parse(text, shape));
    } catch (error) {
      if (error instanceof DocumentFault && error.reason === 'limit') throw error;
      if (error instanceof RepeatedName) throw error.inLine(line);
      shape.takeNames();
      if (values.length === 0 && text.startsWith('{')) return undefined;
      others.push({ line, text: text.slice(0, MAX_OTHER) });
      if (others.length > MAX_OTHERS)
        throw new DocumentFault(
          'has more than 100,000 lines that are not JSON',
          '',
          undefined,
          'limit',
        );
    }
  }
  return values.length > 0 ? new JsonLines(values, others, fault) : undefined;
}

/**
 * Parses a document. An object that repeats a name with another value is refused. `__proto__` is removed.
 * @returns `JsonLines` if the document is not one JSON value, but its lines are
 * @throws {DocumentFault} with line and column
 */
export function readJson(bytes: Uint8Array): unknown {
  const text = decodeText(bytes);
  if (text.trimStart().startsWith('<'))
    throw new DocumentFault(
      'is XML. Send it with an XML media type: Content-Type: application/xml',
    );
  let fault = () => {
    const looks = lookalikeOfText(text);
    return looks ? new DocumentFault(looks, '', undefined, 'unrecognized') : syntaxFault(text);
  };
  try {
    const shape = new Shape();
    shape.check(bytes);
    return parse(text, shape);
  } catch (error) {
    if (error instanceof DocumentFault) {
      if (error.reason === 'limit' || error instanceof RepeatedName) throw error;
      fault = () => error;
    }
  }
  const lines = readLines(bytes, fault);
  if (lines) return lines;
  throw fault();
}
