import type { Statement } from '../database/sql.js';

/** Work that should have been done. Each look-up reads the first row of an index. */
export interface Overdue {
  readonly job: string;
  readonly what: string;
  /** Seconds since the work was due. */
  readonly seconds: number;
}

const since = (time: string) => `extract(epoch FROM clock_timestamp() - ${time})::float8`;

/**
 * The oldest work of each job that leaves a trace in the database, if it is later than the job may be: three periods
 * and ten minutes.
 */
export const OVERDUE: Statement = {
  text: `
    SELECT * FROM (
      SELECT 'idempotency-keys' AS job, 'keys older than 25 hours' AS what,
             ${since("(min(created_at) + interval '25 hours')")} AS seconds, 2400 AS late FROM idempotency_keys
      UNION ALL
      SELECT 'old-sessions', 'sessions that expired 30 days ago',
             ${since("(min(expires_at) + interval '30 days')")}, 11400 FROM sessions
      UNION ALL
      SELECT 'old-webhook-deliveries', 'deliveries that ended 30 days ago',
             ${since("(min(ended_at) + interval '30 days')")}, 11400 FROM webhook_deliveries
      UNION ALL
      SELECT 'webhooks', 'deliveries that are due', max(${since('d.next_attempt_at')}), 630
        FROM webhooks w
       CROSS JOIN LATERAL (
         SELECT p.next_attempt_at FROM webhook_deliveries p
          WHERE p.webhook_id = w.id AND p.state = 'pending'
            AND (p.claimed_until IS NULL OR p.claimed_until < now())
          ORDER BY p.next_attempt_at LIMIT 1) d
       WHERE w.revoked_at IS NULL AND w.disabled_at IS NULL
      UNION ALL
      SELECT 'import-events', 'rows without an event', ${since('min(before)')}, 86400 FROM event_imports
    ) work WHERE seconds > late ORDER BY seconds DESC`,
};

/** A run that goes on. */
export interface RunningJob {
  readonly job: string | null;
  readonly pid: number;
  readonly seconds: number;
}

/** The runs that hold their lock, by the names of jobs. `$1`: names. */
export const RUNNING: Statement = {
  text: `SELECT name AS job, a.pid, ${since('a.xact_start')} AS seconds
           FROM pg_locks l
           JOIN pg_stat_activity a ON a.pid = l.pid
           LEFT JOIN unnest($1::text[]) name
             ON hashtextextended('job ' || name, 0) = (l.classid::bigint << 32) | l.objid::bigint
          WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND a.application_name = 'secure-release-platform jobs'
          ORDER BY seconds DESC`,
};
