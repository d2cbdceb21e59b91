import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  links,
  linksShown,
  nullableString,
  nullableTimestamp,
  parameter,
  projectId,
  schemaRef,
  sha256,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { queryByTime } from '../../contract/time-range.js';
import type { Risk } from '../../engine/index.js';
import { environmentName } from '../verdicts/index.js';

const SEEN = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

/** Days after which a request ends. A check in the database has the same limit. */
export const REQUEST_DAYS = 30;
/** Days from now until which something can be planned. */
export const MAX_PLANNED_DAYS = 365;
export const MAX_AT_ONCE = 20;

export const DECISIONS = ['approve', 'reject'] as const;

/** Text with at least one character that is not white space. */
const text = (description: string) =>
  Type.String({
    minLength: 1,
    maxLength: 2000,
    pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$',
    'x-rule': 'must be 1 to 2000 characters, not only white space',
    description,
  });

const approval = {
  id: '019aaf6a-3c40-7d92-8e15-6b7c8d9e0f1a',
  projectId: 1,
  releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  environment: 'production',
  decision: 'approve',
  seen: SEEN,
  person: 'alice',
  groups: ['release-managers'],
  via: 'sign-in',
  reason: null,
  givenAt: '2026-10-20T10:00:00.000Z',
  withdrawnAt: null,
  withdrawnBy: null,
  withdrawReason: null,
  state: 'given',
  because: [],
};

const fields = {
  id: uuid(),
  projectId: Type.Integer(),
  releaseId: uuid(),
  environment: Type.String(),
  decision: stringEnum(DECISIONS),
  seen: Type.String({ description: 'SHA-256 of the risk that the person saw, as canonical JSON' }),
  person: Type.String({ description: 'Subject under which the person acted' }),
  groups: Type.Array(Type.String(), { description: 'Groups of the person at that time' }),
  via: stringEnum(['sign-in', 'token'], {
    description: '`token`: by a token that an admin marked as that of a person',
  }),
  reason: nullableString(),
  givenAt: timestamp('When it was given'),
  withdrawnAt: nullableTimestamp('When it was withdrawn. null if not'),
  withdrawnBy: nullableString({ description: 'Caller who withdrew it' }),
  withdrawReason: nullableString(),
  state: stringEnum(['given', 'void', 'withdrawn'], {
    description: 'By the last decision of the gate. `void`: the risk is worse than what was seen',
  }),
  because: Type.Array(Type.String(), { description: 'Why it is void' }),
};

export const Approval = Type.Object(fields, {
  $id: 'Approval',
  description: 'What a person said about a release and an environment',
  examples: [approval],
});

export const SeenApproval = Type.Object(
  {
    ...fields,
    risk: Type.Unsafe<Risk>({
      type: 'object',
      additionalProperties: true,
      description: 'What the person saw. Its SHA-256 as canonical JSON (RFC 8785) is `seen`',
    }),
  },
  {
    $id: 'SeenApproval',
    description: 'An approval or a rejection, with what the person saw',
    examples: [{ ...approval, risk: { environment: 'production' } }],
  },
);

export const CreateApproval = Type.Object(
  {
    environment: environmentName,
    decision: stringEnum(DECISIONS, { description: 'What the person says' }),
    seen: sha256('`seen` of the decision brief that the person read'),
    reason: Type.Optional(text('Why. Required to reject')),
  },
  {
    $id: 'CreateApproval',
    additionalProperties: false,
    examples: [{ environment: 'production', decision: 'approve', seen: SEEN }],
  },
);

export type CreateApproval = Static<typeof CreateApproval>;

export const CreateApprovalRef = schemaRef(CreateApproval);

/** One, or up to 20 of different environments. `if` reports each fault once, which `anyOf` would not do. */
export const CreateApprovals = Type.Unsafe<CreateApproval | CreateApproval[]>({
  allOf: [
    { if: { not: { type: 'object' } }, else: CreateApprovalRef },
    {
      if: { not: { type: 'array' } },
      else: { type: 'array', items: CreateApprovalRef, minItems: 1, maxItems: MAX_AT_ONCE },
    },
  ],
  description: `One, or a list of up to ${MAX_AT_ONCE} about different environments, which are stored together`,
});

export const ApprovalRequest = Type.Object(
  {
    id: uuid(),
    projectId: Type.Integer(),
    releaseId: uuid(),
    environments: Type.Array(Type.String()),
    plannedFor: nullableTimestamp('When the release is to go. null: not said'),
    references: linksShown(),
    note: nullableString(),
    byGate: Type.Boolean({
      description: 'Made by the gate, because approvals alone were missing',
    }),
    requestedAt: timestamp('Time of the request'),
    requestedBy: Type.String({ description: 'Caller who requested, or who asked the gate' }),
    endsAt: timestamp('Time from which the request does not count'),
    warnings: Type.Optional(
      Type.Array(Type.String(), {
        description: 'What nobody can meet, by the people who were seen in 90 days',
      }),
    ),
  },
  {
    $id: 'ApprovalRequest',
    description: 'Somebody, or the gate, asks for approvals',
    examples: [
      {
        id: '019aaf6a-1b20-7a81-9c04-5a6b7c8d9e0f',
        projectId: 1,
        releaseId: approval.releaseId,
        environments: ['production'],
        plannedFor: '2026-10-22T18:00:00.000Z',
        references: [{ title: 'Change 4711', url: 'https://changes.example.org/4711' }],
        note: null,
        byGate: false,
        requestedAt: '2026-10-20T09:00:00.000Z',
        requestedBy: 'jenkins',
        endsAt: '2026-11-19T09:00:00.000Z',
      },
    ],
  },
);

export const CreateApprovalRequest = Type.Object(
  {
    environments: Type.Array(environmentName, {
      minItems: 1,
      maxItems: MAX_AT_ONCE,
      uniqueItems: true,
      description: 'Environments to approve the release for',
      examples: [['production']],
    }),
    plannedFor: Type.Optional(
      Type.String({
        format: 'date-time',
        description: `When the release is to go: in the future, at most ${MAX_PLANNED_DAYS} days from now`,
      }),
    ),
    references: Type.Optional(links('Links to the change, the ticket or the plan')),
    note: Type.Optional(text('What approvers should know')),
  },
  {
    $id: 'CreateApprovalRequest',
    additionalProperties: false,
    examples: [{ environments: ['production'] }],
  },
);

export const InboxEntry = Type.Object(
  {
    project: Type.Object({ id: Type.Integer(), name: Type.String() }),
    release: Type.Object({ id: uuid(), version: Type.String() }),
    request: Type.Optional(Type.Ref('ApprovalRequest')),
    approval: Type.Optional(Type.Ref('Approval')),
  },
  {
    $id: 'InboxEntry',
    description: 'A request that waits for approvals, or an approval, with its release',
    examples: [
      {
        project: { id: 1, name: 'payments' },
        release: { id: approval.releaseId, version: '1.4.0' },
        approval,
      },
    ],
  },
);

export const WithdrawApproval = Type.Object(
  { reason: text('Why it must stop counting') },
  {
    $id: 'WithdrawApproval',
    additionalProperties: false,
    examples: [{ reason: 'The leak is closed' }],
  },
);

export const ApprovalParams = Type.Object({ id: uuid() });

const subjectName = Type.String({ minLength: 1, maxLength: 1000 });

export const InboxQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(['wanted', 'given', 'void'], {
        default: 'wanted',
        description: [
          'wanted: requests whose environment does not allow the release yet. given: approvals and rejections.',
          'void: approvals that are void by the last decision',
        ].join(' '),
      }),
    ),
    mine: defaulted(
      Type.Boolean({
        default: false,
        description:
          'Only what the caller can answer by its groups, or has given, under any of its names',
      }),
    ),
    project: parameter(projectId, 'Project of the releases'),
    environment: parameter(environmentName, 'Environment of the requests or approvals'),
    release: parameter(uuid(), 'Only this release'),
    requestedBy: parameter(
      subjectName,
      'Subject of the caller who requested approvals. Only with `state=wanted`',
    ),
    person: parameter(
      subjectName,
      'Subject of the person who approved or rejected. Not with `state=wanted`',
    ),
    ...queryByTime('Time of the request with `state=wanted`, otherwise of the approval'),
  },
  { additionalProperties: false },
);

export const ListApprovalsQuery = Type.Object(
  {
    ...queryById,
    environment: parameter(environmentName, 'Environment of the approvals'),
    person: parameter(subjectName, 'Subject of the person who approved or rejected'),
    ...queryByTime('Time of the approval'),
  },
  { additionalProperties: false },
);

export const ApprovalRef = schemaRef(Approval);
export const SeenApprovalRef = schemaRef(SeenApproval);
export const ApprovalRequestRef = schemaRef(ApprovalRequest);
export const CreateApprovalRequestRef = schemaRef(CreateApprovalRequest);
export const InboxEntryRef = schemaRef(InboxEntry);
export const WithdrawApprovalRef = schemaRef(WithdrawApproval);

export type CreateApprovalRequest = Static<typeof CreateApprovalRequest>;
export type InboxQuery = Static<typeof InboxQuery>;
export type ListApprovalsQuery = Static<typeof ListApprovalsQuery>;
