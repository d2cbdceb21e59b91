import { type Static, Type } from '@sinclair/typebox';
import { queryByPosition } from '../../contract/page.js';
import {
  defaulted,
  links,
  linksShown,
  nullableString,
  parameter,
  projectId,
  schemaRef,
  timestamp,
  uuid,
} from '../../contract/schemas.js';

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
};

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
  },
  {
    $id: 'Deployment',
    description: 'A release that runs in an environment, or that ran there',
    examples: [example],
  },
);

export const CreateDeployment = Type.Object(
  {
    releaseId: uuid('The release that now runs in the environment'),
    links: Type.Optional(links('Links to the job, the change request or the running system')),
  },
  {
    $id: 'CreateDeployment',
    additionalProperties: false,
    examples: [{ releaseId: example.releaseId, links: [LINK] }],
  },
);

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
  },
  { additionalProperties: false },
);

export const DeploymentRef = schemaRef(Deployment);
export const CreateDeploymentRef = schemaRef(CreateDeployment);

export type CreateDeployment = Static<typeof CreateDeployment>;
export type ListDeploymentsQuery = Static<typeof ListDeploymentsQuery>;
