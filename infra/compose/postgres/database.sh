#!/bin/sh
# Runs once, when a database is new: the app's role, who may replicate, and the slot that keeps WAL for
# the standby. The server that it talks to listens to nobody else yet.
set -eu

psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv app_password APP_PASSWORD
create role app login password :'app_password';
select format('alter database %I owner to app', current_database()) \gexec
SQL

# Only home is replicated from.
[ -n "${REPLICATION_PASSWORD:-}" ] || exit 0

psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv replication_password REPLICATION_PASSWORD
\getenv slot STANDBY_SLOT
create role replicator login replication password :'replication_password';
-- The first copy of a subscriber reads the tables.
grant pg_read_all_data to replicator;
select from pg_create_physical_replication_slot(:'slot');
SQL
echo 'host replication replicator samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
