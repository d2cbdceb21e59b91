import { query } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';
import type { Job } from '../../jobs/job.js';
import { REMOVE_OLD_SESSIONS } from './sessions.sql.js';

/** Removes the rows of sessions that ended long ago. */
export const sessionsJob: Job = {
  name: 'old-sessions',
  everyMs: 3_600_000,
  async run({ database: { store } }) {
    await bookkeeping({ store }, (context) => query(context, REMOVE_OLD_SESSIONS, []));
    return 'again';
  },
};
