-- People sign in at the identity provider. A session is a row, so that every instance refuses it once it ended.

-- Subjects that signed in, were linked, or were disabled. `key` is the form in which subjects are compared.
CREATE TABLE "identities" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "key" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "name" TEXT,
    "groups" TEXT[] NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "signed_in_at" TIMESTAMPTZ(3),
    "disabled_at" TIMESTAMPTZ(3),
    "disabled_by" TEXT,

    CONSTRAINT "identities_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "identities_subject_check" CHECK ("subject" <> 'anonymous' AND "subject" !~ '^cli:'),
    CONSTRAINT "identities_disabled_check" CHECK (("disabled_at" IS NULL) = ("disabled_by" IS NULL))
);
CREATE UNIQUE INDEX "identities_key_key" ON "identities"("key");

-- Another name of a person, such as the login of somebody who also has a token. It counts from `created_at` to
-- `unlinked_at`. Two admins take it away.
CREATE TABLE "identity_links" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "subject" TEXT NOT NULL,
    "subject_key" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "alias_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "unlink_requested_at" TIMESTAMPTZ(3),
    "unlink_requested_by" TEXT,
    "unlinked_at" TIMESTAMPTZ(3),
    "unlinked_by" TEXT,

    CONSTRAINT "identity_links_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "identity_links_other_check" CHECK ("subject_key" <> "alias_key"),
    CONSTRAINT "identity_links_requested_check"
        CHECK (("unlink_requested_at" IS NULL) = ("unlink_requested_by" IS NULL)),
    CONSTRAINT "identity_links_unlinked_check" CHECK (("unlinked_at" IS NULL) = ("unlinked_by" IS NULL)
        AND ("unlinked_at" IS NULL OR "unlink_requested_at" IS NOT NULL)
        AND "unlinked_by" IS DISTINCT FROM COALESCE("unlink_requested_by", ''))
);
CREATE INDEX "identity_links_subject_key_idx" ON "identity_links"("subject_key");
CREATE INDEX "identity_links_alias_key_idx" ON "identity_links"("alias_key");
-- One person has a name at a time.
CREATE UNIQUE INDEX "identity_links_current_key" ON "identity_links"("alias_key") WHERE "unlinked_at" IS NULL;

-- What members of a group may do. Revoked grants are kept for the record.
CREATE TABLE "group_grants" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "group_name" TEXT NOT NULL,
    "scopes" TEXT[],
    "every_project" BOOLEAN NOT NULL,
    "project_ids" INTEGER[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,

    CONSTRAINT "group_grants_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "group_grants_scopes_check" CHECK ("scopes" IS NOT NULL AND cardinality("scopes") > 0
        AND array_ndims("scopes") = 1 AND array_position("scopes", NULL) IS NULL),
    -- An emptied list must never come to mean every project.
    CONSTRAINT "group_grants_projects_check"
        CHECK ("project_ids" IS NOT NULL AND "every_project" = (cardinality("project_ids") = 0)
            AND COALESCE(array_ndims("project_ids"), 1) = 1
            AND array_position("project_ids", NULL) IS NULL),
    CONSTRAINT "group_grants_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "group_grants_revoked_check" CHECK (("revoked_at" IS NULL) = ("revoked_by" IS NULL))
);
CREATE INDEX "group_grants_group_name_idx" ON "group_grants"("group_name");

-- Only the SHA-256 of the session's secret is here, and of the secret of the attempt that it came from: an attempt
-- leads to one session.
CREATE TABLE "sessions" (
    "id" UUID NOT NULL DEFAULT "uuid_v7"(),
    "hash" BYTEA NOT NULL,
    "attempt_hash" BYTEA NOT NULL,
    "subject" TEXT NOT NULL,
    "groups" TEXT[] NOT NULL DEFAULT '{}',
    "authenticated_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "sessions_hash_check" CHECK (length("hash") = 32 AND length("attempt_hash") = 32),
    CONSTRAINT "sessions_created_at_check" CHECK (isfinite("created_at")),
    CONSTRAINT "sessions_expires_at_check"
        CHECK (isfinite("expires_at") AND "expires_at" <= "created_at" + INTERVAL '8 hours'),
    CONSTRAINT "sessions_ended_check" CHECK (("ended_at" IS NULL) = ("end_reason" IS NULL))
);
CREATE UNIQUE INDEX "sessions_hash_key" ON "sessions"("hash");
CREATE UNIQUE INDEX "sessions_attempt_hash_key" ON "sessions"("attempt_hash");
CREATE INDEX "sessions_subject_idx" ON "sessions"("subject");
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- A token that stands for a person, by the word of an admin.
ALTER TABLE "api_tokens" ADD COLUMN "person" BOOLEAN NOT NULL DEFAULT false;

-- The claim that names the person who set the pipeline off.
ALTER TABLE "trusted_issuers" ADD COLUMN "actor_claim" TEXT;

-- Who set the pipeline off, and who wrote the commits. Null: unknown.
ALTER TABLE "releases"
    ADD COLUMN "triggered_by" TEXT,
    ADD COLUMN "authors" TEXT[] NOT NULL DEFAULT '{}';
ALTER TABLE "evidence" ADD COLUMN "triggered_by" TEXT;
CREATE TRIGGER "releases_people_kept" BEFORE UPDATE ON "releases" FOR EACH ROW
    WHEN ((OLD."triggered_by", OLD."authors") IS DISTINCT FROM (NEW."triggered_by", NEW."authors"))
    EXECUTE FUNCTION "refuse_change"();

-- As for every other table with events: what is written beside the API is recorded, and TRUNCATE is refused.
DO $$
DECLARE
    kinds TEXT[][] := ARRAY[
        ['identities', 'identity'], ['identity_links', 'identity-link'], ['group_grants', 'group-grant'],
        ['sessions', 'session']];
    pair TEXT[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY kinds LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW '
            'WHEN (current_setting(''srp.through'', true) IS DISTINCT FROM ''api'') '
            'EXECUTE FUNCTION "beside_api"(%L)', pair[1] || '_beside_api', pair[1], pair[2]);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION "refuse_change"()', pair[1] || '_not_truncated', pair[1]);
    END LOOP;
END $$;
