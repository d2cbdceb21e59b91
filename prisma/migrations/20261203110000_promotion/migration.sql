-- When deployments may happen, what came of them, and in which order environments follow each other.

-- Freezes and change windows. Times are those of clocks in `time_zone`: with `days`, each week from `from_local` to
-- `to_local` (HH:MM); without, once (YYYY-MM-DDTHH:MM). Ended windows are kept for the record.
CREATE TABLE "environment_windows" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "environment" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "from_local" TEXT NOT NULL,
    "to_local" TEXT NOT NULL,
    "days" TEXT[],
    "time_zone" TEXT NOT NULL,
    "every_project" BOOLEAN NOT NULL,
    "project_ids" INTEGER[],
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,

    CONSTRAINT "environment_windows_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "environment_windows_kind_check" CHECK ("kind" IN ('freeze', 'change')),
    CONSTRAINT "environment_windows_days_check" CHECK ("days" IS NOT NULL AND COALESCE(array_ndims("days"), 1) = 1
        AND "days" <@ ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
    -- An emptied list must never come to mean every project.
    CONSTRAINT "environment_windows_projects_check"
        CHECK ("project_ids" IS NOT NULL AND "every_project" = (cardinality("project_ids") = 0)
            AND COALESCE(array_ndims("project_ids"), 1) = 1
            AND array_position("project_ids", NULL) IS NULL),
    CONSTRAINT "environment_windows_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "environment_windows_ended_check" CHECK (("ended_at" IS NULL) = ("ended_by" IS NULL))
);
CREATE INDEX "environment_windows_environment_id_idx" ON "environment_windows"("environment", "id");
ALTER TABLE "environment_windows" ADD CONSTRAINT "environment_windows_environment_fkey"
    FOREIGN KEY ("environment") REFERENCES "environments"("name") ON DELETE RESTRICT ON UPDATE RESTRICT;
-- The gate reads those that count.
CREATE INDEX "environment_windows_current_idx" ON "environment_windows"("environment") WHERE "ended_at" IS NULL;

-- The stopped line: nothing ordinary goes there until a person resumes it.
CREATE TABLE "environment_stops" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "environment" TEXT NOT NULL,
    "every_project" BOOLEAN NOT NULL,
    "project_ids" INTEGER[],
    "rollbacks" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "resumed_at" TIMESTAMPTZ(3),
    "resumed_by" TEXT,
    "resume_reason" TEXT,

    CONSTRAINT "environment_stops_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "environment_stops_projects_check"
        CHECK ("project_ids" IS NOT NULL AND "every_project" = (cardinality("project_ids") = 0)
            AND COALESCE(array_ndims("project_ids"), 1) = 1
            AND array_position("project_ids", NULL) IS NULL),
    CONSTRAINT "environment_stops_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "environment_stops_resumed_check" CHECK (("resumed_at" IS NULL) = ("resumed_by" IS NULL)
        AND ("resumed_at" IS NULL) = ("resume_reason" IS NULL))
);
CREATE INDEX "environment_stops_environment_id_idx" ON "environment_stops"("environment", "id");
ALTER TABLE "environment_stops" ADD CONSTRAINT "environment_stops_environment_fkey"
    FOREIGN KEY ("environment") REFERENCES "environments"("name") ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE INDEX "environment_stops_current_idx" ON "environment_stops"("environment") WHERE "resumed_at" IS NULL;

-- A window and a stop end once, and nothing else of them changes.
CREATE TRIGGER "environment_windows_kept" BEFORE DELETE ON "environment_windows"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "environment_windows_end_once" BEFORE UPDATE ON "environment_windows" FOR EACH ROW
    WHEN (OLD."ended_at" IS NOT NULL OR NEW."ended_at" IS NULL
          OR (OLD."id", OLD."environment", OLD."kind", OLD."from_local", OLD."to_local", OLD."days", OLD."time_zone",
              OLD."every_project", OLD."project_ids", OLD."reason", OLD."created_at", OLD."created_by")
             IS DISTINCT FROM
             (NEW."id", NEW."environment", NEW."kind", NEW."from_local", NEW."to_local", NEW."days", NEW."time_zone",
              NEW."every_project", NEW."project_ids", NEW."reason", NEW."created_at", NEW."created_by"))
    EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "environment_stops_kept" BEFORE DELETE ON "environment_stops"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "environment_stops_end_once" BEFORE UPDATE ON "environment_stops" FOR EACH ROW
    WHEN (OLD."resumed_at" IS NOT NULL OR NEW."resumed_at" IS NULL
          OR (OLD."id", OLD."environment", OLD."every_project", OLD."project_ids", OLD."rollbacks", OLD."reason",
              OLD."created_at", OLD."created_by")
             IS DISTINCT FROM
             (NEW."id", NEW."environment", NEW."every_project", NEW."project_ids", NEW."rollbacks", NEW."reason",
              NEW."created_at", NEW."created_by"))
    EXECUTE FUNCTION "refuse_change"();

-- Environments that come before: a release must have run there first.
ALTER TABLE "environments" ADD COLUMN "after" TEXT[] NOT NULL DEFAULT '{}';

-- A deployment that was started ends once: it succeeds or fails. Rows from before, and those of the version that runs
-- during the update, say nothing about how they were authorized: `unknown`. `succeeded_as` is the place in the order of
-- what runs, if it is not that of `id`: a deployment that was started earlier may succeed later.
ALTER TABLE "deployments"
    ADD COLUMN "state" TEXT NOT NULL DEFAULT 'succeeded',
    ADD COLUMN "authorization" TEXT NOT NULL DEFAULT 'unknown',
    ADD COLUMN "judged_verdict_id" UUID,
    ADD COLUMN "succeeded_as" UUID,
    ADD COLUMN "ended_at" TIMESTAMPTZ(3),
    ADD COLUMN "ended_by" TEXT,
    ADD CONSTRAINT "deployments_state_check" CHECK ("state" IN ('started', 'succeeded', 'failed')),
    ADD CONSTRAINT "deployments_authorization_check"
        CHECK ("authorization" IN ('authorized', 'rollback', 'break-glass', 'unauthorized', 'unknown')),
    ADD CONSTRAINT "deployments_judged_check"
        CHECK ("authorization" NOT IN ('authorized', 'rollback') OR "judged_verdict_id" IS NOT NULL),
    ADD CONSTRAINT "deployments_ended_check" CHECK (("ended_at" IS NULL) = ("ended_by" IS NULL)
        AND ("state" <> 'started' OR "ended_at" IS NULL)
        AND ("succeeded_as" IS NULL OR ("state" = 'succeeded' AND "ended_at" IS NOT NULL)));
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_judged_verdict_id_fkey"
    FOREIGN KEY ("judged_verdict_id") REFERENCES "verdicts"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
-- What runs is the last that succeeded. (Prisma has no indexes on expressions.)
CREATE INDEX "deployments_succeeded_idx"
    ON "deployments"("environment", "project_id", (COALESCE("succeeded_as", "id"))) WHERE "state" = 'succeeded';
-- Lists of what nobody authorized.
CREATE INDEX "deployments_environment_authorization_created_at_id_idx"
    ON "deployments"("environment", "authorization", "created_at", "id");
CREATE INDEX "deployments_project_authorization_idx"
    ON "deployments"("project_id", "environment", "authorization", "created_at", "id");
CREATE INDEX "deployments_release_idx" ON "deployments"("release_id", "environment", "id");

DROP TRIGGER "deployments_kept" ON "deployments";
CREATE TRIGGER "deployments_kept" BEFORE DELETE ON "deployments"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "deployments_end_once" BEFORE UPDATE ON "deployments" FOR EACH ROW
    WHEN (OLD."state" <> 'started' OR NEW."state" = 'started' OR NEW."ended_at" IS NULL
          OR (OLD."id", OLD."project_id", OLD."release_id", OLD."environment", OLD."links", OLD."created_at",
              OLD."created_by", OLD."decision", OLD."verdict_id", OLD."authorization", OLD."judged_verdict_id")
             IS DISTINCT FROM
             (NEW."id", NEW."project_id", NEW."release_id", NEW."environment", NEW."links", NEW."created_at",
              NEW."created_by", NEW."decision", NEW."verdict_id", NEW."authorization", NEW."judged_verdict_id"))
    EXECUTE FUNCTION "refuse_change"();

-- As for every other table with events: what is written beside the API is recorded, and TRUNCATE is refused.
DO $$
DECLARE
    kinds TEXT[][] := ARRAY[['environment_windows', 'window'], ['environment_stops', 'stop']];
    pair TEXT[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY kinds LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW '
            'WHEN (current_setting(''srp.through'', true) IS DISTINCT FROM ''api'') '
            'EXECUTE FUNCTION "beside_api"(%L)', pair[1] || '_beside_api', pair[1], pair[2]);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION "refuse_change"()', pair[1] || '_not_truncated', pair[1]);
    END LOOP;
END $$;

-- What runs does not begin with a deployment that failed, or has not ended.
CREATE OR REPLACE VIEW "release_overview" WITH (security_invoker = true) AS
WITH latest AS (
  SELECT DISTINCT ON (environment, project_id) environment, release_id
    FROM deployments WHERE state = 'succeeded'
   ORDER BY environment, project_id, COALESCE(succeeded_as, id) DESC
), running AS (
  SELECT release_id, string_agg(environment, ', ' ORDER BY environment) AS environments
    FROM latest GROUP BY release_id
)
SELECT p.name AS project, r.version, r.state::text AS state,
       (SELECT string_agg(d.decision || ' for ' || d.environment, ', ' ORDER BY d.environment)
          FROM release_decisions d WHERE d.release_id = r.id) AS last_verdict,
       running.environments AS runs_in,
       (SELECT count(*) FROM evidence e
         WHERE e.release_id = r.id AND e.superseded_at IS NULL AND e.retracted_at IS NULL)::int AS evidence,
       (SELECT count(*) FROM artifacts a WHERE a.release_id = r.id)::int AS artifacts,
       r.branch, r.commit, r.created_at, r.created_by, r.id AS release_id, r.project_id
  FROM releases r
  JOIN projects p ON p.id = r.project_id
  LEFT JOIN running ON running.release_id = r.id
 ORDER BY r.id DESC;
