import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type ErrorObject, type FuncKeywordDefinition, type ValidateFunction } from 'ajv';
import { default as ajvFormats } from 'ajv-formats';
import { escapePointer } from '../../../shared/text.js';
import { DocumentFault } from '../../fault.js';
import type { Note } from '../../kind.js';
import { faultOf } from '../common/check.js';

/** Versions of the specification that have a JSON schema. */
export const SPEC_VERSIONS = ['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'] as const;

/** Schemas that the versions' schemas refer to. */
const SHARED = ['spdx', 'jsf-0.82', 'cryptography-defs'] as const;

/** Maximum length of a date or time. The formats' own checks are slow for very long texts. */
const MAX_INSTANT = 64;

/** Reads OWASP's schema files, which are part of the CycloneDX library. */
function readSchema(name: string): object {
  const library = createRequire(import.meta.url).resolve(
    '@cyclonedx/cyclonedx-library/package.json',
  );
  const file = join(dirname(library), 'res/schema', `${name}.SNAPSHOT.schema.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

function instant(name: 'date' | 'date-time') {
  const format = ajvFormats.default.get(name);
  const check = typeof format === 'object' && 'validate' in format ? format.validate : undefined;
  if (typeof check !== 'function')
    throw new Error(`Ajv's format for ${name} has an unexpected form`);
  const isInstant = check as (text: string) => boolean;
  return (text: string) => text.length <= MAX_INSTANT && isInstant(text);
}

/** Whether the text has an `@` that is neither first nor last. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at > 0 && at < text.length - 1;
}

/** Maximum number of allowed values in a message. The list of licences has 700. */
const MAX_LISTED = 50;

/** Looks values up in a set. Ajv's own `enum` walks through the list for each value. */
const ENUM: FuncKeywordDefinition = {
  keyword: 'enum',
  schemaType: 'array',
  error: {
    message: ({ schema }) =>
      schema.length > MAX_LISTED
        ? "is not in the specification's list"
        : `must be one of ${schema.join(', ')}`,
  },
  compile(words: unknown[]) {
    const set = new Set(words);
    return (word: unknown) => set.has(word);
  },
};

function makeAjv(): Ajv {
  // Without optimization and inlining, compiling takes a third of the time, and validation is as fast.
  const ajv = new Ajv({
    strict: false,
    validateSchema: false,
    meta: false,
    logger: false,
    addUsedSchema: false,
    verbose: true, // adds the failed schema to errors, for messages
    inlineRefs: false,
    code: { optimize: false },
    formats: {
      date: instant('date'),
      'date-time': instant('date-time'),
      'idn-email': isEmail,
      // Accepts any text, like CycloneDX's own validators, because tools write invalid references.
      'iri-reference': true,
      uri: true,
    },
  });
  // Ajv's own compares each pair of items. The reader counts components that are repeated once.
  ajv.removeKeyword('uniqueItems');
  ajv.removeKeyword('enum');
  ajv.addKeyword(ENUM);
  for (const name of SHARED) {
    ajv.addSchema(readSchema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv;
}

let ajv: Ajv | undefined;
const compiled = new Map<string, ValidateFunction>();

/** Compiles a version's schema for its first document, and keeps it. */
function validator(version: string): ValidateFunction {
  let validate = compiled.get(version);
  if (!validate) {
    ajv ??= makeAjv();
    validate = ajv.compile(readSchema(`bom-${version}`));
    compiled.set(version, validate);
  }
  return validate;
}

const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length;

/** Of the errors of several allowed forms, picks the deepest: that form fits the value best. */
function deepestError(errors: readonly ErrorObject[]): ErrorObject | undefined {
  return errors.reduce<ErrorObject | undefined>(
    (best, error) => (best && depth(best) >= depth(error) ? best : error),
    undefined,
  );
}

/** Most alternatives of a `oneOf` differ in their required fields. */
function formsMessage(forms: readonly { required?: readonly string[] }[]): string {
  const names = forms.map(({ required }) => required?.join(' and '));
  if (names.includes(undefined)) return 'must have one of the forms in the specification';
  return `must have exactly one of ${names.join(', ')}`;
}

/** Improves Ajv's message for `oneOf`, and keeps the message of the custom `enum`. */
function withMessage(error: ErrorObject): ErrorObject {
  if (error.keyword === 'enum') return { ...error, keyword: 'listed' };
  const forms = error.keyword === 'oneOf' ? error.schema : undefined;
  return Array.isArray(forms) ? { ...error, message: formsMessage(forms) } : error;
}

/** Maximum number of places that are told. A document can have an error in each of its values. */
const MAX_NOTES = 100;

type Members = Readonly<Record<string, unknown>>;

/** A part of a document, as a document with only that part, and where it is in the whole one. */
interface Piece {
  readonly document: Members;
  readonly from: string;
  readonly to: string;
}

const HEAD: ReadonlySet<string> = new Set(['$schema', 'bomFormat', 'specVersion', 'version']);

/** Each item of each list, and each other member, so that one error does not hide another. */
function* piecesOf(document: Members, version: string): Generator<Piece> {
  const head = Object.entries(document).filter(([name]) => HEAD.has(name));
  yield { document: Object.fromEntries(head), from: '', to: '' };
  const base = { bomFormat: 'CycloneDX', specVersion: version, version: 1 };
  for (const [name, value] of Object.entries(document)) {
    if (HEAD.has(name)) continue;
    const member = `/${escapePointer(name)}`;
    if (!Array.isArray(value)) yield { document: { ...base, [name]: value }, from: '', to: '' };
    else {
      for (const [index, item] of value.entries()) {
        const part = { ...base, [name]: [item] };
        yield { document: part, from: `${member}/0`, to: `${member}/${index}` };
      }
    }
  }
}

function noteOf(errors: readonly ErrorObject[] | null | undefined, { from, to }: Piece): Note {
  const error = deepestError(errors ?? []);
  const { fault, pointer } = faultOf(error && [withMessage(error)]);
  const isInItem = from !== '' && (pointer === from || pointer.startsWith(`${from}/`));
  return { message: fault, pointer: isInItem ? to + pointer.slice(from.length) : pointer };
}

/** @throws {DocumentFault} for versions without a schema */
export function specVersionOf(document: object): string {
  const version = 'specVersion' in document ? document.specVersion : undefined;
  const text = typeof version === 'number' ? String(version) : version;
  const known = SPEC_VERSIONS.find((one) => one === text);
  if (known) return known;
  throw new DocumentFault(`must be one of ${SPEC_VERSIONS.join(', ')}`, '/specVersion');
}

/**
 * Validates a document against the official schema of its version. Tools often break it where nothing is lost, so what
 * is wrong becomes a note: one for each item of the lists, in the order of the document.
 */
export function officialNotes(document: object, version: string): Note[] {
  const isValid = validator(version);
  const notes: Note[] = [];
  try {
    if (isValid(document)) return notes;
    const whole = noteOf(isValid.errors, { document: {}, from: '', to: '' });
    for (const piece of piecesOf(document as Members, version)) {
      if (isValid(piece.document)) continue;
      notes.push(noteOf(isValid.errors, piece));
      if (notes.length < MAX_NOTES) continue;
      return [...notes, { message: 'has more places that differ from the specification' }];
    }
    return notes.length > 0 ? notes : [whole];
  } finally {
    isValid.errors = null;
  }
}
