#!/usr/bin/env python3
"""usage: embed_replay_test.py WEIR_BENCH

`weir bench embed replay` with few frames, in namespaces of its own: its lines
and what it leaves behind.  No time is asserted, and others than weir may be
missing.
"""

import json
import os
import subprocess
import sys
import tempfile

from check import check, end


def run(*options):
    return subprocess.run([sys.argv[1], "embed", "replay", *options],
                          capture_output=True, text=True, check=False,
                          timeout=250)


def check_lines(path):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    check(f"run: {lines[0]}", lines[0]["type"] == "run" and
          lines[0]["bench"] == "embed")
    peers = [line for line in lines
             if line["type"] == "peer" and line["peer"] == "weir"]
    check(f"weir: {peers}", [p["frame"] for p in peers] == ["1514", "60"])
    check("rounds", all(len(p["rounds"]) == 1 and p["median"]["pps"] > 0 and
                        p["task"] == "embed replay, topspeed"
                        for p in peers))
    paces = [line for line in lines
             if line["type"] == "pace" and line["peer"] == "weir"]
    check(f"pace: {paces}", len(paces) == 1 and
          paces[0]["asked_pps"] == 1000 and
          set(paces[0]["median"]) == {"p50_ns", "p99_ns", "most_ns", "pps",
                                      "cpu_ns"} and
          "weir1 --pps 1000 " in paces[0]["command"])


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "results.jsonl")
        done = run("--frames", "1000", "--rounds", "1", "--pps", "1000",
                   "--seconds", "0.1", "--folder", folder, "--results", path)
        if "needs root" in done.stderr:
            print(f"skipped: {done.stderr.strip()}")
            sys.exit(end())
        check(f"{done.returncode} {done.stderr}", done.returncode == 0)
        check_lines(path)
        check(f"left behind: {os.listdir(folder)}",
              os.listdir(folder) == ["results.jsonl"])
    sys.exit(end())


main()
