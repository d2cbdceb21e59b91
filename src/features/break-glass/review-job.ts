import { serverCaller } from '../../access/caller.js';
import { callContext, type Place, query } from '../../database/context.js';
import { change } from '../../events/index.js';
import type { Job } from '../../jobs/job.js';
import { UNREVIEWED } from './break-glass.input.sql.js';
import { REVIEW_HOURS } from './limits.js';

const REMINDER = serverCaller('break-glass-reviews');

/** Reminders of one transaction. */
const BATCH = 200;

/** Takes those that are over, and had no reminder for a day. `$1`: how many. */
export const TAKE_DUE = {
  name: 'break-glass-due',
  text: `UPDATE break_glasses b SET reminded_at = now()
          WHERE b.id IN (
            SELECT id FROM break_glasses b
             WHERE b.id IN (${UNREVIEWED}) AND (ended_at IS NOT NULL OR ends_at <= now())
               AND (reminded_at IS NULL OR reminded_at <= now() - INTERVAL '24 hours')
             ORDER BY opened_at LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING b.id, b.project_id AS "projectId", b.release_id AS "releaseId", b.environment,
                   b.opened_at + INTERVAL '${REVIEW_HOURS} hours' AS "dueAt",
                   b.opened_at + INTERVAL '${REVIEW_HOURS} hours' <= now() AS overdue`,
};

type Due = {
  id: string;
  projectId: number;
  releaseId: string;
  environment: string;
  dueAt: Date;
  overdue: boolean;
};

/** Reminds of each review that is missing, at most once a day. @returns how many */
export async function remindOfReviews({ store }: Place, signal?: AbortSignal): Promise<number> {
  let count = 0;
  for (let taken = BATCH; taken === BATCH && !signal?.aborted; ) {
    const context = callContext(store, REMINDER, 'job');
    taken = await change(context, async (changing) => {
      const rows = await query<Due>(changing, TAKE_DUE, [BATCH]);
      for (const { id, projectId, releaseId, environment, dueAt, overdue } of rows) {
        const data = { environment, dueAt: dueAt.toISOString(), overdue };
        changing.record('break-glass.review-due', { id, projectId, releaseId, data });
      }
      return rows.length > 0 ? rows.length : changing.unchanged(0);
    });
    count += taken;
  }
  return count;
}

/** Records that a review is due: when the break-glass is over, and each day until it is reviewed. */
export const reviewsJob: Job = {
  name: 'break-glass-reviews',
  everyMs: 600_000,
  async run({ database, signal }) {
    await remindOfReviews(database, signal);
    return 'again';
  },
};
