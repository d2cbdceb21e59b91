import { type Static, Type } from '@sinclair/typebox';
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
});

export type Advisory = Static<typeof Advisory>;
export type Vulnerability = Static<typeof Vulnerability>;

export const check = checker(Report);
