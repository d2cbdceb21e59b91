import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import { optionalList, optionalNumber, optionalObject, optionalText } from '../common/optional.js';

const Cvss = Type.Object({
  type: optionalText,
  version: optionalText,
  vector: optionalText,
  metrics: optionalObject({ baseScore: optionalNumber }),
});

const metadata = {
  id: Type.String({ minLength: 1 }),
  dataSource: optionalText,
  severity: optionalText,
  urls: optionalList(Type.String()),
  description: optionalText,
  cvss: optionalList(Cvss),
};

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
    fix: optionalObject({ versions: optionalList(Type.String()), state: optionalText }),
  }),
  relatedVulnerabilities: optionalList(Type.Object(metadata)),
  artifact: Type.Object({
    name: Type.String(),
    version: optionalText,
    purl: optionalText,
    locations: optionalList(Type.Object({ path: optionalText })),
  }),
  appliedIgnoreRules: optionalList(IgnoreRule),
});

const Report = Type.Object({
  matches: Type.Array(Match),
  ignoredMatches: optionalList(Match),
  descriptor: optionalObject({ name: optionalText, version: optionalText }),
});

export type Cvss = Static<typeof Cvss>;
export type Match = Static<typeof Match>;
export type Report = Static<typeof Report>;

export const check = checker(Report);
