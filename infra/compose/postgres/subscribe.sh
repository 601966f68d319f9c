#!/bin/sh
# Feeds the subscriber from home: the schema once, then a subscription. Run again, it finds that it is done.
# It comes after `tidegate setup`, which makes the publication at home.
set -eu

subscriber() {
  psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --tuples-only --no-align --dbname "$SUBSCRIBER_URL" "$@"
}

found=$(subscriber --command "select 1 from pg_subscription s join pg_database d on d.oid = s.subdbid
  where d.datname = current_database()")
if [ -n "$found" ]; then
  echo 'it is subscribed already'
else
  # Roles come from database.sh, the schema `tidegate` and its triggers from setup. To a file first: in a
  # pipe nobody would see that the dump failed.
  dump=$(mktemp)
  trap 'rm -f "$dump"' EXIT
  pg_dump --dbname="$HOME_URL" --schema-only --schema="${APP_SCHEMAS:-public}" --no-publications \
    --no-subscriptions --file="$dump"
  subscriber --single-transaction --file="$dump"
  subscriber <<'SQL'
\getenv connection HOME_CONNECTION
\getenv name SUBSCRIPTION
\getenv options SUBSCRIPTION_OPTIONS
create subscription :"name" connection :'connection' publication tidegate with (:options);
SQL
fi

# What the app's role may read besides its own tables: how far a node is.
for url in "$HOME_URL" "$SUBSCRIBER_URL"; do
  psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --dbname "$url" --command 'grant tidegate_app to app'
done
