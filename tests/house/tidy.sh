#!/usr/bin/env bash
# clang-tidy over our C files.  A file that was clean is not looked at again
# until it, a header that it includes, the checks or the tool change.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/weir/tidy
mkdir -p "$cache/include"
flags=(-std=gnu11 -D_GNU_SOURCE -iquote .)
# These include the header as it is installed.
[[ ${2:-} != examples/* ]] || flags+=(-I "$cache/include")
tool=$(clang-tidy --version; cat .clang-tidy tests/.clang-tidy; echo "${flags[@]}")

# What the preprocessor sees of a file decides, and the file's own name.
inputs() {
    clang "${flags[@]}" -MM "$1" | tr -d '\\\n' | cut -d: -f2
}

key() {
    local files
    read -ra files <<<"$(inputs "$1")"
    { echo "$tool ${files[*]}" && cat "${files[@]}"; } |
        sha256sum | cut -d' ' -f1
}

tidy() {
    local mark
    mark=$cache/$(key "$1")
    [[ -e $mark ]] || {
        clang-tidy --quiet "$1" -- "${flags[@]}" 2>/dev/null && touch "$mark"
    }
}

if [[ ${1:-} == --one ]]; then
    tidy "$2"
else
    awk -f build/public_header.awk pipeline/weir.h >"$cache/include/weir.h"
    tests/house/sources.sh c | xargs -P "$(nproc)" -n 1 tests/house/tidy.sh --one
fi
