-- The bytes of documents that nothing needs can go. Their rows, digests, findings, verdicts and events stay. The server
-- cannot remove them: "remove_document" does, for a role that can do nothing else, and it refuses what it should keep.

-- The latest row counts. `days` null: nothing is removed.
CREATE TABLE "retention_policies" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "days" INTEGER,
    "deployed_days" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "created_by" TEXT NOT NULL,

    CONSTRAINT "retention_policies_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "retention_policies_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "retention_policies_days_check" CHECK ("days" BETWEEN 30 AND 36500),
    CONSTRAINT "retention_policies_deployed_days_check"
        CHECK ("deployed_days" IS NULL
               OR ("days" IS NOT NULL AND "deployed_days" >= "days" AND "deployed_days" <= 36500))
);

-- While a hold counts, no document of the project, or of the release, is removed.
CREATE TABLE "legal_holds" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "project_id" INTEGER NOT NULL,
    "release_id" UUID,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "lifted_at" TIMESTAMPTZ(3),
    "lifted_by" TEXT,
    "lift_reason" TEXT,

    CONSTRAINT "legal_holds_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "legal_holds_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "legal_holds_lifted_check" CHECK (("lifted_at" IS NULL) = ("lifted_by" IS NULL)
        AND ("lifted_at" IS NULL) = ("lift_reason" IS NULL))
);
CREATE INDEX "legal_holds_project_id_id_idx" ON "legal_holds"("project_id", "id");
ALTER TABLE "legal_holds"
    ADD CONSTRAINT "legal_holds_project_id_fkey"
        FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
    ADD CONSTRAINT "legal_holds_project_id_release_id_fkey"
        FOREIGN KEY ("project_id", "release_id") REFERENCES "releases"("project_id", "id")
        ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE TRIGGER "legal_holds_kept" BEFORE DELETE ON "legal_holds"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "legal_holds_lifted_once" BEFORE UPDATE ON "legal_holds" FOR EACH ROW
    WHEN (OLD."lifted_at" IS NOT NULL OR NEW."lifted_at" IS NULL
          OR (OLD."id", OLD."project_id", OLD."release_id", OLD."reason", OLD."created_at", OLD."created_by")
             IS DISTINCT FROM
             (NEW."id", NEW."project_id", NEW."release_id", NEW."reason", NEW."created_at", NEW."created_by"))
    EXECUTE FUNCTION "refuse_change"();

-- The bytes of a document were removed. An upload of the same document stores them again.
CREATE TABLE "document_removals" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "project_id" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "policy_id" UUID NOT NULL,
    "removed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "document_removals_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "document_removals_project_id_sha256_id_idx" ON "document_removals"("project_id", "sha256", "id");
ALTER TABLE "document_removals"
    ADD CONSTRAINT "document_removals_project_id_sha256_fkey"
        FOREIGN KEY ("project_id", "sha256") REFERENCES "documents"("project_id", "sha256")
        ON DELETE RESTRICT ON UPDATE RESTRICT,
    ADD CONSTRAINT "document_removals_policy_id_fkey"
        FOREIGN KEY ("policy_id") REFERENCES "retention_policies"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- Parts of a document go only in a transaction that says so.
CREATE FUNCTION "chunks_removed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM "document_removals" r
                    WHERE r."project_id" = OLD."project_id" AND r."sha256" = OLD."sha256"
                      AND r."xmin" = pg_current_xact_id()::xid)
    THEN
        RAISE EXCEPTION '% of % is refused: it is kept as it is', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER "document_chunks_kept" ON "document_chunks";
CREATE TRIGGER "document_chunks_kept" BEFORE UPDATE ON "document_chunks"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "document_chunks_removed" BEFORE DELETE ON "document_chunks"
    FOR EACH ROW EXECUTE FUNCTION "chunks_removed"();

-- Parts come with their document, or all of them again after they were removed.
CREATE OR REPLACE FUNCTION "chunks_added"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT "project_id", "sha256" FROM added) a
                 JOIN "documents" d ON d."project_id" = a."project_id" AND d."sha256" = a."sha256"
                WHERE d."created_at" <> transaction_timestamp()::timestamptz(3)
                  AND (NOT EXISTS (SELECT 1 FROM "document_removals" r
                                    WHERE r."project_id" = a."project_id" AND r."sha256" = a."sha256")
                       OR EXISTS (SELECT 1 FROM "document_chunks" c
                                   WHERE c."project_id" = a."project_id" AND c."sha256" = a."sha256"
                                     AND c."xmin" <> pg_current_xact_id()::xid)))
    THEN
        RAISE EXCEPTION 'nothing is added to a document that is there' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

-- Why a release needs its documents. Null: it does not. What cannot be told keeps them.
CREATE FUNCTION "release_keeps"("release" "releases", "policy" "retention_policies", "at" TIMESTAMPTZ)
RETURNS TEXT LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM "legal_holds" h
                      WHERE h."project_id" = $1."project_id" AND h."lifted_at" IS NULL
                        AND (h."release_id" IS NULL OR h."release_id" = $1."id"))
            THEN 'legal-hold'
        WHEN EXISTS (SELECT 1 FROM "deployments" d WHERE d."release_id" = $1."id" AND d."state" NOT IN ('succeeded', 'failed'))
            THEN 'is-being-deployed'
        WHEN EXISTS (SELECT 1 FROM "deployments" d
                      WHERE d."release_id" = $1."id" AND d."state" = 'succeeded'
                        AND NOT EXISTS (SELECT 1 FROM "deployments" n
                                         WHERE n."environment" = d."environment" AND n."project_id" = d."project_id"
                                           AND n."state" = 'succeeded' AND n."release_id" <> d."release_id"
                                           AND COALESCE(n."succeeded_as", n."id") > COALESCE(d."succeeded_as", d."id")))
            THEN 'runs'
        WHEN $2."deployed_days" IS NULL
             AND EXISTS (SELECT 1 FROM "deployments" d WHERE d."release_id" = $1."id")
            THEN 'was-deployed'
        -- It ran until another release of its project succeeded there.
        WHEN EXISTS (SELECT 1 FROM "deployments" d
                      WHERE d."release_id" = $1."id"
                        AND GREATEST(d."created_at", d."ended_at",
                                     (SELECT GREATEST(n."created_at", n."ended_at") FROM "deployments" n
                                       WHERE d."state" = 'succeeded'
                                         AND n."environment" = d."environment" AND n."project_id" = d."project_id"
                                         AND n."state" = 'succeeded' AND n."release_id" <> d."release_id"
                                         AND COALESCE(n."succeeded_as", n."id") > COALESCE(d."succeeded_as", d."id")
                                       ORDER BY COALESCE(n."succeeded_as", n."id") LIMIT 1))
                            >= $3 - make_interval(days => $2."deployed_days"))
            THEN 'ran-recently'
        WHEN NOT EXISTS (SELECT 1 FROM "releases" n
                          WHERE n."project_id" = $1."project_id" AND n."id" <> $1."id"
                            AND n."created_at" > $1."created_at")
            THEN 'newest-release'
        WHEN EXISTS (SELECT 1 FROM "approval_requests" a WHERE a."release_id" = $1."id" AND a."ends_at" > $3)
            THEN 'approvals-asked'
        WHEN EXISTS (SELECT 1 FROM "break_glasses" b WHERE b."release_id" = $1."id" AND b."reviewed_at" IS NULL)
            THEN 'break-glass-not-reviewed'
        WHEN $1."created_at" >= $3 - make_interval(days => $2."days")
             OR EXISTS (SELECT 1 FROM "events" e
                         WHERE e."release_id" = $1."id" AND e."type" <> 'document.removed'
                           AND e."time" >= $3 - make_interval(days => $2."days"))
            THEN 'used-recently'
    END
$$;

-- Why a document is kept. Null: it can go.
CREATE FUNCTION "document_keeps"("document" "documents", "policy" "retention_policies", "at" TIMESTAMPTZ)
RETURNS TEXT LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN $2."days" IS NULL THEN 'no-policy'
        WHEN NOT EXISTS (SELECT 1 FROM "evidence" e
                          WHERE e."project_id" = $1."project_id" AND e."stored_sha256" = $1."sha256")
            THEN 'no-evidence'
        WHEN $1."created_at" >= $3 - make_interval(days => $2."days") THEN 'used-recently'
        ELSE (SELECT k.because FROM (
                SELECT COALESCE("release_keeps"(r, $2, $3), CASE
                    WHEN GREATEST(e."created_at", e."last_received_at") >= $3 - make_interval(days => $2."days")
                        THEN 'used-recently'
                    -- Its rows are compared with the document alone.
                    WHEN NOT EXISTS (SELECT 1 FROM "events" v
                                      WHERE v."subject_kind" = 'evidence' AND v."subject_id" = e."id"::text
                                        AND v."type" IN ('evidence.received', 'evidence.read-again')
                                        AND v."data" LIKE '%"rows":{%')
                        THEN 'alone-proves-its-rows'
                    WHEN NOT (e."summary" ? 'coverage') AND e."superseded_at" IS NULL AND e."retracted_at" IS NULL
                        THEN 'waits-to-be-read-again'
                END) AS because
                  FROM "evidence" e JOIN "releases" r ON r."id" = e."release_id"
                 WHERE e."project_id" = $1."project_id" AND e."stored_sha256" = $1."sha256") k
               ORDER BY k.because IS NULL, k.because <> 'legal-hold', k.because LIMIT 1)
    END
$$;

-- What is stored and what would go, in pages. It reads as the owner, so that the role of retention reads no table.
CREATE FUNCTION "retention_documents"("after_project" INTEGER, "after_sha256" TEXT, "page" INTEGER)
RETURNS TABLE ("project_id" INTEGER, "sha256" TEXT, "size" INTEGER, "gzip_size" INTEGER, "versions" TEXT[], "because" TEXT)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    WITH policy AS (SELECT p AS row FROM "retention_policies" p ORDER BY p."id" DESC LIMIT 1)
    SELECT d."project_id", d."sha256", d."size", d."gzip_size",
           ARRAY(SELECT DISTINCT r."version" FROM "evidence" e JOIN "releases" r ON r."id" = e."release_id"
                  WHERE e."project_id" = d."project_id" AND e."stored_sha256" = d."sha256" ORDER BY 1),
           CASE WHEN p.row IS NULL THEN 'no-policy' ELSE "document_keeps"(d, p.row, statement_timestamp()) END
      FROM "documents" d LEFT JOIN policy p ON true
     WHERE (d."project_id", d."sha256") > ($1, $2)
       AND EXISTS (SELECT 1 FROM "document_chunks" c WHERE c."project_id" = d."project_id" AND c."sha256" = d."sha256")
     ORDER BY d."project_id", d."sha256" LIMIT LEAST($3, 1000)
$$;

-- Removes the bytes of a document. Returns why it is kept, or null if it is gone. The locks keep out what would need it:
-- each row that refers to the project, a release or the document takes a shared lock on it.
CREATE FUNCTION "remove_document"("of_project" INTEGER, "digest" TEXT) RETURNS TEXT
LANGUAGE plpgsql SECURITY DEFINER SET "lock_timeout" TO '2s' AS $$
DECLARE
    policy "retention_policies";
    document "documents";
    removal "document_removals";
    because TEXT;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the transaction must be READ COMMITTED' USING ERRCODE = 'restrict_violation';
    END IF;
    BEGIN
        PERFORM 1 FROM "projects" WHERE "id" = of_project FOR UPDATE;
        -- From here on it never waits while it holds a lock.
        SELECT * INTO document FROM "documents" d
         WHERE d."project_id" = of_project AND d."sha256" = digest FOR UPDATE NOWAIT;
        PERFORM 1 FROM "releases" r
          WHERE r."id" IN (SELECT e."release_id" FROM "evidence" e
                            WHERE e."project_id" = of_project AND e."stored_sha256" = digest)
          FOR UPDATE NOWAIT;
        PERFORM 1 FROM "project_usage" u WHERE u."project_id" = of_project FOR UPDATE NOWAIT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN 'in-use';
    END;
    IF document."sha256" IS NULL THEN
        RETURN 'unknown';
    END IF;
    -- An upload of a document that is there takes the turn of the document, and no lock on its row.
    IF NOT pg_try_advisory_xact_lock(hashtextextended(format('["document",%s,"%s"]', of_project, digest), 0)) THEN
        RETURN 'in-use';
    END IF;
    -- Statements of their own: they see what was committed before the locks.
    SELECT * INTO policy FROM "retention_policies" p ORDER BY p."id" DESC LIMIT 1;
    IF policy."id" IS NULL THEN
        RETURN 'no-policy';
    END IF;
    because := "document_keeps"(document, policy, clock_timestamp());
    IF because IS NOT NULL THEN
        RETURN because;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM "document_chunks" c WHERE c."project_id" = of_project AND c."sha256" = digest) THEN
        RETURN 'gone';
    END IF;
    INSERT INTO "document_removals" ("project_id", "sha256", "policy_id") VALUES (of_project, digest, policy."id")
    RETURNING * INTO removal;
    DELETE FROM "document_chunks" c WHERE c."project_id" = of_project AND c."sha256" = digest;
    UPDATE "project_usage" u SET "document_bytes" = u."document_bytes" - document."size" WHERE u."project_id" = of_project;
    INSERT INTO "events" ("type", "subject_kind", "subject_id", "project_id", "release_id", "actor", "data")
    SELECT 'document.removed', 'document', digest, of_project, e."release_id", 'retention:' || session_user,
           format('{"policy":"%s","removal":"%s","removedAt":"%s","sha256":"%s","size":%s}', policy."id", removal."id",
                  to_char(removal."removed_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                  digest, document."size")
      FROM (SELECT DISTINCT e."release_id" FROM "evidence" e
             WHERE e."project_id" = of_project AND e."stored_sha256" = digest) e;
    RETURN NULL;
END $$;

DO $$
DECLARE
    t TEXT;
    f REGPROCEDURE;
    kinds TEXT[][] := ARRAY[['retention_policies', 'retention-policy'], ['legal_holds', 'legal-hold']];
    pair TEXT[];
BEGIN
    -- A temporary table of the session must not stand in for these.
    FOREACH f IN ARRAY ARRAY[
        '"chunks_added"()'::regprocedure, '"chunks_removed"()'::regprocedure,
        '"release_keeps"("releases", "retention_policies", timestamptz)'::regprocedure,
        '"document_keeps"("documents", "retention_policies", timestamptz)'::regprocedure,
        '"retention_documents"(integer, text, integer)'::regprocedure,
        '"remove_document"(integer, text)'::regprocedure] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
        -- Everybody may call a new function. These are for the owner, and for whom the owner grants them.
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['retention_policies', 'document_removals'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION "refuse_change"()', t || '_kept', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['retention_policies', 'document_removals', 'legal_holds'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION "refuse_change"()', t || '_not_truncated', t);
    END LOOP;
    FOREACH pair SLICE 1 IN ARRAY kinds LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW '
            'WHEN (current_setting(''srp.through'', true) IS DISTINCT FROM ''api'') '
            'EXECUTE FUNCTION "beside_api"(%L)', pair[1] || '_beside_api', pair[1], pair[2]);
    END LOOP;
END $$;
