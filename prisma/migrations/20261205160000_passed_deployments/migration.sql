-- Releases are compared with the last deployment that was authorized, a rollback or a break-glass. However many
-- unauthorized ones follow it, a question reads one row. (Prisma has no indexes on expressions.)
CREATE INDEX "deployments_passed_idx"
    ON "deployments"("environment", "project_id", (COALESCE("succeeded_as", "id")))
    WHERE "state" = 'succeeded' AND ("authorization" IN ('authorized', 'rollback', 'break-glass')
        OR ("authorization" = 'unknown' AND "decision" = 'allow'));
