import type { TSchema } from '@sinclair/typebox';
import type { FastifyInstance, FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';

type Fault = FastifySchemaValidationError & { readonly schema?: unknown };

/** The names in `[{ required: ['a'] }, { required: ['b'] }]`: one of these fields has to be there. */
function alternatives({ keyword, schema }: Fault): string[] | undefined {
  if (keyword !== 'anyOf' || !Array.isArray(schema)) return undefined;
  const names = (schema as { required?: string[] }[]).flatMap(({ required = [] }) => required);
  return names.length === schema.length ? names : undefined;
}

/** What Ajv finds, without what it says of its own ways: that a condition was not met, and which of several. */
function inWords(faults: readonly Fault[]): Fault[] {
  return faults
    .filter(({ keyword, schemaPath }) => keyword !== 'if' && !schemaPath.includes('/anyOf/'))
    .map((fault) => {
      const names = alternatives(fault);
      return names ? { ...fault, message: `must have ${names.join(' or ')}` } : fault;
    });
}

/**
 * A compiler of validators for a route whose body is documented by one schema and checked by another, which accepts the same:
 * faults of a rule are those of the kind of rule that it names, and defaults are filled in.
 * @param checked what bodies are checked by
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
      // Not before the first request: Fastify makes the application's compiler when all routes are known.
      validate ??= app.validatorCompiler?.({ ...route, schema });
      if (!validate) throw new Error('the application has no validators');
      const valid = validate(data);
      check.errors = isBody && validate.errors ? inWords(validate.errors) : validate.errors;
      return valid;
    };
    return check;
  };
}
