import type { TSchema } from '@sinclair/typebox';
import type { FastifyInstance, FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';

type Fault = FastifySchemaValidationError & { readonly schema?: unknown };

/** The fields in `anyOf: [{ required: ['a'] }, { required: ['b'] }]`, one of which is required. */
function alternatives({ keyword, schema }: Fault): string[] | undefined {
  if (keyword !== 'anyOf' || !Array.isArray(schema)) return undefined;
  const names = (schema as { required?: string[] }[]).flatMap(({ required = [] }) => required);
  return names.length === schema.length ? names : undefined;
}

/** Drops Ajv's faults about `if` and the branches of `anyOf`, and names the fields of an `anyOf`. */
function readableFaults(faults: readonly Fault[]): Fault[] {
  return faults
    .filter(({ keyword, schemaPath }) => keyword !== 'if' && !schemaPath.includes('/anyOf/'))
    .map((fault) => {
      const names = alternatives(fault);
      return names ? { ...fault, message: `must have ${names.join(' or ')}` } : fault;
    });
}

/**
 * Creates the validator compiler of a route whose body is documented by one schema and validated by another, equivalent
 * one. A `oneOf` would report the faults of each rule and fill in no defaults.
 * @param checked the schema that validates bodies
 */
export function bodiesBy<T>(
  app: FastifyInstance,
  checked: TSchema,
): FastifySchemaCompiler<T | TSchema> {
  return (route) => {
    const isBody = route.httpPart === 'body';
    const schema = isBody ? checked : route.schema;
    let validate: ReturnType<FastifySchemaCompiler<unknown>> | undefined;
    const check: ReturnType<FastifySchemaCompiler<unknown>> = (data: unknown) => {
      // Fastify creates the application's compiler only after all routes are registered.
      validate ??= app.validatorCompiler?.({ ...route, schema });
      if (!validate) throw new Error('the application has no validators');
      const valid = validate(data);
      check.errors = isBody && validate.errors ? readableFaults(validate.errors) : validate.errors;
      return valid;
    };
    return check;
  };
}
