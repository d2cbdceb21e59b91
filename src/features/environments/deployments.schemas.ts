import { type Static, type TInteger, Type } from '@sinclair/typebox';
import { queryByPosition } from '../../contract/page.js';
import { resourceName } from '../../contract/resource-name.js';
import {
  defaulted,
  links,
  linksShown,
  nullableString,
  nullableTimestamp,
  parameter,
  projectId,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { queryByTime } from '../../contract/time-range.js';

const LINK = { title: 'Deployment 42', url: 'https://ci.example.org/job/deploy/42' };

const example = {
  id: '019aaf70-1d2e-7a3b-8c4d-5e6f70819203',
  environment: 'production',
  projectId: 1,
  releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  release: { version: '1.4.0', state: 'sealed' },
  links: [LINK],
  createdAt: '2026-11-25T12:00:00.000Z',
  createdBy: 'jenkins',
  decision: 'allow',
  verdictId: '019ab02d-5c6e-7a1b-9c2d-3e4f5a6b7c8d',
  state: 'succeeded',
  authorization: 'authorized',
  inDoubt: false,
  judgedVerdictId: '019ab02d-5c6e-7a1b-9c2d-3e4f5a6b7c8d',
  endedAt: '2026-11-25T12:04:00.000Z',
  endedBy: 'jenkins',
};

/** What came of a deployment. */
export const STATES = ['started', 'succeeded', 'failed'] as const;

/** How a deployment was authorized. `unknown`: it was recorded by an earlier version of the server. */
export const AUTHORIZATIONS = [
  'authorized',
  'rollback',
  'break-glass',
  'unauthorized',
  'unknown',
] as const;

/** What was known of a release when it was deployed. */
export const DECISIONS = ['allow', 'deny', 'none'] as const;

export const Deployment = Type.Object(
  {
    id: uuid(),
    environment: Type.String(),
    projectId: Type.Integer(),
    releaseId: uuid(),
    release: Type.Object(
      {
        version: Type.String(),
        state: Type.String({
          description: 'Current state, not the state at the time of the deployment',
        }),
      },
      { description: 'The deployed release' },
    ),
    links: linksShown(),
    createdAt: timestamp('Time of recording'),
    createdBy: nullableString(),
    decision: stringEnum(DECISIONS, {
      description: [
        'Decision that held for the release in the environment when it was recorded. `none`: the gate was not asked,',
        'or the deployment was recorded by an earlier version of the server',
      ].join(' '),
    }),
    verdictId: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'Verdict of that decision. null for `none`',
    }),
    state: stringEnum(STATES, { description: 'The last one that succeeded runs' }),
    authorization: stringEnum(AUTHORIZATIONS, {
      description: [
        '`authorized`: the gate allowed it, at most 60 minutes before. `rollback`: it allowed it as a rollback.',
        '`break-glass`: a person had broken the glass. `unauthorized`: none of these. `unknown`: recorded by an earlier version of the server',
      ].join(' '),
    }),
    inDoubt: Type.Boolean({
      description: [
        'Whether an earlier version of the server authorized it by an allow that rests on an unauthorized deployment.',
        'Then it is nothing that releases are compared with, no stay and no target of a rollback. Record what runs again',
      ].join(' '),
    }),
    judgedVerdictId: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'Verdict that authorized the deployment, or that denied it. null: not decided',
    }),
    endedAt: nullableTimestamp('When it succeeded or failed. null: it has not ended'),
    endedBy: nullableString(),
  },
  {
    $id: 'Deployment',
    description: 'A release that runs in an environment, or that ran there',
    examples: [example],
  },
);

export const CreateDeployment = Type.Object(
  {
    releaseId: uuid('The release that is deployed'),
    state: defaulted(
      stringEnum(STATES, {
        default: 'succeeded',
        description:
          '`started`: it is being deployed. `succeeded`: it runs. `failed`: it does not. ' +
          'The last two end a deployment of the release that was started',
      }),
    ),
    verdictId: Type.Optional(
      uuid('The verdict that allowed it, at most 60 minutes ago. If absent, the one that holds'),
    ),
    links: Type.Optional(links('Links to the job, the change request or the running system')),
  },
  {
    $id: 'CreateDeployment',
    additionalProperties: false,
    examples: [
      { releaseId: example.releaseId, links: [LINK] },
      { releaseId: example.releaseId, state: 'started' },
    ],
  },
);

const filters = {
  decision: Type.Optional(
    stringEnum(DECISIONS, { description: 'Decision that held when the deployment was recorded' }),
  ),
  authorization: Type.Optional(
    stringEnum(AUTHORIZATIONS, {
      description: 'How it was authorized: `unauthorized` for a review',
    }),
  ),
  ...queryByTime('The time is `createdAt`'),
};

export const ListDeploymentsQuery = Type.Object(
  {
    ...queryByPosition,
    project: parameter(projectId, 'Only releases of this project'),
    history: defaulted(
      Type.Boolean({
        default: false,
        description:
          'false: what currently runs, one release per project, by project id. ' +
          'true: all recorded deployments, newest first',
      }),
    ),
    ...filters,
  },
  { additionalProperties: false },
);

export const CountDeploymentsQuery = Type.Object(
  {
    project: parameter(projectId, 'Only releases of this project'),
    weeks: defaulted(
      Type.Integer({
        minimum: 1,
        maximum: 53,
        default: 13,
        description: 'How many weeks, until now',
      }),
    ),
  },
  { additionalProperties: false },
);

const DeploymentWeek = Type.Object({
  from: timestamp(
    'Begin of the seven days. They end where the next ones begin, and the last ones now',
  ),
  total: Type.Integer(),
  byAuthorization: Type.Object(
    Object.fromEntries(AUTHORIZATIONS.map((name) => [name, Type.Integer()])) as Record<
      (typeof AUTHORIZATIONS)[number],
      TInteger
    >,
  ),
});

export const DeploymentWeeks = Type.Object(
  { weeks: Type.Array(DeploymentWeek, { description: 'The oldest first' }) },
  {
    $id: 'DeploymentWeeks',
    description: 'How many deployments were recorded in an environment, by week',
    examples: [
      {
        weeks: [
          {
            from: '2025-11-18T12:00:00.000Z',
            total: 3,
            byAuthorization: {
              authorized: 2,
              rollback: 1,
              'break-glass': 0,
              unauthorized: 0,
              unknown: 0,
            },
          },
        ],
      },
    ],
  },
);

export const SearchDeploymentsQuery = Type.Object(
  {
    ...queryByPosition,
    project: parameter(projectId, 'Only releases of this project'),
    environment: parameter(
      resourceName('Name of the environment', 'production'),
      'Only this environment',
    ),
    ...filters,
  },
  { additionalProperties: false },
);

export const HistoryQuery = Type.Object(
  {
    ...queryByPosition,
    project: parameter(projectId, 'Only releases of this project'),
    ...filters,
  },
  { additionalProperties: false },
);

export const DeploymentWeeksRef = schemaRef(DeploymentWeeks);
export const DeploymentRef = schemaRef(Deployment);
export const CreateDeploymentRef = schemaRef(CreateDeployment);

export type CreateDeployment = Static<typeof CreateDeployment>;
export type ListDeploymentsQuery = Static<typeof ListDeploymentsQuery>;
export type SearchDeploymentsQuery = Static<typeof SearchDeploymentsQuery>;
export type CountDeploymentsQuery = Static<typeof CountDeploymentsQuery>;
export type DeploymentWeeks = Static<typeof DeploymentWeeks>;
