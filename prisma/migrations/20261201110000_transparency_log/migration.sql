-- The log: each event is an entry of a Merkle tree (RFC 6962), which is published as tiles (C2SP tlog-tiles). An entry is a
-- commitment: a digest of a random salt and the event's statement. The statement is computed from the event's row, so
-- that a changed row is found.

-- One row has no end: the current log. After a restore of the database a new log begins.
CREATE TABLE "logs" (
    "id" INTEGER NOT NULL,
    "origin" TEXT NOT NULL,
    "began_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "ended_at" TIMESTAMPTZ(3),
    "size" BIGINT NOT NULL DEFAULT 0,
    "root" BYTEA NOT NULL,
    -- The first entry that differed from its event or from the tree. While it is set, nothing is signed.
    "diverged_at" BIGINT,

    CONSTRAINT "logs_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "logs_size_check" CHECK ("size" >= 0 AND octet_length("root") = 32)
);
CREATE UNIQUE INDEX "logs_origin_key" ON "logs"("origin");
CREATE UNIQUE INDEX "logs_current_key" ON "logs"((1)) WHERE "ended_at" IS NULL;

-- The foreign key to events would be checked for each entry. The sequencer reads the event in the same statement.
CREATE TABLE "log_entries" (
    "log_id" INTEGER NOT NULL,
    "index" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    -- NULL: the event was erased.
    "salt" BYTEA,
    "commitment" BYTEA NOT NULL,
    "release_id" UUID,
    -- Within the release, from 1; and the leaf hash of the entry before it in the release.
    "sequence" INTEGER,
    "previous" BYTEA,

    CONSTRAINT "log_entries_pkey" PRIMARY KEY ("log_id", "index"),
    CONSTRAINT "log_entries_lengths_check"
        CHECK (octet_length("commitment") = 32 AND octet_length("salt") = 32 AND octet_length("previous") = 32),
    CONSTRAINT "log_entries_sequence_check"
        CHECK (("release_id" IS NULL) = ("sequence" IS NULL) AND "sequence" >= 1)
);
CREATE UNIQUE INDEX "log_entries_event_id_key" ON "log_entries"("event_id");
-- Most entries of some installations belong to no release. (Not in the schema of Prisma, which has no partial indexes.)
CREATE UNIQUE INDEX "log_entries_release_id_sequence_key" ON "log_entries"("release_id", "sequence")
    WHERE "release_id" IS NOT NULL;

-- A row has all hashes that the tile has so far, 32 bytes each.
CREATE TABLE "log_tiles" (
    "log_id" INTEGER NOT NULL,
    "level" INTEGER NOT NULL,
    "index" BIGINT NOT NULL,
    "hashes" BYTEA NOT NULL,

    CONSTRAINT "log_tiles_pkey" PRIMARY KEY ("log_id", "level", "index"),
    CONSTRAINT "log_tiles_hashes_check"
        CHECK (octet_length("hashes") % 32 = 0 AND octet_length("hashes") BETWEEN 32 AND 8192)
);

-- A row is a published checkpoint.
CREATE TABLE "log_checkpoints" (
    "log_id" INTEGER NOT NULL,
    "size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "log_checkpoints_pkey" PRIMARY KEY ("log_id", "size")
);

-- Events that have no index yet.
CREATE TABLE "log_queue" (
    "event_id" UUID NOT NULL,

    CONSTRAINT "log_queue_pkey" PRIMARY KEY ("event_id")
);

-- Why a person began a new log or erased an event. Free text does not belong in events, which have its digest.
CREATE TABLE "log_reasons" (
    "event_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "log_reasons_pkey" PRIMARY KEY ("event_id"),
    CONSTRAINT "log_reasons_reason_check" CHECK (char_length("reason") BETWEEN 1 AND 2000)
);

-- Blocks of this index are summarised when they are full, so it costs a new event next to nothing.
CREATE INDEX "events_time_idx" ON "events" USING brin ("time") WITH (autosummarize = on);

INSERT INTO "log_queue" ("event_id") SELECT "id" FROM "events";

-- No writer can forget it. A trigger of the statement would cost a change with one event more.
CREATE FUNCTION "queue_for_log"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "log_queue" ("event_id") VALUES (NEW."id");
    RETURN NULL;
END $$;
CREATE TRIGGER "events_queued" AFTER INSERT ON "events"
    FOR EACH ROW EXECUTE FUNCTION "queue_for_log"();

-- The content of an event can be erased, all at once. What is left says when something happened, and to which kind of
-- resource of which project and release.
CREATE FUNCTION "events_only_erased"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW."id", NEW."time", NEW."type", NEW."subject_kind", NEW."project_id", NEW."release_id")
       IS NOT DISTINCT FROM
       (OLD."id", OLD."time", OLD."type", OLD."subject_kind", OLD."project_id", OLD."release_id")
       AND (NEW."subject_id", NEW."actor", NEW."credential", NEW."request_id", NEW."data")
           IS NOT DISTINCT FROM ('erased', 'erased', NULL::text, NULL::text, '{"erased":true}')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events are never changed' USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER "events_kept" ON "events";
CREATE TRIGGER "events_kept" BEFORE DELETE ON "events"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "events_not_changed" BEFORE UPDATE ON "events"
    FOR EACH ROW EXECUTE FUNCTION "events_only_erased"();

CREATE FUNCTION "log_entries_only_erased"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW."salt" IS NULL
       AND (NEW."log_id", NEW."index", NEW."event_id", NEW."commitment", NEW."release_id", NEW."sequence", NEW."previous")
           IS NOT DISTINCT FROM
           (OLD."log_id", OLD."index", OLD."event_id", OLD."commitment", OLD."release_id", OLD."sequence", OLD."previous")
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'entries of the log are never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "log_entries_not_changed" BEFORE UPDATE ON "log_entries"
    FOR EACH ROW EXECUTE FUNCTION "log_entries_only_erased"();

CREATE FUNCTION "log_tiles_only_grow"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW."log_id", NEW."level", NEW."index") = (OLD."log_id", OLD."level", OLD."index")
       AND substring(NEW."hashes" FROM 1 FOR octet_length(OLD."hashes")) = OLD."hashes"
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'tiles of the log only grow' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "log_tiles_not_changed" BEFORE UPDATE ON "log_tiles"
    FOR EACH ROW EXECUTE FUNCTION "log_tiles_only_grow"();

-- A log only grows, and ends once.
CREATE FUNCTION "logs_only_grow"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW."id", NEW."origin", NEW."began_at") = (OLD."id", OLD."origin", OLD."began_at")
       AND NEW."size" >= OLD."size" AND OLD."ended_at" IS NULL
       AND (OLD."diverged_at" IS NULL OR NEW."diverged_at" = OLD."diverged_at")
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a log only grows' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "logs_not_changed" BEFORE UPDATE ON "logs"
    FOR EACH ROW EXECUTE FUNCTION "logs_only_grow"();

DO $$
DECLARE
    t TEXT;
    f TEXT;
BEGIN
    FOREACH t IN ARRAY ARRAY['logs', 'log_entries', 'log_tiles', 'log_checkpoints', 'log_reasons'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION "refuse_change"()',
                       t || '_kept', t);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"()',
                       t || '_not_truncated', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['log_checkpoints', 'log_reasons'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION "refuse_change"()',
                       t || '_not_changed', t);
    END LOOP;
    -- A row of the queue leaves it when its event gets an index.
    CREATE TRIGGER "log_queue_not_changed" BEFORE UPDATE ON "log_queue"
        FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
    CREATE TRIGGER "log_queue_not_truncated" BEFORE TRUNCATE ON "log_queue"
        FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
    -- A temporary table of the session must not stand in for these.
    FOREACH f IN ARRAY ARRAY['queue_for_log', 'events_only_erased', 'log_entries_only_erased', 'log_tiles_only_grow',
                             'logs_only_grow'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', f, current_schema());
    END LOOP;
END $$;
