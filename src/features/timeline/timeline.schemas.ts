import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import { resourceName } from '../../contract/resource-name.js';
import { nullableString, parameter, schemaRef, timestamp, uuid } from '../../contract/schemas.js';
import { queryByTime } from '../../contract/time-range.js';

const example = {
  id: '019ab04e-7d91-7c3d-9e4f-5a6b7c8d9e0f',
  time: '2026-11-25T10:41:00.120Z',
  type: 'verdict.decided',
  subject: { kind: 'verdict', id: '019ab04e-7d8f-7b2c-8d3e-4f5a6b7c8d9e' },
  releaseId: '019ab03f-2b4c-7d5e-8f60-718293a4b5c6',
  environment: 'production',
  actor: 'jenkins',
  text: 'The release may go to production, by a new verdict: jenkins asked',
  data: {
    environment: 'production',
    decision: 'allow',
    inputsHash: '6f29fd1c702986b0097efff7e72ddc732f5fc7fff8a4d4791cc8b50088165272',
    verdictHash: 'a1f06d5c4b3a29187e6d5c4b3a2918070f1e2d3c4b5a69788796a5b4c3d2e1f0',
    engine: 2,
    before: '019ab02d-5c6e-7a1b-9c2d-3e4f5a6b7c8d',
  },
};

export const TimelineEntry = Type.Object(
  {
    id: uuid('Id of the event'),
    time: timestamp('Time of the change'),
    type: Type.String({ description: 'Type of the event, such as `verdict.decided`' }),
    subject: Type.Object(
      {
        kind: Type.String({ description: 'Kind of the resource, such as `evidence`' }),
        id: Type.String({ description: 'Id of the resource' }),
      },
      { description: 'The resource that changed' },
    ),
    releaseId: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'The release. null for a waiver that is for every release of the project',
    }),
    environment: nullableString({
      description: 'Environment of a decision or a deployment. null for everything else',
    }),
    actor: Type.String({ description: 'Caller who made the change' }),
    text: Type.String({ description: 'The change in one sentence' }),
    data: Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object',
      additionalProperties: true,
      description: 'Details: see the table of types in the documentation of events',
    }),
  },
  {
    $id: 'TimelineEntry',
    description: 'Something that happened to a release',
    examples: [example],
  },
);

export const TimelineQuery = Type.Object(
  {
    ...queryById,
    environment: parameter(
      resourceName('', 'production'),
      'Leave out decisions and deployments of other environments',
    ),
    ...queryByTime('The time is `time`'),
  },
  { additionalProperties: false },
);

export const TimelineEntryRef = schemaRef(TimelineEntry);

export type TimelineEntry = Static<typeof TimelineEntry>;
export type TimelineQuery = Static<typeof TimelineQuery>;
