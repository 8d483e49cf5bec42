# shellcheck shell=bash
# A private PostgreSQL cluster for ./up, ./check and test/e2e: made, started, stopped. It listens on
# a Unix socket only. As root it runs as user postgres. To be sourced after common.sh.
#
# cluster_start FOLDER durable|throwaway   sets cluster_url (of the role and database `kinvault`),
#                                          cluster_socket and cluster_pid
# cluster_stop                             a fast shutdown; waits for it

cluster_pid=
cluster_socket=
cluster_temporary=

# Runs a program in place of the calling subshell, as the user the cluster belongs to, in a session
# of its own (Ctrl-C must not reach it) and ended when the script dies.
as_cluster_user() {
    cd /
    if [ "$(id -u)" = 0 ]; then
        exec setsid setpriv --reuid postgres --regid postgres --init-groups --pdeathsig INT "$@"
    fi
    exec setsid setpriv --pdeathsig INT "$@"
}

cluster_binaries() {
    local version=$1 folder
    if [ -n "$version" ]; then
        folder=/usr/lib/postgresql/$version/bin
        [ -x "$folder/postgres" ] || return 1
    else
        folder=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
        [ -x "$folder/postgres" ] || folder=$(dirname "$(command -v postgres || echo /nowhere/postgres)")
        [ -x "$folder/postgres" ] || return 1
    fi
    printf %s "$folder"
}

# Where the cluster lives: FOLDER, or, when user postgres may not enter it (a checkout below /root),
# a folder of its own in /var/lib that FOLDER then points to.
cluster_folder() {
    local folder=$1
    if [ ! -e "$folder" ]; then
        mkdir -p "${folder%/*}" || return 1
        if [ "$(id -u)" = 0 ] && ! (as_cluster_user test -x "${folder%/*}"); then
            local elsewhere
            elsewhere=/var/lib/kinvault/$(printf %s "$folder" | sha256sum | cut -c1-12)
            mkdir -p "$elsewhere" && chmod 711 /var/lib/kinvault && ln -sfn "$elsewhere" "$folder" || return 1
            note "User postgres may not enter ${folder%/*}: the cluster lives in $elsewhere" >&2
        fi
    fi
    mkdir -p "$folder/"
    folder=$(realpath "$folder")
    chmod 700 "$folder"
    [ "$(id -u)" != 0 ] || chown postgres: "$folder"
    printf %s "$folder"
}

# A killed postmaster leaves its lock file. It is in the way only when another process of the same
# user got its number since; one that really serves this folder gets ten seconds to end.
clear_stale_lock() {
    local data=$1 pid tries=0
    while [ -e "$data/postmaster.pid" ]; do
        pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)
        if [ -z "$pid" ] || [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" != "$data" ]; then
            rm -f "$data/postmaster.pid"
            return 0
        fi
        [ "$tries" -gt 0 ] || note "Waiting for a PostgreSQL that still runs here (process $pid)"
        tries=$((tries + 1))
        [ "$tries" -le 100 ] || fail "PostgreSQL (process $pid) runs on $data and does not end"
        sleep 0.1
    done
}

cluster_start() {
    local folder data binaries log mode=$2 options=()
    folder=$(cluster_folder "$1") || fail "cannot make $1"
    data=$folder/data
    log=$folder/postgres.log
    binaries=$(cluster_binaries "$(cat "$data/PG_VERSION" 2>/dev/null)") ||
        fail "no PostgreSQL $(cat "$data/PG_VERSION" 2>/dev/null) binaries for $data (package postgresql)"
    if [ ! -e "$data/PG_VERSION" ]; then
        [ "$mode" = throwaway ] || say "Making a private PostgreSQL cluster in $1"
        local sync=()
        [ "$mode" = throwaway ] && sync=(--no-sync)
        rm -rf "$data.new"
        (as_cluster_user "$binaries/initdb" -D "$data.new" -U postgres -E UTF8 --locale=C.UTF-8 \
            --data-checksums --auth-local=trust --auth-host=reject "${sync[@]}") >"$log" 2>&1 ||
            { tail -n 20 "$log" >&2; fail "initdb failed"; }
        mv -T "$data.new" "$data"
    fi
    [ "$mode" = throwaway ] || say "Starting PostgreSQL"
    clear_stale_lock "$data"
    cluster_socket=$folder/socket
    # A socket's path may have 107 characters; "/.s.PGSQL.5432" is part of it.
    if [ "${#cluster_socket}" -gt 90 ]; then
        cluster_socket=$(mktemp -d /tmp/kinvault-socket.XXXXXX)
        cluster_temporary=$cluster_socket
    fi
    mkdir -p "$cluster_socket"
    # No PostgreSQL runs on this data, so what lies here is from one that was killed; its number may
    # belong to another process by now.
    rm -f "$cluster_socket"/.s.PGSQL.5432 "$cluster_socket"/.s.PGSQL.5432.lock
    chmod 700 "$cluster_socket"
    [ "$(id -u)" != 0 ] || chown postgres: "$cluster_socket"
    [ "$mode" = throwaway ] && options=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
    [ ! -e "$log" ] || mv -f "$log" "$log.1"
    (as_cluster_user "$binaries/postgres" -D "$data" -c listen_addresses= -c port=5432 \
        -c unix_socket_directories="$cluster_socket" -c timezone=UTC -c log_timezone=UTC \
        "${options[@]}") >"$log" 2>&1 </dev/null 8>&- 9>&- &
    cluster_pid=$!
    cluster_ready "$binaries" || {
        tail -n 20 "$log" >&2
        cluster_stop
        fail "PostgreSQL did not start (its log is $log)"
    }
    cluster_url="postgresql://kinvault@/kinvault?host=$(url_encode "$cluster_socket")"
    "$binaries/psql" -X -q -v ON_ERROR_STOP=1 -h "$cluster_socket" -U postgres -d postgres >/dev/null 2>"$log.psql" <<'SQL' ||
SELECT 'CREATE ROLE kinvault LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kinvault') \gexec
SELECT 'CREATE DATABASE kinvault OWNER kinvault'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'kinvault') \gexec
SQL
        { cat "$log.psql" >&2; cluster_stop; fail "cannot make the database"; }
    rm -f "$log.psql"
}

# Waits until the cluster accepts connections: at once in general, longer after a crash.
cluster_ready() {
    local said="" begin=$SECONDS
    while ! "$1/pg_isready" -q -h "$cluster_socket" -U postgres -d postgres; do
        kill -0 "$cluster_pid" 2>/dev/null || return 1
        [ -n "$said" ] || [ $((SECONDS - begin)) -lt 3 ] || { said=1; note "PostgreSQL recovers"; }
        sleep 0.05
    done
}

cluster_stop() {
    if [ -n "$cluster_pid" ]; then
        kill -INT "$cluster_pid" 2>/dev/null
        wait "$cluster_pid" 2>/dev/null
        cluster_pid=
    fi
    [ -z "$cluster_temporary" ] || rm -rf "$cluster_temporary"
    cluster_temporary=
}

# Percent-encodes what may not stand in the query of a URL.
url_encode() {
    local text=$1 out="" c i
    for ((i = 0; i < ${#text}; i++)); do
        c=${text:i:1}
        case $c in
        [a-zA-Z0-9/._~-]) out+=$c ;;
        *) out+=$(printf %s "$c" | od -An -tx1 | tr ' ' % | tr -d '\n') ;;
        esac
    done
    printf %s "$out"
}
