import { type Static, Type } from '@sinclair/typebox';
import { queryById, queryByPosition } from '../../contract/page.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  parameter,
  projectId,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { WAIVER_ABOUT } from '../../engine/index.js';
import { SEVERITIES } from '../../vocabulary/severity.js';

/** States follow from what happened to the waiver and from the time. Only approved waivers count. */
export const WAIVER_STATES = ['requested', 'approved', 'expired', 'revoked'] as const;

/** Days from the request to the expiry. A check in the database has the same limit. */
export const MAX_WAIVER_DAYS = 90;

/** Maximum number of findings that one waiver names. A check in the database has the same limit. */
export const MAX_FINGERPRINTS = 100;

const example = {
  id: '019aaf6a-3c40-7d92-8e15-6b7c8d9e0f1a',
  projectId: 1,
  releaseId: null,
  rule: 'CVE-2021-23337',
  about: 'finding',
  purl: 'pkg:npm/lodash@4.17.20',
  fingerprints: [],
  reason: 'The template function is never called with user input',
  state: 'expired', // so that the example stays true
  expiresAt: '2026-02-14T10:00:00.000Z',
  createdAt: '2026-01-15T10:00:00.000Z',
  createdBy: 'alice',
  approvedAt: '2026-01-15T11:30:00.000Z',
  approvedBy: 'bob',
  revokedAt: null,
  revokedBy: null,
  revokeReason: null,
};

const WaiverMatch = Type.Object({
  release: Type.Object({ id: uuid(), version: Type.String() }),
  finding: Type.Object({
    evidenceId: uuid(),
    fingerprint: Type.String(),
    rule: Type.String(),
    severity: stringEnum(SEVERITIES),
    purl: nullableString(),
    packageName: nullableString(),
    packageVersion: nullableString(),
  }),
});

export const Waiver = Type.Object(
  {
    id: uuid(),
    projectId: Type.Integer(),
    releaseId: nullableString({
      description: 'Release that the waiver is for. null for every release of the project',
    }),
    rule: Type.String({ description: 'Vulnerability or rule that is waived' }),
    about: stringEnum(WAIVER_ABOUT, {
      description: 'Whether `rule` is a rule of policies, or the rule or vulnerability of findings',
    }),
    purl: nullableString({
      description: 'Package in which the finding is waived. null for every package',
    }),
    fingerprints: Type.Array(Type.String(), {
      description: [
        'The findings that the waiver is about. If empty, it covers vulnerabilities and licences',
        'by `rule` and `purl`, and no secret, code finding or misconfiguration',
      ].join(' '),
    }),
    reason: Type.String(),
    state: stringEnum(WAIVER_STATES, {
      description: 'State of the waiver. Only an approved waiver counts',
    }),
    expiresAt: timestamp('Time from which the waiver does not count'),
    createdAt: timestamp('Time of the request'),
    createdBy: nullableString({ description: 'Caller who requested the waiver' }),
    approvedAt: nullableTimestamp('Time of approval. null if not approved'),
    approvedBy: nullableString({
      description: 'Caller who approved the waiver: never the requester',
    }),
    revokedAt: nullableTimestamp('Time of revocation. null if not revoked'),
    revokedBy: nullableString(),
    revokeReason: nullableString(),
    matches: Type.Optional(
      Type.Array(WaiverMatch, {
        description: [
          'The first 20 findings in current evidence that the waiver matches.',
          'Only when one waiver is requested or read, if it is about findings, and for callers who may read evidence',
        ].join(' '),
      }),
    ),
    warnings: Type.Optional(
      Type.Array(Type.String(), { description: 'What the requester should check' }),
    ),
  },
  {
    $id: 'Waiver',
    description: 'An exception with an expiry date for a finding or a rule',
    examples: [example],
  },
);

/** Text with at least one character that is not white space. */
const reasonText = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: 2000,
    pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$',
    'x-rule': 'must be 1 to 2000 characters, not only white space',
    description,
  });

export const CreateWaiver = Type.Object(
  {
    projectId: Type.Optional({
      ...projectId,
      description:
        'Waives the finding in every release of this project. Give either this or `releaseId`',
    }),
    releaseId: Type.Optional(
      uuid('Waives the finding in this release only. Give either this or `projectId`'),
    ),
    rule: line(
      500,
      [
        'What to waive: a vulnerability (CVE or GHSA), the rule of a tool as a finding shows it,',
        'or a rule of policies such as `sealed-only`, which is then waived as a whole',
      ].join(' '),
    ),
    about: Type.Optional(
      stringEnum(WAIVER_ABOUT, {
        description: [
          'What `rule` names: `policy-rule`, a rule of policies; `finding`, findings with this rule or vulnerability.',
          'If absent: the rule of policies with this name, if there is one and `purl` is absent, else findings',
        ].join(' '),
      }),
    ),
    purl: Type.Optional(
      Type.String({
        maxLength: 1000,
        pattern: '^pkg:[!-~]+$',
        'x-rule': 'must be a package URL: pkg:type/namespace/name@version',
        description: [
          'Package URL (ECMA-427) of the only package in which the finding is waived.',
          'Without a version, the waiver is for all versions. If absent, it is for every package',
        ].join(' '),
      }),
    ),
    fingerprints: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^[0-9a-f]{64}$',
          'x-rule': 'must be a fingerprint: 64 digits 0-9 and a-f',
        }),
        {
          minItems: 1,
          maxItems: MAX_FINGERPRINTS,
          uniqueItems: true,
          description: [
            'Fingerprints of the only findings that are waived, which also have the rule and the package.',
            'If absent, and if `rule` matches a secret, a code finding or a misconfiguration now: all findings',
            'that it matches now, if the caller may read evidence. A later finding of the rule is not waived',
          ].join(' '),
        },
      ),
    ),
    reason: reasonText('Why the release can ship despite the finding'),
    expiresAt: Type.Optional(
      Type.String({
        format: 'date-time',
        description: [
          `Time from which the waiver does not count: in the future, at most ${MAX_WAIVER_DAYS} days from now.`,
          'Give either this or `expiresInDays`',
        ].join(' '),
      }),
    ),
    expiresInDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_WAIVER_DAYS,
        description: 'Days until the waiver expires. Give either this or `expiresAt`',
      }),
    ),
  },
  {
    $id: 'CreateWaiver',
    additionalProperties: false,
    examples: [
      {
        projectId: 1,
        rule: example.rule,
        purl: example.purl,
        reason: example.reason,
        expiresInDays: 30,
      },
    ],
  },
);

export const RevokeWaiver = Type.Object(
  { reason: reasonText('Why the waiver must stop counting') },
  {
    $id: 'RevokeWaiver',
    additionalProperties: false,
    examples: [{ reason: 'Version 1.5.0 calls the function' }],
  },
);

export const WaiverParams = Type.Object({ id: uuid() });

export const ListWaiversQuery = Type.Object(
  {
    ...queryById,
    project: parameter(projectId, 'Project of the waivers'),
    state: defaulted(
      stringEnum([...WAIVER_STATES, 'all'], {
        default: 'all',
        description: 'State of the waivers',
      }),
    ),
  },
  { additionalProperties: false },
);

export const ListEndingWaiversQuery = Type.Object(
  {
    ...queryByPosition,
    project: parameter(projectId, 'Project of the waivers'),
    days: defaulted(
      Type.Integer({
        minimum: 1,
        maximum: MAX_WAIVER_DAYS,
        default: 30,
        description: 'Only waivers that end within so many days',
      }),
    ),
  },
  { additionalProperties: false },
);

export const WaiverRef = schemaRef(Waiver);
export const CreateWaiverRef = schemaRef(CreateWaiver);
export const RevokeWaiverRef = schemaRef(RevokeWaiver);

export type WaiverMatch = Static<typeof WaiverMatch>;
export type CreateWaiver = Static<typeof CreateWaiver>;
export type ListWaiversQuery = Static<typeof ListWaiversQuery>;
export type ListEndingWaiversQuery = Static<typeof ListEndingWaiversQuery>;
