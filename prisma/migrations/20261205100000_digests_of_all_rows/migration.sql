-- Every row gets an event with a digest of it, so that the verification of the log can compare every row. The job of the
-- server records the rows whose latest event is from a version without digests. `again`: rows that no event knows are left
-- out, because they are no older than the events. Until now, only some events named an identity.
ALTER TABLE "event_imports" ADD COLUMN "again" BOOLEAN NOT NULL DEFAULT false;
INSERT INTO "event_imports" ("kind", "again")
SELECT kind, kind <> 'identity'
  FROM unnest(ARRAY['project', 'release', 'artifact', 'evidence', 'policy', 'policy-version', 'environment', 'window', 'stop',
                    'deployment', 'waiver', 'approval-request', 'approval', 'break-glass', 'verdict', 'token', 'issuer',
                    'session', 'identity', 'identity-link', 'group-grant', 'webhook']) AS kind
ON CONFLICT ("kind") DO UPDATE SET "after" = NULL;

-- What is written beside the API has the digest of the row that every other event has: `row`, without the columns that
-- change without an event. `ROWS` in src/events/rows.ts has the same columns.
CREATE OR REPLACE FUNCTION "beside_api"() RETURNS trigger LANGUAGE plpgsql SET "TimeZone" TO 'UTC' AS $$
DECLARE
    was JSONB := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - 'hash' END;
    is_now JSONB := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - 'hash' END;
    subject JSONB := COALESCE(is_now, was);
    kind TEXT := TG_ARGV[0];
    without TEXT[] := CASE kind WHEN 'evidence' THEN ARRAY['superseded_at', 'superseded_by']
                                WHEN 'waiver' THEN ARRAY['fingerprints']
                                WHEN 'verdict' THEN ARRAY['inputs', 'results']
                                WHEN 'token' THEN ARRAY['last_used_at']
                                WHEN 'session' THEN ARRAY['last_used_at']
                                WHEN 'identity' THEN ARRAY['name', 'signed_in_at', 'disabled_at', 'disabled_by']
                                ELSE ARRAY[]::TEXT[] END;
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
            'after', encode(sha256(convert_to(is_now::text, 'UTF8')), 'hex'),
            'row', CASE WHEN TG_OP <> 'DELETE'
                        THEN encode(sha256(convert_to((to_jsonb(NEW) - without)::text, 'UTF8')), 'hex') END)::text;
    RETURN NULL;
END $$;

-- The subject is the verdict, and the digests are those of another table, which `of` says.
CREATE OR REPLACE FUNCTION "decision_beside_api"() RETURNS trigger LANGUAGE plpgsql SET "TimeZone" TO 'UTC' AS $$
DECLARE
    was JSONB := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
BEGIN
    EXECUTE format(
        'INSERT INTO %I."events" ("type", "subject_kind", "subject_id", "project_id", "release_id", "actor", "data") '
        'VALUES (''beside-api'', ''verdict'', $1, $2, $3, $4, $5)', TG_TABLE_SCHEMA)
    USING NEW."verdict_id"::text, NEW."project_id", NEW."release_id", session_user::text,
        jsonb_build_object(
            'operation', lower(TG_OP),
            'of', 'release_decisions',
            'before', encode(sha256(convert_to(was::text, 'UTF8')), 'hex'),
            'after', encode(sha256(convert_to(to_jsonb(NEW)::text, 'UTF8')), 'hex'))::text;
    RETURN NULL;
END $$;

-- An erased event keeps its subject, and digests of its data: the rows are still compared with them.
CREATE OR REPLACE FUNCTION "events_only_erased"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW."id", NEW."time", NEW."type", NEW."subject_kind", NEW."project_id", NEW."release_id")
       IS NOT DISTINCT FROM
       (OLD."id", OLD."time", OLD."type", OLD."subject_kind", OLD."project_id", OLD."release_id")
       AND (NEW."actor", NEW."credential", NEW."request_id") IS NOT DISTINCT FROM ('erased', NULL::text, NULL::text)
       AND NEW."subject_id" IN (OLD."subject_id", 'erased')
       AND (CASE WHEN NEW."data" = '{"erased":true}' THEN true
                ELSE NEW."data"::jsonb -> 'erased' = 'true' AND NEW."data"::jsonb - 'erased' <@ OLD."data"::jsonb END)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events are never changed' USING ERRCODE = 'restrict_violation';
END $$;

DO $$
DECLARE
    f TEXT;
BEGIN
    FOREACH f IN ARRAY ARRAY['beside_api', 'decision_beside_api', 'events_only_erased']
    LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', f, current_schema());
    END LOOP;
END $$;

-- Facts of a state that has not come yet would be used when it comes.
ALTER TABLE "release_facts"
    ADD CONSTRAINT "release_facts_facts_of_check" CHECK ("facts_of" <= "changes") NOT VALID;
