import { fromJson } from '../../database/json.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { AUTHORIZATIONS, DECISIONS, STATES } from './deployments.schemas.js';

export const WITH_RELEASE = {
  release: { select: { version: true, state: true } },
  doubt: { select: { deploymentId: true } },
} as const;

export type DeploymentRow = Prisma.DeploymentGetPayload<{ include: typeof WITH_RELEASE }>;

type Replaced =
  | 'environmentName'
  | 'links'
  | 'decision'
  | 'state'
  | 'authorization'
  | 'succeededAs'
  | 'doubt';

/** The deployment as the API returns it. */
export type Deployment = Omit<DeploymentRow, Replaced> & {
  readonly environment: string;
  readonly decision: (typeof DECISIONS)[number];
  readonly state: (typeof STATES)[number];
  readonly authorization: (typeof AUTHORIZATIONS)[number];
  readonly inDoubt: boolean;
  readonly links: { title: string; url: string }[];
};

export function toDeployment(row: DeploymentRow): Deployment {
  const { environmentName, links, succeededAs: _place, endedAt, endedBy, doubt, ...rest } = row;
  const state = STATES.find((one) => one === row.state) ?? 'failed';
  // Without a start, the record is of the end.
  const ended =
    state === 'started' ? { at: null, by: null } : { at: row.createdAt, by: row.createdBy };
  return {
    ...rest,
    environment: environmentName,
    state,
    authorization: AUTHORIZATIONS.find((one) => one === row.authorization) ?? 'unknown',
    inDoubt: doubt !== null,
    decision: DECISIONS.find((one) => one === row.decision) ?? 'none',
    links: fromJson<Deployment['links']>(links),
    endedAt: endedAt ?? ended.at,
    endedBy: endedBy ?? ended.by,
  };
}
