-- Version 2 of `baseline`: each artifact of a release must be covered, and findings count of which no tool says whether
-- a fix exists. Version 1 stays. Environments that follow the latest version follow this one. Where somebody has already
-- added a version, theirs stays the latest, and nothing is added.

-- The event is written here, as the API would have written it.
SELECT set_config('srp.through', 'api', true);

INSERT INTO "policy_versions" ("policy_name", "version", "rules", "sha256", "created_by")
SELECT 'baseline', 2, '[{"rule":"tests-passed","mode":"block","minimumTests":1,"maximumFailures":0,"scope":"artifacts"},{"rule":"evidence-required","mode":"block","shows":"components","scope":"release"},{"rule":"max-findings","mode":"block","severity":"high","maximum":0,"types":["vulnerability"],"fixableOnly":true,"unknownFix":"count","scope":"artifacts","onlyNew":false,"countUnknown":true},{"rule":"no-secrets","mode":"block","scope":"artifacts"}]', '5857012f2814f48a737b5e8f410aa38a13e6ae7e2456b585fde4b0d41d5c92f5', 'migration'
 WHERE (SELECT max("version") FROM "policy_versions" WHERE "policy_name" = 'baseline') = 1;

INSERT INTO "events" ("type", "subject_kind", "subject_id", "actor", "data")
SELECT 'policy-version.added', 'policy-version', 'baseline/2', 'migration',
       jsonb_build_object('sha256', "sha256", 'before', 'b4482bba2f4ea17653cf21da6d5bfc61bd83645ce547ed7a403f0cea38775788')::text
  FROM "policy_versions" WHERE "policy_name" = 'baseline' AND "version" = 2 AND "created_by" = 'migration';
