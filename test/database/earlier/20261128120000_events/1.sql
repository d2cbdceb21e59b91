-- Events: what changed, when, and who changed it. Each is stored in the transaction of its change, and never
-- changed or removed. Triggers record what is written beside the API.

-- RFC 9562, section 5.7: 48 bits of milliseconds, then chance.
CREATE FUNCTION "uuid_v7"() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                    PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                    FROM 1 FOR 6),
            52, 1), 53, 1),
        'hex')::uuid
$$;

CREATE TABLE "events" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "time" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "type" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "project_id" INTEGER,
    "release_id" UUID,
    "actor" TEXT NOT NULL,
    "credential" TEXT,
    "request_id" TEXT,
    "data" TEXT NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id"),
    -- Ids, digests and short values: a larger event holds something that belongs elsewhere.
    CONSTRAINT "events_data_check" CHECK (octet_length("data") <= 16384)
);

CREATE INDEX "events_subject_kind_subject_id_id_idx" ON "events"("subject_kind", "subject_id", "id");
CREATE INDEX "events_project_id_id_idx" ON "events"("project_id", "id");
CREATE TRIGGER "events_kept" BEFORE UPDATE OR DELETE ON "events"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "events_not_truncated" BEFORE TRUNCATE ON "events"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- Rows from before this migration get an event each, `imported`, by a job of the server. A row here is a table that
-- the job has not finished: `after` is the key of the last row that has its event.
CREATE TABLE "event_imports" (
    "kind" TEXT NOT NULL,
    "after" TEXT,
    "before" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "event_imports_pkey" PRIMARY KEY ("kind")
);

-- The server marks its transactions: `SET LOCAL srp.through = 'api'`. A write without the mark is recorded with digests
-- of the row before and after, without the columns that hold a secret's digest. The mark is no proof: a role that may
-- write here may set it.
CREATE FUNCTION "beside_api"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was JSONB := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - 'hash' END;
    is_now JSONB := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - 'hash' END;
    subject JSONB := COALESCE(is_now, was);
    kind TEXT := TG_ARGV[0];
BEGIN
    EXECUTE format(
        'INSERT INTO %I."events" ("type", "subject_kind", "subject_id", "project_id", "release_id", "actor", "data") '
        'VALUES (''beside-api'', $1, $2, $3, $4, $5, $6)', TG_TABLE_SCHEMA)
    USING kind,
        CASE kind WHEN 'policy' THEN subject ->> 'name'
                  WHEN 'environment' THEN subject ->> 'name'
                  WHEN 'policy-version' THEN (subject ->> 'policy_name') || '/' || (subject ->> 'version')
                  ELSE subject ->> 'id' END,
        (CASE kind WHEN 'project' THEN subject ->> 'id' ELSE subject ->> 'project_id' END)::integer,
        (CASE kind WHEN 'release' THEN subject ->> 'id' ELSE subject ->> 'release_id' END)::uuid,
        session_user::text,
        jsonb_build_object(
            'operation', lower(TG_OP),
            'before', encode(sha256(convert_to(was::text, 'UTF8')), 'hex'),
            'after', encode(sha256(convert_to(is_now::text, 'UTF8')), 'hex'))::text;
    RETURN NULL;
END $$;

DO $$
DECLARE
    kinds TEXT[][] := ARRAY[
        ['projects', 'project'], ['releases', 'release'], ['artifacts', 'artifact'], ['evidence', 'evidence'],
        ['policies', 'policy'], ['policy_versions', 'policy-version'], ['environments', 'environment'],
        ['deployments', 'deployment'], ['waivers', 'waiver'], ['verdicts', 'verdict'], ['api_tokens', 'token'],
        ['trusted_issuers', 'issuer']];
    pair TEXT[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY kinds LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW '
            'WHEN (current_setting(''srp.through'', true) IS DISTINCT FROM ''api'') '
            'EXECUTE FUNCTION "beside_api"(%L)', pair[1] || '_beside_api', pair[1], pair[2]);
        INSERT INTO "event_imports" ("kind") VALUES (pair[2]);
    END LOOP;
END $$;
