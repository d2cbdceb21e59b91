-- TRUNCATE runs no trigger of a row, so it would leave no event `beside-api`. Every other table with these events refuses
-- it already, itself or through the releases of a project.
CREATE TRIGGER "api_tokens_not_truncated" BEFORE TRUNCATE ON "api_tokens"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "trusted_issuers_not_truncated" BEFORE TRUNCATE ON "trusted_issuers"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
