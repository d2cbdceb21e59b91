import { type Place, query } from '../../database/context.js';
import { UNREVIEWED } from './break-glass.input.sql.js';
import { CONFIRM_MINUTES, REVIEW_HOURS } from './limits.js';

const OVERDUE = `opened_at <= now() - INTERVAL '${REVIEW_HOURS} hours'`;

export const COUNT = {
  name: 'break-glass-count',
  text: `SELECT count(*) FILTER (WHERE ended_at IS NULL AND ends_at > now())::int AS open,
                count(*) FILTER (WHERE NOT ${OVERDUE} AND (ended_at IS NOT NULL OR ends_at <= now()))::int AS review,
                count(*) FILTER (WHERE ${OVERDUE})::int AS overdue,
                (SELECT count(*)::int FROM break_glasses
                  WHERE opened_at IS NULL AND ended_at IS NULL
                    AND requested_at > now() - INTERVAL '${CONFIRM_MINUTES} minutes') AS pending
           FROM break_glasses b WHERE b.id IN (${UNREVIEWED})`,
};

/** As the states of lists: `review` has none that is overdue. */
export const COUNTED = ['pending', 'open', 'review', 'overdue'] as const;
export type Counts = Readonly<Record<(typeof COUNTED)[number], number>>;

/** How many there are in each state. */
export async function countBreakGlass(place: Place): Promise<Counts> {
  const [row] = await query<Counts>(place, COUNT, []);
  if (!row) throw new Error('the break-glasses were not counted');
  return row;
}
