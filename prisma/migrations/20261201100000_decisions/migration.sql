-- What was decided (verdicts, one for the same inputs) apart from what holds (one row for a release and environment).

-- SHA-256 over inputs, decision and results. Null: a verdict from before, for which the server computes it when it is shown.
ALTER TABLE "verdicts"
    ADD COLUMN "verdict_hash" TEXT,
    ADD CONSTRAINT "verdicts_verdict_hash_check" CHECK ("verdict_hash" ~ '^[0-9a-f]{64}$');

CREATE TABLE "release_decisions" (
    "release_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "project_id" INTEGER NOT NULL,
    "verdict_id" UUID NOT NULL,
    "decision" "decision" NOT NULL,
    "inputs_hash" TEXT NOT NULL,
    "snapshot" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT NOT NULL,

    CONSTRAINT "release_decisions_pkey" PRIMARY KEY ("release_id", "environment"),
    CONSTRAINT "release_decisions_inputs_hash_check" CHECK ("inputs_hash" ~ '^[0-9a-f]{64}$')
);
ALTER TABLE "release_decisions" ADD CONSTRAINT "release_decisions_verdict_id_fkey"
    FOREIGN KEY ("verdict_id") REFERENCES "verdicts"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- The last verdict that was stored is not always the one that holds: the same inputs may have come back since. Where a
-- release has only one verdict for an environment, it is. Where it has several, the next question fills the row.
INSERT INTO "release_decisions"
SELECT v."release_id", v."environment", v."project_id", v."id", v."decision", v."inputs_hash",
       v."evaluated_at", v."evaluated_at", v."created_by"
  FROM "verdicts" v
 WHERE NOT EXISTS (
       SELECT 1 FROM "verdicts" other
        WHERE other."release_id" = v."release_id" AND other."environment" = v."environment" AND other."id" <> v."id");

CREATE TRIGGER "release_decisions_kept" BEFORE DELETE ON "release_decisions"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "release_decisions_same_place" BEFORE UPDATE OF "release_id", "environment", "project_id" ON "release_decisions"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "release_decisions_not_truncated" BEFORE TRUNCATE ON "release_decisions"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- A write beside the API is recorded as one of the verdict that holds from then on.
CREATE FUNCTION "decision_beside_api"() RETURNS trigger LANGUAGE plpgsql SET "TimeZone" TO 'UTC' AS $$
DECLARE
    was JSONB := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
BEGIN
    EXECUTE format(
        'INSERT INTO %I."events" ("type", "subject_kind", "subject_id", "project_id", "release_id", "actor", "data") '
        'VALUES (''beside-api'', ''verdict'', $1, $2, $3, $4, $5)', TG_TABLE_SCHEMA)
    USING NEW."verdict_id"::text, NEW."project_id", NEW."release_id", session_user::text,
        jsonb_build_object(
            'operation', lower(TG_OP),
            'before', encode(sha256(convert_to(was::text, 'UTF8')), 'hex'),
            'after', encode(sha256(convert_to(to_jsonb(NEW)::text, 'UTF8')), 'hex'))::text;
    RETURN NULL;
END $$;
CREATE TRIGGER "release_decisions_beside_api" AFTER INSERT OR UPDATE ON "release_decisions" FOR EACH ROW
    WHEN (current_setting('srp.through', true) IS DISTINCT FROM 'api') EXECUTE FUNCTION "decision_beside_api"();

-- What was known of a release when it was deployed: the decision that held in the environment, and its verdict.
ALTER TABLE "deployments"
    ADD COLUMN "decision" TEXT NOT NULL DEFAULT 'none',
    ADD COLUMN "verdict_id" UUID,
    ADD CONSTRAINT "deployments_decision_check" CHECK ("decision" IN ('allow', 'deny', 'none')),
    ADD CONSTRAINT "deployments_verdict_check" CHECK (("decision" = 'none') = ("verdict_id" IS NULL));
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_verdict_id_fkey"
    FOREIGN KEY ("verdict_id") REFERENCES "verdicts"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- Lists by time, with any filter. A page reads the beginning of each part: an environment and a decision.
CREATE INDEX "verdicts_environment_decision_evaluated_at_id_idx"
    ON "verdicts"("environment", "decision", "evaluated_at", "id");
CREATE INDEX "verdicts_project_id_environment_decision_evaluated_at_id_idx"
    ON "verdicts"("project_id", "environment", "decision", "evaluated_at", "id");
CREATE INDEX "deployments_environment_decision_created_at_id_idx"
    ON "deployments"("environment", "decision", "created_at", "id");
CREATE INDEX "deployments_project_id_environment_decision_created_at_id_idx"
    ON "deployments"("project_id", "environment", "decision", "created_at", "id");

-- The timeline of a release, and the waivers of its project, which are about each release. (Prisma has no partial indexes.)
CREATE INDEX "events_release_id_id_idx" ON "events"("release_id", "id");
CREATE INDEX "events_project_waivers_idx" ON "events"("project_id", "id")
    WHERE "subject_kind" = 'waiver' AND "release_id" IS NULL;

-- The column `last_verdict` keeps its name and says what holds, for each environment.
CREATE OR REPLACE VIEW "release_overview" WITH (security_invoker = true) AS
WITH latest AS (
  SELECT DISTINCT ON (environment, project_id) environment, release_id
    FROM deployments ORDER BY environment, project_id, id DESC
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

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION "decision_beside_api"() SET search_path = %I, pg_temp', current_schema());
END $$;
