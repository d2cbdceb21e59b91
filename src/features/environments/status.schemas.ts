import { type Static, Type } from '@sinclair/typebox';
import { resourceName } from '../../contract/resource-name.js';
import {
  nullableTimestamp,
  parameter,
  projectId,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { Deployment } from './deployments.schemas.js';
import { MAX_RUNNING } from './running.js';
import { EnvironmentStop } from './stops.schemas.js';
import { EnvironmentWindow } from './windows.schemas.js';

/** Stops of a status. `GET /environments/{name}/stops` has all. */
export const MAX_SHOWN = 100;

export const EnvironmentStatus = Type.Object(
  {
    environment: Type.String(),
    isOpen: Type.Boolean({
      description:
        'Whether windows and stops let ordinary releases pass. Policies may deny them all the same',
    }),
    isStopped: Type.Boolean({ description: 'Whether the line is stopped' }),
    opensAt: nullableTimestamp(
      'When windows let ordinary releases pass. null: now, or no such time is known',
    ),
    closesAt: nullableTimestamp('Until when they do. null: not now, or no end is known'),
    stops: Type.Array(schemaRef(EnvironmentStop), {
      description: `Stops that nobody resumed, those of every project first. At most ${MAX_SHOWN}`,
    }),
    windows: Type.Array(schemaRef(EnvironmentWindow), {
      description: 'Windows that count, open or closed',
    }),
    breakGlass: Type.Array(
      Type.Object({
        id: uuid(),
        projectId: Type.Integer(),
        releaseId: uuid(),
        release: Type.Object({ version: Type.String() }),
        force: Type.Boolean({ description: 'Whether two people opened it' }),
        requestedBy: Type.String({ description: 'The person who broke the glass' }),
        endsAt: timestamp('Until when, unless it ends before'),
      }),
      {
        description: [
          'Break-glasses that are open for releases here, newest first. The gate may deny all the same:',
          `for example, after an artifact was added. At most ${MAX_SHOWN}`,
        ].join(' '),
      },
    ),
    running: Type.Array(schemaRef(Deployment), {
      description: `What runs, one deployment per project: since when, by which verdict. At most ${MAX_RUNNING}`,
    }),
  },
  { $id: 'EnvironmentStatus', description: 'What runs in an environment, and what may go there' },
);

export const StatusQuery = Type.Object(
  {
    project: parameter(
      projectId,
      'Only what is about this project. If absent, windows and stops of some projects do not make it closed',
    ),
  },
  { additionalProperties: false },
);

const STATES = ['running', 'allowed', 'waiting', 'denied'] as const;

const Soak = Type.Object({
  environment: Type.String({ description: 'Where it must run first' }),
  minimumHours: Type.Integer({ description: 'Hours that one unbroken stay must last' }),
  hours: Type.Unsafe<number | null>({
    type: ['number', 'null'],
    description:
      'Hours so far, to a tenth. null: it left too early, or how long it ran is not known',
  }),
  state: stringEnum(['met', 'soaking', 'short', 'absent'], {
    description: '`short`: it ran there, and left too early. `absent`: it did not run there',
  }),
  until: nullableTimestamp(
    'When the hours are over, if it stays. null: it does not run there, or they are over',
  ),
});

const EnvironmentReadiness = Type.Object({
  environment: Type.String(),
  state: stringEnum(STATES, {
    description: [
      '`running`: it runs there. `allowed`: it may go there. `waiting`: only time or people keep it from there: a window,',
      'a stop, hours in another environment, missing approvals. `denied`: it does not meet a policy, it was rejected or revoked',
    ].join(' '),
  }),
  until: nullableTimestamp(
    'When windows open or the hours elsewhere are over, or until when an allow stays valid. null: not known',
  ),
  reasons: Type.Array(Type.String(), { description: 'One line for each rule that denies' }),
  next: Type.String({ description: 'The next step' }),
  soak: Type.Array(Soak, {
    description: 'Each other environment in which a rule asks for hours, with the hours so far',
  }),
});

export const Readiness = Type.Object(
  {
    releaseId: uuid(),
    environments: Type.Array(EnvironmentReadiness, { description: 'By rank' }),
  },
  {
    $id: 'ReleaseReadiness',
    description: 'Where a release runs, where it may go, and what it waits for',
    examples: [
      {
        releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
        environments: [
          {
            environment: 'production',
            state: 'waiting',
            until: '2026-01-03T07:00:00.000Z',
            reasons: ['frozen: production is frozen until 2026-01-03 07:00 UTC by alice: Holidays'],
            next: 'Wait until 2026-01-03T07:00:00.000Z, and ask the gate again: GET /assert',
            soak: [
              {
                environment: 'staging',
                minimumHours: 24,
                hours: 24,
                state: 'met',
                until: null,
              },
            ],
          },
        ],
      },
    ],
  },
);

/** Environments of one answer: each is a decision. */
export const MAX_READINESS = 20;

export const ReadinessQuery = Type.Object(
  {
    environment: parameter(
      resourceName('Name of the environment', 'production'),
      `Only this environment. If absent, the first ${MAX_READINESS} by rank`,
    ),
  },
  { additionalProperties: false },
);

export const EnvironmentStatusRef = schemaRef(EnvironmentStatus);
export const ReadinessRef = schemaRef(Readiness);

export type Soak = Static<typeof Soak>;
export type EnvironmentReadiness = Static<typeof EnvironmentReadiness>;
export type Readiness = Static<typeof Readiness>;
export type StatusQuery = Static<typeof StatusQuery>;
export type ReadinessQuery = Static<typeof ReadinessQuery>;
