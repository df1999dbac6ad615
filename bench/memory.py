"""Memory: what weir holds does not depend on what it sees.

The peak of anonymous and of shared (ring) memory, sampled while synthetic
frames stream to nowhere: few and many frames, few and many flows.
"""

import argparse
import os
import subprocess
import sys
import time

from measure import WEIR, table

# Stacks and the allocator's own pages.
SLACK_KIB = 512


def peak_kib(command):
    """The peak of RssAnon + RssShmem of a command, in KiB."""
    peak = 0
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        os.set_blocking(process.stderr.fileno(), False)
        while process.poll() is None:
            try:
                with open(
                    f"/proc/{process.pid}/status", encoding="ascii"
                ) as status:
                    held = sum(
                        int(line.split()[1])
                        for line in status
                        if line.startswith(("RssAnon:", "RssShmem:"))
                    )
            except (FileNotFoundError, ProcessLookupError):
                continue
            peak = max(peak, held)
            time.sleep(0.002)
        words = process.stderr.read() or b""
    if process.returncode != 0:
        sys.stderr.buffer.write(words)
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
    return peak


def main(arguments):
    parser = argparse.ArgumentParser(prog="bench memory")
    parser.add_argument("--few", type=int, default=1_000_000)
    parser.add_argument("--many", type=int, default=50_000_000)
    options = parser.parse_args(arguments)

    print(
        f"memory: {options.few} and {options.many} synthetic frames,"
        " 10^5 and 10^7 flows"
    )
    rows = []
    peaks = []
    for flows in (100_000, 10_000_000):
        for frames in (options.few, options.many):
            peak = peak_kib(
                [WEIR, "record", "-q", "-w", "-", "--synth"]
                + [f"frames={frames},size=60,flows={flows},seed=1"]
            )
            peaks.append(peak)
            rows.append([f"{flows}", frames, f"{peak}"])
    table(["flows", "frames", "KiB"], rows)
    apart = max(peaks) - min(peaks)
    print(f"greatest - least: {apart} KiB (the goal is under {SLACK_KIB})")
    return apart < SLACK_KIB
