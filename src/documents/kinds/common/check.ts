import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { escapePointer } from '../../../shared/text.js';
import { DocumentFault } from '../../fault.js';
import { checkSpelling, type Node } from './spelling.js';

/** Kinds' schemas check only the fields that parsers read. The first error is enough. */
const ajv = new Ajv({ strict: false, validateSchema: false, meta: false, logger: false });

function messageOf({ keyword, message = 'is not valid', params }: ErrorObject): string {
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

/** Turns Ajv's first error into a fault. The pointer of a missing field names that field. */
export function faultOf(errors: ErrorObject[] | null | undefined): DocumentFault {
  const [error] = errors ?? [];
  if (!error) return new DocumentFault('is not valid');
  const child = error.params?.missingProperty ?? error.params?.additionalProperty;
  const pointer =
    child === undefined
      ? error.instancePath
      : `${error.instancePath}/${escapePointer(String(child))}`;
  return new DocumentFault(messageOf(error), pointer);
}

/**
 * Creates a check for the fields that a parser reads. The schema is compiled on first use.
 * @returns a function that returns the document with its type, or throws a `DocumentFault`
 */
export function checker<S extends TSchema>(schema: S): (document: unknown) => Static<S> {
  let validate: ValidateFunction | undefined;
  return (document) => {
    validate ??= ajv.compile(schema);
    if (!validate(document)) throw faultOf(validate.errors);
    checkSpelling(schema as Node, document);
    return document as Static<S>;
  };
}

/** Runs a check on a part of a document: the pointer of its fault begins at the part. */
export function checkAt<T>(pointer: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    throw new DocumentFault(error.fault, pointer + error.pointer, error.position, error.reason);
  }
}
