-- People decide: what an approver sees, who asks for approvals, and what people said. An approval is bound to the risk
-- that its giver saw.

-- The risk of a release in an environment, as it was shown. Its digest is the name by which an approval refers to it.
CREATE TABLE "decision_briefs" (
    "release_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "project_id" INTEGER NOT NULL,
    -- Canonical JSON, so that everybody can compute the digest.
    "risk" TEXT NOT NULL,
    "shown_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "shown_to" TEXT NOT NULL,

    CONSTRAINT "decision_briefs_pkey" PRIMARY KEY ("release_id", "environment", "sha256"),
    CONSTRAINT "decision_briefs_sha256_check" CHECK ("sha256" = encode(sha256(convert_to("risk", 'UTF8')), 'hex'))
);
ALTER TABLE "decision_briefs" ADD CONSTRAINT "decision_briefs_project_id_release_id_fkey"
    FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "decision_briefs" ADD CONSTRAINT "decision_briefs_environment_fkey"
    FOREIGN KEY ("environment") REFERENCES "environments"("name") ON DELETE RESTRICT ON UPDATE RESTRICT;

CREATE TABLE "approval_requests" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "environments" TEXT[] NOT NULL,
    "planned_for" TIMESTAMPTZ(3),
    -- [{title, url}]
    "links" JSONB NOT NULL DEFAULT '[]',
    "note" TEXT,
    -- Made by the gate, because approvals alone were missing.
    "by_gate" BOOLEAN NOT NULL DEFAULT false,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "requested_by" TEXT NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "approval_requests_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "approval_requests_environments_check" CHECK (cardinality("environments") BETWEEN 1 AND 20
        AND array_ndims("environments") = 1 AND array_position("environments", NULL) IS NULL),
    CONSTRAINT "approval_requests_links_check" CHECK (jsonb_typeof("links") = 'array'),
    CONSTRAINT "approval_requests_ends_at_check"
        CHECK (isfinite("ends_at") AND "ends_at" <= "requested_at" + INTERVAL '720 hours')
);
CREATE INDEX "approval_requests_release_id_id_idx" ON "approval_requests"("release_id", "id");
CREATE INDEX "approval_requests_project_id_id_idx" ON "approval_requests"("project_id", "id");
ALTER TABLE "approval_requests" ADD CONSTRAINT "approval_requests_project_id_release_id_fkey"
    FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

CREATE TABLE "approvals" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "seen" TEXT NOT NULL,
    "person" TEXT NOT NULL,
    -- The form in which subjects are compared.
    "person_key" TEXT NOT NULL,
    "groups" TEXT[] NOT NULL DEFAULT '{}',
    "via" TEXT NOT NULL,
    "reason" TEXT,
    "given_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "withdrawn_at" TIMESTAMPTZ(3),
    "withdrawn_by" TEXT,
    "withdraw_reason" TEXT,

    CONSTRAINT "approvals_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "approvals_decision_check" CHECK ("decision" IN ('approve', 'reject')),
    CONSTRAINT "approvals_reason_check" CHECK ("decision" = 'approve' OR "reason" IS NOT NULL),
    CONSTRAINT "approvals_via_check" CHECK ("via" IN ('sign-in', 'token')),
    CONSTRAINT "approvals_person_check" CHECK ("person" <> 'anonymous'),
    CONSTRAINT "approvals_withdrawn_check" CHECK (
        ("withdrawn_at" IS NULL) = ("withdrawn_by" IS NULL)
        AND ("withdrawn_at" IS NULL) = ("withdraw_reason" IS NULL))
);
CREATE INDEX "approvals_release_id_environment_id_idx" ON "approvals"("release_id", "environment", "id");
CREATE INDEX "approvals_project_id_id_idx" ON "approvals"("project_id", "id");
CREATE INDEX "approvals_person_key_id_idx" ON "approvals"("person_key", "id");
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_project_id_release_id_fkey"
    FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_release_id_environment_seen_fkey"
    FOREIGN KEY ("release_id", "environment", "seen") REFERENCES "decision_briefs"("release_id", "environment", "sha256")
    ON DELETE RESTRICT ON UPDATE RESTRICT;

-- Which approvals are void by the last decision, and why: for lists. The next decision changes it.
CREATE TABLE "approval_states" (
    "approval_id" UUID NOT NULL,
    "is_void" BOOLEAN NOT NULL,
    -- Texts.
    "because" JSONB NOT NULL DEFAULT '[]',
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "approval_states_pkey" PRIMARY KEY ("approval_id")
);
ALTER TABLE "approval_states" ADD CONSTRAINT "approval_states_approval_id_fkey"
    FOREIGN KEY ("approval_id") REFERENCES "approvals"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

CREATE FUNCTION "approvals_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed "approvals"%ROWTYPE := NEW;
BEGIN
    allowed."withdrawn_at" := OLD."withdrawn_at";
    allowed."withdrawn_by" := OLD."withdrawn_by";
    allowed."withdraw_reason" := OLD."withdraw_reason";
    IF allowed IS DISTINCT FROM OLD
       OR (OLD."withdrawn_by" IS NOT NULL
           AND (NEW."withdrawn_at", NEW."withdrawn_by", NEW."withdraw_reason")
               IS DISTINCT FROM (OLD."withdrawn_at", OLD."withdrawn_by", OLD."withdraw_reason"))
    THEN
        RAISE EXCEPTION 'an approval is withdrawn once, and never changed otherwise'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD."withdrawn_by" IS NULL AND NEW."withdrawn_by" IS NOT NULL THEN
        NEW."withdrawn_at" := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "approvals_changed" BEFORE UPDATE ON "approvals"
    FOR EACH ROW EXECUTE FUNCTION "approvals_changed"();
CREATE TRIGGER "approvals_kept" BEFORE DELETE ON "approvals"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "approval_states_kept" BEFORE DELETE ON "approval_states"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

DO $$
DECLARE
    t TEXT;
BEGIN
    EXECUTE format('ALTER FUNCTION "approvals_changed"() SET search_path = %I, pg_temp', current_schema());
    FOREACH t IN ARRAY ARRAY['decision_briefs', 'approval_requests'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION "refuse_change"()', t || '_kept', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['decision_briefs', 'approval_requests', 'approvals', 'approval_states'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION "refuse_change"()', t || '_not_truncated', t);
    END LOOP;
END $$;

-- As for every other table with events: what is written beside the API is recorded.
DO $$
DECLARE
    kinds TEXT[][] := ARRAY[['approval_requests', 'approval-request'], ['approvals', 'approval']];
    pair TEXT[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY kinds LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW '
            'WHEN (current_setting(''srp.through'', true) IS DISTINCT FROM ''api'') '
            'EXECUTE FUNCTION "beside_api"(%L)', pair[1] || '_beside_api', pair[1], pair[2]);
    END LOOP;
END $$;
