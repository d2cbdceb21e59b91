import {
  Ajv,
  type AnySchemaObject,
  type ErrorObject,
  type Options,
  type ValidateFunction,
} from 'ajv';
import { default as addFormats } from 'ajv-formats';
import type { FastifySchemaValidationError, FastifyServerOptions } from 'fastify';
import type { FastifyRouteSchemaDef } from 'fastify/types/schema.js';
import type { FieldError } from '../shared/app-error.js';

/**
 * One validator for bodies and one for everything that arrives as text. Fastify's default would turn a
 * body's `null` into `""` and `5` into `"5"`, and drop unknown fields without a word.
 */
const COMMON: Options = { allErrors: true, removeAdditional: false, useDefaults: true };
const CANONICAL_INTEGER = /^-?(0|[1-9]\d*)$/;

type Part = Record<string, unknown>;
type Validator = ((data: unknown) => boolean) & { errors?: Partial<ErrorObject>[] | null };

function createAjv(options: Options, shared: AnySchemaObject[]): Ajv {
  const ajv = new Ajv({ ...COMMON, ...options });
  addFormats.default(ajv, ['date-time', 'uri']);
  // Before the length is checked: limits hold for what is stored.
  ajv.addKeyword({
    keyword: 'x-trim',
    type: 'string',
    before: 'maxLength',
    modifying: true,
    schema: false,
    validate: (
      text: string,
      context?: { parentData: Part; parentDataProperty: string | number },
    ) => {
      if (context) context.parentData[context.parentDataProperty] = text.trim();
      return true;
    },
  });
  for (const schema of shared) ajv.addSchema(schema);
  return ajv;
}

function isText(value: unknown): boolean {
  return typeof value !== 'string' || (value.isWellFormed() && !value.includes('\u0000'));
}

/** Ajv reads `1e3`, `0x10`, `+1` and ` 1` as integers, and text may hold what PostgreSQL cannot. */
function strictText(schema: AnySchemaObject, validate: ValidateFunction): Validator {
  const integers = new Set(
    Object.entries<AnySchemaObject>(schema.properties ?? {})
      .filter(([, property]) => property.type === 'integer')
      .map(([name]) => name),
  );
  const check: Validator = (data) => {
    const faults: Partial<ErrorObject>[] = [];
    for (const [name, value] of Object.entries(data as Part)) {
      const instancePath = `/${escapePointer(name)}`;
      if (integers.has(name) && typeof value === 'string' && !CANONICAL_INTEGER.test(value)) {
        faults.push({ instancePath, message: 'must be an integer, in plain digits' });
      } else if (!isText(value)) {
        faults.push({ instancePath, message: 'must be valid Unicode text without NUL' });
      }
    }
    const others = validate(data) ? [] : (validate.errors ?? []);
    const places = new Set(faults.map(({ instancePath }) => instancePath));
    check.errors = [...faults, ...others.filter((fault) => !places.has(pointerOf(fault)))];
    return check.errors.length === 0;
  };
  return check;
}

type CompilersFactory = NonNullable<FastifyServerOptions['schemaController']>['compilersFactory'];

function createCompiler(shared: Record<string, unknown>) {
  const schemas = Object.values(shared) as AnySchemaObject[];
  const body = createAjv({ coerceTypes: false }, schemas);
  const text = createAjv({ coerceTypes: 'array' }, schemas);
  return ({ schema, httpPart }: FastifyRouteSchemaDef<AnySchemaObject>) =>
    httpPart === 'body' ? body.compile(schema) : strictText(schema, text.compile(schema));
}

/** Two Ajv instances a set of shared schemas: one for bodies, one for what arrives as text. */
export const compilersFactory = { buildValidator: createCompiler } as CompilersFactory;

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

const PARTS: Record<string, FieldError['in']> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
};

type AjvFault = Pick<FastifySchemaValidationError, 'instancePath' | 'message'> &
  Partial<Pick<FastifySchemaValidationError, 'keyword' | 'params'>>;

function explain({ keyword, params = {}, message = 'is not valid' }: AjvFault): string {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return 'is not a known field';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'pattern':
      return 'has characters that are not allowed here, or none that can be seen';
    case 'type':
      return `must be of type ${[params.type].flat().join(' or ')}`;
    case 'minLength':
      return `must have at least ${params.limit} character${params.limit === 1 ? '' : 's'}`;
    case 'maxLength':
      return `must have at most ${params.limit} characters`;
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'maximum':
      return `must be at most ${params.limit}`;
    default:
      return message;
  }
}

/** A missing or unknown field is pointed at itself, not at its parent. */
function pointerOf({ instancePath, params }: AjvFault): string {
  const child = params?.missingProperty ?? params?.additionalProperty;
  return child === undefined ? instancePath : `${instancePath}/${escapePointer(String(child))}`;
}

/** Ajv's errors as places of the request. */
export function fieldErrors(faults: readonly AjvFault[], part = 'body'): FieldError[] {
  return faults.map((fault) => ({
    in: PARTS[part] ?? 'body',
    pointer: pointerOf(fault),
    message: explain(fault),
  }));
}
