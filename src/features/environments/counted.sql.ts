import type { Statement } from '../../database/sql.js';

/** How many stops are in force. The partial index has only these. */
export const STOPS: Statement = {
  name: 'environment-stops-count',
  text: `SELECT count(*)::int AS count
           FROM (SELECT 1 FROM environment_stops WHERE resumed_at IS NULL LIMIT 1000) s`,
};
