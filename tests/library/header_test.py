#!/usr/bin/env python3
"""The installed header compiles by itself, without a warning, as C and as C++.

The last line is "N passed, N failed".
"""

import shutil
import sys
import tempfile

import library
from check import check, end

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion",
            "-Wundef", "-Werror"]
STANDARDS = {"c": ["c11", "gnu17"], "c++": ["c++11", "c++17", "c++20"]}


def main():
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(library.HEADER, f"{folder}/weir.h")
        source = f"{folder}/twice.c"
        with open(source, "w", encoding="utf-8") as file:
            file.write('#include <weir.h>\n#include "weir.h"\n'
                       "int main(void) { return weir_version() == 0; }\n")
        for compiler in ("gcc", "clang"):
            for language, standards in STANDARDS.items():
                for standard in standards:
                    said = library.complaints(
                        compiler, "-x", language, f"-std={standard}",
                        *WARNINGS, f"-I{folder}", "-fsyntax-only", source)
                    check(said, not said)
    sys.exit(end())


main()
