import { type Static, type StringOptions, type TSchema, Type } from '@sinclair/typebox';

/**
 * A `$ref` to a schema that is registered under its `$id`, so that OpenAPI shows one named schema
 * instead of a copy at each use.
 */
export function schemaRef<S extends TSchema>(schema: S) {
  if (!schema.$id) throw new Error('schemaRef needs a schema with an $id');
  return Type.Unsafe<Static<S>>(Type.Ref(schema.$id));
}

/** An instant: a `Date` in the program, ISO 8601 in UTC with milliseconds in an answer. */
export const timestamp = (description: string) =>
  Type.Unsafe<Date>(Type.String({ format: 'date-time', description }));

/** An instant, or null. */
export const nullableTimestamp = (description: string) =>
  Type.Unsafe<Date | null>({
    ...Type.String({ format: 'date-time', description }),
    type: ['string', 'null'],
  });

/** One of a few words: `enum`, which reads better than TypeBox's union of constants, in errors too. */
export function stringEnum<const T extends readonly string[]>(values: T, options?: StringOptions) {
  return Type.Unsafe<T[number]>(Type.String({ ...options, enum: [...values] }));
}

/** A value that a client may leave out and a handler always gets: validation fills in the default. */
export function defaulted<S extends TSchema>(schema: S): S {
  return Type.Optional(schema) as unknown as S;
}

/** Text or null, as one schema: an `anyOf` would answer every fault with three errors. */
export function nullableString(options?: StringOptions) {
  return Type.Unsafe<string | null>({ ...Type.String(options), type: ['string', 'null'] });
}

/**
 * Explicit ranges instead of `\s` and `\p{Cc}`, which OpenAPI clients in other languages read
 * differently. U+2028 and U+2029 break lines.
 */
const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029';
const SPACE = ' \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\ufeff';
const VISIBLE = `[^${CONTROL}${SPACE}]`;

/**
 * One line of 1 to `max` characters (Unicode code points), counted and stored without the white
 * space around it. The pattern says all of it, so that the document is true of what clients send; it
 * cannot backtrack further than `max`.
 */
export function line(max: number, description: string) {
  return Type.String({
    maxLength: max + 800,
    pattern: `^[${SPACE}]*${VISIBLE}(?:[^${CONTROL}]{0,${max - 2}}${VISIBLE})?[${SPACE}]*$`,
    'x-trim': true,
    'x-rule': `must be one line of 1 to ${max} characters, without control characters`,
    description: `${description}. One line of 1 to ${max} characters; white space around it is removed`,
  });
}

/** The schema of an id that Prisma makes: a UUID of version 7 begins with its time. */
export const uuid = (description?: string) =>
  Type.String({
    format: 'uuid',
    examples: ['019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e'],
    ...(description && { description }),
  });

/**
 * A parameter that may be left out, such as a filter of a list. It has no example: Swagger UI would fill that in, and the request
 * would ask for something that is not there.
 */
export function parameter<S extends TSchema>(schema: S, description: string) {
  const { examples: _none, ...rest } = schema;
  return Type.Optional({ ...rest, description } as unknown as S);
}

/** The id of a project in an address. */
export const projectId = Type.Integer({ minimum: 1, maximum: 2_147_483_647, examples: [1] });

/** A SHA-256 digest; a client may write it in capitals. */
export const sha256 = (description: string) =>
  Type.String({
    pattern: '^[0-9A-Fa-f]{64}$',
    'x-rule': 'must have 64 hexadecimal digits, without "sha256:" in front',
    description,
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  });

/** Anything that PostgreSQL's `text` can hold: all but NUL. */
export const TEXT_PATTERN = '^[^\\u0000]*$';

/** Addresses of what belongs to something, such as the build. */
export const links = (description: string) =>
  Type.Array(
    Type.Object(
      {
        title: line(200, 'What is there'),
        url: Type.String({
          maxLength: 2000,
          pattern: '^https?://[!-~]+$',
          'x-rule': 'must be an http or https address',
        }),
      },
      { additionalProperties: false },
    ),
    { maxItems: 50, description },
  );

/** The same as an answer shows them. */
export const linksShown = () =>
  Type.Array(Type.Object({ title: Type.String(), url: Type.String() }));

/** A value that is only read. */
export type ReadOnly<T> = T extends Date
  ? T
  : T extends readonly (infer Item)[]
    ? readonly ReadOnly<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: ReadOnly<T[Key]> }
      : T;

/**
 * A schema as the answer of a route, whose handler returns what it says. Its headers follow from the route's `config`, but
 * for `Location`.
 */
export function answer<S extends TSchema>(schema: S, description: string) {
  return Type.Unsafe<ReadOnly<Static<S>>>({ ...schema, description });
}

/** An answer whose `Location` header says where it is kept. */
export function located<S extends TSchema>(schema: S, description: string) {
  const Location = { type: 'string', description: 'The address of what was created' };
  return Type.Unsafe<ReadOnly<Static<S>>>({ ...schema, description, headers: { Location } });
}
