import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { nullableString } from '../../../contract/schemas.js';

/** Schemas for fields that a tool omits, or sets to null, if it has no value. */

export const optionalText = Type.Optional(nullableString());

export const optionalNumber = Type.Optional(
  Type.Unsafe<number | null>({ type: ['number', 'null'] }),
);

export function optionalList<S extends TSchema>(items: S) {
  return Type.Optional(Type.Unsafe<Static<S>[] | null>({ type: ['array', 'null'], items }));
}

export function optionalObject<P extends TProperties>(properties: P) {
  const object = Type.Object(properties);
  return Type.Optional(
    Type.Unsafe<Static<typeof object> | null>({ ...object, type: ['object', 'null'] }),
  );
}

/** An object with arbitrary field names. */
export function mapOf<S extends TSchema>(values: S) {
  return Type.Unsafe<Record<string, Static<S>>>({ type: 'object', additionalProperties: values });
}

/**
 * A field that may have any shape, and that is read with care. If it is an object or a list of objects, the names of
 * their members must be spelled as given (`checkSpelling`).
 * @param members by name, with the members below them
 */
export function anyShape(members: Readonly<Record<string, object>>) {
  return Type.Optional(
    Type.Unsafe<unknown>({ properties: members, items: { properties: members } }),
  );
}
