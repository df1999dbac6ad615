#!/usr/bin/env python3
"""usage: targets_cmd_test.py WEIR_BENCH WEIR

`weir bench targets` with few frames and what needs no privilege: its lines,
its table, what it says to wrong words, and what it leaves behind when it is
ended.  No figure is asserted.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile

from check import check, end

QUICK = ["--frames", "1000", "--rounds", "2"]


def command(*options):
    return [sys.argv[1], "targets", "--weir", sys.argv[2]] + list(options)


def run(*options, env=None):
    return subprocess.run(command(*options), capture_output=True, text=True,
                          check=False, timeout=250, env=env)


def check_usual(folder):
    path = os.path.join(folder, "results.jsonl")
    done = run(*QUICK, "--target", "3,4", "--folder", folder, "--results", path)
    check(f"usual: {done.returncode} {done.stderr}", done.returncode == 0)
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    check("runs", [line["bench"] for line in lines if line["type"] == "run"] ==
          ["targets", "peers", "peers"])
    targets = [line for line in lines if line["type"] == "target"]
    check(f"targets: {targets}", [t["target"] for t in targets] == [3, 3, 4, 4])
    for t in targets:
        figure = t["value"] is not None
        check(f"met: {t}", (t["met"] is not None) ==
              (figure and t["bound"] is not None))
        check(f"bound: {t}", t["bound"] is None or t["bound"] > 0)
    check(f"table: {done.stdout}", "\ntargets: " in done.stdout and
          "against nfpcapd\n" in done.stdout)
    return targets


def check_stdout(folder):
    done = run(*QUICK, "--target", "3", "--folder", folder, "--results", "-")
    check(f"stdout: {done.returncode} {done.stderr}", done.returncode == 0)
    check("only lines", all("type" in json.loads(line)
                            for line in done.stdout.splitlines()))
    check("the table is on stderr", "against cp" in done.stderr)


def check_words():
    for words, said in ((["--target", "7"], "is no list of 1 to 6"),
                        (["--target", "1,,2"], "is no list of 1 to 6"),
                        (["--rounds", "0"], "--rounds"),
                        (["--frames", "10"], "--frames"),
                        (["--seconds", "0"], "--seconds"),
                        (["more"], "no words are expected here")):
        done = run(*words)
        check(f"{words}: {done.returncode} {done.stderr}",
              done.returncode == 2 and said in done.stderr and
              done.stderr.count("\n") == 1)
    done = run("--help")
    check("help", done.returncode == 0 and
          done.stdout.startswith("usage: weir bench targets"))


def check_interrupt(folder):
    env = dict(os.environ, TMPDIR=folder)
    with subprocess.Popen(command("--target", "3", "--rounds", "32"),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=env) as job:
        job.stdout.readline()
        job.send_signal(signal.SIGINT)
        _, err = job.communicate(timeout=120)
        check(f"interrupted: {job.returncode} {err}",
              job.returncode == 1 and "interrupted" in err)
    check(f"left: {os.listdir(folder)}", os.listdir(folder) == [])


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_usual(folder)
        check_stdout(folder)
    check_words()
    with tempfile.TemporaryDirectory() as folder:
        check_interrupt(folder)
    return end()


if __name__ == "__main__":
    sys.exit(main())
