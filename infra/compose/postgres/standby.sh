#!/bin/sh
# Makes a standby from a copy of the primary, once, and runs it. The copy gets its name when it is whole:
# one that broke off is begun again.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$(dirname "$PGDATA")"
  rm -rf "$PGDATA.copy" "$PGDATA"
  # The password goes into the standby's own settings with the rest.
  until pg_basebackup --dbname="$PRIMARY" --pgdata="$PGDATA.copy" --slot="$STANDBY_SLOT" \
    --wal-method=stream --checkpoint=fast --write-recovery-conf --no-password; do
    echo 'the primary gives no copy yet' >&2
    rm -rf "$PGDATA.copy"
    sleep 2
  done
  chmod 700 "$PGDATA.copy"
  mv "$PGDATA.copy" "$PGDATA"
fi

exec docker-entrypoint.sh postgres "$@"
