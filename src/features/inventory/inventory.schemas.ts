import { type Static, type TProperties, Type } from '@sinclair/typebox';
import { nullableString, schemaRef, stringEnum, timestamp, uuid } from '../../contract/schemas.js';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { STATES } from '../releases/index.js';

const component = {
  type: Type.String({
    description: 'Type of the component: library, application, container, operating-system …',
  }),
  name: Type.String(),
  version: nullableString(),
  purl: nullableString({ description: 'Package URL in canonical form' }),
  licences: Type.Array(Type.String(), {
    description: [
      'SPDX ids and expressions in the spelling of SPDX, or names as written in the document.',
      '`also found: …` is one that a tool found in a file, or that is declared and not concluded.',
      '`licence of the subject` comes first in the package that an SBOM describes: the release itself',
    ].join(' '),
  }),
  evidenceId: uuid(),
  kind: Type.String({ description: 'Kind of that evidence' }),
};

const componentExample = {
  type: 'library',
  name: 'org.apache.logging.log4j/log4j-core',
  version: '2.17.1',
  purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1',
  licences: ['Apache-2.0'],
  evidenceId: '019aaf61-0b52-7f1e-b3c4-5d6e7f8091a2',
  kind: 'cyclonedx',
};

const Claim = Type.Union(
  [
    Type.Object({
      status: Type.String({ description: 'Status, as written in the document' }),
      justification: nullableString(),
      detail: nullableString(),
      absolves: Type.Boolean({
        description: 'Whether the claim says that the finding does not count',
      }),
      applied: Type.Boolean({
        description: 'Whether the claim takes effect: its uploader had `vex:write`',
      }),
      evidenceId: uuid(),
    }),
    Type.Null(),
  ],
  {
    description: 'The decisive claim about the finding, from its own document or from VEX, or null',
  },
);

const finding = {
  type: stringEnum(FINDING_TYPES),
  severity: stringEnum(SEVERITIES),
  rule: Type.String({
    description:
      'Id of the vulnerability (a CVE, else a GHSA, else another id), or the rule of the tool',
  }),
  aliases: Type.Array(Type.String(), { description: 'Other ids of the vulnerability' }),
  title: nullableString(),
  message: nullableString(),
  score: Type.Unsafe<number | null>({
    type: ['number', 'null'],
    description: 'CVSS base score, 0 to 10',
  }),
  vector: nullableString({ description: 'CVSS vector of the score' }),
  purl: nullableString(),
  packageName: nullableString(),
  packageVersion: nullableString(),
  fixedVersion: nullableString({
    description: 'Version with a fix. If set, the finding is fixable',
  }),
  location: nullableString({ description: 'A file, an image or another target of the tool' }),
  line: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
  url: nullableString(),
  fingerprint: Type.String({ description: 'Findings with the same fingerprint are one defect' }),
  suppressed: Type.Boolean({
    description: 'Whether a claim that takes effect says that the finding does not count',
  }),
  claim: Claim,
  firstSeenAt: timestamp('When evidence of the project first reported the defect'),
  lastSeenAt: timestamp('When evidence of the project last reported the defect'),
  evidenceId: uuid(),
  kind: Type.String({ description: 'Kind of that evidence' }),
};

const findingExample = {
  type: 'vulnerability',
  severity: 'critical',
  rule: 'CVE-2021-44228',
  aliases: ['GHSA-jfh8-c2jp-5v3q'],
  title: 'Remote code execution in Log4j 2',
  message: null,
  score: 10,
  vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
  purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
  packageName: 'org.apache.logging.log4j:log4j-core',
  packageVersion: '2.14.1',
  fixedVersion: '2.15.0',
  location: 'app/libs/log4j-core-2.14.1.jar',
  line: null,
  url: 'https://avd.aquasec.com/nvd/cve-2021-44228',
  fingerprint: '5b1c0f1b7d1d3b8f2c8a6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a',
  suppressed: false,
  claim: null,
  firstSeenAt: '2026-11-25T10:02:00.000Z',
  lastSeenAt: '2026-11-25T10:02:00.000Z',
  evidenceId: '019aaf61-0b52-7f1e-b3c4-5d6e7f8091a2',
  kind: 'trivy',
};

const where = {
  release: Type.Object({ id: uuid(), version: Type.String(), state: stringEnum(STATES) }),
  project: Type.Object({ id: Type.Integer(), name: Type.String() }),
};
const whereExample = {
  release: { id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e', version: '1.4.0', state: 'open' },
  project: { id: 1, name: 'Payment gateway' },
};

const named = <Properties extends TProperties>(
  $id: string,
  properties: Properties,
  description: string,
  example: object,
) => Type.Object(properties, { $id, description, examples: [example] });

export const Component = named(
  'Component',
  component,
  'A component of a release',
  componentExample,
);
export const FoundComponent = named(
  'FoundComponent',
  { ...component, ...where },
  'A component with its release and project',
  { ...componentExample, ...whereExample },
);
export const Finding = named('Finding', finding, 'A problem that a tool reports', findingExample);
export const FoundFinding = named(
  'FoundFinding',
  { ...finding, ...where },
  'A finding with its release and project',
  { ...findingExample, ...whereExample },
);

export const ComponentRef = schemaRef(Component);
export const FoundComponentRef = schemaRef(FoundComponent);
export const FindingRef = schemaRef(Finding);
export const FoundFindingRef = schemaRef(FoundFinding);

export type Component = Static<typeof Component>;
export type Finding = Static<typeof Finding>;
