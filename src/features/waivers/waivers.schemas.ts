import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
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

/** Told by what happened to it, and by the time. Only what is approved counts. */
export const WAIVER_STATES = ['requested', 'approved', 'expired', 'revoked'] as const;

/** From the request for it. The database has the same limit. */
export const MAX_WAIVER_DAYS = 90;

const example = {
  id: '019aaf6a-3c40-7d92-8e15-6b7c8d9e0f1a',
  projectId: 1,
  releaseId: null,
  rule: 'CVE-2021-23337',
  purl: 'pkg:npm/lodash@4.17.20',
  reason: 'The template function is never called with input of users',
  state: 'expired', // which stays true, whenever this is read
  expiresAt: '2026-02-14T10:00:00.000Z',
  createdAt: '2026-01-15T10:00:00.000Z',
  createdBy: 'alice',
  approvedAt: '2026-01-15T11:30:00.000Z',
  approvedBy: 'bob',
  revokedAt: null,
  revokedBy: null,
  revokeReason: null,
};

export const Waiver = Type.Object(
  {
    id: uuid(),
    projectId: Type.Integer(),
    releaseId: nullableString({ description: 'null: every release of the project' }),
    rule: Type.String({ description: 'The vulnerability or the rule that it is about' }),
    purl: nullableString({ description: 'Only in this package; null: wherever it is found' }),
    reason: Type.String(),
    state: stringEnum(WAIVER_STATES, { description: 'Only what is approved counts' }),
    expiresAt: timestamp('It does not count from then on'),
    createdAt: timestamp('When it was asked for'),
    createdBy: nullableString({ description: 'Who asked for it' }),
    approvedAt: nullableTimestamp('When it was approved; null: it was not'),
    approvedBy: nullableString({ description: 'Somebody else than who asked' }),
    revokedAt: nullableTimestamp('When it was revoked; null: it was not'),
    revokedBy: nullableString(),
    revokeReason: nullableString(),
  },
  {
    $id: 'Waiver',
    description: "Somebody's word that a finding need not keep a release from shipping, for a time",
    examples: [example],
  },
);

/** Text that says why: not only white space. */
const why = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: 2000,
    pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$',
    'x-rule': 'must say why',
    description,
  });

export const CreateWaiver = Type.Object(
  {
    projectId: Type.Optional({
      ...projectId,
      description: 'For every release of this project. Either this or `releaseId`',
    }),
    releaseId: Type.Optional(uuid('For this release only. Either this or `projectId`')),
    rule: line(
      500,
      'A vulnerability (CVE or GHSA), or the rule of a tool, as findings have it; or a rule of policies, such as `sealed-only`, which is then waived as a whole',
    ),
    purl: Type.Optional(
      Type.String({
        maxLength: 1000,
        pattern: '^pkg:[!-~]+$',
        'x-rule': 'must be a package URL: pkg:type/namespace/name@version',
        description:
          'Only in this package (ECMA-427): with a version in that one, without in all. Left out: wherever it is found',
      }),
    ),
    reason: why('Why the finding need not keep a release from shipping'),
    expiresAt: Type.Optional(
      Type.String({
        format: 'date-time',
        description: `The waiver does not count from then on. In the future, at most ${MAX_WAIVER_DAYS} days from now. Either this or \`expiresInDays\``,
      }),
    ),
    expiresInDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_WAIVER_DAYS,
        description:
          'The waiver does not count any more after so many days. Either this or `expiresAt`',
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
  { reason: why('Why it must not count any more') },
  {
    $id: 'RevokeWaiver',
    additionalProperties: false,
    examples: [{ reason: 'The function is called since 1.5.0' }],
  },
);

export const WaiverParams = Type.Object({ id: uuid() });

export const ListWaiversQuery = Type.Object(
  {
    ...queryById,
    project: parameter(projectId, 'Only those of this project'),
    state: defaulted(
      stringEnum([...WAIVER_STATES, 'all'], {
        default: 'all',
        description: 'Only those in this state',
      }),
    ),
  },
  { additionalProperties: false },
);

export const WaiverRef = schemaRef(Waiver);
export const CreateWaiverRef = schemaRef(CreateWaiver);
export const RevokeWaiverRef = schemaRef(RevokeWaiver);

export type CreateWaiver = Static<typeof CreateWaiver>;
export type ListWaiversQuery = Static<typeof ListWaiversQuery>;
