import type { Statement } from '../../database/sql.js';
import { STILL_WANTED } from './reminders.sql.js';

/** How many requests wait, as the inbox shows them. Of many, the newest are looked at. */
export const REQUESTS_WAITING: Statement = {
  name: 'approval-requests-waiting',
  text: `SELECT count(*)::int AS count
           FROM (SELECT release_id, environments, requested_at, ends_at FROM approval_requests
                  ORDER BY id DESC LIMIT 2000) q
           JOIN releases r ON r.id = q.release_id AND r.state <> 'revoked'
          WHERE q.ends_at > now()
            AND EXISTS (SELECT 1 FROM unnest(q.environments) AS e(name) WHERE ${STILL_WANTED})`,
};
