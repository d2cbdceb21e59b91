-- The migration before this one was edited after some databases had it. This one brings those to the same schema, and
-- does nothing in all others. All of its earlier versions have the function that it drops.
DO $mend$
BEGIN
    IF to_regprocedure('"projects_count_version"()') IS NULL THEN
        RETURN;
    END IF;

    ALTER TABLE "projects"
        ALTER COLUMN "created_at" SET DEFAULT transaction_timestamp(),
        ALTER COLUMN "updated_at" SET DEFAULT transaction_timestamp(),
        DROP CONSTRAINT IF EXISTS "projects_version_check",
        ADD CONSTRAINT "projects_version_check" CHECK ("version" >= 1);
    DROP TRIGGER "projects_version" ON "projects";
    DROP FUNCTION "projects_count_version"();
    CREATE FUNCTION "projects_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."version" := OLD."version" + 1;
    NEW."updated_at" := CURRENT_TIMESTAMP;
    RETURN NEW;
END $$;
    CREATE TRIGGER "projects_changed" BEFORE UPDATE ON "projects"
        FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
        EXECUTE FUNCTION "projects_changed"();

    ALTER TABLE "api_tokens"
        DROP CONSTRAINT IF EXISTS "api_tokens_subject_check",
        DROP CONSTRAINT IF EXISTS "api_tokens_scopes_check",
        DROP CONSTRAINT IF EXISTS "api_tokens_projects_check",
        DROP CONSTRAINT IF EXISTS "api_tokens_created_at_check",
        DROP CONSTRAINT IF EXISTS "api_tokens_expires_at_check",
        ADD CONSTRAINT "api_tokens_subject_check"
            CHECK ("subject" !~ '^cli:|[|]' AND "subject" <> 'anonymous'),
        ADD CONSTRAINT "api_tokens_scopes_check" CHECK ("scopes" IS NOT NULL AND cardinality("scopes") > 0
            AND array_ndims("scopes") = 1 AND array_position("scopes", NULL) IS NULL),
        ADD CONSTRAINT "api_tokens_projects_check"
            CHECK ("project_ids" IS NOT NULL AND "every_project" = (cardinality("project_ids") = 0)
                AND COALESCE(array_ndims("project_ids"), 1) = 1
                AND array_position("project_ids", NULL) IS NULL),
        ADD CONSTRAINT "api_tokens_created_at_check" CHECK (isfinite("created_at")),
        ADD CONSTRAINT "api_tokens_expires_at_check"
            CHECK (isfinite("expires_at") AND "expires_at" <= "created_at" + INTERVAL '366 days');

    ALTER TABLE "trusted_issuers"
        DROP CONSTRAINT IF EXISTS "trusted_issuers_conditions_check",
        DROP CONSTRAINT IF EXISTS "trusted_issuers_scopes_check",
        DROP CONSTRAINT IF EXISTS "trusted_issuers_projects_check",
        DROP CONSTRAINT IF EXISTS "trusted_issuers_created_at_check",
        ADD CONSTRAINT "trusted_issuers_conditions_check"
            CHECK (jsonb_typeof("conditions") = 'object' AND "conditions" <> '{}' AND NOT jsonb_path_exists(
                "conditions", '$.* ? (@.type() != "string" || @ == "*" || @ == "")')),
        ADD CONSTRAINT "trusted_issuers_scopes_check" CHECK ("scopes" IS NOT NULL AND cardinality("scopes") > 0
            AND array_ndims("scopes") = 1 AND array_position("scopes", NULL) IS NULL),
        ADD CONSTRAINT "trusted_issuers_projects_check"
            CHECK ("project_ids" IS NOT NULL AND "every_project" = (cardinality("project_ids") = 0)
                AND COALESCE(array_ndims("project_ids"), 1) = 1
                AND array_position("project_ids", NULL) IS NULL),
        ADD CONSTRAINT "trusted_issuers_created_at_check" CHECK (isfinite("created_at"));
END $mend$;
