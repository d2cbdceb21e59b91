-- The server stores an event and its row of the queue in one statement, which says so in the event. The trigger queues
-- every other event: those that are written beside the API, and those of a server of the version before.
ALTER TABLE "events" ADD COLUMN "queued" BOOLEAN;

DROP TRIGGER "events_queued" ON "events";
CREATE TRIGGER "events_queued" AFTER INSERT ON "events"
    FOR EACH ROW WHEN (NEW."queued" IS NOT TRUE) EXECUTE FUNCTION "queue_for_log"();
