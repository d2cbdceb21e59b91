import type { Statement } from '../../database/sql.js';

/** Deliveries that are counted for the metric. */
export const MAX_COUNTED = 10_000;

/** What waits. `due`: webhooks with deliveries whose time has come. */
export interface Looked {
  readonly active: number;
  readonly disabled: number;
  /** Active ones whose secret comes from another key. */
  readonly otherKey: number;
  /** Up to `MAX_COUNTED`. */
  readonly pending: number;
  readonly due: readonly string[];
}

const IS_DUE = `d.state = 'pending' AND d.next_attempt_at <= now()
  AND (d.claimed_until IS NULL OR d.claimed_until < now())`;

/** `$1`: id of the key, or null. */
export const LOOK: Statement = {
  name: 'webhooks-look',
  text: `
    SELECT (count(*) FILTER (WHERE w.disabled_at IS NULL))::int AS active,
           (count(*) FILTER (WHERE w.disabled_at IS NOT NULL))::int AS disabled,
           (count(*) FILTER (WHERE w.disabled_at IS NULL AND w.key_id IS DISTINCT FROM $1))::int AS "otherKey",
           (SELECT count(*)::int FROM (SELECT 1 FROM webhook_deliveries d JOIN webhooks o ON o.id = d.webhook_id
             WHERE d.state = 'pending' AND o.revoked_at IS NULL LIMIT ${MAX_COUNTED}) first) AS pending,
           COALESCE(array_agg(w.id) FILTER (WHERE w.disabled_at IS NULL AND w.key_id = $1 AND EXISTS (
             SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND ${IS_DUE})), '{}') AS due
      FROM webhooks w WHERE w.revoked_at IS NULL`,
};

/** An event with the names of what it is about. */
export interface EventRow {
  readonly id: string;
  readonly time: Date;
  readonly type: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly projectId: number | null;
  readonly releaseId: string | null;
  readonly actor: string;
  readonly data: string;
  readonly projectName: string | null;
  readonly releaseVersion: string | null;
}

/** A delivery that this process may try, once, until its claim ends. */
export interface Claimed extends EventRow {
  readonly webhookId: string;
  readonly url: string;
  readonly everyProject: boolean;
  readonly projectIds: number[];
  readonly salt: Buffer;
  /** Null if the secret before does not sign any more. */
  readonly previousSalt: Buffer | null;
  /** Attempts, with this one. */
  readonly attempts: number;
  /** The time of the attempt, by the clock of the database. */
  readonly attemptedAt: Date;
}

/** How long the secret before a rotation signs as well. */
export const OVERLAP = `interval '24 hours'`;

/**
 * Takes the next deliveries of a webhook. The attempt is counted now: if this process ends, another one takes the
 * delivery after the claim. `$1`: webhook, `$2`: maximum number, `$3`: id of the key.
 */
export const CLAIM: Statement = {
  name: 'webhooks-claim',
  text: `
    WITH next AS MATERIALIZED (
      SELECT d.event_id FROM webhook_deliveries d
       WHERE d.webhook_id = $1 AND ${IS_DUE}
         AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = $1 AND w.revoked_at IS NULL
                        AND w.disabled_at IS NULL AND w.key_id = $3)
       ORDER BY d.next_attempt_at, d.event_id LIMIT $2 FOR UPDATE OF d SKIP LOCKED
    ), claimed AS (
      UPDATE webhook_deliveries d
         SET attempts = d.attempts + 1, last_attempt_at = now(), claimed_until = now() + interval '60 seconds'
        FROM next WHERE d.webhook_id = $1 AND d.event_id = next.event_id
      RETURNING d.event_id, d.attempts
    )
    SELECT w.id AS "webhookId", w.url, w.every_project AS "everyProject", w.project_ids AS "projectIds", w.salt,
           CASE WHEN w.rotated_at > now() - ${OVERLAP} THEN w.previous_salt END AS "previousSalt",
           c.attempts, clock_timestamp() AS "attemptedAt",
           e.id, e.time, e.type, e.subject_kind AS "subjectKind", e.subject_id AS "subjectId",
           e.project_id AS "projectId", e.release_id AS "releaseId", e.actor, e.data,
           p.name AS "projectName", r.version AS "releaseVersion"
      FROM claimed c
      JOIN webhooks w ON w.id = $1
      JOIN events e ON e.id = c.event_id
      LEFT JOIN projects p ON p.id = e.project_id
      LEFT JOIN releases r ON r.id = e.release_id
     ORDER BY e.id`,
};

/** Also if another process took the delivery in the meantime. `$1`: webhook, `$2`: event, `$3`: status. */
export const DELIVERED: Statement = {
  name: 'webhooks-delivered',
  text: `UPDATE webhook_deliveries
            SET state = 'delivered', ended_at = now(), claimed_until = NULL, last_status = $3, last_error = NULL
          WHERE webhook_id = $1 AND event_id = $2 AND state = 'pending'`,
};

/** `$1`: webhook, `$2`: event, `$3`: attempts, `$4`: status or null, `$5`: error or null, `$6`: seconds to wait. */
export const TRY_LATER: Statement = {
  name: 'webhooks-try-later',
  text: `UPDATE webhook_deliveries
            SET claimed_until = NULL, last_status = $4, last_error = $5,
                next_attempt_at = now() + $6::float8 * interval '1 second'
          WHERE webhook_id = $1 AND event_id = $2 AND attempts = $3 AND state = 'pending'`,
};

/** `$1`: webhook, `$2`: event, `$3`: attempts, `$4`: status or null, `$5`: error or null. */
export const GIVE_UP: Statement = {
  name: 'webhooks-give-up',
  text: `UPDATE webhook_deliveries
            SET state = 'failed', ended_at = now(), claimed_until = NULL, last_status = $4, last_error = $5
          WHERE webhook_id = $1 AND event_id = $2 AND attempts = $3 AND state = 'pending'
          RETURNING created_at AS "createdAt"`,
};

/** The attempt did not happen, as far as this process knows. `$1`: webhook, `$2`: event, `$3`: attempts. */
export const PUT_BACK: Statement = {
  name: 'webhooks-put-back',
  text: `UPDATE webhook_deliveries SET claimed_until = NULL, attempts = attempts - 1
          WHERE webhook_id = $1 AND event_id = $2 AND attempts = $3 AND state = 'pending'`,
};

/** Whether the receiver accepted anything since. `$1`: webhook, `$2`: time. */
export const ACCEPTED_SINCE: Statement = {
  text: `SELECT 1 FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'delivered' AND ended_at > $2 LIMIT 1`,
};

/** `$1`: webhook, `$2`: why. */
export const DISABLE: Statement = {
  text: `UPDATE webhooks SET disabled_at = now(), disabled_because = $2
          WHERE id = $1 AND disabled_at IS NULL AND revoked_at IS NULL RETURNING id`,
};

/** Ends what waits for a webhook that was revoked. `$1`: webhook, or null for all. */
export const END_REVOKED: Statement = {
  text: `UPDATE webhook_deliveries d
            SET state = 'failed', ended_at = now(), claimed_until = NULL, last_error = 'REVOKED'
           FROM webhooks w
          WHERE w.id = d.webhook_id AND w.revoked_at IS NOT NULL AND d.state = 'pending'
            AND ($1::uuid IS NULL OR w.id = $1)`,
};

/** Deliveries that nobody needs any more. */
export const REMOVE_OLD: Statement = {
  text: `DELETE FROM webhook_deliveries WHERE (webhook_id, event_id) IN (
           SELECT d.webhook_id, d.event_id FROM webhook_deliveries d
            WHERE d.ended_at < now() - interval '30 days' LIMIT 10000)
         RETURNING 1`,
};
