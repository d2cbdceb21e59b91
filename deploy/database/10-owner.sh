#!/bin/sh
# Makes the role srp_owner, which owns the database and is no superuser. The image of PostgreSQL runs this on a new
# volume. For a volume that the role postgres owns, run it yourself (docs/containers.md#a-volume-that-postgres-owns).
#
#   docker compose exec -T db sh /docker-entrypoint-initdb.d/10-owner.sh [--close]
#
# It can run again: it only changes what is not so yet, and sets the password to OWNER_DB_PASSWORD.
#
# The entrypoint may source this file, so it works in a subshell and leaves no option or variable.
(
  set -eu
  : "${OWNER_DB_PASSWORD:?is not set}"
  super=${POSTGRES_USER:-postgres}

  # The password goes through the environment, not through a command line that other processes can read.
  psql -X -q -v ON_ERROR_STOP=1 --single-transaction -U "$super" -d "${POSTGRES_DB:-$super}" <<'SQL'
\getenv password OWNER_DB_PASSWORD
SET client_min_messages = warning;
-- Passwords must not get into the log of the server.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SELECT 'CREATE ROLE srp_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'srp_owner') \gexec
ALTER ROLE srp_owner LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'password';
SELECT format('ALTER DATABASE %I OWNER TO srp_owner', current_database()) \gexec

-- From PostgreSQL 16 on, CREATEROLE alone may not change a role that another role made.
SELECT format('GRANT %I TO srp_owner WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', rolname)
  FROM pg_roles
 WHERE rolname IN ('srp_server', 'srp_retention') AND current_setting('server_version_num')::int >= 160000 \gexec

-- REASSIGN OWNED refuses the role that made the cluster, so one after another. What belongs to an extension, a table's
-- own sequences and the types of tables follow, or stay with their extension.
CREATE TEMPORARY TABLE moves ON COMMIT DROP AS
  SELECT 1 AS step, format('ALTER SCHEMA %I OWNER TO srp_owner', nspname) AS statement
    FROM pg_namespace
   WHERE nspowner = current_user::regrole AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  UNION ALL
  SELECT 2, format('ALTER %s %s OWNER TO srp_owner',
           CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
           c.oid::regclass)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relowner = current_user::regrole AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                        AND (d.deptype = 'e' OR (c.relkind = 'S' AND d.deptype IN ('a', 'i'))))
  UNION ALL
  SELECT 3, format('ALTER ROUTINE %s OWNER TO srp_owner', p.oid::regprocedure)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE p.proowner = current_user::regrole AND p.prokind <> 'a' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 4, format('ALTER TYPE %s OWNER TO srp_owner', t.oid::regtype)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
   WHERE t.typowner = current_user::regrole AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND t.typelem = 0 AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c'))
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e');
SELECT statement FROM moves ORDER BY step \gexec
SQL

  # On a new volume, the superuser logs in through the socket inside the container only, so that no other container can
  # guess its password. On an existing volume only with --close, because versions before log in as the superuser.
  listens=$(psql -X -Atq -U "$super" -d postgres -c 'SHOW listen_addresses')
  hba=${PGDATA:-/var/lib/postgresql/data}/pg_hba.conf
  rule="host all $super all reject"
  if { [ -z "$listens" ] || [ "${1:-}" = --close ]; } && ! grep -qxF "$rule" "$hba"; then
    { printf '%s\n' "$rule" && cat "$hba"; } >"$hba.new"
    # Into the same file, which keeps its owner and mode.
    cat "$hba.new" >"$hba"
    rm "$hba.new"
    psql -X -q -U "$super" -d postgres -c 'SELECT pg_reload_conf()' >/dev/null
  fi
  echo 'srp_owner owns the database, and is no superuser'
)
