#!/usr/bin/env bash
# The whole bench, part by part; ./dev bench is this after a build.  A part
# that fails is named, the others go on, and the exit status is 1.
set -uo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)

# ./dev asks first, before it builds anything: with --check in front nothing
# is measured.  The exit status is 0 if that is to come, else that of the
# answer, and HELPED for the text below.
HELPED=3

usage() {
    cat <<'TEXT'
usage: ./dev bench [--quick] [--compare OLD] [--folder FOLDER] [PART...]
       ./dev bench --compare OLD NEW.jsonl

Measures what this host records without loss, and makes a page of it.

  PART              self, stages, limit, peers; all of these by default;
                    and targets: what weir is to reach, measured and judged,
                    which takes some 25 minutes by itself
  --quick           fewer rows and rounds, two to three minutes
  --compare OLD     at the end the ratios beside those of OLD.jsonl, and 1 if
                    one is more than 10% worse and its rounds do not overlap
                    the old ones; with a second results file nothing is
                    measured
  --folder FOLDER   of the results, and of the files that are recorded:
                    its disk is the one that is measured
                    (bench-results)

FOLDER/latest is the page of the last run that was whole.  Live parts make
network namespaces of their own, which needs root; without it they say so, and
what needs none is measured.
TEXT
}

say() {
    printf 'bench: %s\n' "$*"
}
# wrong STATUS WORDS...: one line of what is wrong, and the end.
wrong() {
    local status=$1
    shift
    say "$*" >&2
    exit "$status"
}
# value OPTION [VALUE]: what comes behind is no value if it is an option.
value() {
    [[ -n ${2:-} && $2 != -* ]] || wrong 2 "$1 needs a value (see --help)"
}

check=
quick=
old=
new=
folder=$top/bench-results
parts=()
if [[ ${1:-} == --check ]]; then
    check=1
    shift
fi
told="./dev bench"
for word in "$@"; do
    told+=" $(printf '%q' "$word")"
done
while (($#)); do
    case $1 in
    --quick) quick=1 ;;
    --compare)
        value "$@"
        old=$2
        shift
        if [[ ${2:-} == *.jsonl ]]; then
            new=$2
            shift
        fi
        ;;
    --folder)
        value "$@"
        folder=$2
        shift
        ;;
    -h | --help)
        usage
        exit $((check ? HELPED : 0))
        ;;
    stages | limit | peers | self | targets) parts+=("$1") ;;
    *) wrong 2 "$1 is no part and no option (see --help)" ;;
    esac
    shift
done
((${#parts[@]})) || parts=(self stages limit peers)
for file in "$old" "$new"; do
    [[ -z $file || (-r $file && ! -d $file) ]] || wrong 1 "cannot read $file"
done

bench=$top/bazel-bin/bench/weir-bench
weir=bazel-bin/cli/weir
if [[ -n $new ]]; then
    [[ -z $check ]] || exit 0
    exec "$bench" compare "$old" "$new"
fi
old=${old:+$(realpath "$old")}

[[ ! -e $folder || -d $folder ]] || wrong 1 "--folder $folder: is no folder"
why=$(mkdir -p -- "$folder" 2>&1) || wrong 1 "--folder: ${why#mkdir: }"
whole=$(cd -- "$folder" 2>/dev/null && pwd) ||
    wrong 1 "--folder $folder: cannot be entered"
folder=$whole
scratch=$(mktemp -d "$folder/scratch.XXXXXX" 2>&1) ||
    wrong 1 "--folder $folder: no file can be made in it"
trap 'rm -rf --one-file-system "$scratch"' EXIT
[[ -z $check ]] || exit 0
interrupted=
trap 'interrupted=1' INT TERM

# Short paths read better in the page.
cd "$top" || exit 1
folder=${folder#"$top/"}
scratch=$folder/${scratch##*/}

# Results of its own, also for a second bench within the same second.
now=$(date +%Y-%m-%dT%H%M%S)
name=$now
for ((n = 2; ; n++)); do
    results=$folder/$name.jsonl
    [[ ! -e $folder/$name ]] && (set -C && : >"$results") 2>/dev/null && break
    ((n < 1000)) || wrong 1 "cannot make $results"
    name=$now-$n
done
exec {lock}>>"$folder/.lock"
flock -n "$lock" ||
    say "careful: another bench seems to run in $folder: both are slower" >&2

# record NAME=TEXT...: a line of results; what JSON does not take becomes '?'.
record() {
    local line="" pair text
    for pair in "$@"; do
        text=${pair#*=}
        text=${text//\\/\\\\}
        text=${text//\"/\\\"}
        line+=",\"${pair%%=*}\":\"${text//[[:cntrl:]]/?}\""
    done
    printf '{%s}\n' "${line#,}" >>"$results"
}
record type=bench "command=$told"

failed=()
start=$SECONDS

# run NAME SECONDS COMMAND...: at most so long; then it is told to end as by
# Ctrl-C, and keeps what it has measured.
run() {
    local part=$1 most=$2 begin=$SECONDS status=0
    shift 2
    [[ -z $interrupted ]] || return 0
    printf '\n'
    say "$part: weir bench $*"
    timeout --foreground --signal=INT --kill-after=30 "$most" \
        "$bench" "$@" --weir "$weir" --results "$results" </dev/null || status=$?
    case $status in
    0) say "$part took $((SECONDS - begin)) s" ;;
    124 | 137)
        say "$part: ended after its $most s, with what it had" >&2
        failed+=("$part")
        ;;
    *)
        say "$part failed with $status after $((SECONDS - begin)) s" >&2
        failed+=("$part")
        ;;
    esac
}

# Twice the workers as long as each may have a core beside the generator's;
# two in any case.
workers() {
    local list=2 n
    for ((n = 4; n < $(nproc); n *= 2)); do
        list+=,$n
    done
    echo "$list"
}

# The limits of time add up to 25 minutes, without the targets.
part_stages() {
    if [[ $quick ]]; then
        run stages 60 stages --frame 60 --flows 1000 --seconds 0.05 \
            --rounds 3 -w "$scratch"
    else
        run stages 150 stages --seconds 0.2 -w "$scratch"
    fi
}

part_limit() {
    if ((EUID != 0)); then
        say "limit is left out: it needs root"
        record type=skip what=limit "why=it needs root"
    elif [[ $quick ]]; then
        run limit 75 limit --frame 60 --workers 1 -w "none,$scratch" \
            --short 0.5 --long 2 --time 20
    else
        run limit 600 limit --frame 60,imix,1514 --workers 1 \
            -w "none,$scratch" --time 100
        run limit 90 limit --frame 60 --workers "$(workers)" \
            -w "none,$scratch" --time 30
    fi
}

part_peers() {
    local tasks=live,copy,count,flows
    if ((EUID != 0)); then
        say "the live task of peers is left out: it needs root"
        record type=skip what="peers, live" "why=it needs root"
        tasks=copy,count,flows
    fi
    if [[ $quick ]]; then
        run peers 120 peers --task "$tasks" --frame 60 --rounds 2 \
            --frames 1000000 --rate full --seconds 1
    else
        run peers 600 peers --task "$tasks"
    fi
}

# One command that runs others; a target that is missed is no failure.
part_targets() {
    if [[ $quick ]]; then
        run targets 300 targets --rounds 2 --frames 1000000 --seconds 0.5 \
            --folder "$scratch"
    else
        run targets 3600 targets --folder "$scratch"
    fi
}

part_self() {
    if [[ $quick ]]; then
        run self 60 self --frames 1000000 --rounds 3 --folder "$scratch"
    else
        run self 60 self --folder "$scratch"
    fi
}

for part in "${parts[@]}"; do
    "part_$part"
done

printf '\n'
if grep -q '"type": *"run"' "$results"; then
    say "results  $results"
    if "$bench" page -o "$folder/$name" "$results"; then
        say "page     $folder/$name/index.html"
        if [[ -z $interrupted ]] && ((${#failed[@]} == 0)); then
            ln -sfn "$name" "$folder/latest"
            say "which is $folder/latest/index.html too"
        else
            say "$folder/latest is not moved: this run was not whole" >&2
        fi
    else
        failed+=(page)
    fi
    if [[ -n $old ]]; then
        printf '\n'
        "$bench" compare "$old" "$results" || failed+=(compare)
    fi
else
    say "nothing was measured" >&2
    rm -f "$results"
    failed+=(results)
fi
say "took $((SECONDS - start)) s"
if [[ $interrupted ]]; then
    say "interrupted" >&2
    exit 130
fi
if ((${#failed[@]})); then
    say "failed: ${failed[*]}" >&2
    exit 1
fi
