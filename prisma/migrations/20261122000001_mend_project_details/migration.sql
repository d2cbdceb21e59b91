-- The migration before this one was edited after some databases had it. This one brings those to the same schema, and
-- does nothing in all others.
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_constraint
                WHERE conrelid = '"projects"'::regclass AND conname = 'projects_created_at_check') THEN
        RETURN;
    END IF;
    ALTER TABLE "projects"
        ADD CONSTRAINT "projects_created_at_check"
            CHECK ("created_at" BETWEEN '0001-01-01T00:00:00Z' AND '9999-12-31T23:59:59.999Z'),
        ADD CONSTRAINT "projects_updated_at_check"
            CHECK ("updated_at" BETWEEN '0001-01-01T00:00:00Z' AND '9999-12-31T23:59:59.999Z');
    DROP INDEX "projects_name_search_idx";
    EXECUTE format(
        'CREATE INDEX "projects_name_search_idx" ON "projects"
             USING gin ((upper(lower("name" COLLATE "und-x-icu"))) %I.gin_trgm_ops)',
        (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
          WHERE e.extname = 'pg_trgm'));
END $$;
