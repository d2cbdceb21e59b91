-- How large a release is, and how much a project stores, are kept: neither a limit nor the choice of the thread that
-- decides may read all rows first.

-- Rows, licences, aliases and claims of the document. Null: evidence of an earlier version of the server.
ALTER TABLE "evidence" ADD COLUMN "row_count" INTEGER;

-- Reports that count, and the sum of their rows.
ALTER TABLE "release_facts"
    ADD COLUMN "reports" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "row_count" BIGINT NOT NULL DEFAULT 0;

-- Bytes of the stored documents of a project, before compression. Each document counts once.
CREATE TABLE "project_usage" (
    "project_id" INTEGER NOT NULL,
    "document_bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "project_usage_pkey" PRIMARY KEY ("project_id")
);
ALTER TABLE "project_usage" ADD CONSTRAINT "project_usage_project_id_fkey"
    FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

CREATE FUNCTION "evidence_row_count"("counted" INTEGER, "summary" JSONB) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
    SELECT COALESCE("counted", COALESCE(("summary" #>> '{components,total}')::bigint, 0)
                               + COALESCE(("summary" #>> '{findings,total}')::bigint, 0))
$$;

-- The trigger of evidence keeps the counts, beside the number of changes. It is deferred as before: the row of the release
-- is locked for a moment at the end of an upload.
CREATE FUNCTION "evidence_tallied"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counts_now INTEGER := (NEW."superseded_at" IS NULL AND NEW."retracted_at" IS NULL)::int;
    more INTEGER := counts_now;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        more := counts_now - (OLD."superseded_at" IS NULL AND OLD."retracted_at" IS NULL)::int;
    END IF;
    INSERT INTO "release_facts" AS f ("release_id", "project_id", "reports", "row_count")
         VALUES (NEW."release_id", NEW."project_id", more,
                 more * "evidence_row_count"(NEW."row_count", NEW."summary"))
    ON CONFLICT ("release_id") DO UPDATE
       SET "changes" = f."changes" + 1, "reports" = f."reports" + excluded."reports",
           "row_count" = f."row_count" + excluded."row_count";
    RETURN NULL;
END $$;

DROP TRIGGER "evidence_counted" ON "evidence";
DROP TRIGGER "evidence_recounted" ON "evidence";
CREATE CONSTRAINT TRIGGER "evidence_counted" AFTER INSERT ON "evidence"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "evidence_tallied"();
CREATE CONSTRAINT TRIGGER "evidence_recounted" AFTER UPDATE ON "evidence"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD."superseded_by" IS DISTINCT FROM NEW."superseded_by"
          OR OLD."retracted_by" IS DISTINCT FROM NEW."retracted_by"
          OR OLD."last_received_at" IS DISTINCT FROM NEW."last_received_at"
          OR OLD."superseded_at" IS DISTINCT FROM NEW."superseded_at"
          OR OLD."retracted_at" IS DISTINCT FROM NEW."retracted_at")
    EXECUTE FUNCTION "evidence_tallied"();

CREATE FUNCTION "document_measured"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "project_usage" AS u ("project_id", "document_bytes") VALUES (NEW."project_id", NEW."size")
    ON CONFLICT ("project_id") DO UPDATE SET "document_bytes" = u."document_bytes" + excluded."document_bytes";
    RETURN NULL;
END $$;

-- Documents are never deleted or changed.
CREATE CONSTRAINT TRIGGER "documents_measured" AFTER INSERT ON "documents"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "document_measured"();

-- What is there counts, too.
INSERT INTO "release_facts" AS f ("release_id", "project_id", "reports", "row_count")
SELECT "release_id", "project_id", count(*)::int, sum("evidence_row_count"("row_count", "summary"))
  FROM "evidence" WHERE "superseded_at" IS NULL AND "retracted_at" IS NULL
 GROUP BY "release_id", "project_id"
ON CONFLICT ("release_id") DO UPDATE SET "reports" = excluded."reports", "row_count" = excluded."row_count";
INSERT INTO "project_usage" ("project_id", "document_bytes")
SELECT "project_id", sum("size") FROM "documents" GROUP BY "project_id";

-- A temporary table of the session must not stand in for these.
DO $$
DECLARE
    f TEXT;
BEGIN
    FOREACH f IN ARRAY ARRAY['evidence_tallied', 'document_measured']
    LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', f, current_schema());
    END LOOP;
END $$;
