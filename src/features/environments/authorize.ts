import { type CallContext, query } from '../../database/context.js';
import type { Statement } from '../../database/sql.js';
import { ENGINE } from '../../engine/index.js';
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
  /** Whether a version of the server gave it that decides otherwise. */
  readonly isOutdated: boolean;
}

/**
 * A verdict of a release and environment. `$1`: verdict, `$2`: release, `$3`: environment, `$4`: version of the engine.
 * An allow of another engine, or one that rests on what nobody authorized, is by rules that hold no more.
 */
const FIND_EARLIER: Statement = {
  name: 'deployment-verdict',
  text: `SELECT v.id, v.decision::text, v.inputs_hash AS "inputsHash", v.inputs ? 'rollback' AS "isRollback",
                v.inputs ? 'breakGlass' AS "isBreakGlass",
                v.evaluated_at > now() - interval '${ALLOW_MINUTES} minutes' OR EXISTS (
                  SELECT 1 FROM events e
                   WHERE e.subject_kind = 'verdict' AND e.subject_id = v.id::text AND e.type = 'verdict.holds-again'
                     AND e.time > now() - interval '${ALLOW_MINUTES} minutes') AS "isRecent",
                ${TAKEN_BACK} AS "isTakenBack",
                v.engine <> $4::int
                  OR rests_on_doubt(v.project_id, v.release_id, v.environment, now(), v.inputs) AS "isOutdated"
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

type Named = Pick<AuthorizeRequest, 'releaseId' | 'environment' | 'verdictId'>;

/**
 * The verdict that a request names, or else the one that held.
 * @throws {AppError} `validation-failed` for a verdict of something else
 */
export async function findEarlier(context: CallContext, request: Named, held: string | null) {
  const { releaseId, environment, verdictId = held } = request;
  if (verdictId === null) return undefined;
  const [earlier] = await query<Earlier>(context, FIND_EARLIER, [
    verdictId,
    releaseId,
    environment,
    ENGINE,
  ]);
  if (!earlier && request.verdictId !== undefined) {
    throw invalidAt('body', '/verdictId', 'is not a verdict of this release and environment');
  }
  return earlier;
}

/** Whether the gate allows it without a break-glass: none is open, or it passes nothing. */
const isAllowed = ({ decision, overrides = [] }: Pick<DecidedVerdict, 'decision' | 'overrides'>) =>
  decision === 'allow' && overrides.length === 0;

/** The allow of the last hour that counts, unless people said no since. */
async function countingEarlier(
  context: CallContext,
  verdicts: VerdictsService,
  { releaseId, environment, now, waiting }: AuthorizeRequest,
  earlier: Earlier | undefined,
  { results }: Pick<DecidedVerdict, 'results'>,
): Promise<Earlier | undefined> {
  if (earlier?.decision !== 'allow' || earlier.isBreakGlass) return undefined;
  if (earlier.isTakenBack || earlier.isOutdated) return undefined;
  const saidNo = results.some(
    ({ policy, rule, denies, approvals = [] }) =>
      denies &&
      ((policy === null && SAID_NO.has(rule)) ||
        approvals.some(({ state }) => state === 'rejects')),
  );
  if (saidNo) return undefined;
  if (earlier.isRecent) return earlier;
  const asOf = now.getTime() - ALLOW_MINUTES * 60_000;
  const intent = earlier.isRollback ? { intent: 'rollback' as const } : {};
  const then = await verdicts.tryOut(context, { releaseId, environment, ...intent, asOf }, waiting);
  return then.inputsHash === earlier.inputsHash ? earlier : undefined;
}

/**
 * Decides how a deployment is authorized, in the best way: by the answer of now, as a rollback, by an allow of the last
 * hour, or by a break-glass. An allow is of the last hour if it was answered for the first time, or again, within an
 * hour, or if it is the answer of an hour ago by all that is known now: only limits of time have passed since.
 * @throws {AppError} `environment-not-found`, `validation-failed`
 */
export async function authorize(
  context: CallContext,
  verdicts: VerdictsService,
  request: AuthorizeRequest,
): Promise<Authorization> {
  const { releaseId, environment, waiting } = request;
  const held = await heldBy(context, releaseId, environment);
  const earlier = await findEarlier(context, request, held.verdictId);
  const ordinary = { releaseId, environment };
  const rollback = { ...ordinary, intent: 'rollback' as const };
  try {
    const verdict = await verdicts.judge(context, ordinary, waiting);
    if (isAllowed(verdict)) {
      return { ...held, authorization: 'authorized', judgedVerdictId: verdict.id };
    }
    const asRollback = await verdicts.tryOut(context, rollback, waiting);
    if (isAllowed(asRollback)) {
      const judged = await verdicts.judge(context, rollback, waiting);
      if (isAllowed(judged)) {
        return { ...held, authorization: 'rollback', judgedVerdictId: judged.id };
      }
    }
    const question = earlier?.isRollback ? asRollback : verdict;
    const counting = await countingEarlier(context, verdicts, request, earlier, question);
    if (counting) {
      const authorization = counting.isRollback ? 'rollback' : 'authorized';
      return { ...held, authorization, judgedVerdictId: counting.id };
    }
    const broken =
      verdict.decision === 'allow' || asRollback.decision !== 'allow'
        ? verdict
        : await verdicts.judge(context, rollback, waiting);
    const authorization = broken.decision === 'allow' ? 'break-glass' : 'unauthorized';
    return { ...held, authorization, judgedVerdictId: broken.id };
  } catch (error) {
    // What cannot be decided is not authorized, and recorded all the same.
    if (!(error instanceof AppError) || error.code !== 'decision-too-large') throw error;
    return { ...held, authorization: 'unauthorized', judgedVerdictId: null };
  }
}
