#!/usr/bin/env bash
# The whole bench, part by part; ./dev bench is this after a build.  A part
# that fails is named, the others go on, and the exit status is 1.
set -uo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'TEXT'
usage: ./dev bench [--quick] [--compare OLD] [--folder FOLDER] [PART...]
       ./dev bench --compare OLD NEW.jsonl

Measures what this host records without loss, and makes a page of it.

  PART              self, stages, limit, peers; all of them by default
  --quick           fewer rows and rounds, two to three minutes
  --compare OLD     at the end the ratios beside those of OLD.jsonl, and 1 if
                    one is more than 10% worse; with a second results file
                    nothing is measured
  --folder FOLDER   of the results, and of the files that are recorded:
                    its disk is the one that is measured
                    (bench-results)

Live parts make network namespaces of their own, which needs root; without it
they say so, and what needs none is measured.
TEXT
}

quick=
old=
new=
folder=$top/bench-results
parts=()
while (($#)); do
    case $1 in
    --quick) quick=1 ;;
    --compare)
        old=${2:-}
        [[ -n $old ]] || {
            usage >&2
            exit 2
        }
        shift
        if [[ ${2:-} == *.jsonl ]]; then
            new=$2
            shift
        fi
        ;;
    --folder)
        folder=${2:-}
        [[ -n $folder ]] || {
            usage >&2
            exit 2
        }
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    stages | limit | peers | self) parts+=("$1") ;;
    *)
        echo "bench: $1 is no part and no option" >&2
        usage >&2
        exit 2
        ;;
    esac
    shift
done
((${#parts[@]})) || parts=(self stages limit peers)

bench=$top/bazel-bin/bench/weir-bench
weir=bazel-bin/cli/weir
say() {
    printf 'bench: %s\n' "$*"
}

if [[ -n $new ]]; then
    exec "$bench" compare "$old" "$new"
fi
[[ -z $old || -r $old ]] || {
    say "cannot read $old" >&2
    exit 1
}
old=${old:+$(realpath "$old")}

name=$(date +%Y-%m-%dT%H%M%S)
mkdir -p "$folder" || exit 1
folder=$(cd "$folder" && pwd)
# Short paths read better in the page.
cd "$top" || exit 1
folder=${folder#"$top/"}
results=$folder/$name.jsonl
scratch=$(mktemp -d "$folder/scratch.XXXXXX") || exit 1
trap 'rm -rf --one-file-system "$scratch"' EXIT
interrupted=
trap 'interrupted=1' INT TERM

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

# The limits of time add up to less than 25 minutes.
part_stages() {
    if [[ $quick ]]; then
        run stages 60 stages --frame 60 --flows 1000 --seconds 0.05 \
            --rounds 3 -w "$scratch"
    else
        run stages 120 stages --seconds 0.2 -w "$scratch"
    fi
}

part_limit() {
    if [[ $quick ]]; then
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
    if [[ $quick ]]; then
        run peers 120 peers --frame 60 --rounds 2 --frames 1000000 \
            --rate full --seconds 1
    else
        run peers 600 peers
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
if [[ -s $results ]]; then
    if "$bench" page -o "$folder/$name" "$results"; then
        ln -sfn "$name" "$folder/latest"
        say "results  $results"
        say "page     $folder/latest/index.html"
    else
        failed+=(page)
    fi
    if [[ -n $old ]]; then
        printf '\n'
        "$bench" compare "$old" "$results" || failed+=(compare)
    fi
else
    say "nothing was measured" >&2
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
