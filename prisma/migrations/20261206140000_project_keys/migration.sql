-- A name for the addresses and options of pipelines, which is easier to remember than an id. Null: the project has none.
ALTER TABLE "projects" ADD COLUMN "key" VARCHAR(63),
    ADD CONSTRAINT "projects_key_check" CHECK ("key" ~ '^[a-z][a-z0-9-]*$');

CREATE UNIQUE INDEX "projects_key_key" ON "projects"("key");
