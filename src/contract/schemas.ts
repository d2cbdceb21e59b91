import { type Static, type StringOptions, type TSchema, Type } from '@sinclair/typebox';

/** A `$ref` to a registered schema. OpenAPI then shows one named schema instead of a copy at each use. */
export function schemaRef<S extends TSchema>(schema: S) {
  if (!schema.$id) throw new Error('schemaRef needs a schema with an $id');
  return Type.Unsafe<Static<S>>(Type.Ref(schema.$id));
}

/** An instant: a `Date` in the code, ISO 8601 in UTC with milliseconds in a response. */
export const timestamp = (description: string) =>
  Type.Unsafe<Date>(Type.String({ format: 'date-time', description }));

/** An instant, or null. */
export const nullableTimestamp = (description: string) =>
  Type.Unsafe<Date | null>({
    ...Type.String({ format: 'date-time', description }),
    type: ['string', 'null'],
  });

/** An `enum` of strings. It gives shorter errors than TypeBox's union of constants. */
export function stringEnum<const T extends readonly string[]>(values: T, options?: StringOptions) {
  return Type.Unsafe<T[number]>(Type.String({ ...options, enum: [...values] }));
}

/** A value that is optional for clients. Validation fills in the default, so the handler always gets it. */
export function defaulted<S extends TSchema>(schema: S): S {
  return Type.Optional(schema) as unknown as S;
}

/** Text or null, as one schema. An `anyOf` would report every fault three times. */
export function nullableString(options?: StringOptions) {
  return Type.Unsafe<string | null>({ ...Type.String(options), type: ['string', 'null'] });
}

/**
 * Explicit ranges, because OpenAPI clients in other languages interpret `\s` and `\p{Cc}` differently. U+2028 and
 * U+2029 are line breaks.
 */
const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029';
const SPACE = ' \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\ufeff';
const VISIBLE = `[^${CONTROL}${SPACE}]`;

/**
 * One line of 1 to `max` characters (Unicode code points). White space around it is not counted and not stored. The
 * pattern includes the length, so that the document describes exactly what is accepted. It backtracks at most `max`
 * characters.
 */
export function line(max: number, description: string) {
  return Type.String({
    maxLength: max + 800,
    pattern: `^[${SPACE}]*${VISIBLE}(?:[^${CONTROL}]{0,${max - 2}}${VISIBLE})?[${SPACE}]*$`,
    'x-trim': true,
    'x-rule': `must be one line of 1 to ${max} characters, without control characters`,
    description: `${description}. One line of 1 to ${max} characters. White space around it is removed`,
  });
}

/** The schema of an id that Prisma generates: a UUID version 7, which begins with its time. */
export const uuid = (description?: string) =>
  Type.String({
    format: 'uuid',
    examples: ['019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e'],
    ...(description && { description }),
  });

/**
 * An optional parameter, such as a filter of a list. It has no example, because Swagger UI would fill it in and the
 * request would find nothing.
 */
export function parameter<S extends TSchema>(schema: S, description: string) {
  const { examples: _none, ...rest } = schema;
  return Type.Optional({ ...rest, description } as unknown as S);
}

/** The id of a project in a path or query, for which its key can stand: see `src/platform/project-keys.ts`. */
export const projectId = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  'x-project-id': true,
  examples: [1],
});

/** A SHA-256 digest in lower or upper case. */
export const sha256 = (description: string) =>
  Type.String({
    pattern: '^[0-9A-Fa-f]{64}$',
    'x-rule': 'must be 64 hexadecimal digits, without the prefix "sha256:"',
    description,
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  });

/** Any text that PostgreSQL can store: all characters except NUL. */
export const TEXT_PATTERN = '^[^\\u0000]*$';

/** Links to related pages, such as the build. */
export const links = (description: string) =>
  Type.Array(
    Type.Object(
      {
        title: line(200, 'Title of the page'),
        url: Type.String({
          maxLength: 2000,
          pattern: '^https?://[!-~]+$',
          description: 'Address of the page',
          'x-rule': 'must be an http or https address',
        }),
      },
      { additionalProperties: false },
    ),
    { maxItems: 50, description },
  );

/** The same links in a response. */
export const linksShown = () =>
  Type.Array(Type.Object({ title: Type.String(), url: Type.String() }));

/** The value with all properties read-only. */
export type ReadOnly<T> = T extends Date
  ? T
  : T extends readonly (infer Item)[]
    ? readonly ReadOnly<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: ReadOnly<T[Key]> }
      : T;

/**
 * The schema of a response. Its type checks the value that the handler returns. All headers except `Location` follow
 * from the route's `config`.
 */
export function answer<S extends TSchema>(schema: S, description: string) {
  return Type.Unsafe<ReadOnly<Static<S>>>({ ...schema, description });
}

/** The schema of a response with a `Location` header. */
export function located<S extends TSchema>(schema: S, description: string) {
  const Location = { type: 'string', description: 'Address of the new resource' };
  return Type.Unsafe<ReadOnly<Static<S>>>({ ...schema, description, headers: { Location } });
}
