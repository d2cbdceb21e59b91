-- The migration before this one was edited after some databases had it. This one brings those to the same schema, and
-- does nothing in all others. Their evidence stays: claims take effect if their evidence may absolve, as since then. Which
-- evidence named two ids as one vulnerability was not stored, so that aliases are read from the documents again.
DO $mend$
DECLARE
    t TEXT;
    is_labelled BOOLEAN := EXISTS (SELECT 1 FROM pg_constraint
        WHERE conrelid = '"evidence"'::regclass AND conname = 'evidence_label_excl');
BEGIN
    IF EXISTS (SELECT 1 FROM pg_attribute
                WHERE attrelid = '"evidence"'::regclass AND attname = 'absolves' AND NOT attisdropped) THEN
        RETURN;
    END IF;
    FOREACH t IN ARRAY ARRAY['evidence', 'findings', 'claims', 'vulnerability_aliases'] LOOP
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', t);
    END LOOP;
    -- A later migration drops this constraint, and may have done so.
    IF is_labelled THEN
        ALTER TABLE "evidence" DROP CONSTRAINT "evidence_label_excl";
    END IF;

    ALTER TABLE "findings" ADD COLUMN IF NOT EXISTS "purl_version" TEXT;
    ALTER TABLE "claims" ADD COLUMN "applied" BOOLEAN;
    UPDATE "claims" c SET "applied" = e."may_absolve" FROM "evidence" e WHERE e."id" = c."evidence_id";
    ALTER TABLE "claims" ALTER COLUMN "applied" SET NOT NULL;
    ALTER TABLE "evidence" ADD COLUMN "absolves" BOOLEAN;
    UPDATE "evidence" e SET "absolves" = e."may_absolve"
        AND EXISTS (SELECT 1 FROM "claims" c WHERE c."evidence_id" = e."id");
    ALTER TABLE "evidence" ALTER COLUMN "absolves" SET NOT NULL;
    DELETE FROM "vulnerability_aliases";
    ALTER TABLE "vulnerability_aliases"
        DROP CONSTRAINT "vulnerability_aliases_pkey",
        DROP CONSTRAINT "vulnerability_aliases_project_id_fkey",
        ADD COLUMN "release_id" UUID NOT NULL,
        ADD COLUMN "evidence_id" UUID NOT NULL,
        ADD COLUMN "ordinal" INTEGER NOT NULL,
        ADD CONSTRAINT "vulnerability_aliases_pkey" PRIMARY KEY ("evidence_id","ordinal"),
        ADD CONSTRAINT "vulnerability_aliases_project_id_release_id_evidence_id_fkey"
            FOREIGN KEY ("project_id", "release_id", "evidence_id")
            REFERENCES "evidence"("project_id", "release_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

    DROP INDEX "findings_release_id_severity_evidence_id_ordinal_idx", "claims_release_id_target_idx",
        "vulnerability_aliases_alias_idx", "vulnerability_aliases_canonical_idx";
    CREATE INDEX "findings_evidence_id_severity_ordinal_idx" ON "findings"("evidence_id", "severity", "ordinal");
    CREATE INDEX "claims_release_id_target_purl_key_applied_stated_at_evidenc_idx" ON "claims"
        ("release_id", "target", "purl_key", "applied", "stated_at", "evidence_id", "ordinal");
    CREATE INDEX "vulnerability_aliases_alias_project_id_idx" ON "vulnerability_aliases"("alias", "project_id");
    CREATE INDEX "vulnerability_aliases_canonical_project_id_idx" ON "vulnerability_aliases"("canonical", "project_id");
    CREATE INDEX "evidence_current_idx" ON "evidence" ("release_id", "id")
        WHERE "superseded_at" IS NULL AND "retracted_at" IS NULL;

    UPDATE "evidence" SET "retract_reason" = 'none was given' WHERE "retract_reason" = '';
    ALTER TABLE "evidence" DROP CONSTRAINT "evidence_retracted_check", ADD CONSTRAINT "evidence_retracted_check" CHECK (
        ("retracted_at" IS NULL) = ("retracted_by" IS NULL)
        AND ("retracted_at" IS NULL) = ("retract_reason" IS NULL) AND "retract_reason" <> '');
    IF is_labelled THEN
        ALTER TABLE "evidence"
            ADD CONSTRAINT "evidence_label_excl" EXCLUDE USING btree (
                "release_id" WITH =, "kind" WITH =, "label" WITH =, (COALESCE("artifact_sha256", '')) WITH =,
                "absolves" WITH =)
            WHERE ("label" IS NOT NULL AND "superseded_at" IS NULL AND "retracted_at" IS NULL)
            DEFERRABLE INITIALLY DEFERRED;
    END IF;

    CREATE OR REPLACE FUNCTION "rows_added"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT "evidence_id" FROM added) a
                 JOIN "evidence" e ON e."id" = a."evidence_id"
                WHERE e."created_at" <> transaction_timestamp()::timestamptz(3))
    THEN
        RAISE EXCEPTION 'nothing is added to evidence that is there' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
    CREATE OR REPLACE FUNCTION "chunks_added"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added a
                 JOIN "documents" d ON d."project_id" = a."project_id" AND d."sha256" = a."sha256"
                WHERE d."created_at" <> transaction_timestamp()::timestamptz(3))
    THEN
        RAISE EXCEPTION 'nothing is added to a document that is there' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
    CREATE TRIGGER "chunks_added" AFTER INSERT ON "document_chunks" REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION "chunks_added"();
    CREATE TRIGGER "aliases_added" AFTER INSERT ON "vulnerability_aliases" REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION "rows_added"();
    FOREACH t IN ARRAY ARRAY['components', 'findings', 'claims'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION "rows_added"()', t || '_added', t);
    END LOOP;
    CREATE OR REPLACE TRIGGER "server_keys_kept" BEFORE UPDATE OR DELETE ON "server_keys"
        FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
    CREATE OR REPLACE TRIGGER "server_keys_not_truncated" BEFORE TRUNCATE ON "server_keys"
        FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

    FOREACH t IN ARRAY ARRAY['evidence', 'findings', 'claims', 'vulnerability_aliases'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', t);
    END LOOP;
END $mend$;
