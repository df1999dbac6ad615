#!/usr/bin/env python3
"""usage: stages_cmd_test.py WEIR_BENCH

`weir bench stages` with little memory and for a moment: its table, its lines,
and what it says when something is wrong.  No time is asserted.
"""

import json
import os
import subprocess
import sys
import tempfile

from check import check, end

QUICK = ["--seconds", "2ms", "--memory", "2M", "--room", "8M", "--rounds", "2"]


def run(*options, quick=True):
    return subprocess.run(
        [sys.argv[1], "stages"] + (QUICK if quick else []) + list(options),
        capture_output=True, text=True, check=False, timeout=250)


def lines_of(path, kind):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return [line for line in lines if line["type"] == kind]


def check_usual(folder):
    path = os.path.join(folder, "results.jsonl")
    done = run("-w", folder, "--frame", "60,imix", "--flows", "20,1,300",
               "--results", path)
    check(f"usual: {done.returncode} {done.stderr}", done.returncode == 0)
    runs = lines_of(path, "run")
    check(f"run: {runs}", [r["bench"] for r in runs] == ["stages"])
    stages = lines_of(path, "stage")
    seen = {(s["stage"], s["frame"], s["flows"]) for s in stages}
    for frame in ("60", "imix"):
        for flows in (1, 20, 300):
            check(f"flow {frame} {flows}", ("flow", frame, flows) in seen)
            check(f"worker {frame} {flows}", ("worker", frame, flows) in seen)
        for stage in ("walk", "dissect", "encode", "link", "write",
                      "cp"):
            check(f"{stage} {frame}", (stage, frame, 20) in seen)
            check(f"{stage} {frame} once", (stage, frame, 1) not in seen)
    check("each stage has a row", all(
        any(row.split()[:2] == [s["stage"], s["frame"]]
            for row in done.stdout.splitlines()) for s in stages))
    check("counts", all(s["count"] > 0 for s in stages))
    if len(os.sched_getaffinity(0)) > 1:
        names = {r["name"] for r in lines_of(path, "ratio")}
        check(f"ratios {names}", "stage worker: 2 over 1, rate" in names)
    check("nothing is left", os.listdir(folder) == ["results.jsonl"])


def check_files(folder):
    path = os.path.join(folder, "files.jsonl")
    done = run("-w", os.path.join(folder, "none"), "--frame", "60",
               "--stage", "walk,write", "--results", path)
    check(f"no folder: {done.returncode}", done.returncode == 1)
    check(f"no folder is named: {done.stderr}", "/none" in done.stderr)
    check("the rest goes on",
          [s["stage"] for s in lines_of(path, "stage")] == ["walk"])
    check("what is left out is told",
          "write" in [s["what"] for s in lines_of(path, "skip")])
    done = run("-w", os.path.join(folder, "none"), "--frame", "60",
               "--stage", "write,walk,cp,direct")
    check(f"each is counted: {done.stderr}",
          "3 could not be measured" in done.stderr)

    done = run("-w", folder, "--room", "900G", "--frame", "60",
               "--stage", "cp,read")
    check(f"no room: {done.stderr}", done.returncode == 1
          and "MiB free" in done.stderr and "read " in done.stdout)

    if os.path.isdir("/dev/shm"):
        done = run("-w", "/dev/shm", "--frame", "60", "--stage", "direct,read",
                   "--results", path)
        check(f"tmpfs: {done.returncode}", done.returncode == 0)
        check("tmpfs is named", any(
            s["what"] == "direct" and "tmpfs" in s["why"]
            for s in lines_of(path, "skip")))


def check_standard_output():
    done = run("--frame", "60", "--stage", "walk,link", "--results", "-")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    check(f"lines alone: {done.stdout}",
          {"run", "stage"} <= {line["type"] for line in lines})
    check(f"the table beside them: {done.stderr}",
          "item, or bandwidth" in done.stderr and "walk " in done.stderr)


def check_usage():
    for options, word in (
            (["--frame", "59"], "59"), (["--frame", ","], "--frame"),
            (["--flows", "0"], "too small"), (["--flows", "x"], "'x'"),
            (["--stage", "fly"], "fly"), (["--seconds", "-1"], "--seconds"),
            (["--room", "1"], "--room"), (["word"], "word"),
            (["--nothing"], "--nothing")):
        done = run(*options, quick=False)
        check(f"{options}: {done.returncode} {done.stderr}",
              done.returncode == 2 and word in done.stderr
              and done.stderr.count("\n") == 1)
    done = run("--help", quick=False)
    check("help", done.returncode == 0 and "encode" in done.stdout)
    done = run("--frame", "60", "--stage", "walk", "--results",
               "/nowhere/file")
    check(f"results: {done.stderr}",
          done.returncode == 1 and "/nowhere/file" in done.stderr)


def main():
    with tempfile.TemporaryDirectory(
            dir=os.environ.get("TEST_TMPDIR")) as folder:
        check_usual(folder)
        check_files(folder)
    check_standard_output()
    check_usage()
    return end()


sys.exit(main())
