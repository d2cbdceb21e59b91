-- What counts less than its record says is known when it is recorded, and not searched for by each question.

-- A deployment that an earlier version authorized, and that rests on an unauthorized one. It is no base, no stay and no
-- target of a rollback. A row is never changed.
CREATE TABLE "deployment_doubts" (
    "deployment_id" UUID NOT NULL,

    CONSTRAINT "deployment_doubts_pkey" PRIMARY KEY ("deployment_id")
);
ALTER TABLE "deployment_doubts" ADD CONSTRAINT "deployment_doubts_deployment_id_fkey"
    FOREIGN KEY ("deployment_id") REFERENCES "deployments"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- Whether an allow with these inputs rests on what nobody authorized:
-- * it compared the release with whatever ran, after an unauthorized deployment. Verdicts did so until their inputs said
--   how that was authorized (`running.authorization`). It may have compared the release with itself;
-- * it counted a stay, or a target of a rollback, that rests on such a deployment.
CREATE FUNCTION "rests_on_doubt"(of_project INTEGER, of_release UUID, at_environment TEXT, at TIMESTAMPTZ, inputs JSONB)
RETURNS BOOLEAN LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Without an unauthorized deployment there is no doubt. Most projects have none, and nothing else is read.
    IF NOT EXISTS (
        SELECT 1 FROM "deployments" u
         WHERE u."project_id" = of_project AND u."state" = 'succeeded' AND COALESCE(u."ended_at", u."created_at") <= at
           AND (u."authorization" = 'unauthorized' OR (u."authorization" = 'unknown' AND u."decision" IN ('deny', 'none')))
    ) THEN
        RETURN false;
    END IF;
    IF jsonb_typeof(inputs -> 'running') = 'object' AND NOT inputs -> 'running' ? 'authorization'
       AND inputs @? '$.policies[*].rules[*] ?
             (@.onlyNew == true || @.onlyIf == "new-findings" || @.rule == "semver-increases")'
       AND EXISTS (
        SELECT 1 FROM "deployments" u
         WHERE u."project_id" = of_project AND u."environment" = at_environment AND u."state" = 'succeeded'
           AND COALESCE(u."ended_at", u."created_at") <= at
           AND (u."authorization" = 'unauthorized' OR (u."authorization" = 'unknown' AND u."decision" IN ('deny', 'none'))))
    THEN
        RETURN true;
    END IF;
    IF EXISTS (SELECT 1 FROM "deployment_doubts" t
                WHERE t."deployment_id"::text = inputs #>> '{rollback,deployment}'
                  AND inputs #>> '{rollback,target}' = 'ran') THEN
        RETURN true;
    END IF;
    -- A stay counts until another release of the project succeeds there.
    RETURN EXISTS (
        SELECT 1 FROM jsonb_array_elements(COALESCE(inputs -> 'promoted', '[]')) AS demand
         WHERE demand ->> 'state' = 'met'
           AND EXISTS (
             SELECT 1 FROM "deployment_doubts" t JOIN "deployments" s ON s."id" = t."deployment_id"
              WHERE s."release_id" = of_release AND s."environment" = demand ->> 'environment'
                AND COALESCE(s."ended_at", s."created_at") <= at)
           AND NOT EXISTS (
             SELECT 1 FROM "deployments" s
              WHERE s."release_id" = of_release AND s."environment" = demand ->> 'environment' AND s."state" = 'succeeded'
                AND (s."authorization" IN ('authorized', 'rollback')
                     OR (s."authorization" = 'unknown' AND s."decision" = 'allow'))
                AND NOT EXISTS (SELECT 1 FROM "deployment_doubts" t WHERE t."deployment_id" = s."id")
                AND COALESCE((
                      SELECT COALESCE(o."ended_at", o."created_at") FROM "deployments" o
                       WHERE o."project_id" = of_project AND o."environment" = s."environment" AND o."state" = 'succeeded'
                         AND o."release_id" <> of_release
                         AND COALESCE(o."succeeded_as", o."id") > COALESCE(s."succeeded_as", s."id")
                         AND COALESCE(o."ended_at", o."created_at") <= at
                       ORDER BY COALESCE(o."succeeded_as", o."id") LIMIT 1), at) - COALESCE(s."ended_at", s."created_at")
                    >= make_interval(hours => COALESCE((demand ->> 'minimumHours')::int, 0))));
END $$;

CREATE FUNCTION "deployment_is_in_doubt"(d "deployments") RETURNS BOOLEAN LANGUAGE plpgsql STABLE AS $$
DECLARE
    of_verdict JSONB;
BEGIN
    IF d."authorization" NOT IN ('authorized', 'rollback')
       AND NOT (d."authorization" = 'unknown' AND d."decision" = 'allow') THEN
        RETURN false;
    END IF;
    SELECT v."inputs" INTO of_verdict FROM "verdicts" v WHERE v."id" = COALESCE(d."judged_verdict_id", d."verdict_id");
    RETURN COALESCE("rests_on_doubt"(d."project_id", d."release_id", d."environment", d."created_at", of_verdict), false);
END $$;

-- Also for what an instance of the earlier version records while it still runs.
CREATE FUNCTION "deployments_doubted"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF "deployment_is_in_doubt"(NEW) THEN
        INSERT INTO "deployment_doubts" ("deployment_id") VALUES (NEW."id");
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER "deployments_doubted" AFTER INSERT ON "deployments"
    FOR EACH ROW EXECUTE FUNCTION "deployments_doubted"();

-- In the order of records, because one rests on those before it.
DO $$
DECLARE
    d "deployments"%ROWTYPE;
BEGIN
    FOR d IN
        SELECT * FROM "deployments" o
         WHERE o."project_id" IN (
           SELECT u."project_id" FROM "deployments" u
            WHERE u."authorization" = 'unauthorized' OR (u."authorization" = 'unknown' AND u."decision" IN ('deny', 'none')))
         ORDER BY o."created_at", o."id"
    LOOP
        IF "deployment_is_in_doubt"(d) THEN
            INSERT INTO "deployment_doubts" ("deployment_id") VALUES (d."id");
        END IF;
    END LOOP;
END $$;

-- A review by one of the people of a break-glass, under a name that an admin linked since. `reviewed_at` says which review:
-- another person may review again.
CREATE TABLE "break_glass_own_reviews" (
    "break_glass_id" UUID NOT NULL,
    "reviewed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "break_glass_own_reviews_pkey" PRIMARY KEY ("break_glass_id", "reviewed_at")
);
ALTER TABLE "break_glass_own_reviews" ADD CONSTRAINT "break_glass_own_reviews_break_glass_id_fkey"
    FOREIGN KEY ("break_glass_id") REFERENCES "break_glasses"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- Links make people of two lists of names one person. A link that was ended counts for what was done before its end.
-- So a review that does not count never counts again.
CREATE FUNCTION "is_own_review"(b "break_glasses") RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT b."reviewed_at" IS NOT NULL AND EXISTS (
        SELECT 1 FROM "identity_links" one
          LEFT JOIN "identity_links" other ON other."subject_key" = one."subject_key"
               AND (other."unlinked_at" IS NULL OR other."unlinked_at" > b."requested_at")
         WHERE (one."unlinked_at" IS NULL OR one."unlinked_at" > b."requested_at")
           AND ((one."alias_key" = ANY (b."reviewer_keys")
                 AND (one."subject_key" = ANY (b."requester_keys" || b."confirmer_keys")
                      OR other."alias_key" = ANY (b."requester_keys" || b."confirmer_keys")))
             OR (one."subject_key" = ANY (b."reviewer_keys")
                 AND one."alias_key" = ANY (b."requester_keys" || b."confirmer_keys"))))
$$;

-- A link and a review at the same time wait for each other: the later one sees both.
CREATE FUNCTION "note_own_reviews"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('own-reviews'), hashtext(current_schema()));
    IF TG_TABLE_NAME = 'break_glasses' THEN
        INSERT INTO "break_glass_own_reviews" ("break_glass_id", "reviewed_at")
        SELECT b."id", b."reviewed_at" FROM "break_glasses" b WHERE b."id" = NEW."id" AND "is_own_review"(b)
        ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO "break_glass_own_reviews" ("break_glass_id", "reviewed_at")
        SELECT b."id", b."reviewed_at" FROM "break_glasses" b WHERE b."reviewed_at" IS NOT NULL AND "is_own_review"(b)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER "break_glasses_own_review" AFTER UPDATE ON "break_glasses" FOR EACH ROW
    WHEN (NEW."reviewed_at" IS DISTINCT FROM OLD."reviewed_at")
    EXECUTE FUNCTION "note_own_reviews"();
CREATE TRIGGER "identity_links_own_reviews" AFTER INSERT ON "identity_links" FOR EACH ROW
    EXECUTE FUNCTION "note_own_reviews"();

INSERT INTO "break_glass_own_reviews" ("break_glass_id", "reviewed_at")
SELECT b."id", b."reviewed_at" FROM "break_glasses" b WHERE b."reviewed_at" IS NOT NULL AND "is_own_review"(b);

-- Counts, reminders and lists read what waits, however much is done. Windows and stops that did not end are read in the
-- order of their lists.
CREATE INDEX "break_glasses_waiting_idx" ON "break_glasses"("opened_at") WHERE "reviewed_at" IS NULL;
CREATE INDEX "break_glasses_pending_idx" ON "break_glasses"("requested_at")
    WHERE "opened_at" IS NULL AND "ended_at" IS NULL;
DROP INDEX "environment_windows_current_idx";
CREATE INDEX "environment_windows_current_idx" ON "environment_windows"("environment", "id") WHERE "ended_at" IS NULL;
DROP INDEX "environment_stops_current_idx";
CREATE INDEX "environment_stops_current_idx" ON "environment_stops"("environment", "id") WHERE "resumed_at" IS NULL;

DO $$
DECLARE
    t TEXT;
    f TEXT;
BEGIN
    -- A temporary table of the session must not stand in for these.
    FOREACH f IN ARRAY ARRAY['rests_on_doubt(integer, uuid, text, timestamptz, jsonb)',
                             'deployment_is_in_doubt("deployments")', 'deployments_doubted()',
                             'is_own_review("break_glasses")', 'note_own_reviews()'] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
    END LOOP;
    FOREACH t IN ARRAY ARRAY['deployment_doubts', 'break_glass_own_reviews'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
            'EXECUTE FUNCTION "refuse_change"()', t || '_kept', t);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
            'EXECUTE FUNCTION "refuse_change"()', t || '_not_truncated', t);
    END LOOP;
END $$;
