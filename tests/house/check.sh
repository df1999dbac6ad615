#!/usr/bin/env bash
# usage: check.sh [STEP...]
#
# Everything that is true of the whole tree; one line a step, and what a
# step that failed had to say.  The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

# bazel-bin/ stays the ordinary build, which is the one in a sandbox: that it
# names all that it needs is shown once.
apart=(--experimental_convenience_symlinks=ignore --spawn_strategy=local)

step_format() {
    tests/house/sources.sh | xargs clang-format --dry-run -Werror
}

step_tidy() {
    tests/house/tidy.sh
}

step_includes() {
    tests/house/includes.sh
}

step_headers() {
    tests/house/headers.sh
}

step_clang() {
    bazel build "${apart[@]}" --config=clang //...
}

step_asan() {
    tests/house/run.sh "${apart[@]}" --config=asan //...
}

# Only plain mains: Criterion does not run under ThreadSanitizer.
step_tsan() {
    tests/house/run.sh "${apart[@]}" --config=tsan --build_tests_only \
        --test_tag_filters=stress //...
}

steps=("$@")
((${#steps[@]})) || steps=(format includes headers tidy asan tsan clang)

output=$(mktemp)
trap 'rm -f "$output"' EXIT
passed=0
failed=0
for step in "${steps[@]}"; do
    if ! declare -F "step_$step" >/dev/null; then
        echo "check: no step is called $step" >&2
        exit 2
    fi
    start=$SECONDS
    if "step_$step" >"$output" 2>&1 </dev/null; then
        result=ok
        passed=$((passed + 1))
    else
        result=FAILED
        failed=$((failed + 1))
        tail -n 100 "$output"
    fi
    # What the sanitizers ran, in the tests' own words.
    cases=$(tail -n 1 "$output" | grep -E '^[0-9]+ passed, [0-9]+ failed$')
    printf 'check: %-8s %s, %d s%s\n' "$step" "$result" \
        $((SECONDS - start)) "${cases:+ ($cases)}"
done

echo "$passed passed, $failed failed"
((failed == 0))
