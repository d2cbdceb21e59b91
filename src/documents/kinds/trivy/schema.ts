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

const Cvss = Type.Object({
  V2Vector: optionalText,
  V3Vector: optionalText,
  V40Vector: optionalText,
  V2Score: optionalNumber,
  V3Score: optionalNumber,
  V40Score: optionalNumber,
});

const Vulnerability = Type.Object({
  VulnerabilityID: Type.String({ minLength: 1 }),
  VendorIDs: optionalList(Type.String()),
  PkgName: optionalText,
  PkgPath: optionalText,
  PkgIdentifier: optionalObject({ PURL: optionalText }),
  InstalledVersion: optionalText,
  FixedVersion: optionalText,
  SeveritySource: optionalText,
  Severity: optionalText,
  PrimaryURL: optionalText,
  Title: optionalText,
  Description: optionalText,
  CVSS: Type.Optional(
    Type.Unsafe<Record<string, Cvss> | null>({ ...mapOf(Cvss), type: ['object', 'null'] }),
  ),
});

const Misconfiguration = Type.Object({
  ID: optionalText,
  AVDID: optionalText,
  Title: optionalText,
  Description: optionalText,
  Message: optionalText,
  Resolution: optionalText,
  Severity: optionalText,
  Status: optionalText,
  PrimaryURL: optionalText,
  CauseMetadata: optionalObject({ StartLine: optionalNumber }),
});

const Secret = Type.Object({
  RuleID: Type.String({ minLength: 1 }),
  Category: optionalText,
  Severity: optionalText,
  Title: optionalText,
  StartLine: optionalNumber,
  Match: optionalText,
});

const License = Type.Object({
  Severity: optionalText,
  Category: optionalText,
  PkgName: optionalText,
  FilePath: optionalText,
  Name: Type.String({ minLength: 1 }),
  Link: optionalText,
});

/** A finding that the user ignores, of any of the types above. */
const ModifiedFinding = Type.Object({
  Type: optionalText,
  Finding: optionalObject({ Match: optionalText }),
});

const Result = Type.Object({
  /** Limited, because each finding repeats it. */
  Target: Type.Optional(nullableString({ maxLength: 2000 })),
  Class: optionalText,
  Type: optionalText,
  Vulnerabilities: optionalList(Vulnerability),
  Misconfigurations: optionalList(Misconfiguration),
  Secrets: optionalList(Secret),
  Licenses: optionalList(License),
  ExperimentalModifiedFindings: optionalList(ModifiedFinding),
});

/** The type `Report` of Trivy's package `types`. */
const Report = Type.Object({
  SchemaVersion: Type.Literal(2),
  Trivy: optionalObject({ Version: optionalText }),
  Results: optionalList(Result),
});

export type Cvss = Static<typeof Cvss>;
export type Vulnerability = Static<typeof Vulnerability>;
export type Misconfiguration = Static<typeof Misconfiguration>;
export type Secret = Static<typeof Secret>;
export type License = Static<typeof License>;
export type Result = Static<typeof Result>;
export type Report = Static<typeof Report>;

export const check = checker(Report);
