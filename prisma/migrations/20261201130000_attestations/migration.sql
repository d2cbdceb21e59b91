-- Envelopes (DSSE) about verdicts. Each is signed once: an ECDSA signature differs each time, and two envelopes that say
-- the same would look like two statements.
CREATE TABLE "verdict_attestations" (
    "verdict_id" UUID NOT NULL,
    "predicate" TEXT NOT NULL,
    -- The artifact that it is about; empty: all artifacts of the verdict.
    "artifact_sha256" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "envelope" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "verdict_attestations_pkey" PRIMARY KEY ("verdict_id", "predicate", "artifact_sha256"),
    CONSTRAINT "verdict_attestations_artifact_sha256_check" CHECK ("artifact_sha256" ~ '^([0-9a-f]{64})?$')
);
ALTER TABLE "verdict_attestations" ADD CONSTRAINT "verdict_attestations_verdict_id_fkey"
    FOREIGN KEY ("verdict_id") REFERENCES "verdicts"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

CREATE TRIGGER "verdict_attestations_kept" BEFORE UPDATE OR DELETE ON "verdict_attestations"
    FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "verdict_attestations_not_truncated" BEFORE TRUNCATE ON "verdict_attestations"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
