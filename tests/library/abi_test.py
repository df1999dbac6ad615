#!/usr/bin/env python3
"""The binary interface is the one that is checked in, tests/library/libweir.abi.

A line more is a new thing; one that is gone or another is a program that no
longer runs.  Either is written down, with the change that makes it, by

    bazel run //tests/library:abi_test -- --update

The last line is "N passed, N failed".
"""

import difflib
import os
import sys

import abi
from check import check, end

LIST = "tests/library/libweir.abi"


def main():
    now = abi.text()
    if sys.argv[1:] == ["--update"]:
        path = os.path.join(os.environ["BUILD_WORKSPACE_DIRECTORY"], LIST)
        with open(path, "w", encoding="utf-8") as file:
            file.write(now)
        print(f"{LIST} is written")
        return
    with open(LIST, encoding="utf-8") as file:
        before = file.read()
    changes = list(difflib.unified_diff(before.splitlines(), now.splitlines(),
                                        LIST, "now", lineterm="", n=0))
    gone = [line for line in changes[2:] if line.startswith("-")]
    check("the interface is another: programs break by what is gone"
          if gone else "the interface has grown", not changes)
    if changes:
        print("\n".join(changes))
        print("if that is meant: bazel run //tests/library:abi_test --"
              " --update")
    check("an empty list", len(now) > 1000)
    sys.exit(end())


main()
