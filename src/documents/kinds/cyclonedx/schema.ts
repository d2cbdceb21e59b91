import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import { anyShape, optionalList, optionalObject } from '../common/optional.js';

/**
 * What must be readable: components, vulnerabilities, and the references between them. A document where this is wrong
 * is refused. Everything else is `unknown` here, and read as far as it is understood. The official schemas warn.
 */
const anything = Type.Optional(Type.Unknown());

const fields = {
  group: anything,
  version: anything,
  purl: anything,
  'bom-ref': anything,
  licenses: anyShape({
    expression: {},
    expressionDetails: {},
    license: { properties: { id: {}, name: {}, url: {}, text: {} } },
  }),
  evidence: anyShape({ licenses: {} }),
  hashes: anything,
  properties: anything,
};

const Flat = Type.Object({ type: Type.String(), name: Type.String(), ...fields });

export type BomComponent = Static<typeof Flat> & { components?: BomComponent[] | null };

/** A reference, because components nest. */
const Component = Type.Unsafe<BomComponent>(Type.Ref('#/definitions/component'));

const definitions = {
  component: Type.Composite([Flat, Type.Object({ components: optionalList(Component) })]),
};

const Affected = Type.Object({
  ref: Type.String(),
  versions: optionalList(Type.Object({ version: anything, range: anything, status: anything })),
});

export type BomAffected = Static<typeof Affected>;

const Rating = Type.Object({
  source: anything,
  score: anything,
  severity: anything,
  method: anything,
  vector: anything,
});

export type BomRating = Static<typeof Rating>;

const Vulnerability = Type.Object({
  'bom-ref': anything,
  id: anything,
  source: anything,
  references: anything,
  ratings: optionalList(Rating),
  description: anything,
  detail: anything,
  recommendation: anything,
  advisories: anything,
  analysis: optionalObject({
    state: anything,
    justification: anything,
    detail: anything,
    firstIssued: anything,
    lastUpdated: anything,
  }),
  affects: optionalList(Affected),
});

export type BomVulnerability = Static<typeof Vulnerability>;

const Bom = Type.Object(
  {
    serialNumber: anything,
    version: anything,
    metadata: optionalObject({
      timestamp: anything,
      tools: anything,
      component: optionalObject({
        type: anything,
        name: anything,
        ...fields,
        components: optionalList(Component),
      }),
    }),
    components: optionalList(Component),
    compositions: anything,
    vulnerabilities: optionalList(Vulnerability),
  },
  { definitions },
);

export type BomDocument = Static<typeof Bom>;

export type BomSubject = NonNullable<NonNullable<BomDocument['metadata']>['component']>;

export const check = checker(Bom);
