-- Policies, the environments that they guard, what runs there, waivers, and verdicts. Versions of policies,
-- deployments and verdicts are kept as they are; a waiver is approved once and revoked once.

CREATE TYPE "decision" AS ENUM ('allow', 'deny');

CREATE TABLE "policies" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,

    CONSTRAINT "policies_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "policy_versions" (
    "policy_name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "rules" JSONB NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,

    CONSTRAINT "policy_versions_pkey" PRIMARY KEY ("policy_name","version")
);

CREATE TABLE "environments" (
    "name" TEXT NOT NULL,
    "rank" INTEGER NOT NULL,
    "policies" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "updated_by" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "environments_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "deployments" (
    "id" UUID NOT NULL,
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "links" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,

    CONSTRAINT "deployments_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "waivers" (
    "id" UUID NOT NULL,
    "project_id" INTEGER NOT NULL,
    "release_id" UUID,
    "rule" TEXT NOT NULL,
    "purl" TEXT,
    "purl_key" TEXT,
    "purl_version" TEXT,
    "reason" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "approved_at" TIMESTAMPTZ(3),
    "approved_by" TEXT,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,
    "revoke_reason" TEXT,

    CONSTRAINT "waivers_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "verdicts" (
    "id" UUID NOT NULL,
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "decision" "decision" NOT NULL,
    "engine" INTEGER NOT NULL,
    "inputs_hash" TEXT NOT NULL,
    "inputs" JSONB NOT NULL,
    "results" JSONB NOT NULL,
    "evaluated_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "verdicts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "release_facts" (
    "release_id" UUID NOT NULL,
    "project_id" INTEGER NOT NULL,
    "changes" BIGINT NOT NULL DEFAULT 1,
    "facts" JSONB,
    "facts_of" BIGINT,
    "facts_engine" INTEGER,

    CONSTRAINT "release_facts_pkey" PRIMARY KEY ("release_id")
);
CREATE UNIQUE INDEX "policies_name_key" ON "policies"("name");
CREATE INDEX "deployments_environment_project_id_id_idx" ON "deployments"("environment", "project_id", "id");
CREATE INDEX "deployments_environment_id_idx" ON "deployments"("environment", "id");
CREATE INDEX "waivers_project_id_id_idx" ON "waivers"("project_id", "id");
CREATE INDEX "waivers_project_id_expires_at_idx" ON "waivers"("project_id", "expires_at");
-- What waits for somebody's approval: few of many. (Not in the schema of Prisma, which has no partial indexes.)
CREATE INDEX "waivers_requested_idx" ON "waivers"("id") WHERE "approved_at" IS NULL AND "revoked_at" IS NULL;
CREATE INDEX "verdicts_project_id_release_id_id_idx" ON "verdicts"("project_id", "release_id", "id");
CREATE UNIQUE INDEX "verdicts_release_id_environment_inputs_hash_key" ON "verdicts"("release_id", "environment", "inputs_hash");
ALTER TABLE "policy_versions" ADD CONSTRAINT "policy_versions_policy_name_fkey" FOREIGN KEY ("policy_name") REFERENCES "policies"("name") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_project_id_release_id_fkey" FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_environment_fkey" FOREIGN KEY ("environment") REFERENCES "environments"("name") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "waivers" ADD CONSTRAINT "waivers_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "waivers" ADD CONSTRAINT "waivers_project_id_release_id_fkey" FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "verdicts" ADD CONSTRAINT "verdicts_project_id_release_id_fkey" FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "verdicts" ADD CONSTRAINT "verdicts_environment_fkey" FOREIGN KEY ("environment") REFERENCES "environments"("name") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "release_facts" ADD CONSTRAINT "release_facts_project_id_release_id_fkey" FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE "policies" ADD CONSTRAINT "policies_name_check" CHECK ("name" ~ '^[a-z][a-z0-9-]{0,62}$');
ALTER TABLE "policy_versions"
    ADD CONSTRAINT "policy_versions_version_check" CHECK ("version" >= 1),
    ADD CONSTRAINT "policy_versions_rules_check" CHECK (jsonb_typeof("rules") = 'array'),
    ADD CONSTRAINT "policy_versions_sha256_check" CHECK ("sha256" ~ '^[0-9a-f]{64}$');
ALTER TABLE "environments"
    ADD CONSTRAINT "environments_name_check" CHECK ("name" ~ '^[a-z][a-z0-9-]{0,62}$'),
    ADD CONSTRAINT "environments_policies_check" CHECK (jsonb_typeof("policies") = 'array');
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_links_check" CHECK (jsonb_typeof("links") = 'array');
ALTER TABLE "waivers"
    ADD CONSTRAINT "waivers_expires_at_check"
        CHECK (isfinite("expires_at") AND "expires_at" <= "created_at" + INTERVAL '2160 hours'),
    ADD CONSTRAINT "waivers_purl_check" CHECK (("purl" IS NULL) = ("purl_key" IS NULL)),
    ADD CONSTRAINT "waivers_approved_check" CHECK (("approved_at" IS NULL) = ("approved_by" IS NULL)),
    -- Nobody approves what they asked for themselves.
    ADD CONSTRAINT "waivers_four_eyes_check" CHECK (lower("approved_by") <> lower("created_by")),
    ADD CONSTRAINT "waivers_revoked_check" CHECK (
        ("revoked_at" IS NULL) = ("revoked_by" IS NULL)
        AND ("revoked_at" IS NULL) = ("revoke_reason" IS NULL));
ALTER TABLE "verdicts"
    ADD CONSTRAINT "verdicts_inputs_hash_check" CHECK ("inputs_hash" ~ '^[0-9a-f]{64}$');

CREATE FUNCTION "environments_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW."name" <> OLD."name" THEN
        RAISE EXCEPTION 'an environment keeps its name' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW."revision" := OLD."revision" + 1;
    NEW."updated_at" := clock_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER "environments_changed" BEFORE UPDATE ON "environments"
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION "environments_changed"();

CREATE FUNCTION "waivers_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed "waivers"%ROWTYPE := NEW;
BEGIN
    allowed."approved_at" := OLD."approved_at";
    allowed."approved_by" := OLD."approved_by";
    allowed."revoked_at" := OLD."revoked_at";
    allowed."revoked_by" := OLD."revoked_by";
    allowed."revoke_reason" := OLD."revoke_reason";
    IF allowed IS DISTINCT FROM OLD
       OR (OLD."approved_by" IS NOT NULL
           AND (NEW."approved_at", NEW."approved_by") IS DISTINCT FROM (OLD."approved_at", OLD."approved_by"))
       OR (OLD."revoked_by" IS NOT NULL
           AND (NEW."revoked_at", NEW."revoked_by", NEW."revoke_reason", NEW."approved_by")
               IS DISTINCT FROM (OLD."revoked_at", OLD."revoked_by", OLD."revoke_reason", OLD."approved_by"))
    THEN
        RAISE EXCEPTION 'a waiver is approved once and revoked once, and never changed otherwise'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD."approved_by" IS NULL AND NEW."approved_by" IS NOT NULL THEN
        NEW."approved_at" := clock_timestamp();
    END IF;
    IF OLD."revoked_by" IS NULL AND NEW."revoked_by" IS NOT NULL THEN
        NEW."revoked_at" := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER "waivers_changed" BEFORE UPDATE ON "waivers"
    FOR EACH ROW EXECUTE FUNCTION "waivers_changed"();

DO $$
DECLARE
    t TEXT;
BEGIN
    FOREACH t IN ARRAY ARRAY['policies', 'policy_versions', 'environments', 'deployments', 'waivers', 'verdicts']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE %s ON %I FOR EACH ROW EXECUTE FUNCTION "refuse_change"()',
            t || '_kept',
            CASE WHEN t IN ('policies', 'environments', 'waivers') THEN 'DELETE' ELSE 'UPDATE OR DELETE' END, t);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION "refuse_change"()', t || '_not_truncated', t);
    END LOOP;
END $$;

-- Every change of what counts is counted, at the end of its transaction: a lock on the row of a release is held for a
-- moment, however long an upload takes. What is received again may speak of artifacts that came since.
CREATE FUNCTION "release_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "release_facts" ("release_id", "project_id") VALUES (NEW."release_id", NEW."project_id")
        ON CONFLICT ("release_id") DO UPDATE SET "changes" = "release_facts"."changes" + 1;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER "evidence_counted" AFTER INSERT ON "evidence"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "release_changed"();
CREATE CONSTRAINT TRIGGER "evidence_recounted" AFTER UPDATE ON "evidence"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD."superseded_by" IS DISTINCT FROM NEW."superseded_by"
          OR OLD."retracted_by" IS DISTINCT FROM NEW."retracted_by"
          OR OLD."last_received_at" IS DISTINCT FROM NEW."last_received_at")
    EXECUTE FUNCTION "release_changed"();
CREATE CONSTRAINT TRIGGER "artifacts_counted" AFTER INSERT ON "artifacts"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "release_changed"();

-- What releases have from before is counted, too.
INSERT INTO "release_facts" ("release_id", "project_id") SELECT "id", "project_id" FROM "releases";

-- "The gate blocks on HIGH and CRITICAL": what every release has to show, from the first start.
INSERT INTO "policies" ("id", "name", "description", "created_by") VALUES
    ('019aaf00-0000-7000-8000-000000000001', 'baseline',
     'Tests without a failure, a bill of materials, no critical or high vulnerability that could be fixed, no secrets',
     'migration');
INSERT INTO "policy_versions" ("policy_name", "version", "rules", "sha256", "created_by") VALUES
    ('baseline', 1, '[{"rule": "tests-passed", "mode": "block", "minimumTests": 1, "maximumFailures": 0}, {"rule": "evidence-required", "mode": "block", "shows": "components", "scope": "release"}, {"rule": "max-findings", "mode": "block", "severity": "high", "maximum": 0, "types": ["vulnerability"], "fixableOnly": true, "onlyNew": false, "countUnknown": true}, {"rule": "no-secrets", "mode": "block"}]', 'b4482bba2f4ea17653cf21da6d5bfc61bd83645ce547ed7a403f0cea38775788', 'migration');
INSERT INTO "environments" ("name", "rank", "policies", "created_by", "updated_by") VALUES
    ('staging', 10, '[{"name": "baseline", "version": null}]', 'migration', 'migration'),
    ('production', 20, '[{"name": "baseline", "version": null}]', 'migration', 'migration');
