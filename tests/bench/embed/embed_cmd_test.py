#!/usr/bin/env python3
"""usage: embed_cmd_test.py WEIR_BENCH

`weir bench embed` with few frames: its lines, what it leaves behind, and what
it says when something is wrong.  No time is asserted.
"""

import json
import os
import subprocess
import sys
import tempfile

from check import check, end


def run(*options):
    return subprocess.run([sys.argv[1], "embed", *options],
                          capture_output=True, text=True, check=False,
                          timeout=250)


def check_reader(folder):
    path = os.path.join(folder, "results.jsonl")
    done = run("reader", "--frames", "20000", "--rounds", "2", "--folder",
               folder, "--results", path)
    check(f"reader: {done.returncode} {done.stderr}", done.returncode == 0)
    check("a table", "weir_reader_next_batch" in done.stdout)
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    check(f"run: {lines[0]}", lines[0]["type"] == "run" and
          lines[0]["bench"] == "embed" and
          lines[0]["command"].startswith("weir bench embed reader --frames"))
    peers = [line for line in lines if line["type"] == "peer"]
    check(f"peers: {peers}", [p["peer"] for p in peers] == [
        "weir_reader_next_batch", "weir_reader_next", "pcap_dispatch",
        "pcap_next_ex"])
    check("tasks", {p["task"] for p in peers} == {"embed reader"})
    check("rounds", all(len(p["rounds"]) == 2 and p["median"]["cpu_ns"] > 0
                        for p in peers))
    ratios = {line["name"] for line in lines if line["type"] == "ratio"}
    check(f"ratios: {ratios}", len(ratios) == 8 and {
        "embed reader: weir_reader_next_batch over pcap_dispatch, rate",
        "embed reader: pcap_next_ex over weir_reader_next, CPU"} <= ratios)
    check(f"left behind: {os.listdir(folder)}",
          os.listdir(folder) == ["results.jsonl"])


def check_wrong():
    for options, words in (
            ((), "no part given"),
            (("nonsense",), "'nonsense' is not a part"),
            (("reader", "--frames", "1"), "--frames"),
            (("reader", "--rounds", "33"), "--rounds"),
            (("reader", "more"), "more"),
            (("replay", "--frames", "1"), "--frames"),
            (("replay", "--pps", "1000000"), "--pps"),
            (("replay", "--seconds", "60"), "--seconds"),
            (("socket", "--rate", "0"), "--rate"),
            (("socket", "--way", "foot"), "--way"),
            (("socket", "more"), "more"),
            (("replay", "more"), "more")):
        done = run(*options)
        check(f"{options}: {done.returncode} {done.stderr}",
              done.returncode == 2 and words in done.stderr and
              done.stderr.count("\n") == 1)
    done = run("reader", "--frames", "1000", "--folder", "/nonexistent")
    check(f"no folder: {done.returncode} {done.stderr}",
          done.returncode == 1 and "/nonexistent" in done.stderr)
    for options in (("--help",), ("reader", "--help"), ("replay", "--help"),
                    ("socket", "--help"),
                    ("-h",)):
        done = run(*options)
        check(f"{options}: {done.stderr}", done.returncode == 0 and
              done.stdout.startswith("usage: weir bench embed"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_reader(folder)
    check_wrong()
    sys.exit(end())


main()
