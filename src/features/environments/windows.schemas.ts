import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import { resourceName } from '../../contract/resource-name.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  projectId,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { DAYS, WINDOW_KINDS } from '../../vocabulary/windows.js';

/** Limits of windows: a window is at most so long, and begins at most so far away. */
export const MAX_LENGTH_DAYS = 366;
export const MAX_AHEAD_DAYS = 731;
/** Windows of an environment that did not end. */
export const MAX_WINDOWS = 50;

const KIND = [
  '`freeze`: nothing ordinary may go to the environment while it is open.',
  '`change`: ordinary releases may go there only while one of its change windows is open',
].join(' ');

const WEEKLY_TIMES =
  'The window includes its start, and not its end. If the end is not after the start, it is on the next day';

const localTime = (description: string) =>
  Type.String({
    maxLength: 16,
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$',
    'x-rule': 'must be a date and time without an offset, such as 2025-12-20T18:00',
    description,
  });

const clockTime = (description: string, pattern: string) =>
  Type.String({
    maxLength: 5,
    pattern,
    'x-rule': 'must be a time of day, such as 18:00',
    description,
    examples: ['18:00'],
  });

const weekly = Type.Object(
  {
    days: Type.Array(stringEnum(DAYS), {
      minItems: 1,
      maxItems: 7,
      uniqueItems: true,
      description: 'Days of the week on which the window begins',
    }),
    from: clockTime('Start, by clocks in `timeZone`', '^([01]\\d|2[0-3]):[0-5]\\d$'),
    to: clockTime(
      'End, by clocks in `timeZone`; `24:00` is midnight',
      '^([01]\\d|2[0-3]):[0-5]\\d$|^24:00$',
    ),
  },
  { additionalProperties: false, description: `Each week on some days. ${WEEKLY_TIMES}` },
);

/** Projects of a window or a stop. */
export const someProjects = Type.Optional(
  Type.Array(projectId, {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: 'Only for these projects. If absent, for every project',
  }),
);

export const shownProjects = Type.Unsafe<number[] | null>({
  type: ['array', 'null'],
  items: { type: 'integer' },
  description: 'Ids of the projects. null: every project',
});

const example = {
  kind: 'freeze',
  from: '2025-12-20T18:00',
  to: '2026-01-03T08:00',
  timeZone: 'Europe/Berlin',
  reason: 'Holidays',
};

export const EnvironmentWindow = Type.Object(
  {
    id: uuid(),
    environment: Type.String(),
    kind: stringEnum(WINDOW_KINDS, { description: KIND }),
    from: nullableString({ description: 'Start, by clocks in `timeZone`. null: weekly' }),
    to: nullableString({ description: 'End, by clocks in `timeZone`. null: weekly' }),
    weekly: Type.Unsafe<{ days: string[]; from: string; to: string } | null>({
      type: ['object', 'null'],
      properties: {
        days: { type: 'array', items: { type: 'string' } },
        from: { type: 'string' },
        to: { type: 'string' },
      },
      description: 'Days and times of a window that opens each week. null: once',
    }),
    timeZone: Type.String(),
    projects: shownProjects,
    reason: Type.String(),
    state: stringEnum(['open', 'closed', 'ended'], {
      description: '`ended`: it was deleted, and is kept for the record',
    }),
    until: nullableTimestamp(
      'When an open window closes, or when a closed one opens. null: never again, or it ended',
    ),
    createdAt: timestamp('Time of creation'),
    createdBy: Type.String(),
    endedAt: nullableTimestamp('Time of deletion. null: it counts'),
    endedBy: nullableString(),
  },
  {
    $id: 'EnvironmentWindow',
    description: 'A freeze or a change window of an environment',
    examples: [
      {
        id: '019aaf70-1d2e-7a3b-8c4d-5e6f70819203',
        environment: 'production',
        ...example,
        weekly: null,
        projects: null,
        state: 'closed',
        until: null,
        createdAt: '2025-11-25T10:00:00.000Z',
        createdBy: 'alice',
        endedAt: null,
        endedBy: null,
      },
    ],
  },
);

export const CreateEnvironmentWindow = Type.Object(
  {
    kind: stringEnum(WINDOW_KINDS, { description: KIND }),
    from: Type.Optional(
      localTime('Start, by clocks in `timeZone`. Give `from` and `to`, or `weekly`'),
    ),
    to: Type.Optional(localTime('End, by clocks in `timeZone`')),
    weekly: Type.Optional(weekly),
    timeZone: Type.String({
      maxLength: 64,
      pattern: '^[A-Za-z][A-Za-z0-9_+/-]*$',
      'x-rule': 'must be an IANA time zone, such as Europe/Berlin or UTC',
      description: 'IANA time zone of the times. The window follows its daylight saving time',
      examples: ['Europe/Berlin'],
    }),
    projects: someProjects,
    reason: line(500, 'Why, for those whom it stops'),
  },
  {
    $id: 'CreateEnvironmentWindow',
    additionalProperties: false,
    examples: [
      {
        kind: 'change',
        weekly: { days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '16:00' },
        timeZone: 'Europe/Berlin',
        reason: 'Working hours, and nobody works on Fridays',
      },
    ],
  },
);

const name = resourceName('Name of the environment, as used in URLs', 'acceptance');

export const WindowParams = Type.Object({ name, id: uuid() });

export const ListWindowsQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(['current', 'ended', 'all'], {
        default: 'current',
        description: '`current`: those that count, also if they are closed',
      }),
    ),
  },
  { additionalProperties: false },
);

export const EnvironmentWindowRef = schemaRef(EnvironmentWindow);
export const CreateEnvironmentWindowRef = schemaRef(CreateEnvironmentWindow);

export type EnvironmentWindow = Static<typeof EnvironmentWindow>;
export type CreateEnvironmentWindow = Static<typeof CreateEnvironmentWindow>;
export type ListWindowsQuery = Static<typeof ListWindowsQuery>;
