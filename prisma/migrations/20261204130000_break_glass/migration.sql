-- Break-glass: a person passes what denies a release, for a short time and by name, and another person reviews it.

CREATE TABLE "break_glasses" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "minutes" INTEGER NOT NULL,
    -- Passes also what takes two people, and opens when a second person confirms it.
    "force" BOOLEAN NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_via" TEXT NOT NULL,
    -- Every name of the person at that time, in the form in which subjects are compared.
    "requester_keys" TEXT[] NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "confirmed_by" TEXT,
    "confirmed_via" TEXT,
    "confirmer_keys" TEXT[] NOT NULL DEFAULT '{}',
    -- From when to when it counts, unless it ends before. Null: it waits for its second person.
    "opened_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,
    "ended_because" TEXT,
    "finding" TEXT,
    "actions" TEXT[] NOT NULL DEFAULT '{}',
    "reviewed_at" TIMESTAMPTZ(3),
    "reviewed_by" TEXT,
    "reviewed_via" TEXT,
    "reviewer_keys" TEXT[] NOT NULL DEFAULT '{}',
    -- When somebody was last reminded of the review.
    "reminded_at" TIMESTAMPTZ(3),

    CONSTRAINT "break_glasses_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "break_glasses_minutes_check" CHECK ("minutes" BETWEEN 1 AND 240),
    CONSTRAINT "break_glasses_requested_check" CHECK (isfinite("requested_at") AND "requested_by" <> 'anonymous'
        AND "requested_via" IN ('sign-in', 'token') AND cardinality("requester_keys") > 0),
    CONSTRAINT "break_glasses_confirmed_check" CHECK (("confirmed_at" IS NULL) = ("confirmed_by" IS NULL)
        AND ("confirmed_at" IS NULL) = ("confirmed_via" IS NULL)
        AND ("confirmed_at" IS NULL) = (cardinality("confirmer_keys") = 0)
        AND ("confirmed_via" IS NULL OR "confirmed_via" IN ('sign-in', 'token'))),
    -- The second person is another one.
    CONSTRAINT "break_glasses_two_people_check" CHECK (NOT ("requester_keys" && "confirmer_keys")),
    CONSTRAINT "break_glasses_opened_check" CHECK (("opened_at" IS NULL) = ("ends_at" IS NULL)
        AND ("opened_at" IS NULL OR (isfinite("opened_at")
             AND "ends_at" = "opened_at" + "minutes" * INTERVAL '1 minute'
             AND "opened_at" = CASE WHEN "force" THEN "confirmed_at" ELSE "requested_at" END))),
    CONSTRAINT "break_glasses_force_check" CHECK ("force" OR ("opened_at" IS NOT NULL AND "confirmed_at" IS NULL)),
    CONSTRAINT "break_glasses_ended_check" CHECK (("ended_at" IS NULL) = ("ended_by" IS NULL)
        AND ("ended_at" IS NULL) = ("ended_because" IS NULL)
        AND ("ended_because" IS NULL OR "ended_because" IN ('ended', 'person-disabled'))),
    CONSTRAINT "break_glasses_reviewed_check" CHECK (("reviewed_at" IS NULL) = ("reviewed_by" IS NULL)
        AND ("reviewed_at" IS NULL) = ("reviewed_via" IS NULL)
        AND ("reviewed_at" IS NULL) = ("finding" IS NULL)
        AND ("reviewed_at" IS NULL) = (cardinality("reviewer_keys") = 0)
        AND ("reviewed_at" IS NOT NULL OR cardinality("actions") = 0)
        AND ("reviewed_at" IS NULL OR ("opened_at" IS NOT NULL AND "reviewed_via" IN ('sign-in', 'token')))),
    -- Nobody reviews what they did themselves.
    CONSTRAINT "break_glasses_reviewer_check"
        CHECK (NOT ("reviewer_keys" && "requester_keys") AND NOT ("reviewer_keys" && "confirmer_keys")),
    CONSTRAINT "break_glasses_lists_check" CHECK (array_position("requester_keys", NULL) IS NULL
        AND array_position("confirmer_keys", NULL) IS NULL AND array_position("reviewer_keys", NULL) IS NULL
        AND array_position("actions", NULL) IS NULL AND COALESCE(array_ndims("actions"), 1) = 1)
);
ALTER TABLE "break_glasses" ADD CONSTRAINT "break_glasses_project_id_release_id_fkey"
    FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "break_glasses" ADD CONSTRAINT "break_glasses_environment_fkey"
    FOREIGN KEY ("environment") REFERENCES "environments"("name") ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE INDEX "break_glasses_release_id_environment_id_idx" ON "break_glasses"("release_id", "environment", "id");
CREATE INDEX "break_glasses_project_id_id_idx" ON "break_glasses"("project_id", "id");
-- The gate, the job and the metrics read those that wait for a review, and those that did not end.
CREATE INDEX "break_glasses_unreviewed_idx" ON "break_glasses"("project_id", "opened_at")
    WHERE "reviewed_at" IS NULL AND "opened_at" IS NOT NULL;

-- It is confirmed, ended and reviewed once each, and nothing else of it changes but the time of the last reminder.
CREATE FUNCTION "break_glasses_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed "break_glasses"%ROWTYPE := NEW;
BEGIN
    allowed."reminded_at" := OLD."reminded_at";
    IF OLD."confirmed_at" IS NULL AND OLD."ended_at" IS NULL AND OLD."force" THEN
        allowed."confirmed_at" := OLD."confirmed_at";
        allowed."confirmed_by" := OLD."confirmed_by";
        allowed."confirmed_via" := OLD."confirmed_via";
        allowed."confirmer_keys" := OLD."confirmer_keys";
        allowed."opened_at" := OLD."opened_at";
        allowed."ends_at" := OLD."ends_at";
    END IF;
    IF OLD."ended_at" IS NULL THEN
        allowed."ended_at" := OLD."ended_at";
        allowed."ended_by" := OLD."ended_by";
        allowed."ended_because" := OLD."ended_because";
    END IF;
    IF OLD."reviewed_at" IS NULL THEN
        allowed."finding" := OLD."finding";
        allowed."actions" := OLD."actions";
        allowed."reviewed_at" := OLD."reviewed_at";
        allowed."reviewed_by" := OLD."reviewed_by";
        allowed."reviewed_via" := OLD."reviewed_via";
        allowed."reviewer_keys" := OLD."reviewer_keys";
    END IF;
    IF allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a break-glass is confirmed, ended and reviewed once, and never changed otherwise'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "break_glasses_changed" BEFORE UPDATE ON "break_glasses"
    FOR EACH ROW EXECUTE FUNCTION "break_glasses_changed"();
CREATE TRIGGER "break_glasses_kept" BEFORE DELETE ON "break_glasses"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "break_glasses_not_truncated" BEFORE TRUNCATE ON "break_glasses"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
-- As for every other table with events: what is written beside the API is recorded.
CREATE TRIGGER "break_glasses_beside_api" AFTER INSERT OR UPDATE OR DELETE ON "break_glasses" FOR EACH ROW
    WHEN (current_setting('srp.through', true) IS DISTINCT FROM 'api')
    EXECUTE FUNCTION "beside_api"('break-glass');
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION "break_glasses_changed"() SET search_path = %I, pg_temp', current_schema());
END $$;

-- A deployment under a break-glass names the verdict that says what was overridden.
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_break_glass_check"
    CHECK ("authorization" <> 'break-glass' OR "judged_verdict_id" IS NOT NULL);
