import { type Static, Type } from '@sinclair/typebox';
import { resourceName } from '../../contract/resource-name.js';
import {
  defaulted,
  nullableString,
  parameter,
  schemaRef,
  timestamp,
} from '../../contract/schemas.js';
import { Deployment } from './deployments.schemas.js';
import { MAX_RUNNING } from './running.js';

const example = {
  name: 'production',
  rank: 20,
  policies: [{ name: 'baseline', version: null }],
  after: ['staging'],
  signInWithinMinutes: null,
  createdAt: '2026-11-25T10:00:00.000Z',
  createdBy: 'alice',
  updatedAt: '2026-11-25T10:00:00.000Z',
  updatedBy: 'alice',
};

const name = resourceName('Name of the environment, as used in URLs', 'acceptance');

const rank = Type.Integer({
  minimum: 0,
  maximum: 1_000_000,
  description: 'Position in lists; the lowest rank is listed first',
});

const ABOUT_VERSION = 'Version of the policy; null: always the latest';

const PolicyReference = Type.Object(
  {
    name: resourceName('Name of the policy', 'baseline'),
    version: defaulted(
      Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        minimum: 1,
        maximum: 2_147_483_647,
        default: null,
        description: ABOUT_VERSION,
      }),
    ),
  },
  { additionalProperties: false },
);

const policies = Type.Array(PolicyReference, {
  minItems: 1,
  maxItems: 20,
  description:
    'Policies that guard the environment. A release must meet all of them. At least one is required',
});

const after = Type.Array(resourceName('Name of the environment', 'staging'), {
  maxItems: 10,
  uniqueItems: true,
  description:
    'Environments in which a release must have run before, authorized. Circles are refused',
});

const ABOUT_SIGN_IN = [
  'Minutes within which a person must have signed in before it approves, withdraws a rejection or resumes here.',
  'Tokens of people are refused then. null: any session and any token of a person counts',
].join(' ');

const signInWithinMinutes = Type.Unsafe<number | null>({
  type: ['integer', 'null'],
  minimum: 5,
  maximum: 1440,
  description: ABOUT_SIGN_IN,
});

export const Environment = Type.Object(
  {
    name: Type.String(),
    rank: Type.Integer(),
    policies: Type.Array(
      Type.Object({
        name: Type.String(),
        version: Type.Unsafe<number | null>({
          type: ['integer', 'null'],
          description: ABOUT_VERSION,
        }),
      }),
    ),
    after: Type.Array(Type.String(), {
      description: 'Environments in which a release must have run before',
    }),
    signInWithinMinutes: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: ABOUT_SIGN_IN,
    }),
    createdAt: timestamp('Time of creation'),
    createdBy: nullableString(),
    updatedAt: timestamp('Time of the last change of the settings'),
    updatedBy: nullableString(),
  },
  {
    $id: 'Environment',
    description: 'A place where releases run, and the policies that guard it',
    examples: [example],
  },
);

export const EnvironmentDetails = Type.Object(
  {
    ...Environment.properties,
    running: Type.Array(schemaRef(Deployment), {
      description: [
        'What runs there, one deployment per project: since when (`endedAt`), and by which verdict (`judgedVerdictId`).',
        `Only of projects whose deployments the caller may read, by project, at most ${MAX_RUNNING}`,
      ].join(' '),
    }),
  },
  {
    $id: 'EnvironmentDetails',
    description: 'An environment, and what runs there',
    examples: [{ ...example, running: [] }],
  },
);

export const CreateEnvironment = Type.Object(
  {
    name,
    rank,
    policies,
    after: Type.Optional(after),
    signInWithinMinutes: Type.Optional(signInWithinMinutes),
  },
  {
    $id: 'CreateEnvironment',
    additionalProperties: false,
    examples: [{ name: 'acceptance', rank: 15, policies: [{ name: 'baseline' }] }],
  },
);

export const UpdateEnvironment = Type.Object(
  {
    rank: Type.Optional(rank),
    policies: Type.Optional(policies),
    after: Type.Optional(after),
    signInWithinMinutes: Type.Optional(signInWithinMinutes),
  },
  {
    $id: 'UpdateEnvironment',
    additionalProperties: false,
    description: 'Fields that are left out keep their values',
    examples: [{ policies: [{ name: 'baseline', version: 1 }] }],
  },
);

export const EnvironmentParams = Type.Object({ name });

export const ListEnvironmentsQuery = Type.Object(
  {
    limit: defaulted(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    cursor: parameter(name, 'Start of the page, from the `Link` header of the previous page'),
    policy: parameter(
      resourceName('Name of the policy', 'baseline'),
      'Only environments that this policy guards, in any version',
    ),
  },
  { additionalProperties: false },
);

export const EnvironmentRef = schemaRef(Environment);
export const EnvironmentDetailsRef = schemaRef(EnvironmentDetails);
export const CreateEnvironmentRef = schemaRef(CreateEnvironment);
export const UpdateEnvironmentRef = schemaRef(UpdateEnvironment);

export type CreateEnvironment = Static<typeof CreateEnvironment>;
export type UpdateEnvironment = Static<typeof UpdateEnvironment>;
export type ListEnvironmentsQuery = Static<typeof ListEnvironmentsQuery>;
