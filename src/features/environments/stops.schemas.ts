import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { shownProjects, someProjects } from './windows.schemas.js';

/** Stops of an environment that nobody resumed: so many for every project, and so many for each project. */
export const MAX_STOPS = 20;

const example = { reason: 'Payments fail since 02:10, the cause is not known' };

export const EnvironmentStop = Type.Object(
  {
    id: uuid(),
    environment: Type.String(),
    projects: shownProjects,
    rollbacks: Type.Boolean({ description: 'Whether rollbacks pass' }),
    reason: Type.String(),
    createdAt: timestamp('Time of the stop'),
    createdBy: Type.String(),
    resumedAt: nullableTimestamp('Time of the end. null: nobody resumed it'),
    resumedBy: nullableString(),
    resumeReason: nullableString(),
  },
  {
    $id: 'EnvironmentStop',
    description:
      'A stop of the line: nothing ordinary goes to the environment until a person resumes it',
    examples: [
      {
        id: '019aaf70-1d2e-7a3b-8c4d-5e6f70819203',
        environment: 'production',
        projects: null,
        rollbacks: true,
        ...example,
        createdAt: '2026-11-25T02:14:00.000Z',
        createdBy: 'alice',
        resumedAt: null,
        resumedBy: null,
        resumeReason: null,
      },
    ],
  },
);

export const CreateEnvironmentStop = Type.Object(
  {
    reason: line(500, 'Why, for those whom it stops'),
    projects: someProjects,
    rollbacks: defaulted(
      Type.Boolean({
        default: true,
        description: 'Whether rollbacks pass. false: if a rollback would make it worse',
      }),
    ),
  },
  { $id: 'CreateEnvironmentStop', additionalProperties: false, examples: [example] },
);

export const ResumeEnvironment = Type.Object(
  {
    reason: line(500, 'Why ordinary releases may go there again'),
    stop: Type.Optional(uuid('The stop that ends. It may be absent if there is only one')),
  },
  {
    $id: 'ResumeEnvironment',
    additionalProperties: false,
    examples: [{ reason: 'Rolled back to 1.3.0, payments work' }],
  },
);

export const ListStopsQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(['current', 'resumed', 'all'], {
        default: 'current',
        description: '`current`: those that nobody resumed',
      }),
    ),
  },
  { additionalProperties: false },
);

export const EnvironmentStopRef = schemaRef(EnvironmentStop);
export const CreateEnvironmentStopRef = schemaRef(CreateEnvironmentStop);
export const ResumeEnvironmentRef = schemaRef(ResumeEnvironment);

export type EnvironmentStop = Static<typeof EnvironmentStop>;
export type CreateEnvironmentStop = Static<typeof CreateEnvironmentStop>;
export type ResumeEnvironment = Static<typeof ResumeEnvironment>;
export type ListStopsQuery = Static<typeof ListStopsQuery>;
