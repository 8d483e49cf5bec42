# shellcheck shell=bash
# What ./up, ./check and the scripts below test/ share: saying what happens, running long steps so
# that a signal ends them at once, installing packages, building. To be sourced; needs bash and, as
# `root`, the folder of the checkout.

root=${root:?set root before sourcing common.sh}
log_folder=${TMPDIR:-/tmp}
child=

say() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Runs a command in the background and waits for it: bash runs traps during `wait`, but not while a
# foreground command runs, and ./up has to end at once on SIGTERM.
step() {
    "$@" &
    child=$!
    local status=0
    wait "$child" || status=$?
    child=
    return "$status"
}

stop_step() {
    [ -n "$child" ] || return 0
    kill -TERM "$child" 2>/dev/null
    wait "$child" 2>/dev/null
    child=
}

# --- packages ---

debian_release() {
    local id="" version=""
    [ -r /etc/os-release ] && {
        id=$(. /etc/os-release && printf %s "${ID:-}")
        version=$(. /etc/os-release && printf %s "${VERSION_ID:-}")
    }
    [ "$id" = debian ] && printf %s "$version"
}

# Prints the packages of the given purposes that are not installed.
missing_packages() {
    local release wanted
    release=$(debian_release)
    wanted=$(awk -v release="$release" -v purposes=" $* " '
        /^#/ || NF < 3 { next }
        ($1 == "any" || $1 == release) && index(purposes, " " $2 " ") { print $3 }
    ' "$root/config/setup/packages")
    # shellcheck disable=SC2086
    dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
        awk -v wanted="$wanted" '
            $1 == "installed" { have[$2] = 1 }
            END { n = split(wanted, w); for (i = 1; i <= n; i++) if (!(w[i] in have)) print w[i] }'
}

# Installs what the given purposes need; as an ordinary user says what an administrator has to run.
ensure_packages() {
    local missing release
    release=$(debian_release)
    case $release in
    12 | 13) ;;
    *)
        command -v dpkg-query >/dev/null && note "Not Debian 12 or 13: taking the tools that are here"
        return 0
        ;;
    esac
    missing=$(missing_packages "$@" | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        printf '%s: packages are missing. Install them with this line, then start again:\n' "${0##*/}" >&2
        printf '    sudo apt-get install --no-install-recommends %s\n' "$missing" >&2
        exit 1
    fi
    # shellcheck disable=SC2086
    set -- $missing
    say "Installing $# packages: $missing"
    local drop_in=
    if [ ! -e /etc/postgresql-common/createcluster.d/kinvault.conf ] &&
        ! dpkg-query -W postgresql-common >/dev/null 2>&1; then
        # Debian would start a cluster of its own on port 5432 as part of the installation.
        drop_in=/etc/postgresql-common/createcluster.d/kinvault.conf
        mkdir -p "${drop_in%/*}"
        echo "create_main_cluster = false" >"$drop_in"
    fi
    # Nor shall nginx and the like begin to serve on this machine.
    local policy=
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        # Should we be killed, it lets all services start again.
        printf '#!/bin/sh\nkill -0 %s 2>/dev/null && exit 101\nexit 0\n' $$ >"$policy"
        chmod 755 "$policy"
    fi
    local log status=0
    log=$(mktemp "$log_folder/kinvault-apt.XXXXXX")
    export DEBIAN_FRONTEND=noninteractive
    apt_get "$log" -q update || status=$?
    [ "$status" != 0 ] || apt_get "$log" -q -y --no-install-recommends install "$@" || status=$?
    if [ -n "$drop_in" ]; then
        rm -f "$drop_in"
        rmdir --ignore-fail-on-non-empty "${drop_in%/*}"
    fi
    [ -z "$policy" ] || rm -f "$policy"
    if [ "$status" != 0 ]; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install the packages (above is the end of what it said)"
    fi
    rm -f "$log"
}

# apt-get with its talk in a log and its progress, from the status channel, on the terminal.
apt_get() {
    local log=$1
    shift
    apt-get -o APT::Status-Fd=3 -o Dpkg::Options::=--force-confold "$@" \
        </dev/null 3>&1 >>"$log" 2>&1 | apt_progress
    return "${PIPESTATUS[0]}"
}

apt_progress() {
    local what percent rest doing="" last=0
    while IFS=: read -r what rest percent _; do
        case $what in
        dlstatus) what=downloading ;;
        pmstatus) what="unpacking and setting up" ;;
        *) continue ;;
        esac
        percent=${percent%%.*}
        [ "$what" = "$doing" ] || last=-20
        doing=$what
        [ "$((percent))" -ge "$((last + 20))" ] || continue
        last=$((percent / 20 * 20))
        note "$what $last%"
    done
}

# --- building ---

# The fuzz targets (test/fuzz), as arguments of `build`: libFuzzer comes with clang.
fuzz_build=(fuzz fuzzers -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1"
    -DKINVAULT_SANITIZE=address,undefined -DKINVAULT_FUZZ=ON -DKINVAULT_TESTS=OFF
    -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19)

build_jobs() {
    local cores
    cores=$(nproc)
    [ "$cores" -gt 2 ] && cores=2
    echo "$cores"
}

# build FOLDER "TARGETS" CMAKE-OPTIONS...: configures the folder once and builds the targets. Says
# that it builds only when there is something to build; returns 1 with the reason shown on failure.
# Eight files of a room are compiled as one: most of the time goes into what they have in common.
build() {
    local folder=$root/build/$1 targets=$2 log status=0
    shift 2
    set -- "$@" -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=8
    mkdir -p "$folder"
    log=$folder/kinvault-build.log
    # The options are recorded, so that a change of them configures again.
    if [ ! -e "$folder/build.ninja" ] || [ "$(cat "$folder/kinvault-options" 2>/dev/null)" != "$*" ]; then
        say "Configuring ${folder#"$root"/}"
        step cmake -S "$root" -B "$folder" -G Ninja "$@" >"$log" 2>&1 || status=$?
        if [ "$status" != 0 ]; then
            tail -n 30 "$log" >&2
            return 1
        fi
        printf %s "$*" >"$folder/kinvault-options"
    fi
    # shellcheck disable=SC2086
    step ninja_with_progress "$folder" "$log" $targets || status=$?
    if [ "$status" != 0 ]; then
        grep -v '^\[[0-9]*/[0-9]*\] ' "$log" | tail -n 60 >&2
        return 1
    fi
}

ninja_with_progress() {
    local folder=$1 log=$2
    shift 2
    # The lock: two builds in one folder at once destroy each other's work.
    NINJA_STATUS='[%f/%t] ' setpriv --pdeathsig TERM flock -F "$folder/.kinvault-lock" \
        ninja -C "$folder" -j "$(build_jobs)" "$@" </dev/null 2>&1 | build_progress "${folder#"$root"/}" "$log"
    return "${PIPESTATUS[0]}"
}

# Keeps ninja's output and shows "[12/80]": rewritten in place on a terminal, else at each tenth.
build_progress() {
    local name=$1 line said="" tenth=0 terminal=""
    [ -t 1 ] && terminal=1
    while IFS= read -r line; do
        printf '%s\n' "$line"
        [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]] || continue
        # Looking whether there is something to do is no work.
        case ${BASH_REMATCH[3]} in Re-checking* | Re-running*) continue ;; esac
        [ -n "$said" ] || say "Building $name" >&3
        said=1
        if [ -n "$terminal" ]; then
            printf '\r    [%d/%d] ' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&3
        elif [ $((BASH_REMATCH[1] * 10 / BASH_REMATCH[2])) -gt "$tenth" ]; then
            tenth=$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))
            note "[${BASH_REMATCH[1]}/${BASH_REMATCH[2]}]" >&3
        fi
    done 3>&1 >"$2"
    [ -z "$said" ] || [ -z "$terminal" ] || echo
}
