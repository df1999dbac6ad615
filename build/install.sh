#!/usr/bin/env bash
# usage: install.sh PREFIX
#
# Installs the commands, the library and the manual under PREFIX, and under
# DESTDIR before it.  What was built is looked for beside the sources and in
# bazel-bin/.
set -euo pipefail
cd "$(dirname "$0")/.."
(($# == 1)) || {
    echo "usage: install.sh PREFIX" >&2
    exit 2
}
prefix=$1
root=${DESTDIR:-}$prefix

# put MODE FOLDER FILE...
put() {
    local mode=$1 folder=$root/$2 file
    shift 2
    mkdir -p "$folder"
    for file; do
        [[ -e $file ]] || file=bazel-bin/$file
        install -m "$mode" "$file" "$folder/"
    done
}

# A file of pkg-config's: where things are, and the version.
put_pc() {
    local header=build/weir.h version words
    [[ -e $header ]] || header=bazel-bin/$header
    version=$(sed -n 's/^#define WEIR_VERSION  *"\(.*\)"$/\1/p' "$header")
    mkdir -p "$root/lib/pkgconfig"
    # shellcheck disable=SC2001 # bash's own knows & since 5.2 only
    words=$(sed 's/[&|\\]/\\&/g' <<<"$prefix")
    sed -e "s|@PREFIX@|$words|" -e "s|@VERSION@|$version|" "build/$1.in" \
        >"$root/lib/pkgconfig/$1"
    chmod 644 "$root/lib/pkgconfig/$1"
}

put 755 bin cli/weir bench/weir-bench
put 644 include build/weir.h
put 644 lib build/libweir.a build/libweir.so.0.1.0
ln -sf libweir.so.0.1.0 "$root/lib/libweir.so.0"
ln -sf libweir.so.0 "$root/lib/libweir.so"
put_pc weir.pc
put_pc weir-static.pc
put 644 share/man/man1 docs/weir.1 docs/weir-bench.1 docs/weir-flows.1 \
    docs/weir-replay.1 docs/weir-send.1
put 644 share/man/man3 docs/man3/*.3
# Each page is found by all the names that it has.
for page in docs/man3/*.3; do
    sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \([a-z0-9_]*\).*/\1/p' "$page" |
        while read -r name; do
            [[ -e docs/man3/$name.3 ]] ||
                ln -sf "${page##*/}" "$root/share/man/man3/$name.3"
        done
done

# The loader looks in its cache, which lists these folders.
if [[ -z ${DESTDIR:-} && $prefix =~ ^/usr(/local)?/*$ ]] && ((EUID == 0)); then
    ldconfig
fi
