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
  Status: Type.Optional(Type.Unknown()),
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
  CauseMetadata: optionalObject({
    Resource: optionalText,
    StartLine: optionalNumber,
    EndLine: optionalNumber,
  }),
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

/**
 * A finding that Trivy does not count, because of an ignore file, a policy or VEX (`--show-suppressed`). Its form
 * depends on its type.
 */
const ModifiedFinding = Type.Object({
  Type: optionalText,
  Status: optionalText,
  Statement: optionalText,
  Source: optionalText,
  Finding: Type.Optional(Type.Unknown()),
});

/** Trivy's count of the checks on a file, after its filters. */
const MisconfSummary = optionalObject({
  Successes: optionalNumber,
  Failures: optionalNumber,
  Exceptions: optionalNumber,
});

const Result = Type.Object({
  /** Limited, because each finding repeats it. */
  Target: Type.Optional(nullableString({ maxLength: 2000 })),
  Class: optionalText,
  Type: optionalText,
  /** Listed by default since Trivy 0.58. */
  Packages: optionalList(Type.Unsafe<unknown>({ properties: { Name: {}, Licenses: {} } })),
  Vulnerabilities: optionalList(Vulnerability),
  MisconfSummary,
  Misconfigurations: optionalList(Misconfiguration),
  Secrets: optionalList(Secret),
  Licenses: optionalList(License),
  ExperimentalModifiedFindings: optionalList(ModifiedFinding),
});

/** The type `Report` of Trivy's package `types`. */
const Report = Type.Object({
  SchemaVersion: Type.Literal(2),
  Trivy: optionalObject({ Version: optionalText }),
  CreatedAt: Type.Optional(Type.Unknown()),
  ArtifactName: Type.Optional(Type.Unknown()),
  ArtifactType: Type.Optional(Type.Unknown()),
  Metadata: Type.Optional(Type.Unknown()),
  Results: optionalList(Result),
});

/** A resource of a cluster. It appears once for its checks, and once for each of its images. */
const Resource = Type.Object({
  Namespace: optionalText,
  Kind: optionalText,
  Name: optionalText,
  Metadata: Type.Optional(Type.Unknown()),
  Results: optionalList(Result),
  Error: optionalText,
});

/** The types `Report` and `ConsolidatedReport` (`Findings`) of Trivy's package `k8s/report`. */
const Cluster = Type.Object({
  ClusterName: optionalText,
  Resources: optionalList(Resource),
  Findings: optionalList(Resource),
  /** Before Trivy 0.32. */
  Vulnerabilities: optionalList(Resource),
  Misconfigurations: optionalList(Resource),
});

export type Cvss = Static<typeof Cvss>;
export type Vulnerability = Static<typeof Vulnerability>;
export type Misconfiguration = Static<typeof Misconfiguration>;
export type Secret = Static<typeof Secret>;
export type License = Static<typeof License>;
export type Result = Static<typeof Result>;
export type ModifiedFinding = Static<typeof ModifiedFinding>;
export type Report = Static<typeof Report>;
export type Resource = Static<typeof Resource>;
export type Cluster = Static<typeof Cluster>;

export const checkReport = checker(Report);
export const checkCluster = checker(Cluster);
export const checkVulnerability = checker(Vulnerability);
export const checkMisconfiguration = checker(Misconfiguration);
export const checkSecret = checker(Secret);
export const checkLicense = checker(License);
