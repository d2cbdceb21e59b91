-- The server made these ids and times by its own clock. The order of ids decides between documents and between
-- deployments, and the clocks of several servers differ.
ALTER TABLE "api_tokens" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "trusted_issuers" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "releases" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "artifacts" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "evidence" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "policies" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "deployments" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "waivers" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "verdicts" ALTER COLUMN "id" SET DEFAULT uuid_v7();
ALTER TABLE "api_tokens" ALTER COLUMN "created_at" SET DEFAULT transaction_timestamp();
ALTER TABLE "trusted_issuers" ALTER COLUMN "created_at" SET DEFAULT transaction_timestamp();
