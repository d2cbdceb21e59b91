-- The findings that a waiver is about, by their fingerprints in hexadecimal digits. Without any, it covers only
-- vulnerabilities and licences, by rule and package: a waived secret, code finding or misconfiguration says nothing about
-- the next one of its rule.
ALTER TABLE "waivers" ADD COLUMN "fingerprints" TEXT[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT "waivers_fingerprints_check" CHECK (
        cardinality("fingerprints") <= 100
        AND array_position("fingerprints", NULL) IS NULL
        AND array_to_string("fingerprints", '') ~ '^(?:[0-9a-f]{64})*$'
        AND ("fingerprints" = '{}' OR "about" IS NOT DISTINCT FROM 'finding'));
