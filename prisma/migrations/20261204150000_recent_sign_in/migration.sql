-- Minutes within which a person must have proved who it is, before it lets a release into the environment. Null: any
-- session counts.
ALTER TABLE "environments" ADD COLUMN "sign_in_within_minutes" INTEGER,
    ADD CONSTRAINT "environments_sign_in_within_minutes_check"
        CHECK ("sign_in_within_minutes" BETWEEN 5 AND 1440);
