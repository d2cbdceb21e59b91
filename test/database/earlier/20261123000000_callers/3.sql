-- Who may call, what was answered to a key, and who changed a project last.

ALTER TABLE "projects"
    ADD COLUMN "created_by" TEXT,
    ADD COLUMN "updated_by" TEXT,
    ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1,
    ADD CONSTRAINT "projects_version_check" CHECK ("version" >= 1);

-- Entity tags are made of the version. A trigger counts it, so that a change from Prisma Studio, psql or
-- the Python service is a new version, too.
CREATE FUNCTION "projects_count_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."version" := OLD."version" + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER "projects_version" BEFORE UPDATE ON "projects"
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION "projects_count_version"();

CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "scopes" TEXT[],
    "every_project" BOOLEAN NOT NULL,
    "project_ids" INTEGER[],
    "hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id"),
    -- Who callers without an API token are: nobody's token makes them somebody else's namesake.
    CONSTRAINT "api_tokens_subject_check" CHECK ("subject" !~ '^cli:|[|]' AND "subject" <> 'anonymous'),
    CONSTRAINT "api_tokens_hash_check" CHECK (length("hash") = 32),
    -- One list of values without gaps: what anybody may edit here must stay readable.
    CONSTRAINT "api_tokens_scopes_check" CHECK ("scopes" IS NOT NULL AND cardinality("scopes") > 0
        AND array_ndims("scopes") = 1 AND array_position("scopes", NULL) IS NULL),
    -- An emptied list must never come to mean every project.
    CONSTRAINT "api_tokens_projects_check"
        CHECK ("project_ids" IS NOT NULL AND "every_project" = (cardinality("project_ids") = 0)
            AND COALESCE(array_ndims("project_ids"), 1) = 1
            AND array_position("project_ids", NULL) IS NULL),
    CONSTRAINT "api_tokens_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "api_tokens_expires_at_check"
        CHECK (isfinite("expires_at") AND "expires_at" <= "created_at" + INTERVAL '366 days'),
    CONSTRAINT "api_tokens_revoked_check" CHECK (("revoked_at" IS NULL) = ("revoked_by" IS NULL))
);

CREATE UNIQUE INDEX "api_tokens_hash_key" ON "api_tokens"("hash");

CREATE TABLE "trusted_issuers" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "conditions" JSONB NOT NULL,
    "scopes" TEXT[],
    "every_project" BOOLEAN NOT NULL,
    "project_ids" INTEGER[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,

    CONSTRAINT "trusted_issuers_pkey" PRIMARY KEY ("id"),
    -- Without a condition every repository of a public issuer would be trusted.
    CONSTRAINT "trusted_issuers_conditions_check"
        CHECK (jsonb_typeof("conditions") = 'object' AND "conditions" <> '{}' AND NOT jsonb_path_exists(
            "conditions", '$.* ? (@.type() != "string" || @ == "*" || @ == "")')),
    -- One list of values without gaps: what anybody may edit here must stay readable.
    CONSTRAINT "trusted_issuers_scopes_check" CHECK ("scopes" IS NOT NULL AND cardinality("scopes") > 0
        AND array_ndims("scopes") = 1 AND array_position("scopes", NULL) IS NULL),
    -- An emptied list must never come to mean every project.
    CONSTRAINT "trusted_issuers_projects_check"
        CHECK ("project_ids" IS NOT NULL AND "every_project" = (cardinality("project_ids") = 0)
            AND COALESCE(array_ndims("project_ids"), 1) = 1
            AND array_position("project_ids", NULL) IS NULL),
    CONSTRAINT "trusted_issuers_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "trusted_issuers_revoked_check"
        CHECK (("revoked_at" IS NULL) = ("revoked_by" IS NULL))
);

CREATE INDEX "trusted_issuers_issuer_idx" ON "trusted_issuers"("issuer");

CREATE TABLE "idempotency_keys" (
    "caller" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "headers" JSONB,
    "body" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("caller","key")
);

CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");
