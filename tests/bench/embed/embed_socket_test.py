#!/usr/bin/env python3
"""usage: embed_socket_test.py WEIR_BENCH

`weir bench embed socket` for a second a function, in namespaces of its own: its
lines.  No time is asserted.
"""

import json
import os
import subprocess
import sys
import tempfile

from check import check, end

FUNCTIONS = ["weir_socket_next_batch", "weir_socket_next", "pcap_dispatch",
             "pcap_next_ex"]


def check_lines(path):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    check(f"run: {lines[0]}", lines[0]["type"] == "run" and
          lines[0]["bench"] == "embed")
    sockets = [line for line in lines if line["type"] == "socket"]
    check(f"functions: {sockets}",
          [s["function"] for s in sockets] == FUNCTIONS * 2)
    for i, line in enumerate(sockets):
        one = line["rounds"][0]
        check(f"load: {line}",
              line["load_pps"] == (2000 if i < 4 else None))
        check(f"frames: {line}", len(line["rounds"]) == 1 and
              0 < one["frames"] <= one["sent"] and
              line["median"]["cpu_ns"] > 0)
        if i < 4:
            check(f"all came: {line}", one["frames"] == one["sent"])
    ratios = [line["name"] for line in lines if line["type"] == "ratio"]
    check(f"ratios: {ratios}", len(ratios) == 8 and
          ratios[0] == "embed socket, paced: pcap_dispatch over "
                       "weir_socket_next_batch, CPU")


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "results.jsonl")
        done = subprocess.run(
            [sys.argv[1], "embed", "socket", "--rate", "2000", "--seconds",
             "1", "--rounds", "1", "--results", path],
            capture_output=True, text=True, check=False, timeout=250)
        if "needs root" in done.stderr:
            print(f"skipped: {done.stderr.strip()}")
            sys.exit(end())
        check(f"{done.returncode} {done.stderr}", done.returncode == 0)
        check_lines(path)
    sys.exit(end())


main()
