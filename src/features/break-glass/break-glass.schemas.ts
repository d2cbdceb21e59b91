import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import { resourceName } from '../../contract/resource-name.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  parameter,
  projectId,
  type ReadOnly,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { queryByTime } from '../../contract/time-range.js';
import { CONFIRM_MINUTES, MAX_MINUTES } from './limits.js';

export const STATES = ['pending', 'unconfirmed', 'open', 'review', 'overdue', 'reviewed'] as const;
export type BreakGlassState = (typeof STATES)[number];

const VIA = ['sign-in', 'token'] as const;

/** Verdicts and deployments that an answer names. */
export const MAX_NAMED = 50;

const request = { environment: 'production', reason: 'Payments fail, 1.4.1 fixes it', minutes: 60 };
const id = '019aaf70-1d2e-7a3b-8c4d-5e6f70819203';
const example = {
  id,
  projectId: 1,
  releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  release: { version: '1.4.1' },
  ...request,
  force: false,
  state: 'reviewed',
  requestedAt: '2025-11-25T03:04:00.000Z',
  requestedBy: 'alice',
  requestedVia: 'sign-in',
  confirmUntil: null,
  confirmedAt: null,
  confirmedBy: null,
  confirmedVia: null,
  openedAt: '2025-11-25T03:04:00.000Z',
  endsAt: '2025-11-25T04:04:00.000Z',
  endedAt: '2025-11-25T03:20:00.000Z',
  endedBy: 'alice',
  endedBecause: 'ended',
  reviewDueAt: '2025-12-02T03:04:00.000Z',
  review: {
    finding: 'The scan of the night was not uploaded',
    actions: ['Alert if no scan is uploaded for a day'],
    reviewedAt: '2025-11-26T09:00:00.000Z',
    reviewedBy: 'bob',
    reviewedVia: 'sign-in',
    counts: true,
  },
  next: 'Nothing: it is reviewed',
};

const fields = {
  id: uuid(),
  projectId: Type.Integer(),
  releaseId: uuid(),
  release: Type.Object({ version: Type.String() }),
  environment: Type.String(),
  reason: Type.String(),
  minutes: Type.Integer(),
  force: Type.Boolean({ description: 'Whether it passes what takes two people' }),
  state: stringEnum(STATES, {
    description: [
      '`pending`: it waits for its second person. `unconfirmed`: none confirmed it, and it never opened.',
      '`open`: the gate lets the release pass. `review`: it is over and waits for its review.',
      '`overdue`: so it does, for longer than 7 days after it opened',
    ].join(' '),
  }),
  requestedAt: timestamp('Time of the request'),
  requestedBy: Type.String({ description: 'The person who broke the glass' }),
  requestedVia: stringEnum(VIA, { description: '`token`: by a token that an admin marked' }),
  confirmUntil: nullableTimestamp('Until when a second person can confirm it. null without force'),
  confirmedAt: nullableTimestamp('Time of the confirmation. null: it is not confirmed'),
  confirmedBy: nullableString({ description: 'The second person' }),
  confirmedVia: Type.Unsafe<'sign-in' | 'token' | null>({
    type: ['string', 'null'],
    enum: [...VIA, null],
  }),
  openedAt: nullableTimestamp('Since when the gate lets the release pass. null: it never did'),
  endsAt: nullableTimestamp('Until when, unless it ends before'),
  endedAt: nullableTimestamp('When it was ended before its time. null: it was not'),
  endedBy: nullableString(),
  endedBecause: Type.Unsafe<'ended' | 'person-disabled' | null>({
    type: ['string', 'null'],
    enum: ['ended', 'person-disabled', null],
    description: '`person-disabled`: an admin disabled one of its people',
  }),
  reviewDueAt: nullableTimestamp('When its review is due. null: it never opened'),
  review: Type.Unsafe<{
    finding: string;
    actions: string[];
    reviewedAt: Date;
    reviewedBy: string;
    reviewedVia: 'sign-in' | 'token';
    counts: boolean;
  } | null>({
    type: ['object', 'null'],
    properties: {
      finding: Type.String(),
      actions: Type.Array(Type.String()),
      reviewedAt: timestamp('Time of the review'),
      reviewedBy: Type.String({ description: 'Neither who broke the glass nor who confirmed' }),
      reviewedVia: stringEnum(VIA),
      counts: Type.Boolean({
        description:
          'false: an admin linked the reviewer to one of its people since, so another person reviews it',
      }),
    },
    required: ['finding', 'actions', 'reviewedAt', 'reviewedBy', 'reviewedVia', 'counts'],
    description: 'The review. null: there is none yet',
  }),
  next: Type.String({ description: 'The next step' }),
};

export const BreakGlass = Type.Object(fields, {
  $id: 'BreakGlass',
  description: 'A person passes what denies a release in an environment, for a short time',
  examples: [example],
});

export const UsedBreakGlass = Type.Object(
  {
    ...fields,
    openedFor: Type.Array(Type.String(), {
      description:
        'What people had said when two people opened it, and what it passes therefore: stopped lines, a revocation. ' +
        'What they say later denies again',
    }),
    verdicts: Type.Array(
      Type.Object({
        id: uuid(),
        evaluatedAt: timestamp('Time of the decision'),
        decision: stringEnum(['allow', 'deny']),
        overrides: Type.Array(Type.String(), {
          description: 'One line for each denial that it passed, rejections by people first',
        }),
      }),
      { description: `Decisions under it, the newest ${MAX_NAMED}` },
    ),
    deployments: Type.Array(
      Type.Object({
        id: uuid(),
        state: Type.String(),
        createdAt: timestamp('Time of recording'),
        createdBy: nullableString(),
      }),
      { description: `Deployments that it authorized, the newest ${MAX_NAMED}` },
    ),
  },
  {
    $id: 'UsedBreakGlass',
    description: 'A break-glass with what it let pass',
    examples: [{ ...example, openedFor: [], verdicts: [], deployments: [] }],
  },
);

const subjectName = Type.String({ minLength: 1, maxLength: 1000 });

const environment = resourceName('Name of the environment', 'production');

export const CreateBreakGlass = Type.Object(
  {
    environment,
    reason: line(500, 'Why, for those who review it'),
    minutes: Type.Integer({
      minimum: 1,
      maximum: MAX_MINUTES,
      description: 'For how long. With force, from the confirmation on',
    }),
    force: defaulted(
      Type.Boolean({
        default: false,
        description: [
          'Pass also a stopped line, a revoked release, and rules that cannot be asked.',
          `A second person must confirm it within ${CONFIRM_MINUTES} minutes`,
        ].join(' '),
      }),
    ),
  },
  { $id: 'CreateBreakGlass', additionalProperties: false, examples: [request] },
);

export const ReviewBreakGlass = Type.Object(
  {
    finding: Type.String({
      minLength: 1,
      maxLength: 5000,
      pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$',
      'x-rule': 'must be 1 to 5000 characters, not only white space',
      description: 'What was overridden and why, and whether that was right',
    }),
    actions: Type.Array(line(500, 'What is done so that it is not needed again'), {
      maxItems: 20,
      description: 'What follows from it. Can be empty',
    }),
  },
  {
    $id: 'ReviewBreakGlass',
    additionalProperties: false,
    examples: [{ finding: example.review.finding, actions: example.review.actions }],
  },
);

export const ListBreakGlassQuery = Type.Object(
  {
    ...queryById,
    state: Type.Optional(
      stringEnum(STATES, { description: 'If absent, all. `review` has none that is overdue' }),
    ),
    environment: parameter(environment, 'Only this environment'),
    project: parameter(projectId, 'Only releases of this project'),
    release: parameter(uuid(), 'Only this release'),
    requestedBy: parameter(subjectName, 'Subject of the person who broke the glass'),
    ...queryByTime('Time of the request'),
  },
  { additionalProperties: false },
);

export const BreakGlassParams = Type.Object({ id: uuid() });

export const BreakGlassRef = schemaRef(BreakGlass);
export const UsedBreakGlassRef = schemaRef(UsedBreakGlass);
export const CreateBreakGlassRef = schemaRef(CreateBreakGlass);
export const ReviewBreakGlassRef = schemaRef(ReviewBreakGlass);

export type BreakGlass = ReadOnly<Static<typeof BreakGlass>>;
export type UsedBreakGlass = ReadOnly<Static<typeof UsedBreakGlass>>;
export type CreateBreakGlass = Static<typeof CreateBreakGlass>;
export type ReviewBreakGlass = Static<typeof ReviewBreakGlass>;
export type ListBreakGlassQuery = Static<typeof ListBreakGlassQuery>;
