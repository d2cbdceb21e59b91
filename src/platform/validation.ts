import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import type { Static, TSchema } from '@sinclair/typebox';
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
import { type FieldError, invalid } from '../shared/app-error.js';
import { escapePointer, isStorable, NOT_STORABLE } from '../shared/text.js';

/**
 * Options of both validators: one for bodies, one for values that arrive as text. Fastify's defaults would change a
 * body's `null` into `""` and `5` into `"5"`, and remove unknown fields silently.
 */
const COMMON: Options = {
  allErrors: true,
  verbose: true, // errors carry their schema, which has the message
  removeAdditional: false,
  useDefaults: true,
  // A test checks the schemas. At start the check would take most of the time.
  meta: false,
  validateSchema: false,
};
/** Bounds the response: a body with many unknown fields must not cause a response of the same size. */
const MAX_FAULTS = 20;
const CANONICAL_INTEGER = /^-?(0|[1-9]\d*)$/;

type Part = Record<string, unknown>;
type Validator = ((data: unknown) => boolean) & { errors?: Partial<ErrorObject>[] | null };

function createAjv(options: Options): Ajv {
  const ajv = new Ajv({ ...COMMON, ...options });
  addFormats.default(ajv, ['date-time', 'uri']);
  // The library's format also accepts `urn:uuid:`, which PostgreSQL refuses.
  ajv.addFormat('uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
  ajv.addKeyword('x-rule'); // the message for a pattern
  for (const keyword of ['x-examples', 'x-project-id', 'xml']) ajv.addKeyword(keyword); // for the document
  ajv.addKeyword({
    keyword: 'x-trim',
    type: 'string',
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
  return ajv;
}

/** Refuses `1e3`, `0x10`, `+1` and ` 1`, which Ajv reads as integers, and text that PostgreSQL cannot store. */
function strictText(schema: AnySchemaObject, validate: ValidateFunction): Validator {
  if (schema.type !== 'object')
    throw new Error('the schema of parameters must be an inline object');
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
      } else if (typeof value === 'string' && !isStorable(value)) {
        faults.push({ instancePath, message: NOT_STORABLE });
      }
    }
    const valid = validate(data);
    if (valid && faults.length === 0) return true;
    const others = valid ? [] : (validate.errors ?? []);
    const places = new Set(faults.map(({ instancePath }) => instancePath));
    check.errors = [...faults, ...others.filter((fault) => !places.has(pointerOf(fault)))];
    return false;
  };
  return check;
}

/** Compiles a validator for the first request that needs it: compiling all would take most of the start. */
function whenNeeded(compile: () => Validator): Validator {
  let validate: Validator | undefined;
  const check: Validator = (data) => {
    validate ??= compile();
    const valid = validate(data);
    check.errors = validate.errors ?? null;
    return valid;
  };
  return check;
}

const serializerFactory = SerializerSelector();
type SerializerFactory = typeof serializerFactory;
type CompilersFactory = NonNullable<FastifyServerOptions['schemaController']>['compilersFactory'];

/**
 * The validators and serializers of one application, each compiled when it is first needed. Fastify asks for a compiler
 * in each encapsulated context. All of them share two Ajv instances, because the ids of schemas are unique in the
 * application.
 */
export function compilersFactory(): CompilersFactory {
  const body = createAjv({ coerceTypes: false });
  const text = createAjv({ coerceTypes: 'array' });
  const compile = ({ schema, httpPart }: FastifyRouteSchemaDef<AnySchemaObject>) =>
    httpPart === 'body'
      ? whenNeeded(() => body.compile(schema))
      : whenNeeded(() => strictText(schema, text.compile(schema)));
  const buildValidator = (shared: Record<string, unknown>) => {
    for (const [id, schema] of Object.entries(shared)) {
      for (const ajv of [body, text]) {
        if (!ajv.schemas[id]) ajv.addSchema(schema as AnySchemaObject, id);
      }
    }
    return compile;
  };
  const buildSerializer: SerializerFactory = (shared, options) => {
    const compile = serializerFactory(shared, options);
    return (route) => {
      let serialize: ReturnType<typeof compile> | undefined;
      return (data) => {
        serialize ??= compile(route);
        return serialize(data);
      };
    };
  };
  return { buildValidator, buildSerializer } as CompilersFactory;
}

/**
 * Validates a value that did not arrive by HTTP like a body, and fills in defaults.
 * @throws {AppError} `validation-failed`
 */
export function checkBody<S extends TSchema>(schema: S, value: unknown): Static<S> {
  const validate = createAjv({ coerceTypes: false }).compile<Static<S>>(schema);
  if (validate(value)) return value;
  throw invalid(fieldErrors(validate.errors as AjvFault[]));
}

const PARTS: Record<string, FieldError['in']> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
};

type AjvFault = Pick<FastifySchemaValidationError, 'instancePath' | 'message'> &
  Partial<Pick<FastifySchemaValidationError, 'keyword' | 'params'>> & {
    parentSchema?: AnySchemaObject;
  };

/** A body that is missing, or is not an object, has no field that a message could name. */
function objectMessage(instancePath: string, schema?: AnySchemaObject): string {
  const required: unknown = schema?.required;
  return instancePath === '' && Array.isArray(required) && required.length > 0
    ? `must be a JSON object with ${required.join(', ')}`
    : 'must be of type object';
}

function fieldMessage({
  keyword,
  params = {},
  message = 'is not valid',
  parentSchema,
  instancePath,
}: AjvFault) {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return 'is not a known field';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'pattern':
      return String(parentSchema?.['x-rule'] ?? 'contains characters that are not allowed');
    case 'type':
      if (params.type === 'object') return objectMessage(instancePath, parentSchema);
      return `must be of type ${[params.type].flat().join(' or ')}`;
    case 'minLength':
      return `must have at least ${params.limit} character${params.limit === 1 ? '' : 's'}`;
    case 'maxLength':
      return `must have at most ${params.limit} characters`;
    case 'minItems':
      return `must have at least ${params.limit} item${params.limit === 1 ? '' : 's'}`;
    case 'maxItems':
      return `must have at most ${params.limit} items`;
    case 'minProperties':
      return `must have at least ${params.limit} field${params.limit === 1 ? '' : 's'}`;
    case 'uniqueItems':
      return 'must not contain duplicate items';
    case 'format':
      return `must be a ${params.format}`;
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'maximum':
      return `must be at most ${params.limit}`;
    default:
      return message;
  }
}

/** Points at a missing or unknown field itself, where Ajv points at its parent. */
function pointerOf({ instancePath, params }: AjvFault): string {
  const child = params?.missingProperty ?? params?.additionalProperty;
  return child === undefined ? instancePath : `${instancePath}/${escapePointer(String(child))}`;
}

/** Converts Ajv's errors to fields of the request: at most 20. */
export function fieldErrors(faults: readonly AjvFault[], part = 'body'): FieldError[] {
  // Ajv also reports the `if` above the fault that it found.
  const own = faults.filter(({ keyword }) => keyword !== 'if');
  return own.slice(0, MAX_FAULTS).map((fault) => ({
    in: PARTS[part] ?? 'body',
    pointer: pointerOf(fault),
    message: fieldMessage(fault),
  }));
}
