-- What evidence covers is in its summary: what its tool looked for, whether it ran, at what and when. Evidence from
-- before this migration has no coverage, so it does not show that anything is clean. A job of the server reads its
-- documents again, as new evidence with the old time of receipt.

-- The uploader's word about which scanners ran, for tools whose clean reports do not show it.
ALTER TABLE "evidence" ADD COLUMN "scanners" TEXT[] NOT NULL DEFAULT '{}';

-- The tool says that no fix exists. If a finding has neither this nor a fixed version, it is unknown.
ALTER TABLE "findings" ADD COLUMN "unfixable" BOOLEAN NOT NULL DEFAULT false;

-- Other digests of the same artifact, as `sha256:…`: the index and the platforms of an image.
ALTER TABLE "artifacts" ADD COLUMN "digests" TEXT[] NOT NULL DEFAULT '{}';

-- Evidence about other targets does not supersede evidence of the same label, so that several can count.
ALTER TABLE "evidence" DROP CONSTRAINT "evidence_label_excl";

-- Evidence whose document was read again, or could not be.
CREATE TABLE "evidence_readings" (
    "evidence_id" UUID NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    -- Null: the document could not be read.
    "read_as" UUID,

    CONSTRAINT "evidence_readings_pkey" PRIMARY KEY ("evidence_id"),
    CONSTRAINT "evidence_readings_evidence_id_fkey" FOREIGN KEY ("evidence_id")
        REFERENCES "evidence"("id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- The evidence that the job has to read.
CREATE INDEX "evidence_without_coverage_idx" ON "evidence" ("id")
    WHERE NOT ("summary" ? 'coverage') AND "superseded_at" IS NULL AND "retracted_at" IS NULL;

-- As before, and evidence without a label is superseded by another reading of its document.
CREATE OR REPLACE FUNCTION "evidence_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed "evidence"%ROWTYPE := NEW;
BEGIN
    allowed."last_received_at" := OLD."last_received_at";
    allowed."superseded_at" := OLD."superseded_at";
    allowed."superseded_by" := OLD."superseded_by";
    allowed."retracted_at" := OLD."retracted_at";
    allowed."retracted_by" := OLD."retracted_by";
    allowed."retract_reason" := OLD."retract_reason";
    IF allowed IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'evidence cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD."superseded_at" IS NOT NULL
        AND (NEW."superseded_at", NEW."superseded_by")
            IS DISTINCT FROM (OLD."superseded_at", OLD."superseded_by"))
       OR (OLD."retracted_at" IS NOT NULL
           AND (NEW."retracted_at", NEW."retracted_by", NEW."retract_reason")
               IS DISTINCT FROM (OLD."retracted_at", OLD."retracted_by", OLD."retract_reason"))
    THEN
        RAISE EXCEPTION 'superseded or retracted evidence stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD."superseded_by" IS NULL AND NEW."superseded_by" IS NOT NULL THEN
        IF NOT EXISTS (SELECT 1 FROM "evidence" e
                        WHERE e."id" = NEW."superseded_by" AND e."id" <> NEW."id"
                          AND e."release_id" = NEW."release_id" AND e."kind" = NEW."kind"
                          AND (e."label" = NEW."label"
                               OR (e."label" IS NULL AND NEW."label" IS NULL
                                   AND e."received_sha256" = NEW."received_sha256"))
                          AND e."artifact_sha256" IS NOT DISTINCT FROM NEW."artifact_sha256")
        THEN
            RAISE EXCEPTION 'evidence is superseded by another of its release, kind, label and artifact'
                USING ERRCODE = 'restrict_violation';
        END IF;
        NEW."superseded_at" := transaction_timestamp(); -- the time of the evidence that supersedes it
    END IF;
    IF OLD."retracted_by" IS NULL AND NEW."retracted_by" IS NOT NULL THEN
        NEW."retracted_at" := clock_timestamp();
    END IF;
    IF NEW."last_received_at" IS DISTINCT FROM OLD."last_received_at"
       AND (NEW."last_received_at" < OLD."last_received_at" OR NEW."last_received_at" > clock_timestamp()
            OR OLD."superseded_at" IS NOT NULL OR OLD."retracted_at" IS NOT NULL)
    THEN
        RAISE EXCEPTION 'only evidence that counts can be received again, and not in the past or in the future'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
