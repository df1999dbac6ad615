#!/usr/bin/env python3
"""usage: micro_test.py PROGRAM...

Runs each microbench for a moment: what it prints are "stage" lines with the
keys that readers of results want, and it has counted something.  No time is
asserted.
"""

import json
import os
import subprocess
import sys

from check import check, end

KEYS = {"type", "stage", "frame", "flows", "ns", "cycles", "instructions",
        "floor", "item", "rate_bits", "file_bytes", "samples", "count", "clock_ns"}
SPREAD = ["least", "p10", "p50", "p90", "p99", "most"]


def check_line(name, line):
    check(f"{name}: keys {set(line) ^ KEYS}", set(line) == KEYS)
    check(f"{name}: type", line["type"] == "stage")
    check(f"{name}: count", line["count"] > 0 and line["samples"] > 0)
    figures = [line["ns"][key] for key in SPREAD]
    check(f"{name}: {figures}", figures == sorted(figures) and figures[0] >= 0)
    if line["floor"] is not None:
        check(f"{name}: floor", set(line["floor"]) == {"name", "ns"})
    if line["item"] is not None:
        check(f"{name}: item", sorted(line["item"]["ns"]) == sorted(SPREAD))


def check_one_cpu(program):
    """What needs a second CPU is named, and the rest goes on."""
    cpu = min(os.sched_getaffinity(0))
    done = subprocess.run([program, "--smoke"], capture_output=True, text=True,
                          check=False, timeout=250,
                          preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
    stages = [json.loads(line)["stage"] for line in done.stdout.splitlines()]
    check(f"{program}, one CPU: {done.returncode} {done.stderr} {stages}",
          done.returncode == 0 and "link" in stages
          and "link_threads" not in stages and "two CPUs" in done.stderr)


def main():
    quiet = len(os.sched_getaffinity(0)) > 1
    for program in sys.argv[1:]:
        done = subprocess.run([program, "--smoke"], capture_output=True,
                              text=True, check=False, timeout=250)
        check(f"{program}: {done.returncode} {done.stderr}",
              done.returncode == 0 and (done.stderr == "" or not quiet))
        if program.endswith("ring_link"):
            check_one_cpu(program)
        lines = done.stdout.splitlines()
        check(f"{program}: prints something", lines)
        for line in lines:
            check_line(program, json.loads(line))
        wrong = subprocess.run([program, "--frame", "7", "--smoke"],
                               capture_output=True, text=True, check=False,
                               timeout=250)
        check(f"{program}: a wrong frame", wrong.returncode == 1
              and "'7'" in wrong.stderr and wrong.stdout == "")
    return end()


sys.exit(main())
