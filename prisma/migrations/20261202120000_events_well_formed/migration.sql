-- Whoever may add events could add some that no program can read: then lists, timelines and the verification of the log
-- failed. What is there stays as it is.
ALTER TABLE "events"
    ADD CONSTRAINT "events_data_object_check" CHECK (jsonb_typeof("data"::jsonb) = 'object') NOT VALID,
    ADD CONSTRAINT "events_time_check"
        CHECK ("time" >= '1970-01-01T00:00:00Z' AND "time" < '10000-01-01T00:00:00Z') NOT VALID;
