#!/usr/bin/env bash
# usage: run.sh BAZEL_ARGUMENT...
#
# Runs Bazel's tests and counts their cases; the last line is "N passed, N
# failed".  WEIR_SHARED names the folder that holds the corpus; tests that
# need it say so when they skip.
set -euo pipefail
cd "$(dirname "$0")/../.."

events=$(mktemp)
trap 'rm -f "$events"' EXIT

arguments=(--keep_going --build_event_json_file="$events")

shared=${WEIR_SHARED:-$PWD/../shared}
if [[ -d $shared ]]; then
    arguments+=(--test_env=WEIR_SHARED="$(cd "$shared" && pwd)")
else
    echo "no $shared: tests skip what needs the corpus" >&2
fi

if ! unshare -n true 2>/dev/null && ! unshare -rn true 2>/dev/null; then
    echo "no network namespaces here: tests tagged \"net\" are left out" >&2
    arguments+=(--test_tag_filters=-net)
fi

status=0
bazel test "${arguments[@]}" "$@" </dev/null || status=$?
python3 tests/house/tally.py "$events" "$status"
