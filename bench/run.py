#!/usr/bin/env python3
"""usage: run.py [--small] [offline | live | memory] [OPTION...]

Measures; all three in turn if none is named.  --small is a trial run with
few frames, whose figures mean nothing.  Exits with 1 if a goal is missed.
"""

import sys

import live
import memory
import offline

MEASUREMENTS = {
    "offline": (offline.main, ["--frames=200000", "--rounds=2"]),
    "live": (live.main, ["--frames=100000", "--rounds=2"]),
    "memory": (memory.main, ["--few=200000", "--many=1000000"]),
}


def main(arguments):
    small = arguments[:1] == ["--small"]
    if small:
        arguments = arguments[1:]
    names = list(MEASUREMENTS)
    if arguments:
        if arguments[0] not in MEASUREMENTS:
            sys.exit(__doc__)
        names = [arguments[0]]
    missed = []
    for name in names:
        measure, trial = MEASUREMENTS[name]
        if not measure((trial if small else []) + arguments[1:]):
            missed.append(name)
        if len(names) > 1:
            print()
    if missed:
        print(f"missed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
