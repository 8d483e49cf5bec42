# shellcheck shell=bash
# The S3 server of ./check: one `up` for a whole run, ended with it however it ends. To be sourced
# after common.sh.
#
# gateway_start FOLDER   exports what `up` prints (KINVAULT_TEST_S3 and its like); 77: no packages
# gateway_stop           ends it and waits for that

gateway_folder=
gateway_guard=

gateway_start() {
    local here=$root/test/support/s3 settings=$1.env log=$1.log base try line status
    gateway_folder=$1
    mkdir -p "$gateway_folder"
    # Two runs at once begin at different places, below the ports that clients get from the kernel.
    base=$((20000 + $$ % 1000 * 10))
    for ((try = 0; try < 20; try++)); do
        status=0
        step "$here/up" "$gateway_folder" $((base + try * 10)) >"$settings" 2>"$log" || status=$?
        if [ "$status" = 0 ]; then
            while IFS= read -r line; do export "${line?}"; done < <(grep '^KINVAULT_' "$settings")
            gateway_watch "$here"
            return 0
        fi
        grep -q 'is taken$' "$log" || break
    done
    tail -n 20 "$log" >&2
    gateway_folder=
    return "$status"
}

# Ceph's processes are daemons: without this they would outlive a run that was killed.
gateway_watch() {
    (exec setsid bash -c 'tail --pid="$1" -s 0.2 -f /dev/null; exec "$2/down" "$3"' guard \
        "$$" "$1" "$gateway_folder") </dev/null >/dev/null 2>&1 8>&- 9>&- &
    gateway_guard=$!
}

gateway_stop() {
    [ -n "$gateway_folder" ] || return 0
    [ -z "$gateway_guard" ] || kill -TERM -- "-$gateway_guard" 2>/dev/null
    "$root/test/support/s3/down" "$gateway_folder" || true
    gateway_folder=
    gateway_guard=
}
