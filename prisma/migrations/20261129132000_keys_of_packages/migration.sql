-- Keys of packages have one spelling for names that their ecosystem treats as equal: `packageKey` in
-- src/vocabulary/purl.ts. The server reads evidence again after its start. Waivers and artifacts are never changed, and
-- stay what they say: only the key that is compared is computed again.

-- No event: nobody changed a waiver or an artifact.
SELECT set_config('srp.through', 'api', true);

ALTER TABLE "waivers" DISABLE TRIGGER "waivers_changed";
ALTER TABLE "artifacts" DISABLE TRIGGER "artifacts_kept";

CREATE FUNCTION pg_temp."package_key"(key TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN plain ~ '^pkg:(golang|nuget)/' THEN lower(plain COLLATE "C")
                WHEN plain ~ '^pkg:pypi/' THEN regexp_replace(lower(plain COLLATE "C"), '[-_.]+', '-', 'g')
                ELSE plain END
      FROM (SELECT regexp_replace(key, '%2f', '/', 'gi')) AS slashed (plain)
$$;

UPDATE "waivers" SET "purl_key" = pg_temp."package_key"("purl_key") WHERE "purl_key" <> pg_temp."package_key"("purl_key");
UPDATE "artifacts" SET "purl_key" = pg_temp."package_key"("purl_key") WHERE "purl_key" <> pg_temp."package_key"("purl_key");

DROP FUNCTION pg_temp."package_key"(TEXT);

ALTER TABLE "waivers" ENABLE TRIGGER "waivers_changed";
ALTER TABLE "artifacts" ENABLE TRIGGER "artifacts_kept";
