-- What a waiver is about: a rule of policies, or a finding. A tool can have a rule with the name of a rule of policies. Null,
-- in a row of an earlier version of the server: see `aboutOf` in src/engine/evaluate/waivers.ts, and the rows from before.
ALTER TABLE "waivers" ADD COLUMN "about" TEXT
    CONSTRAINT "waivers_about_check" CHECK ("about" IN ('policy-rule', 'finding') AND ("about" <> 'policy-rule' OR "purl" IS NULL));

-- No event: nobody changed a waiver.
SELECT set_config('srp.through', 'api', true);

ALTER TABLE "waivers" DISABLE TRIGGER "waivers_changed";

UPDATE "waivers" SET "about" = CASE
    WHEN "purl" IS NULL AND "rule" IN ('tests-passed', 'evidence-required', 'max-findings', 'no-secrets', 'licences',
                                       'banned-components', 'sealed-only', 'semver-increases')
    THEN 'policy-rule' ELSE 'finding' END;

ALTER TABLE "waivers" ENABLE TRIGGER "waivers_changed";
