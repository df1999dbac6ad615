#!/usr/bin/env bash
# usage: includes.sh [ROOT]
#
# The direction of includes:
#   base < ring < { capture, dissect, sink } < pipeline
#        < { cli, bench, examples, tests }
# Folders of one rank never include one another, but for tests, which may
# include anything.  And who may meet which library.  Within bench/ likewise:
#   host < { gen, results } < { trial, stages } < { limit, peers, self, micro }
#   < { disk, embed } < targets
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

folders=(base ring capture dissect sink pipeline cli bench examples tests)
existing=()
for folder in "${folders[@]}"; do
    [[ ! -d $folder ]] || existing+=("$folder")
done

grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]' \
    --include='*.c' --include='*.h' "${existing[@]}" | awk '
BEGIN {
    n = split("base:0 ring:1 capture:2 dissect:2 sink:2 pipeline:3 cli:4 " \
              "bench:4 examples:4 tests:5", pairs, " ")
    for (i = 1; i <= n; i++) {
        split(pairs[i], pair, ":")
        rank[pair[1]] = pair[2]
    }
    n = split("host:0 gen:1 results:1 trial:2 stages:2 limit:3 peers:3 " \
              "self:3 micro:3 disk:4 embed:4 targets:5", pairs, " ")
    for (i = 1; i <= n; i++) {
        split(pairs[i], pair, ":")
        bench[pair[1]] = pair[2]
    }
}
# The folder in bench/, or "" for what lies in bench/ itself.
function bench_folder(path) {
    return split(path, parts, "/") > 2 ? parts[2] : ""
}
function wrong(why) {
    print file ":" line ": " why
    bad = 1
}
# Only one file of the kind may include the library.
function only(library, kind) {
    if (file !~ kind || ((library in owner) && owner[library] != file))
        wrong(library " is included here" \
              ((library in owner) ? " and in " owner[library] : ""))
    owner[library] = file
}
{
    split($0, field, ":")
    file = field[1]
    line = field[2]
    text = substr($0, length(file) + length(line) + 3)
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", text)
    own = substr(file, 1, index(file, "/") - 1)
}
text ~ /^"/ {
    path = substr(text, 2)
    sub(/".*/, "", path)
    other = substr(path, 1, index(path, "/") - 1)
    if (!(other in rank))
        wrong("\"" path "\" does not start with a folder of ours")
    else if (own != other && rank[other] >= rank[own])
        wrong(own " may not include \"" path "\"")
    else if (own == "bench" && other == "bench" && bench_folder(file) != "") {
        from = bench_folder(file)
        to = bench_folder(path)
        if (!(from in bench) || !(to in bench))
            wrong("bench/" (from in bench ? to : from) " has no rank")
        else if (from != to && bench[to] >= bench[from])
            wrong("bench/" from " may not include \"" path "\"")
    }
}
text ~ /^<ck_/ { only("<ck_*.h>", "\\.h$") }
text ~ /^<urcu/ { only("liburcu", "\\.c$") }
text ~ /^<libnet/ { only("libnet", "\\.c$") }
text ~ /^<liburing/ { only("liburing", "\\.c$") }
text ~ /^<(pthread|threads)\.h>/ {
    # A link, a bell and workers side by side cannot be timed by one thread.
    # An example is a program of others.
    if (own != "pipeline" && own != "tests" && own != "examples" &&
        file != "bench/stages/crew.c")
        wrong("threads exist only in pipeline")
}
END { exit bad }'
