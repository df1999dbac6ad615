#!/usr/bin/env bash
# usage: demo.sh [FILE]
#
# Records real traffic for a few seconds and reads it back.  Two network
# namespaces, joined by a veth pair, belong to this process and to the peer
# that it starts; they are gone when these two are, however they end.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
weir=$top/bazel-bin/cli/weir

say() {
    printf '\n\033[1m%s\033[0m\n' "$*"
}

# weir ARGUMENT...: shows the command, and becomes it.
weir() {
    printf '$ weir %s\n' "$*"
    exec "$weir" "$@"
}

read_back() {
    local file=$1 report=$2 frames written
    say "The first frames of the file"
    (weir read -n -c 12 -r "$file")
    say "A DNS query as JSON"
    (weir read --json -c 1 -r "$file" udp port 53)

    frames=$("$weir" read -n -r "$file" | wc -l)
    written=$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["ledger"]["written"])' "$report")
    say "$frames frames read back; the ledger says $written were written"
    echo "The recording is in $file"
    ((frames == written))
}

synthetic() {
    local file=$1 report=$2
    say "No network namespaces here: synthetic frames instead"
    (weir record --synth frames=200000,size=200,flows=1000,seed=1 \
        --report "$report" -w "$file")
    read_back "$file" "$report"
}

# Waits until somebody listens to frames in this namespace, or 5 s.
wait_for_recorder() {
    local i
    for ((i = 0; i < 50; i++)); do
        (($(wc -l </proc/self/net/packet) > 1)) && break
        sleep 0.1
    done
    sleep 0.3
}

# In the near namespace: weir0 is ours, weir1 the peer's.
near() {
    local file=$1 report=$2 peer recorder status=0
    say "Two network namespaces and a veth pair, weir0 and weir1"

    # The peer serves until the pipe to it closes: it cannot outlive us.
    coproc PEER { exec unshare -n python3 "$top/demo/traffic.py" serve; }
    peer=$PEER_PID
    # The namespace is there once the peer says so.
    read -r <&"${PEER[0]}"

    ip link add weir0 gso_max_segs 1 type veth peer name weir1 gso_max_segs 1
    ip link set weir1 netns "$peer"
    ip link set lo up
    ip addr add 192.0.2.1/24 dev weir0
    ip addr add 2001:db8::1/64 dev weir0 nodad
    ip link set weir0 up
    nsenter -t "$peer" -n sh -c '
        ip addr add 192.0.2.2/24 dev weir1
        ip addr add 2001:db8::2/64 dev weir1 nodad
        ip link set weir1 up'
    echo >&"${PEER[1]}"
    read -r <&"${PEER[0]}"

    say "Recording weir0: ping, DNS, TCP, UDP, IPv6, 802.1Q"
    weir record -i weir0 --stats 1 --report "$report" -w "$file" &
    recorder=$!
    trap 'kill -TERM "$recorder" 2>/dev/null || true' EXIT
    wait_for_recorder

    python3 "$top/demo/traffic.py" send &
    ping -q -n -i 0.2 -c 15 192.0.2.2 >/dev/null
    ping -q -n -i 0.2 -c 5 2001:db8::2 >/dev/null
    wait "$!"
    sleep 0.5

    # Not INT, which a shell without job control lets no child see.
    kill -TERM "$recorder"
    wait "$recorder" || status=$?
    trap - EXIT
    ((status == 0)) || return "$status"
    read_back "$file" "$report"
}

if [[ ${1:-} == --near ]]; then
    near "$2" "$3"
    exit
fi

file=${1:-weir-demo.pcapng}
report=$(mktemp)
trap 'rm -f "$report"' EXIT
rm -f "$file"

if ((EUID == 0)); then
    apart=(unshare -n)
else
    apart=(unshare -rn)
fi
if "${apart[@]}" ip link add weir0 type veth peer name weir1 2>/dev/null; then
    "${apart[@]}" "$0" --near "$file" "$report"
else
    synthetic "$file" "$report"
fi
