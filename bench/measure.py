"""What the measurements share: running, repeating in turn, and tables."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WEIR = os.path.join(TOP, "bazel-bin/cli/weir")
BLAST = os.path.join(TOP, "bazel-bin/bench/blast")


class Folder:
    """A folder in memory, with room for `need` bytes; removed at the end."""

    def __init__(self, need):
        room = shutil.disk_usage("/dev/shm").free
        if room < need:
            sys.exit(
                f"/dev/shm has {room >> 20} MiB free, and this needs"
                f" {need >> 20}: ask for fewer frames"
            )

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="weir-bench-", dir="/dev/shm")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def file(self, name):
        return os.path.join(self.path, name)


class Spent:
    """One run: seconds of the clock and of the processors."""

    def __init__(self, wall, cpu):
        self.wall = wall
        self.cpu = cpu


def run(command):
    """Runs a command that must succeed; its words are shown if it fails."""
    start = time.monotonic()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        words = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.stderr.buffer.write(words)
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
    return Spent(wall, usage.ru_utime + usage.ru_stime)


def in_turn(runs, rounds):
    """Calls each of `runs` (name: function) once a round; the order turns
    with the rounds, so that none always runs behind the same neighbour."""
    names = list(runs)
    results = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            results[name].append(runs[name]())
    return results


def median(values):
    return statistics.median(values)


def spread(values):
    """Least and greatest."""
    return min(values), max(values)


def table(head, rows):
    widths = [
        max(len(str(row[i])) for row in [head] + rows)
        for i in range(len(head))
    ]
    for row in [head] + rows:
        cells = [str(row[0]).ljust(widths[0])]
        cells += [str(c).rjust(w) for c, w in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())
