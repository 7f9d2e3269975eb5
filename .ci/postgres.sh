#!/usr/bin/env bash
# A throw-away PostgreSQL on loopback, for the store's tests.
#   .ci/postgres.sh COMMAND...                 runs COMMAND with HEALTH_TEST_POSTGRES_URL set, then stops the server
#   . .ci/postgres.sh; postgres_start; ...; postgres_stop
# Uses Debian's binaries, and installs them when they are absent and this is root.

postgres_start() {
    local bin port password
    if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null || return 1
    fi
    bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1)")
    POSTGRES_DIR=$(mktemp -d) || return 1
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    printf '%s\n' "$password" >"$POSTGRES_DIR/password"
    if [ "$(id -u)" = 0 ]; then chown -R postgres: "$POSTGRES_DIR"; fi
    # fsync off: the data does not outlive the tests
    _postgres_as "$bin/initdb" --pgdata="$POSTGRES_DIR/data" --username=health --pwfile="$POSTGRES_DIR/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >"$POSTGRES_DIR/initdb.log" &&
        _postgres_as "$bin/pg_ctl" start -w -s -D "$POSTGRES_DIR/data" -l "$POSTGRES_DIR/server.log" \
            -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=off" || {
        cat "$POSTGRES_DIR"/*.log >&2
        rm -rf "$POSTGRES_DIR"
        return 1
    }
    POSTGRES_PID=$(head -1 "$POSTGRES_DIR/data/postmaster.pid")
    export HEALTH_TEST_POSTGRES_URL="postgresql://health:$password@127.0.0.1:$port/postgres"
    echo "PostgreSQL for tests runs as process $POSTGRES_PID on 127.0.0.1:$port" >&2
}

postgres_stop() {
    # SIGINT is PostgreSQL's fast shutdown: open sessions are ended, not waited for
    kill -INT "$POSTGRES_PID" 2>/dev/null
    while kill -0 "$POSTGRES_PID" 2>/dev/null; do sleep 0.1; done
    rm -rf "$POSTGRES_DIR"
    unset HEALTH_TEST_POSTGRES_URL
}

# initdb and the server refuse to run as root
_postgres_as() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    [ $# -gt 0 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
    postgres_start || exit 1
    trap postgres_stop EXIT
    "$@"
fi
