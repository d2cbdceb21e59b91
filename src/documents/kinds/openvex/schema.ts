import { type Static, Type } from '@sinclair/typebox';
import { nullableString, stringEnum } from '../../../contract/schemas.js';
import { checker } from '../common/check.js';
import { mapOf, optionalList, optionalObject, optionalText } from '../common/optional.js';

/** Maximum length of an id, because the claim for each product repeats it. */
const MAX_ID = 500;

const component = {
  '@id': optionalText,
  identifiers: optionalObject({ purl: optionalText, cpe22: optionalText, cpe23: optionalText }),
  hashes: Type.Optional(
    Type.Unsafe<Record<string, string> | null>({
      ...mapOf(Type.String()),
      type: ['object', 'null'],
    }),
  ),
};

/** Version 0.0.1 has a text where later versions have an object: its `@id`, or the vulnerability's name. */
function orText<T>(object: object) {
  return Type.Unsafe<T | string>({ ...object, type: ['string', 'object'] });
}

const Component = Type.Object(component);
export type Component = Static<typeof Component>;
const Components = optionalList(orText<Component>(Component));

const Product = Type.Object({ ...component, subcomponents: Components });
export type Product = Static<typeof Product>;

const Vulnerability = Type.Object({
  '@id': Type.Optional(nullableString({ maxLength: MAX_ID })),
  name: Type.Optional(nullableString({ maxLength: MAX_ID })),
  aliases: optionalList(Type.String({ maxLength: MAX_ID })),
});

const Statement = Type.Object({
  vulnerability: orText<Static<typeof Vulnerability>>({ ...Vulnerability, maxLength: MAX_ID }),
  products: optionalList(orText<Product>(Product)),
  /** The subcomponents of all products, in version 0.0.1 only. */
  subcomponents: Components,
  status: stringEnum(['not_affected', 'affected', 'fixed', 'under_investigation']),
  justification: optionalText,
  impact_statement: optionalText,
  action_statement: optionalText,
  status_notes: optionalText,
  timestamp: optionalText,
  last_updated: optionalText,
});

const Document = Type.Object({
  '@context': Type.String(),
  timestamp: optionalText,
  tooling: optionalText,
  statements: Type.Unsafe<Static<typeof Statement>[] | null>({
    type: ['array', 'null'],
    items: Statement,
  }),
});

export type Statement = Static<typeof Statement>;
export type Document = Static<typeof Document>;

export const check = checker(Document);
