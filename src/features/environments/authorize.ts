import { type CallContext, query } from '../../database/context.js';
import type { Statement } from '../../database/sql.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import {
  type DecidedVerdict,
  FIND_HOLDING,
  type Holding,
  type VerdictsService,
  type Waiting,
} from '../verdicts/index.js';
import { TAKEN_BACK } from './taken-back.sql.js';

/** How old an allow may be that authorizes a deployment which is denied now. */
export const ALLOW_MINUTES = 60;

/** How a new deployment is authorized, and what held for the release before that was asked. */
export interface Authorization {
  readonly authorization: 'authorized' | 'rollback' | 'break-glass' | 'unauthorized';
  /** The verdict that authorizes it, or that denied it. Null: the question could not be decided. */
  readonly judgedVerdictId: string | null;
  readonly decision: string;
  readonly verdictId: string | null;
}

interface Earlier {
  readonly id: string;
  readonly decision: 'allow' | 'deny';
  readonly inputsHash: string;
  readonly isRollback: boolean;
  /** Decided while the glass was broken. It counts while that lasts, and not afterwards. */
  readonly isBreakGlass: boolean;
  /** Whether it was the answer to a question within the last hour that changed what holds. */
  readonly isRecent: boolean;
  /** Whether somebody took back since what it depended on, or added an artifact. */
  readonly isTakenBack: boolean;
}

/** A verdict of a release and environment. `$1`: verdict, `$2`: release, `$3`: environment. */
const FIND_EARLIER: Statement = {
  name: 'deployment-verdict',
  text: `SELECT v.id, v.decision::text, v.inputs_hash AS "inputsHash", v.inputs ? 'rollback' AS "isRollback",
                v.inputs ? 'breakGlass' AS "isBreakGlass",
                v.evaluated_at > now() - interval '${ALLOW_MINUTES} minutes' OR EXISTS (
                  SELECT 1 FROM events e
                   WHERE e.subject_kind = 'verdict' AND e.subject_id = v.id::text AND e.type = 'verdict.holds-again'
                     AND e.time > now() - interval '${ALLOW_MINUTES} minutes') AS "isRecent",
                ${TAKEN_BACK} AS "isTakenBack"
           FROM verdicts v WHERE v.id = $1 AND v.release_id = $2 AND v.environment = $3`,
};

/** What an old allow never covers: people said no since. So do rejections, and what is taken back. */
const SAID_NO: ReadonlySet<string> = new Set(['release-revoked', 'stopped']);

/** What held for the release when it was deployed. */
async function heldBy(context: CallContext, releaseId: string, environment: string) {
  const [held] = await query<Holding>(context, FIND_HOLDING, [releaseId, environment]);
  return held ?? { verdictId: null, decision: 'none' };
}

export interface AuthorizeRequest {
  readonly releaseId: string;
  readonly environment: string;
  /** The allow that the deployment refers to. Absent: the one that held. */
  readonly verdictId?: string | undefined;
  readonly now: Date;
  readonly waiting: Waiting;
}

/** @throws {AppError} `validation-failed` for a verdict of something else */
async function findEarlier(context: CallContext, request: AuthorizeRequest, held: string | null) {
  const { releaseId, environment, verdictId = held } = request;
  if (verdictId === null) return undefined;
  const [earlier] = await query<Earlier>(context, FIND_EARLIER, [
    verdictId,
    releaseId,
    environment,
  ]);
  if (!earlier && request.verdictId !== undefined) {
    throw invalidAt('body', '/verdictId', 'is not a verdict of this release and environment');
  }
  return earlier;
}

/** How an allow of now authorizes a deployment. */
const by = (
  { id, breakGlass }: Pick<DecidedVerdict, 'id' | 'breakGlass'>,
  otherwise: 'authorized' | 'rollback',
) => ({ authorization: breakGlass ? ('break-glass' as const) : otherwise, judgedVerdictId: id });

/**
 * Decides how a deployment is authorized: by the answer of now, as a rollback, or by an allow of the last hour. An
 * allow is that if it was answered for the first time, or again, within an hour, or if it is the answer of an hour ago
 * by all that is known now: only limits of time have passed since.
 * @throws {AppError} `environment-not-found`, `validation-failed`
 */
export async function authorize(
  context: CallContext,
  verdicts: VerdictsService,
  request: AuthorizeRequest,
): Promise<Authorization> {
  const { releaseId, environment, now, waiting } = request;
  const held = await heldBy(context, releaseId, environment);
  const earlier = await findEarlier(context, request, held.verdictId);
  const ordinary = { releaseId, environment };
  const rollback = { ...ordinary, intent: 'rollback' as const };
  try {
    const verdict = await verdicts.judge(context, ordinary, waiting);
    if (verdict.decision === 'allow') {
      return { ...held, ...by(verdict, 'authorized') };
    }
    const asRollback = await verdicts.tryOut(context, rollback, waiting);
    if (asRollback.decision === 'allow') {
      const judged = await verdicts.judge(context, rollback, waiting);
      if (judged.decision === 'allow') return { ...held, ...by(judged, 'rollback') };
    }
    const denied = { ...held, authorization: 'unauthorized', judgedVerdictId: verdict.id } as const;
    if (earlier?.decision !== 'allow' || earlier.isBreakGlass) return denied;
    const { results } = earlier.isRollback ? asRollback : verdict;
    const saidNo = results.some(
      ({ policy, rule, denies, approvals = [] }) =>
        denies &&
        ((policy === null && SAID_NO.has(rule)) ||
          approvals.some(({ state }) => state === 'rejects')),
    );
    if (saidNo || earlier.isTakenBack) return denied;
    const question = earlier.isRollback ? rollback : ordinary;
    const asOf = now.getTime() - ALLOW_MINUTES * 60_000;
    const counts =
      earlier.isRecent ||
      (await verdicts.tryOut(context, { ...question, asOf }, waiting)).inputsHash ===
        earlier.inputsHash;
    if (!counts) return denied;
    const authorization = earlier.isRollback ? 'rollback' : 'authorized';
    return { ...held, authorization, judgedVerdictId: earlier.id };
  } catch (error) {
    // What cannot be decided is not authorized, and recorded all the same.
    if (!(error instanceof AppError) || error.code !== 'decision-too-large') throw error;
    return { ...held, authorization: 'unauthorized', judgedVerdictId: null };
  }
}
