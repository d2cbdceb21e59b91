import type { Statement } from '../../database/sql.js';
import { countingCondition } from './waiver-state.js';

export const ENDING_DAYS = 14;

/** How many waivers that count end soon. The index of their ends gives the next ones, so old ones cost nothing. */
export const WAIVERS_ENDING: Statement = {
  name: 'waivers-ending-count',
  text: `SELECT count(*) FILTER (WHERE ${countingCondition('w')})::int AS count
           FROM (SELECT revoked_at, expires_at, approved_at FROM waivers
                  WHERE expires_at > now() AND expires_at <= now() + INTERVAL '${ENDING_DAYS} days'
                  ORDER BY expires_at, id LIMIT 5000) w`,
};
