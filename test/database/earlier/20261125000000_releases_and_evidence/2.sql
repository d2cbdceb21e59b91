-- Releases of a project, what was built for them, and what tools said about them. Evidence is kept as it came:
-- the triggers at the end refuse whatever would rewrite it, from psql and Prisma Studio, too.

CREATE TYPE "release_state" AS ENUM ('open', 'sealed', 'revoked');

CREATE TYPE "severity" AS ENUM ('critical', 'high', 'medium', 'low', 'none', 'unknown');

CREATE TYPE "finding_type" AS ENUM ('vulnerability', 'misconfiguration', 'secret', 'licence', 'code');

ALTER TABLE "idempotency_keys" ADD COLUMN "status" INTEGER NOT NULL DEFAULT 201;

CREATE TABLE "releases" (
    "id" UUID NOT NULL,
    "project_id" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "branch" TEXT,
    "notes" TEXT,
    "links" JSONB NOT NULL DEFAULT '[]',
    "state" "release_state" NOT NULL DEFAULT 'open',
    "sealed_at" TIMESTAMPTZ(3),
    "sealed_by" TEXT,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,
    "revoked_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "updated_by" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "releases_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "artifacts" (
    "id" UUID NOT NULL,
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "size" BIGINT,
    "purl" TEXT,
    "purl_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,

    CONSTRAINT "artifacts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "documents" (
    "project_id" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "gzip_size" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "documents_pkey" PRIMARY KEY ("project_id","sha256")
);

CREATE TABLE "document_chunks" (
    "project_id" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "document_chunks_pkey" PRIMARY KEY ("project_id","sha256","ordinal")
);

CREATE TABLE "evidence" (
    "id" UUID NOT NULL,
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "artifact_sha256" TEXT,
    "kind" TEXT NOT NULL,
    "label" TEXT,
    "parser_version" INTEGER NOT NULL,
    "media_type" TEXT NOT NULL,
    "tool" TEXT,
    "tool_version" TEXT,
    "spec_version" TEXT,
    "received_sha256" TEXT NOT NULL,
    "stored_sha256" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "summary" JSONB NOT NULL,
    "may_absolve" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "last_received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "superseded_at" TIMESTAMPTZ(3),
    "superseded_by" UUID,
    "retracted_at" TIMESTAMPTZ(3),
    "retracted_by" TEXT,
    "retract_reason" TEXT,

    CONSTRAINT "evidence_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "components" (
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "evidence_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT,
    "purl" TEXT,
    "key" TEXT NOT NULL,
    "licences" TEXT[],

    CONSTRAINT "components_pkey" PRIMARY KEY ("evidence_id","ordinal")
);

CREATE TABLE "findings" (
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "evidence_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "type" "finding_type" NOT NULL,
    "severity" "severity" NOT NULL,
    "rule" TEXT NOT NULL,
    "aliases" TEXT[],
    "title" TEXT,
    "message" TEXT,
    "score" DOUBLE PRECISION,
    "vector" TEXT,
    "purl" TEXT,
    "purl_key" TEXT,
    "package_name" TEXT,
    "package_version" TEXT,
    "purl_version" TEXT,
    "fixed_version" TEXT,
    "location" TEXT,
    "line" INTEGER,
    "url" TEXT,
    "fingerprint" BYTEA NOT NULL,

    CONSTRAINT "findings_pkey" PRIMARY KEY ("evidence_id","ordinal")
);

CREATE TABLE "claims" (
    "project_id" INTEGER NOT NULL,
    "release_id" UUID NOT NULL,
    "evidence_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "target" TEXT NOT NULL,
    "purl" TEXT,
    "purl_key" TEXT,
    "purl_version" TEXT,
    "purl_exact" BOOLEAN NOT NULL,
    "products" TEXT[],
    "status" TEXT NOT NULL,
    "absolves" BOOLEAN NOT NULL,
    "justification" TEXT,
    "detail" TEXT,
    "stated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "claims_pkey" PRIMARY KEY ("evidence_id","ordinal")
);

CREATE TABLE "vulnerability_aliases" (
    "project_id" INTEGER NOT NULL,
    "alias" TEXT NOT NULL,
    "canonical" TEXT NOT NULL,

    CONSTRAINT "vulnerability_aliases_pkey" PRIMARY KEY ("project_id","alias","canonical")
);

CREATE TABLE "server_keys" (
    "name" TEXT NOT NULL,
    "value" BYTEA NOT NULL,

    CONSTRAINT "server_keys_pkey" PRIMARY KEY ("name")
);
CREATE INDEX "releases_project_id_state_id_idx" ON "releases"("project_id", "state", "id");
CREATE INDEX "releases_project_id_commit_idx" ON "releases"("project_id", "commit");
CREATE UNIQUE INDEX "releases_project_id_version_key" ON "releases"("project_id", "version");
CREATE UNIQUE INDEX "releases_project_id_id_key" ON "releases"("project_id", "id");
CREATE INDEX "artifacts_project_id_release_id_id_idx" ON "artifacts"("project_id", "release_id", "id");
CREATE INDEX "artifacts_sha256_project_id_id_idx" ON "artifacts"("sha256", "project_id", "id");
CREATE UNIQUE INDEX "artifacts_release_id_sha256_key" ON "artifacts"("release_id", "sha256");
CREATE INDEX "evidence_release_id_id_idx" ON "evidence"("release_id", "id");
CREATE INDEX "evidence_release_id_received_sha256_idx" ON "evidence"("release_id", "received_sha256");
CREATE INDEX "evidence_release_id_artifact_sha256_idx" ON "evidence"("release_id", "artifact_sha256");
CREATE INDEX "evidence_project_id_stored_sha256_idx" ON "evidence"("project_id", "stored_sha256");
CREATE INDEX "evidence_superseded_by_idx" ON "evidence"("superseded_by");
CREATE UNIQUE INDEX "evidence_project_id_release_id_id_key" ON "evidence"("project_id", "release_id", "id");
CREATE INDEX "components_key_project_id_evidence_id_ordinal_idx" ON "components"("key", "project_id", "evidence_id", "ordinal");
CREATE INDEX "components_key_version_project_id_evidence_id_ordinal_idx" ON "components"("key", "version", "project_id", "evidence_id", "ordinal");
CREATE INDEX "findings_release_id_severity_evidence_id_ordinal_idx" ON "findings"("release_id", "severity", "evidence_id", "ordinal");
CREATE INDEX "findings_rule_project_id_evidence_id_ordinal_idx" ON "findings"("rule", "project_id", "evidence_id", "ordinal");
CREATE INDEX "findings_project_id_fingerprint_evidence_id_idx" ON "findings"("project_id", "fingerprint", "evidence_id");
CREATE INDEX "claims_release_id_target_idx" ON "claims"("release_id", "target");
CREATE INDEX "vulnerability_aliases_alias_idx" ON "vulnerability_aliases"("alias");
CREATE INDEX "vulnerability_aliases_canonical_idx" ON "vulnerability_aliases"("canonical");
ALTER TABLE "releases" ADD CONSTRAINT "releases_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_project_id_release_id_fkey" FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "documents" ADD CONSTRAINT "documents_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "document_chunks" ADD CONSTRAINT "document_chunks_project_id_sha256_fkey" FOREIGN KEY ("project_id", "sha256") REFERENCES "documents"("project_id", "sha256") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_project_id_release_id_fkey" FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_release_id_artifact_sha256_fkey" FOREIGN KEY ("release_id", "artifact_sha256") REFERENCES "artifacts"("release_id", "sha256") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_project_id_stored_sha256_fkey" FOREIGN KEY ("project_id", "stored_sha256") REFERENCES "documents"("project_id", "sha256") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_superseded_by_fkey" FOREIGN KEY ("superseded_by") REFERENCES "evidence"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "components" ADD CONSTRAINT "components_project_id_release_id_evidence_id_fkey" FOREIGN KEY ("project_id", "release_id", "evidence_id") REFERENCES "evidence"("project_id", "release_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "findings" ADD CONSTRAINT "findings_project_id_release_id_evidence_id_fkey" FOREIGN KEY ("project_id", "release_id", "evidence_id") REFERENCES "evidence"("project_id", "release_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "claims" ADD CONSTRAINT "claims_project_id_release_id_evidence_id_fkey" FOREIGN KEY ("project_id", "release_id", "evidence_id") REFERENCES "evidence"("project_id", "release_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "vulnerability_aliases" ADD CONSTRAINT "vulnerability_aliases_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What the schema language of Prisma has no words for.

ALTER TABLE "releases"
    ADD CONSTRAINT "releases_version_check" CHECK ("version" ~ '^[A-Za-z0-9._+-]{1,128}$'),
    ADD CONSTRAINT "releases_commit_check" CHECK ("commit" ~ '^([0-9a-f]{40}|[0-9a-f]{64})$'),
    ADD CONSTRAINT "releases_links_check" CHECK (jsonb_typeof("links") = 'array'),
    ADD CONSTRAINT "releases_state_check" CHECK (
        ("state" <> 'open' OR ("sealed_at" IS NULL AND "revoked_at" IS NULL))
        AND ("state" <> 'sealed' OR ("sealed_at" IS NOT NULL AND "revoked_at" IS NULL))
        AND ("state" <> 'revoked' OR "revoked_at" IS NOT NULL)
        AND ("sealed_at" IS NULL) = ("sealed_by" IS NULL)
        AND ("revoked_at" IS NULL) = ("revoked_by" IS NULL)
        AND ("revoked_at" IS NULL) = ("revoked_reason" IS NULL));

ALTER TABLE "artifacts"
    ADD CONSTRAINT "artifacts_sha256_check" CHECK ("sha256" ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT "artifacts_size_check" CHECK ("size" BETWEEN 0 AND 9007199254740991),
    ADD CONSTRAINT "artifacts_purl_check" CHECK (("purl" IS NULL) = ("purl_key" IS NULL));

ALTER TABLE "documents" ADD CONSTRAINT "documents_sha256_check" CHECK ("sha256" ~ '^[0-9a-f]{64}$');
-- It is compressed already.
ALTER TABLE "document_chunks" ALTER COLUMN "content" SET STORAGE EXTERNAL;

ALTER TABLE "evidence"
    ADD CONSTRAINT "evidence_received_check" CHECK ("received_sha256" ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT "evidence_summary_check" CHECK (jsonb_typeof("summary") = 'object'),
    ADD CONSTRAINT "evidence_superseded_check" CHECK (("superseded_at" IS NULL) = ("superseded_by" IS NULL)),
    ADD CONSTRAINT "evidence_retracted_check" CHECK (
        ("retracted_at" IS NULL) = ("retracted_by" IS NULL)
        AND ("retracted_at" IS NULL) = ("retract_reason" IS NULL));
-- One that counts of each kind, label and artifact. Deferred, because the new one comes before the old one can
-- say by what it was superseded.
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_label_excl" EXCLUDE USING btree (
        "release_id" WITH =, "kind" WITH =, "label" WITH =, (COALESCE("artifact_sha256", '')) WITH =)
    WHERE ("label" IS NOT NULL AND "superseded_at" IS NULL AND "retracted_at" IS NULL)
    DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE "findings" ADD CONSTRAINT "findings_fingerprint_check" CHECK (length("fingerprint") = 32);

-- A release: notes and links may change, and its state in one direction.
CREATE FUNCTION "releases_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW."id", NEW."project_id", NEW."version", NEW."commit", NEW."branch", NEW."created_at", NEW."created_by")
       IS DISTINCT FROM
       (OLD."id", OLD."project_id", OLD."version", OLD."commit", OLD."branch", OLD."created_at", OLD."created_by")
    THEN
        RAISE EXCEPTION 'what a release is made from is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW."state" < OLD."state"
       OR (OLD."state" <> 'open'
           AND (NEW."sealed_at", NEW."sealed_by") IS DISTINCT FROM (OLD."sealed_at", OLD."sealed_by"))
       OR (OLD."revoked_at" IS NOT NULL
           AND (NEW."revoked_at", NEW."revoked_by", NEW."revoked_reason")
               IS DISTINCT FROM (OLD."revoked_at", OLD."revoked_by", OLD."revoked_reason"))
    THEN
        RAISE EXCEPTION 'a release goes from open to sealed and from either to revoked, and never back'
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- The time when it happened, by the clock that artifacts have theirs from: whoever changes a release may have waited.
    NEW."updated_at" := clock_timestamp();
    IF NEW."state" = 'sealed' AND OLD."state" = 'open' THEN
        NEW."sealed_at" := NEW."updated_at";
    END IF;
    IF NEW."state" = 'revoked' AND OLD."state" <> 'revoked' THEN
        NEW."revoked_at" := NEW."updated_at";
    END IF;
    NEW."revision" := OLD."revision" + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER "releases_changed" BEFORE UPDATE ON "releases"
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION "releases_changed"();

-- Evidence: it may be received again while it counts, be superseded once, and be retracted once.
CREATE FUNCTION "evidence_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed "evidence"%ROWTYPE := NEW;
BEGIN
    allowed."last_received_at" := OLD."last_received_at";
    allowed."superseded_at" := OLD."superseded_at";
    allowed."superseded_by" := OLD."superseded_by";
    allowed."retracted_at" := OLD."retracted_at";
    allowed."retracted_by" := OLD."retracted_by";
    allowed."retract_reason" := OLD."retract_reason";
    IF allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'evidence is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD."superseded_at" IS NOT NULL
        AND (NEW."superseded_at", NEW."superseded_by")
            IS DISTINCT FROM (OLD."superseded_at", OLD."superseded_by"))
       OR (OLD."retracted_at" IS NOT NULL
           AND (NEW."retracted_at", NEW."retracted_by", NEW."retract_reason")
               IS DISTINCT FROM (OLD."retracted_at", OLD."retracted_by", OLD."retract_reason"))
    THEN
        RAISE EXCEPTION 'evidence that was superseded or retracted stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD."superseded_by" IS NULL AND NEW."superseded_by" IS NOT NULL THEN
        NEW."superseded_at" := transaction_timestamp(); -- that of the evidence that came instead
    END IF;
    IF OLD."retracted_by" IS NULL AND NEW."retracted_by" IS NOT NULL THEN
        NEW."retracted_at" := clock_timestamp();
    END IF;
    IF NEW."last_received_at" IS DISTINCT FROM OLD."last_received_at"
       AND (NEW."last_received_at" < OLD."last_received_at" OR NEW."last_received_at" > clock_timestamp()
            OR OLD."superseded_at" IS NOT NULL OR OLD."retracted_at" IS NOT NULL)
    THEN
        RAISE EXCEPTION 'only evidence that counts is received again, and not in the past or in the future'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER "evidence_changed" BEFORE UPDATE ON "evidence"
    FOR EACH ROW EXECUTE FUNCTION "evidence_changed"();

-- A release that is not open takes no artifact, also not one that comes while it is being sealed.
CREATE FUNCTION "artifacts_added"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found "release_state";
BEGIN
    SELECT "state" INTO found FROM "releases" WHERE "id" = NEW."release_id" FOR SHARE;
    IF found <> 'open' THEN
        RAISE EXCEPTION 'a % release takes no more artifacts', found USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER "artifacts_added" BEFORE INSERT ON "artifacts"
    FOR EACH ROW EXECUTE FUNCTION "artifacts_added"();

CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it is kept as it is', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- TRUNCATE asks no trigger of a row.
DO $$
DECLARE
    t TEXT;
BEGIN
    FOREACH t IN ARRAY ARRAY['releases', 'artifacts', 'evidence', 'documents', 'document_chunks', 'components',
                             'findings', 'claims', 'vulnerability_aliases']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE %s ON %I FOR EACH ROW EXECUTE FUNCTION "refuse_change"()',
            t || '_kept',
            CASE WHEN t IN ('releases', 'evidence') THEN 'DELETE' ELSE 'UPDATE OR DELETE' END, t);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION "refuse_change"()', t || '_not_truncated', t);
    END LOOP;
END $$;
