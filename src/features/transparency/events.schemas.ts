import { type Static, Type } from '@sinclair/typebox';
import { queryByPosition } from '../../contract/page.js';
import {
  defaulted,
  nullableString,
  parameter,
  projectId,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';

const nullableInteger = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], description });

const statement = [
  '{"actor":"alice","credential":"token:019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e",',
  '"data":{"commit":"8f3c2a1","version":"1.4.2"},"id":"019aaf6a-3c40-7d92-8e15-6b7c8d9e0f1a",',
  '"previous":null,"project":1,',
  '"release":"019aaf6a-3c3f-7d92-8e15-6b7c8d9e0f1b","requestId":"req-1","schema":"urn:srp:event:v1","sequence":1,',
  '"subject":{"id":"019aaf6a-3c3f-7d92-8e15-6b7c8d9e0f1b","kind":"release"},"time":"2026-01-15T10:00:00.000Z",',
  '"type":"release.created"}',
].join('');

const Entry = Type.Object({
  log: Type.Integer({ description: 'Number of the log in paths' }),
  origin: Type.String({ description: 'Origin of the log' }),
  index: Type.Integer({ description: 'Index of the entry, from 0' }),
  leafHash: Type.String({ description: 'Hash of the entry as a leaf, in hexadecimal digits' }),
  commitment: Type.String({
    description: 'The entry: SHA-256 over the salt and the statement, in hexadecimal digits',
  }),
  sequence: nullableInteger(
    'Number among the events of the release, from 1. null without a release',
  ),
  previous: nullableString({
    description: 'Leaf hash of the event before it in the release. null for the first',
  }),
  salt: nullableString({
    description: '32 bytes in hexadecimal digits. null: the event was erased',
  }),
  statement: nullableString({
    description: 'Canonical JSON (RFC 8785) that the entry commits to. null: the event was erased',
  }),
});

export const Event = Type.Object(
  {
    id: uuid(),
    time: timestamp('Time at which the event was recorded'),
    type: Type.String({ description: 'Type of the event, such as `release.created`' }),
    subject: Type.Object(
      {
        kind: Type.String({ description: 'Kind of the resource, such as `release`' }),
        id: Type.String({ description: 'Id or name of the resource' }),
      },
      { description: 'The resource that changed' },
    ),
    projectId: nullableInteger('Project of the resource'),
    releaseId: nullableString({ description: 'Release of the resource' }),
    actor: Type.String({ description: 'Caller who made the change' }),
    credential: nullableString({ description: 'Credential of the caller; never the secret' }),
    requestId: nullableString({ description: 'Id of the request' }),
    data: Type.Unknown({ description: 'Ids, digests, short values, and values before and after' }),
    entry: Type.Unsafe<Static<typeof Entry> | null>({
      ...Entry,
      type: ['object', 'null'],
      description: 'Place of the event in the log. null: it has none yet',
    }),
  },
  {
    $id: 'Event',
    description: 'A change: what, when and by whom',
    examples: [
      {
        id: '019aaf6a-3c40-7d92-8e15-6b7c8d9e0f1a',
        time: '2026-01-15T10:00:00.000Z',
        type: 'release.created',
        subject: { kind: 'release', id: '019aaf6a-3c3f-7d92-8e15-6b7c8d9e0f1b' },
        projectId: 1,
        releaseId: '019aaf6a-3c3f-7d92-8e15-6b7c8d9e0f1b',
        actor: 'alice',
        credential: 'token:019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
        requestId: 'req-1',
        data: { commit: '8f3c2a1', version: '1.4.2' },
        entry: {
          log: 1,
          origin: 'srp.invalid/0123456789abcdef',
          index: 41,
          leafHash: '29dd918e3d5408bd0f282351b9370fcaa414324befbe51be99831885ce6da7e8',
          commitment: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          sequence: 1,
          previous: null,
          salt: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
          statement,
        },
      },
    ],
  },
);

const time = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', description }));

export const ListEventsQuery = Type.Object(
  {
    ...queryByPosition,
    order: defaulted(
      stringEnum(['newest', 'index'], {
        default: 'newest',
        description:
          '`newest`: the newest first. `index`: those with an index, in the order of the log',
      }),
    ),
    project: parameter(projectId, 'Project of the events'),
    release: parameter(uuid(), 'Release of the events'),
    subject: Type.Optional(
      Type.String({
        maxLength: 300,
        pattern: '^[a-z-]+:[^\\u0000]+$',
        'x-rule': 'must be a kind and an id, such as environment:production',
        description:
          'What was changed, as kind and id: `environment:production` has the history of its policies',
        examples: ['environment:production'],
      }),
    ),
    type: Type.Optional(
      Type.String({
        maxLength: 60,
        pattern: '^[a-z.-]+$',
        'x-rule': 'must be a type of events, such as release.created',
        description: 'Type of the events',
      }),
    ),
    actor: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 300,
        pattern: '^[^\\u0000]*$',
        description: 'Caller who made the change',
      }),
    ),
    from: time('Events of this time or later'),
    to: time('Events before this time'),
  },
  { additionalProperties: false },
);

export const EventParams = Type.Object({ id: uuid() });

export const EventRef = schemaRef(Event);

export type Event = Static<typeof Event>;
export type ListEventsQuery = Static<typeof ListEventsQuery>;
