"""Offline: a file of small frames from memory to memory, against tcpdump.

tcpdump copies the frames; weir dissects and accounts for each as well.  The
two files must be the same to the byte.
"""

import argparse
import filecmp
import os

from measure import Folder, WEIR, in_turn, median, run, spread, table

FRAME = 60
RECORD = 16 + FRAME
GOAL = 2.0


def measure(frames, flows, rounds):
    with Folder(3 * frames * RECORD + (64 << 20)) as folder:
        source = folder.file("in.pcap")
        run(
            [WEIR, "record", "-q", "-w", source, "--synth"]
            + [f"frames={frames},size={FRAME},flows={flows},seed=1"]
        )
        outputs = {}

        def to_file(name, command):
            outputs[name] = folder.file(f"{name}.pcap")

            def once():
                if os.path.exists(outputs[name]):
                    os.unlink(outputs[name])
                return run(command + [outputs[name]])

            return once

        results = in_turn(
            {
                "tcpdump": to_file(
                    "tcpdump", ["tcpdump", "-Z", "root", "-r", source, "-w"]
                ),
                "weir": to_file(
                    "weir", [WEIR, "record", "-q", "-r", source, "-w"]
                ),
            },
            rounds,
        )
        same = filecmp.cmp(outputs["tcpdump"], outputs["weir"], shallow=False)
    return results, same


def main(arguments):
    parser = argparse.ArgumentParser(prog="bench offline")
    parser.add_argument("--frames", type=int, default=10_000_000)
    parser.add_argument("--flows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args(arguments)

    print(
        f"offline: {options.frames} frames of {FRAME} bytes,"
        f" {options.flows} flows, {options.rounds} rounds in turn"
    )
    results, same = measure(options.frames, options.flows, options.rounds)
    rows = []
    for name, spent in results.items():
        rates = [options.frames / s.wall / 1e6 for s in spent]
        cpu = median(s.cpu for s in spent) / options.frames * 1e9
        least, most = spread(rates)
        rows.append(
            [name, f"{median(rates):.2f}", f"{least:.2f}", f"{most:.2f}"]
            + [f"{cpu:.0f}"]
        )
    table(["", "Mpps, median", "least", "most", "CPU ns/frame"], rows)

    ratio = median(s.wall for s in results["tcpdump"]) / median(
        s.wall for s in results["weir"]
    )
    # Rounds are pairs: what one disturbed, it disturbed for both.
    pairs = [
        t.wall / w.wall for t, w in zip(results["tcpdump"], results["weir"])
    ]
    print(
        f"weir / tcpdump: {ratio:.2f} (by round {min(pairs):.2f} to"
        f" {max(pairs):.2f}; the goal is {GOAL:.1f}),"
        f" files {'identical' if same else 'DIFFER'}"
    )
    return same and ratio >= GOAL
