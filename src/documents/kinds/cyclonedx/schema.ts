import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';

/**
 * The fields that the parser reads, for all versions. The official schema is checked first, but it gives no types and
 * accepts some wrong values (a text among the licences, in 1.2).
 */
const optionalText = Type.Optional(Type.String());

const Licence = Type.Object({
  license: Type.Optional(Type.Object({ id: optionalText, name: optionalText })),
  expression: optionalText,
});

const Flat = Type.Object({
  type: Type.String(),
  name: Type.String(),
  group: optionalText,
  version: optionalText,
  purl: optionalText,
  'bom-ref': optionalText,
  licenses: Type.Optional(Type.Array(Licence)),
});

export type BomComponent = Static<typeof Flat> & { components?: BomComponent[] };

/** A reference, because components nest. */
const Component = Type.Unsafe<BomComponent>(Type.Ref('#/definitions/component'));

const definitions = {
  component: Type.Composite([
    Flat,
    Type.Object({ components: Type.Optional(Type.Array(Component)) }),
  ]),
};

const Tool = Type.Object({ name: optionalText, version: optionalText });

const Source = Type.Optional(Type.Object({ name: optionalText, url: optionalText }));

const Rating = Type.Object({
  source: Source,
  score: Type.Optional(Type.Number()),
  severity: optionalText,
  method: optionalText,
  vector: optionalText,
});

export type BomRating = Static<typeof Rating>;

const Affected = Type.Object({
  ref: Type.String(),
  versions: Type.Optional(
    Type.Array(Type.Object({ version: optionalText, range: optionalText, status: optionalText })),
  ),
});

export type BomAffected = Static<typeof Affected>;

const Vulnerability = Type.Object({
  'bom-ref': optionalText,
  id: optionalText,
  source: Source,
  references: Type.Optional(Type.Array(Type.Object({ id: Type.String() }))),
  ratings: Type.Optional(Type.Array(Rating)),
  description: optionalText,
  detail: optionalText,
  recommendation: optionalText,
  advisories: Type.Optional(Type.Array(Type.Object({ url: Type.String() }))),
  analysis: Type.Optional(
    Type.Object({
      state: optionalText,
      justification: optionalText,
      detail: optionalText,
      firstIssued: optionalText,
      lastUpdated: optionalText,
    }),
  ),
  affects: Type.Optional(Type.Array(Affected)),
});

export type BomVulnerability = Static<typeof Vulnerability>;

const Bom = Type.Object(
  {
    metadata: Type.Optional(
      Type.Object({
        timestamp: optionalText,
        // Since 1.5, tools are components and services. The older list is still allowed.
        tools: Type.Optional(
          Type.Union([
            Type.Array(Tool),
            Type.Object({
              components: Type.Optional(Type.Array(Tool)),
              services: Type.Optional(Type.Array(Tool)),
            }),
          ]),
        ),
        component: Type.Optional(Component),
      }),
    ),
    components: Type.Optional(Type.Array(Component)),
    vulnerabilities: Type.Optional(Type.Array(Vulnerability)),
  },
  { definitions },
);

export type BomDocument = Static<typeof Bom>;

export const check = checker(Bom);
