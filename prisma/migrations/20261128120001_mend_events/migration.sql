-- The migration before this one was edited after some databases had it. In those, digests of rows depended on the time
-- zone of the session. In all others, this does nothing.
ALTER FUNCTION "beside_api"() SET "TimeZone" TO 'UTC';
