#!/usr/bin/env python3
"""Frames that weir built, read by tshark with every checksum checked.

    build_vs_tshark.py BUILD_DUMP

BUILD_DUMP is the program of build_dump.c, which tells what is in them.  The
last line is "N passed, N failed", a field being one.
"""

import collections
import os
import shutil
import subprocess
import sys
import tempfile

FRAMES = 3000

OPTIONS = """
    ip.check_checksum:TRUE tcp.check_checksum:TRUE udp.check_checksum:TRUE
    ip.defragment:FALSE ipv6.defragment:FALSE tcp.desegment_tcp_streams:FALSE
    tcp.relative_sequence_numbers:FALSE tcp.analyze_sequence_numbers:FALSE
""".split()


def values(text):
    """The field's values, numbers as such."""
    found = []
    for word in filter(None, text.split(",")):
        try:
            found.append(int(word, 0))
        except ValueError:
            found.append(word)
    return found


def lines(text):
    return [line.split("\t") for line in text.split("\n")[:-1]]


def main():
    if shutil.which("tshark") is None:
        print("skipped: tshark is not installed")
        print("0 passed, 0 failed")
        return 0
    differ = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "frames.pcap")
        names, *ours = lines(subprocess.run(
            [sys.argv[1], path, str(FRAMES)], stdout=subprocess.PIPE,
            check=True, text=True).stdout)
        command = ["tshark", "-n", "-r", path, "-T", "fields",
                   "-E", "occurrence=a"]
        for option in OPTIONS:
            command += ["-o", option]
        for name in names:
            command += ["-e", name]
        theirs = lines(subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            check=True, text=True).stdout)
    if len(ours) != FRAMES or len(theirs) != FRAMES:
        sys.exit(f"{len(ours)} frames, tshark has {len(theirs)}")
    told = collections.Counter()
    verified = collections.Counter()
    for number, (mine, other) in enumerate(zip(ours, theirs), 1):
        for name, a, b in zip(names, mine, other):
            told[name] += bool(a)
            for status in b.split(",") if name.endswith(".status") else []:
                verified[name, status] += 1
            if values(a) != values(b):
                differ[name] += 1
                if differ[name] <= 3:
                    print(f"frame {number}: {name}: {a!r}, tshark: {b!r}")
    for (name, status), count in sorted(verified.items()):
        print(f"{name} {status}: {count}")
    failed = [name for name in names
              if differ[name] or not told[name]
              or (name.endswith(".status")
                  and not (verified[name, "0"] and verified[name, "1"]))]
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
