-- A review by one of the people of a break-glass, under a name that an admin linked later, does not count: another person
-- reviews it. And a webhook is disabled with the person that created it.

CREATE OR REPLACE FUNCTION "break_glasses_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed "break_glasses"%ROWTYPE := NEW;
    people TEXT[] := OLD."requester_keys" || OLD."confirmer_keys";
BEGIN
    allowed."reminded_at" := OLD."reminded_at";
    IF OLD."confirmed_at" IS NULL AND OLD."ended_at" IS NULL AND OLD."force" THEN
        allowed."confirmed_at" := OLD."confirmed_at";
        allowed."confirmed_by" := OLD."confirmed_by";
        allowed."confirmed_via" := OLD."confirmed_via";
        allowed."confirmer_keys" := OLD."confirmer_keys";
        allowed."opened_at" := OLD."opened_at";
        allowed."ends_at" := OLD."ends_at";
    END IF;
    IF OLD."ended_at" IS NULL THEN
        allowed."ended_at" := OLD."ended_at";
        allowed."ended_by" := OLD."ended_by";
        allowed."ended_because" := OLD."ended_because";
    END IF;
    IF OLD."reviewed_at" IS NULL
       OR (NEW."reviewed_at" > OLD."reviewed_at" AND NOT (NEW."reviewer_keys" && OLD."reviewer_keys") AND EXISTS (
         SELECT 1 FROM "identity_links" one
           LEFT JOIN "identity_links" other ON other."subject_key" = one."subject_key"
                AND (other."unlinked_at" IS NULL OR other."unlinked_at" > OLD."requested_at")
          WHERE (one."unlinked_at" IS NULL OR one."unlinked_at" > OLD."requested_at")
            AND ((one."alias_key" = ANY (OLD."reviewer_keys")
                  AND (one."subject_key" = ANY (people) OR other."alias_key" = ANY (people)))
              OR (one."subject_key" = ANY (OLD."reviewer_keys") AND one."alias_key" = ANY (people)))))
    THEN
        allowed."finding" := OLD."finding";
        allowed."actions" := OLD."actions";
        allowed."reviewed_at" := OLD."reviewed_at";
        allowed."reviewed_by" := OLD."reviewed_by";
        allowed."reviewed_via" := OLD."reviewed_via";
        allowed."reviewer_keys" := OLD."reviewer_keys";
    END IF;
    IF allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a break-glass is confirmed, ended and reviewed once, and never changed otherwise'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

ALTER TABLE "webhooks" DROP CONSTRAINT "webhooks_disabled_check";
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_disabled_check" CHECK (("disabled_at" IS NULL) = ("disabled_because" IS NULL)
    AND "disabled_because" IN ('gone', 'failing', 'creator-disabled'));

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION "break_glasses_changed"() SET search_path = %I, pg_temp', current_schema());
END $$;
