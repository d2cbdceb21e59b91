import { query } from '../../database/context.js';
import type { ChangeContext } from '../../events/index.js';
import { CONFIRM_MINUTES } from './limits.js';

/**
 * Ends what is open, or waits for its second person, by these people. `$1`: names in the form in which subjects are
 * compared, `$2`: the admin.
 */
const END = {
  name: 'break-glass-of-disabled',
  text: `UPDATE break_glasses
            SET ended_at = clock_timestamp(), ended_by = $2, ended_because = 'person-disabled'
          WHERE ended_at IS NULL AND (requester_keys && $1::text[] OR confirmer_keys && $1::text[])
            AND (ends_at > now()
                 OR (opened_at IS NULL AND requested_at > now() - INTERVAL '${CONFIRM_MINUTES} minutes'))
         RETURNING id, project_id AS "projectId", release_id AS "releaseId", environment`,
};

type Ended = { id: string; projectId: number; releaseId: string; environment: string };

/** Voids break-glasses of people who were disabled. @param keys their names, in the form for comparison */
export async function endOfDisabled(
  changing: ChangeContext,
  keys: readonly string[],
): Promise<void> {
  const rows = await query<Ended>(changing, END, [keys, changing.caller.subject]);
  for (const { environment, ...about } of rows) {
    changing.record('break-glass.ended', {
      ...about,
      data: { environment, because: 'person-disabled' },
    });
  }
}
