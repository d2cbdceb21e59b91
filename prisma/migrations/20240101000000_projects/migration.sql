-- The table exactly as the Python service created it (SQLAlchemy's create_all), so that a database
-- of that service can be adopted by recording this migration as applied.
CREATE TABLE "projects" (
    "id" SERIAL NOT NULL,
    "name" VARCHAR NOT NULL,
    "status" VARCHAR NOT NULL,

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "ix_projects_id" ON "projects" ("id");
