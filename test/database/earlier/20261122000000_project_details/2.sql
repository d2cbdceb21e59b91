-- pg_trgm is a trusted extension since PostgreSQL 13: the owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Existing rows get the time of this migration: the Python service kept none. PostgreSQL stores such a
-- default once in the catalog and rewrites no row. The defaults also keep the Python service working
-- on the migrated table, should someone have to go back to it.
ALTER TABLE "projects"
    ALTER COLUMN "status" SET DEFAULT 'planned',
    ADD COLUMN "description" TEXT,
    ADD COLUMN "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    ADD COLUMN "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- The primary key's index serves every query that this one did.
DROP INDEX IF EXISTS "ix_projects_id";

-- An index for each sort, and for each sort within a status. Names and statuses are indexed by their
-- first characters: the old table has no limits, and a B-tree entry may not exceed 2,704 bytes. 200 is
-- the longest name and 50 the longest status that a request may carry, so that nothing that the API
-- accepts is cut; 51 tells an exact status of 50 from a longer, older one. COLLATE "C" compares code
-- points: the same order on every server, whatever its locale.
CREATE INDEX "projects_created_at_id_idx" ON "projects" ("created_at", "id");
CREATE INDEX "projects_name_id_idx" ON "projects" ((left("name", 200)) COLLATE "C", "id");
CREATE INDEX "projects_status_id_idx" ON "projects" ((left("status", 51)) COLLATE "C", "id");
CREATE INDEX "projects_status_created_at_id_idx"
    ON "projects" ((left("status", 51)) COLLATE "C", "created_at", "id");
CREATE INDEX "projects_status_name_id_idx"
    ON "projects" ((left("status", 51)) COLLATE "C", (left("name", 200)) COLLATE "C", "id");

-- Search ignores case by Unicode's rules (ICU) even where the server's own locale is C. The extension
-- may have been created before, in any schema.
DO $$
BEGIN
    EXECUTE format(
        'CREATE INDEX "projects_name_search_idx" ON "projects"
             USING gin ((upper("name" COLLATE "und-x-icu")) %I.gin_trgm_ops)',
        (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
          WHERE e.extname = 'pg_trgm'));
END $$;
