#!/bin/sh
# Feeds the subscriber from home: the schema once, then a subscription. Run again, it finds that it is done.
# It comes after `tidegate setup`, which makes the publication at home.
set -eu

ask() {
  psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --tuples-only --no-align --dbname "$@"
}

# Postgres would subscribe to what is not there, and only warn.
if [ -z "$(ask "$HOME_URL" --command "select 1 from pg_publication where pubname = 'tidegate'")" ]; then
  echo 'there is no publication at home: run tidegate setup first' >&2
  exit 1
fi

found=$(ask "$SUBSCRIBER_URL" --command "select 1 from pg_subscription s join pg_database d on d.oid = s.subdbid
  where d.datname = current_database()")
if [ -n "$found" ]; then
  echo 'it is subscribed already'
else
  # Roles come from database.sh, the schema `tidegate` and its triggers from setup.
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  pg_dump --dbname="$HOME_URL" --format=custom --schema-only --exclude-schema=tidegate --no-publications \
    --no-subscriptions --file="$work/schema"
  pg_restore --list "$work/schema" >"$work/all"
  grep -v 'EVENT TRIGGER - tidegate_' "$work/all" >"$work/list"
  pg_restore --dbname="$SUBSCRIBER_URL" --use-list="$work/list" --single-transaction "$work/schema"
  ask "$SUBSCRIBER_URL" <<'SQL'
\getenv connection HOME_CONNECTION
\getenv name SUBSCRIPTION
\getenv options SUBSCRIPTION_OPTIONS
create subscription :"name" connection :'connection' publication tidegate with (:options);
SQL
fi

# What the app's role may read besides its own tables: how far a node is.
for url in "$HOME_URL" "$SUBSCRIBER_URL"; do
  ask "$url" --command 'grant tidegate_app to app'
done
