import { serverCaller } from '../../access/caller.js';
import { callContext, type Place, query } from '../../database/context.js';
import { change } from '../../events/index.js';
import type { Job } from '../../jobs/job.js';
import { type DueReminder, MARK_REMINDERS } from './reminders.sql.js';

const REMINDER = serverCaller('approval-reminders');

const BATCH = 100;
const PERIOD_MS = 5 * 60_000;

/** Records the reminders that are due. @returns whether there may be more */
async function remind({ store }: Place): Promise<boolean> {
  return change(callContext(store, REMINDER, 'approval-reminders'), async (changing) => {
    const due = await query<DueReminder>(changing, MARK_REMINDERS, [BATCH]);
    for (const { id, projectId, releaseId, environments, afterHours, requestedBy } of due) {
      const data = { environments, afterHours, requestedBy };
      changing.record('approval.reminded', { id, projectId, releaseId, data });
    }
    return due.length > 0 ? due.length === BATCH : changing.unchanged(false);
  });
}

/**
 * Reminds of approvals that were requested and are still missing, after 4 and after 24 hours: an event each, which
 * webhooks are told of. The table has a row for each, so that none is recorded twice.
 */
export const remindersJob: Job = {
  name: 'approval-reminders',
  everyMs: PERIOD_MS,
  runAtStart: true,
  async run({ database: { store }, signal }) {
    while ((await remind({ store })) && !signal.aborted);
    return 'again';
  },
};
