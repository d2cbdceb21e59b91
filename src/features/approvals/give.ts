import { comparable, namesOfCaller } from '../../access/four-eyes.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { type Difference, differences } from '../../engine/index.js';
import type { ChangeContext } from '../../events/index.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import type { Waiting } from '../verdicts/index.js';
import { type StatedRow, WITH_STATE } from './approval.js';
import type { CreateApproval } from './approvals.schemas.js';
import { currentRisk, shownRisk } from './brief.js';

/** An approval that names another state than the current one. */
export interface Stale {
  readonly environment: string;
  /** Digest of the current risk. */
  readonly seen: string;
  readonly changes: readonly string[];
}

const texts = (all: readonly Difference[]) => all.map(({ text }) => text);

/**
 * Checks what an approval is about.
 * @param at pointer to it in the body
 * @returns what changed, if the person saw another state
 * @throws {AppError} `validation-failed`, `decision-too-large`, `overloaded`
 */
export async function checkSeen(
  context: CallContext,
  releaseId: string,
  { environment, seen: said }: CreateApproval,
  at: string,
  waiting: Waiting,
): Promise<Stale | undefined> {
  const now = await currentRisk(context, { releaseId, environment }, waiting);
  if (!now) throw invalidAt('body', `${at}/environment`, `does not exist: ${environment}`);
  const seen = said.toLowerCase();
  const shown = await shownRisk(context, releaseId, environment, seen);
  if (!shown) {
    const message = [
      'must be `seen` of a decision brief of this release and environment:',
      `GET /releases/${releaseId}/decision-brief?environment=${environment}`,
    ].join(' ');
    throw invalidAt('body', `${at}/seen`, message);
  }
  if (seen === now.seen) return undefined;
  return { environment, seen: now.seen, changes: texts(differences(shown, now.risk, now.nameOf)) };
}

/** The error for approvals of another state. Nothing of the request is stored. */
export function staleApproval(releaseId: string, stale: readonly Stale[]): AppError {
  const each = stale.map(({ environment, changes }) => {
    const what = changes.length > 0 ? changes.join('; ') : 'details of it have changed';
    return `${environment} is not as you saw it: ${what}`;
  });
  const [{ environment } = { environment: '' }] = stale;
  const detail = [
    ...each,
    `Read the brief again: GET /releases/${releaseId}/decision-brief?environment=${environment}`,
  ].join('. ');
  return new AppError('stale-approval', detail, { members: { stale } });
}

interface Target {
  readonly releaseId: string;
  readonly projectId: number;
}

/** Hours within which saying the same again is a repeated request. Later, it renews an approval that ages. */
const AGAIN_HOURS = 24;

/** Stores an approval, unless the person said the same of the same state, in the same groups, a short time ago. */
export async function storeApproval(
  changing: ChangeContext,
  { releaseId, projectId }: Target,
  { environment, decision, seen: said, reason }: CreateApproval,
): Promise<{ row: StatedRow; isNew: boolean }> {
  const { caller, prisma, record } = changing;
  const seen = said.toLowerCase();
  const about = { releaseId, environmentName: environment, decision, seen };
  const groups = [...(caller.groups ?? [])].sort();
  const via = caller.via ?? 'token';
  const now = await databaseNow(changing);
  const before = await prisma.approval.findFirst({
    where: {
      ...about,
      ...{ via, groups: { equals: groups }, withdrawnAt: null },
      personKey: { in: namesOfCaller(caller) },
      // A rejection does not age.
      ...(decision === 'approve' && {
        givenAt: { gt: new Date(now.getTime() - AGAIN_HOURS * 3_600_000) },
      }),
    },
    orderBy: { id: 'desc' },
    ...WITH_STATE,
  });
  if (before) return { row: before, isNew: false };
  const row = await prisma.approval.create({
    data: {
      ...about,
      ...{ projectId, groups, via, reason: reason ?? null },
      ...{ person: caller.subject, personKey: comparable(caller.subject) },
    },
  });
  record(decision === 'approve' ? 'approval.given' : 'approval.rejected', {
    ...{ id: row.id, projectId, releaseId },
    data: { environment, seen, groups, via },
  });
  return { row: { ...row, state: null }, isNew: true };
}
