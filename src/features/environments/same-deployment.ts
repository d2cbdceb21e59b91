import { type CallContext, query } from '../../database/context.js';
import { ALLOW_MINUTES, type Authorization } from './authorize.js';
import { type DeploymentRow, WITH_RELEASE } from './deployment.js';
import { idAfter } from './deployment-id.js';
import type { CreateDeployment } from './deployments.schemas.js';
import { LAST } from './deployments.sql.js';
import { END_HOURS } from './environment.input.sql.js';

/** What is recorded: a request, with the id and project of its release. */
export interface Target {
  readonly environmentName: string;
  readonly releaseId: string;
  readonly projectId: number;
}

export interface Last {
  /** The highest id. Null: there is no deployment. */
  readonly id: string | null;
  readonly runningId: string | null;
  readonly runningReleaseId: string | null;
  readonly place: string | null;
  /** Whether another one was started or failed since that one runs. */
  readonly isInterrupted: boolean;
}

/** The id, or the place, after all others. */
export const after = ({ id, place }: Last, now: Date) =>
  idAfter(
    [id, place]
      .filter((one) => one !== null)
      .sort()
      .at(-1),
    now,
  );

export const includeRelease = { include: WITH_RELEASE } as const;

/** Whether an artifact was added since: then the release that runs may be another one. */
const hasNewArtifacts = async (
  { prisma }: CallContext,
  { releaseId, createdAt }: DeploymentRow,
): Promise<boolean> =>
  (await prisma.artifact.count({ where: { releaseId, createdAt: { gt: createdAt } } })) > 0;

/**
 * The deployment of the release that was started and has not ended, if the request is about that one. A start from long
 * ago was given up: it must not authorize what happens now.
 */
export async function findOpen(
  context: CallContext,
  { environmentName, releaseId }: Target,
  state: CreateDeployment['state'],
  now: Date,
) {
  const minutes = state === 'started' ? ALLOW_MINUTES : END_HOURS * 60;
  const open = await context.prisma.deployment.findFirst({
    where: {
      ...{ releaseId, environmentName, state: 'started' },
      createdAt: { gt: new Date(now.getTime() - minutes * 60_000) },
    },
    orderBy: { id: 'desc' },
    ...includeRelease,
  });
  // What failed does not run, so it does not matter what it was.
  return open && state !== 'failed' && (await hasNewArtifacts(context, open)) ? null : open;
}

export async function lastOf(
  context: CallContext,
  { environmentName, projectId }: Target,
): Promise<Last> {
  const [last] = await query<Last>(context, LAST, [environmentName, projectId]);
  if (!last) throw new Error('the last deployment was not read');
  return last;
}

/** How well a deployment is authorized: a record of a higher rank is worth a new one. */
const RANKS: Readonly<Record<string, number>> = { unauthorized: 0, 'break-glass': 1 };
const rankOf = (authorization: string) => RANKS[authorization] ?? 2;

/** The same of a record. One in doubt, or from before `authorization` existed without an allow, says nothing. */
const rankOfRecord = ({ authorization, decision, doubt }: DeploymentRow) =>
  doubt || (authorization === 'unknown' && decision !== 'allow') ? 0 : rankOf(authorization);

/** Whether the gate can authorize better what runs: recording it again says so. */
export const canBeBetter = (row: DeploymentRow): boolean => rankOfRecord(row) < 2;

/** Whether the gate allows now what ran without authorization, or without a break-glass what ran with one. */
export const isBetter = (row: DeploymentRow, judged: Authorization | undefined): boolean =>
  judged !== undefined && rankOf(judged.authorization) > rankOfRecord(row);

/** The existing deployment that says the same as the request. */
export async function findSame(
  context: CallContext,
  { environmentName, releaseId }: Target,
  state: CreateDeployment['state'],
  last: Last,
) {
  const find = (id: string) =>
    context.prisma.deployment.findUnique({ where: { id }, ...includeRelease });
  if (state === 'succeeded') {
    if (last.runningId === null || last.runningReleaseId !== releaseId) return null;
    // Somebody went back to it: that is a deployment of its own.
    if (last.isInterrupted) return null;
    const row = await find(last.runningId);
    return row && (await hasNewArtifacts(context, row)) ? null : row;
  }
  if (state === 'started' || last.id === null) return null;
  const row = await find(last.id);
  const isSame = row?.releaseId === releaseId && row.environmentName === environmentName;
  return isSame && row.state === 'failed' ? row : null;
}
