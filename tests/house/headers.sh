#!/usr/bin/env bash
# Every header of the library says in its contract which threads may use it;
# those of dissect/ that are one layer's leave it to dissect/layer.h.
set -euo pipefail
cd "$(dirname "$0")/../.."

silent=$(tests/house/sources.sh h |
    grep -E '^(base|ring|capture|dissect|sink|pipeline)/' |
    xargs grep -LE '^ [*] Threads\b|[ *]dissect/layer\.h' || true)
[[ -z $silent ]] && exit 0
echo "no word on threads in:"
echo "$silent"
exit 1
