import { type Static, Type } from '@sinclair/typebox';
import { nullableString } from '../../../contract/schemas.js';
import { checker } from '../common/check.js';
import {
  mapOf,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalText,
} from '../common/optional.js';

const Advisory = Type.Object({
  source: Type.Optional(
    Type.Unsafe<number | string | null>({ type: ['number', 'string', 'null'] }),
  ),
  name: Type.String({ minLength: 1 }),
  title: optionalText,
  url: optionalText,
  severity: optionalText,
  cvss: optionalObject({ score: optionalNumber, vectorString: optionalText }),
  range: optionalText,
});

/** An advisory, or the name of the dependency that causes the vulnerability. */
const Via = Type.Unsafe<string | Static<typeof Advisory>>({
  ...Advisory,
  type: ['string', 'object'],
});

/** Each finding of a package repeats these texts, so their length is limited. */
const ShortText = Type.String({ maxLength: 2000 });

const Fix = Type.Object({ name: ShortText, version: ShortText });

const Vulnerability = Type.Object({
  severity: optionalText,
  via: optionalList(Via),
  nodes: optionalList(ShortText),
  fixAvailable: Type.Optional(
    Type.Unsafe<boolean | null | Static<typeof Fix>>({
      ...Fix,
      type: ['boolean', 'object', 'null'],
    }),
  ),
});

/** The output of `AuditReport.toJSON` in npm's package `@npmcli/arborist`. */
const Report = Type.Object({
  auditReportVersion: Type.Literal(2),
  vulnerabilities: mapOf(Vulnerability),
  metadata: Type.Optional(Type.Unknown()),
});

const OldFinding = Type.Object({ version: optionalText, paths: optionalList(ShortText) });

const OldAdvisory = Type.Object({
  id: Type.Optional(Type.Unsafe<number | string | null>({ type: ['number', 'string', 'null'] })),
  module_name: Type.String({ minLength: 1 }),
  title: optionalText,
  url: optionalText,
  severity: optionalText,
  cves: optionalList(Type.String()),
  github_advisory_id: optionalText,
  cvss: optionalObject({ score: optionalNumber, vectorString: optionalText }),
  vulnerable_versions: Type.Optional(nullableString({ maxLength: 2000 })),
  patched_versions: Type.Optional(nullableString({ maxLength: 2000 })),
  findings: optionalList(OldFinding),
});

/** What npm 6, pnpm, and `yarn npm audit` of Yarn 2 and 3 write. */
const OldReport = Type.Object({
  advisories: mapOf(OldAdvisory),
  actions: Type.Optional(Type.Unknown()),
  metadata: Type.Optional(Type.Unknown()),
});

export type Advisory = Static<typeof Advisory>;
export type Vulnerability = Static<typeof Vulnerability>;

export type OldAdvisory = Static<typeof OldAdvisory>;
export type OldReport = Static<typeof OldReport>;

export const check = checker(Report);
export const checkOld = checker(OldReport);
