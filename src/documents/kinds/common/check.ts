import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { escapePointer } from '../../../shared/text.js';
import { DocumentFault } from '../../fault.js';

/** Schemas of kinds ask for what is read and allow anything else. The first fault is enough. */
const ajv = new Ajv({ strict: false, validateSchema: false, meta: false, logger: false });

function explain({ keyword, message = 'is not valid', params }: ErrorObject): string {
  if (keyword === 'required') return 'is required';
  if (keyword === 'additionalProperties') return 'is not a known field';
  if (keyword === 'type') return `must be of type ${[params.type].flat().join(' or ')}`;
  if (keyword === 'const') return `must be ${JSON.stringify(params.allowedValue)}`;
  if (keyword === 'enum') {
    const [first, ...others] = params.allowedValues as unknown[];
    return others.length === 0
      ? `must be ${first}`
      : `must be one of ${[first, ...others].join(', ')}`;
  }
  return message;
}

/** Turns Ajv's first error into a fault at its place: a missing field is pointed at itself. */
export function faultOf(errors: ErrorObject[] | null | undefined): DocumentFault {
  const [error] = errors ?? [];
  if (!error) return new DocumentFault('is not valid');
  const child = error.params?.missingProperty ?? error.params?.additionalProperty;
  const pointer =
    child === undefined
      ? error.instancePath
      : `${error.instancePath}/${escapePointer(String(child))}`;
  return new DocumentFault(explain(error), pointer);
}

/**
 * Makes a check that a document has what a parser reads, compiled when it is first used.
 * @returns a function that returns the document with its type. @throws {DocumentFault} from that function
 */
export function checker<S extends TSchema>(schema: S): (document: unknown) => Static<S> {
  let validate: ValidateFunction | undefined;
  return (document) => {
    validate ??= ajv.compile(schema);
    if (!validate(document)) throw faultOf(validate.errors);
    return document as Static<S>;
  };
}
