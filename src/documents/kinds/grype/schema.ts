import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import {
  anyShape,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalText,
} from '../common/optional.js';

const Cvss = Type.Object({
  type: optionalText,
  version: optionalText,
  vector: optionalText,
  metrics: optionalObject({ baseScore: optionalNumber }),
});

/** Before Grype 0.11. */
const OldCvss = optionalObject({ baseScore: optionalNumber, vector: optionalText });

const metadata = {
  id: Type.String({ minLength: 1 }),
  dataSource: optionalText,
  namespace: optionalText,
  severity: optionalText,
  urls: optionalList(Type.String()),
  description: optionalText,
  cvss: optionalList(Cvss),
  cvssV2: OldCvss,
  cvssV3: OldCvss,
  links: optionalList(Type.String()),
};

/** A place, which early versions of Grype wrote as text. */
const Location = Type.Unsafe<string | { readonly path?: string | null }>({
  type: ['object', 'string'],
  properties: { path: { type: ['string', 'null'] } },
});

const IgnoreRule = Type.Object({
  vulnerability: optionalText,
  reason: optionalText,
  'fix-state': optionalText,
  'match-type': optionalText,
  'vex-status': optionalText,
  'vex-justification': optionalText,
});

/** The type `Match` of Grype's package `presenter/models`. Ignored matches also have rules. */
const Match = Type.Object({
  vulnerability: Type.Object({
    ...metadata,
    fix: optionalObject({
      versions: optionalList(Type.String()),
      state: optionalText,
      available: Type.Optional(Type.Unknown()),
    }),
    /** Before Grype 0.13. */
    fixedInVersion: optionalText,
  }),
  relatedVulnerabilities: optionalList(Type.Object(metadata)),
  artifact: Type.Object({
    name: Type.String(),
    version: optionalText,
    purl: optionalText,
    locations: optionalList(Location),
  }),
  matchDetails: Type.Optional(Type.Unknown()),
  appliedIgnoreRules: optionalList(IgnoreRule),
});

/** What says whether the database was usable, in `db`, or since 0.88 in `db.status`. */
const DATABASE = { built: {}, valid: {}, error: {} };

const Report = Type.Object({
  matches: Type.Array(Match),
  ignoredMatches: optionalList(Match),
  alertsByPackage: Type.Optional(Type.Unknown()),
  distro: Type.Optional(Type.Unknown()),
  source: Type.Optional(Type.Unknown()),
  descriptor: optionalObject({
    name: optionalText,
    version: optionalText,
    timestamp: Type.Optional(Type.Unknown()),
    db: anyShape({ ...DATABASE, status: { properties: DATABASE } }),
    configuration: Type.Optional(Type.Unknown()),
  }),
});

export type Cvss = Static<typeof Cvss>;
export type Match = Static<typeof Match>;
export type Report = Static<typeof Report>;

export const check = checker(Report);
