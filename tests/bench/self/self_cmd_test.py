#!/usr/bin/env python3
"""usage: self_cmd_test.py WEIR_BENCH WEIR

`weir bench self` with few frames: its lines, what it leaves behind when it
ends and when it is ended, and what it says when something is wrong.  No time
is asserted.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from check import check, end

QUICK = ["--frames", "2000", "--rounds", "2", "--seconds", "1ms"]


def command(*options, weir=None):
    weir = weir or sys.argv[2]
    return [sys.argv[1], "self", "--weir", weir] + QUICK + list(options)


def run(*options, weir=None):
    return subprocess.run(command(*options, weir=weir), capture_output=True,
                          text=True, check=False, timeout=250)


def lines_of(path, kind):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return [line for line in lines if line["type"] == kind]


def check_usual(folder):
    path = os.path.join(folder, "results.jsonl")
    done = run("--folder", folder, "--results", path)
    check(f"usual: {done.returncode} {done.stderr}", done.returncode == 0)
    runs = lines_of(path, "run")
    check(f"run: {runs}", [r["bench"] for r in runs] == ["self"])
    peers = {(p["task"], p["peer"]): p for p in lines_of(path, "peer")}
    wanted = {("self: synth to null", "weir"), ("self: synth to file", "weir"),
              ("self: copy a file", "weir"), ("self: copy a file", "cp"),
              ("self: few frames", "weir"), ("self: many frames", "weir")}
    if shutil.which("tcpdump"):
        wanted.add(("self: copy a file", "tcpdump"))
    else:
        check("a missing tcpdump is named", "tcpdump" in
              [s["what"] for s in lines_of(path, "skip")])
    check(f"peers: {set(peers) ^ wanted}", set(peers) == wanted)
    check("rounds", all(len(p["rounds"]) == 2 for p in peers.values()))
    check("memory", all(p["median"]["memory_bytes"] > 0
                        for (_, peer), p in peers.items() if peer == "weir"))
    names = {r["name"] for r in lines_of(path, "ratio")}
    check(f"ratios: {names}", {
        "self: copy a file: weir over cp, rate",
        "self: many over few frames, memory",
        "self: synth to file over to null, rate"} <= names)
    stages = {(s["stage"], s["frame"]) for s in lines_of(path, "stage")}
    check(f"stages: {stages}", {("worker", "60"), ("worker", "1514"),
                                ("write", "60"), ("cp", "60")} <= stages)
    check("nothing is left", os.listdir(folder) == ["results.jsonl"])
    os.unlink(path)

    done = run("--folder", folder, "--results", "-")
    check(f"lines alone: {done.stdout}", {"run", "peer", "stage"} <= {
        json.loads(line)["type"] for line in done.stdout.splitlines()})
    check(f"the table beside them: {done.stderr}",
          "CPU ns/frame" in done.stderr and "worker " in done.stderr)


def check_wrong(folder):
    done = run("--folder", folder, weir="/bin/false")
    check(f"a recorder that fails: {done.returncode} {done.stderr}",
          done.returncode == 1 and "exit status 1" in done.stderr)
    check("the rest goes on", "worker " in done.stdout)
    done = run(weir="/nowhere/weir")
    check(f"no recorder: {done.stderr}",
          done.returncode == 1 and "/nowhere/weir" in done.stderr)
    done = run("--folder", "/nowhere")
    check(f"no folder: {done.stderr}",
          done.returncode == 1 and "/nowhere" in done.stderr)
    done = run("--folder", folder, "--frames", "100000000", "--rounds", "33")
    check(f"rounds: {done.stderr}",
          done.returncode == 2 and "--rounds" in done.stderr)
    for options in (["--frames", "0"], ["word"], ["--nothing"]):
        done = run(*options)
        check(f"{options}: {done.stderr}",
              done.returncode == 2 and done.stderr.count("\n") == 1)
    check("nothing is left", os.listdir(folder) == [])


def files_in(folder):
    return any(files for _, _, files in os.walk(folder))


def check_ended(folder, number):
    """A signal when a recorder has written: all ends, and the folder goes."""
    bench = subprocess.Popen(
        command("--folder", folder, "--frames", "1000000"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    patience = time.monotonic() + 120
    while not files_in(folder) and time.monotonic() < patience:
        time.sleep(0.002)
    bench.send_signal(number)
    bench.wait(timeout=120)
    check(f"ended by {number}: {bench.returncode}",
          bench.returncode == -number)
    while os.listdir(folder) and time.monotonic() < patience:
        time.sleep(0.01)
    check(f"nothing is left by {number}", os.listdir(folder) == [])


def main():
    with tempfile.TemporaryDirectory(
            dir=os.environ.get("TEST_TMPDIR")) as folder:
        check_usual(folder)
        check_wrong(folder)
        check_ended(folder, signal.SIGINT)
        check_ended(folder, signal.SIGKILL)
    return end()


sys.exit(main())
