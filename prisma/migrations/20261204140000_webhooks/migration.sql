-- Who is told of events: webhooks and their queue, and reminders of approvals that nobody gave.

-- A webhook is never changed: revoke it, and create another one. Its secret is not here: it is derived from a key in the
-- folder of keys, the id and `salt`. `key_id` says of which key.
CREATE TABLE "webhooks" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "url" TEXT NOT NULL,
    "description" TEXT,
    "events" TEXT[],
    "every_project" BOOLEAN NOT NULL,
    "project_ids" INTEGER[],
    "key_id" TEXT NOT NULL,
    "salt" BYTEA NOT NULL,
    -- Of the secret before the last rotation, which signs for a day longer.
    "previous_salt" BYTEA,
    "rotated_at" TIMESTAMPTZ(3),
    "rotated_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    -- By the server: the receiver is gone, or has been failing.
    "disabled_at" TIMESTAMPTZ(3),
    "disabled_because" TEXT,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhooks_url_check" CHECK ("url" ~ '^https?://' AND char_length("url") <= 2000),
    CONSTRAINT "webhooks_events_check" CHECK ("events" IS NOT NULL AND cardinality("events") > 0
        AND array_ndims("events") = 1 AND array_position("events", NULL) IS NULL),
    -- An emptied list must never come to mean every project.
    CONSTRAINT "webhooks_projects_check"
        CHECK ("project_ids" IS NOT NULL AND "every_project" = (cardinality("project_ids") = 0)
            AND COALESCE(array_ndims("project_ids"), 1) = 1
            AND array_position("project_ids", NULL) IS NULL),
    CONSTRAINT "webhooks_salts_check" CHECK (length("salt") = 32 AND length("previous_salt") = 32),
    CONSTRAINT "webhooks_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "webhooks_rotated_check" CHECK (("rotated_at" IS NULL) = ("rotated_by" IS NULL)),
    CONSTRAINT "webhooks_disabled_check" CHECK (("disabled_at" IS NULL) = ("disabled_because" IS NULL)
        AND "disabled_because" IN ('gone', 'failing')),
    CONSTRAINT "webhooks_revoked_check" CHECK (("revoked_at" IS NULL) = ("revoked_by" IS NULL))
);
-- An event looks for those that are told of it.
CREATE INDEX "webhooks_current_idx" ON "webhooks"("id") WHERE "revoked_at" IS NULL;

CREATE FUNCTION "webhooks_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed "webhooks"%ROWTYPE := NEW;
BEGIN
    allowed."key_id" := OLD."key_id";
    allowed."salt" := OLD."salt";
    allowed."previous_salt" := OLD."previous_salt";
    allowed."rotated_at" := OLD."rotated_at";
    allowed."rotated_by" := OLD."rotated_by";
    allowed."disabled_at" := OLD."disabled_at";
    allowed."disabled_because" := OLD."disabled_because";
    allowed."revoked_at" := OLD."revoked_at";
    allowed."revoked_by" := OLD."revoked_by";
    IF OLD."revoked_at" IS NOT NULL OR allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a webhook is never changed, except for its secret and its end'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "webhooks_changed" BEFORE UPDATE ON "webhooks"
    FOR EACH ROW EXECUTE FUNCTION "webhooks_changed"();
CREATE TRIGGER "webhooks_kept" BEFORE DELETE ON "webhooks"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- The queue: one row for each webhook that is told of an event. It is bookkeeping, and rows that ended are removed after
-- 30 days. An attempt counts when it begins: `claimed_until` is the time at which another instance may take the row,
-- because the one that had it is gone. (The foreign key to events would be checked for each row; the trigger below writes
-- it beside the event.)
CREATE TABLE "webhook_deliveries" (
    "webhook_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "claimed_until" TIMESTAMPTZ(3),
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_status" INTEGER,
    "last_error" TEXT,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("webhook_id", "event_id"),
    CONSTRAINT "webhook_deliveries_state_check" CHECK ("state" IN ('pending', 'delivered', 'failed')),
    CONSTRAINT "webhook_deliveries_attempts_check" CHECK ("attempts" >= 0),
    CONSTRAINT "webhook_deliveries_ended_check" CHECK (("state" = 'pending') = ("ended_at" IS NULL)),
    CONSTRAINT "webhook_deliveries_error_check" CHECK (char_length("last_error") <= 100)
);
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_fkey"
    FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
-- What is due does not depend on what was delivered.
CREATE INDEX "webhook_deliveries_pending_idx" ON "webhook_deliveries"("webhook_id", "next_attempt_at")
    WHERE "state" = 'pending';
CREATE INDEX "webhook_deliveries_ended_at_idx" ON "webhook_deliveries"("ended_at");

-- An event and its rows of the queue are committed together, so no order of commits lets a webhook miss one. Only
-- families of which somebody can be told are looked at: no question of the gate and no upload pays for this.
CREATE FUNCTION "queue_for_webhooks"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Without a webhook, this is all that an event pays.
    IF NOT EXISTS (SELECT 1 FROM "webhooks" w WHERE w."revoked_at" IS NULL AND w."disabled_at" IS NULL
                      AND (NEW."type" = ANY (w."events") OR NEW."type" = 'webhook.tested'))
    THEN
        RETURN NULL;
    END IF;
    INSERT INTO "webhook_deliveries" ("webhook_id", "event_id")
    SELECT w."id", NEW."id" FROM "webhooks" w
     WHERE w."revoked_at" IS NULL AND w."disabled_at" IS NULL
       AND CASE WHEN NEW."type" = 'webhook.tested' THEN w."id"::text = NEW."subject_id"
                ELSE NEW."type" = ANY (w."events")
                     AND (w."every_project" OR NEW."project_id" = ANY (w."project_ids")
                          -- A stop has no project, but can be about some.
                          OR (NEW."subject_kind" = 'stop' AND EXISTS (
                                SELECT 1 FROM "environment_stops" s
                                 WHERE s."id"::text = NEW."subject_id"
                                   AND (s."every_project" OR s."project_ids" && w."project_ids"))))
           END;
    RETURN NULL;
END $$;
CREATE TRIGGER "events_for_webhooks" AFTER INSERT ON "events" FOR EACH ROW
    WHEN (split_part(NEW."type", '.', 1) IN ('approval', 'break-glass', 'deployment', 'environment', 'webhook'))
    EXECUTE FUNCTION "queue_for_webhooks"();

-- A row is a reminder that was recorded, so that there is one for each request and time.
CREATE TABLE "approval_reminders" (
    "request_id" UUID NOT NULL,
    "after_hours" INTEGER NOT NULL,
    "reminded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "approval_reminders_pkey" PRIMARY KEY ("request_id", "after_hours"),
    CONSTRAINT "approval_reminders_after_hours_check" CHECK ("after_hours" IN (4, 24))
);
ALTER TABLE "approval_reminders" ADD CONSTRAINT "approval_reminders_request_id_fkey"
    FOREIGN KEY ("request_id") REFERENCES "approval_requests"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE TRIGGER "approval_reminders_kept" BEFORE UPDATE OR DELETE ON "approval_reminders"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE INDEX "approval_requests_requested_at_idx" ON "approval_requests"("requested_at");

DO $$
DECLARE
    t TEXT;
    f TEXT;
BEGIN
    -- A temporary table of the session must not stand in for these.
    FOREACH f IN ARRAY ARRAY['webhooks_changed', 'queue_for_webhooks'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', f, current_schema());
    END LOOP;
    FOREACH t IN ARRAY ARRAY['webhooks', 'webhook_deliveries', 'approval_reminders'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION "refuse_change"()', t || '_not_truncated', t);
    END LOOP;
    -- What is written beside the API is recorded.
    CREATE TRIGGER "webhooks_beside_api" AFTER INSERT OR UPDATE OR DELETE ON "webhooks" FOR EACH ROW
        WHEN (current_setting('srp.through', true) IS DISTINCT FROM 'api')
        EXECUTE FUNCTION "beside_api"('webhook');
END $$;
