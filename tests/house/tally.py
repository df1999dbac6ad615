#!/usr/bin/env python3
"""usage: tally.py EVENTS STATUS

Counts the cases of one `bazel test` from its build event file: those of
Criterion by its closing line, those of a plain main by its last "N passed, N
failed"; a test that prints neither counts as one, by its result.  A target
that was not built, crashed or ran out of time has at least one failure.
STATUS is what Bazel exited with: a run that failed is never a pass, nor is
one that found no test.
"""

import json
import re
import sys
import urllib.parse

CRITERION = re.compile(
    r"Synthesis: Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+)"
    r" \| Crashing: (\d+)"
)
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed\b", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def count(log, good):
    """The cases of one test's log: (passed, failed)."""
    log = COLOUR.sub("", log)
    passed = failed = 0
    synthesis = CRITERION.findall(log)
    plain = PLAIN.findall(log)
    if synthesis:
        passed = sum(int(s[1]) for s in synthesis)
        failed = sum(int(s[2]) + int(s[3]) for s in synthesis)
    elif plain:
        passed, failed = (int(n) for n in plain[-1])
    elif good:
        passed = 1
    if not good:
        failed = max(failed, 1)
    return passed, failed


def read(uri):
    path = urllib.parse.unquote(urllib.parse.urlparse(uri).path)
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            return log.read()
    except OSError:
        return ""


def main():
    with open(sys.argv[1], encoding="utf-8") as events:
        events = [json.loads(line) for line in events if line.strip()]
    status = int(sys.argv[2])

    passed = failed = 0
    summarised = set()
    for event in events:
        if "testSummary" not in event:
            continue
        label = event["id"]["testSummary"]["label"]
        summary = event["testSummary"]
        summarised.add(label)
        good = summary["overallStatus"] == "PASSED"
        logs = summary.get("passed", []) + summary.get("failed", [])
        text = "\n".join(read(log["uri"]) for log in logs)
        p, f = count(text, good)
        passed += p
        failed += f
        if f:
            print(f"{label}: {f} failed ({summary['overallStatus']})")

    for event in events:
        target = event.get("id", {}).get("targetCompleted")
        if not target or target["label"] in summarised:
            continue
        if not event.get("completed", {}).get("success"):
            print(f"{target['label']}: did not build")
            failed += 1

    if status != 0 and not failed:
        print(f"bazel exited with {status}")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
