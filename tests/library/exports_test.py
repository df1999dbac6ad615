#!/usr/bin/env python3
"""The public header, the version script, the shared library and the archive
have the same functions, and the libraries nothing else.

The last line is "N passed, N failed".
"""

import re
import sys

import library
from check import check, end


def check_same(what, ours, theirs):
    more = sorted(set(ours) - set(theirs))
    less = sorted(set(theirs) - set(ours))
    check(f"{what}: only in the first {more}, only in the second {less}",
          not more and not less)


def archive_globals():
    lines = library.run("nm", "-g", "--defined-only", library.ARCHIVE)
    return [line.split()[-1] for line in lines.splitlines() if " " in line]


def main():
    declared = library.declarations()
    listed = library.version_script()
    exported = library.exported()
    check("no function at all", len(declared) > 20)
    check_same("weir.h and libweir.map", declared, listed)
    check_same("libweir.map and libweir.so", listed, exported)
    check_same("libweir.map and libweir.a", listed, archive_globals())
    check_same("versions of libweir.map and of libweir.so", listed.items(),
               exported.items())
    check_same("names that do not begin with weir_", [
        name for name in exported if not name.startswith("weir_")], [])
    relocations = library.run("readelf", "-rW", library.SHARED)
    slow = re.findall(r"(weir_\w+)@@WEIR\S* \+ 0", relocations)
    check(f"called through the table of others' functions: {slow}", not slow)
    soname = library.run("readelf", "-d", library.SHARED)
    check("the soname", "Library soname: [libweir.so.0]" in soname)
    sys.exit(end())


main()
