#!/usr/bin/env python3
"""The installed header compiles without a warning, as C and as C++, by itself
and beside others, whose macros must not meet its names; its own macros have
our prefix.  Nothing in it speaks of what is not in it.

The last line is "N passed, N failed".
"""

import re
import shutil
import sys
import tempfile

import library
from check import check, end

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion",
            "-Wundef", "-Werror"]
STANDARDS = {"c": ["c11", "gnu17"], "c++": ["c++11", "c++17", "c++20"]}

# What programs include that have to do with networks, and may come first.
OTHERS = """
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <math.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <pcap.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <termios.h>
"""


def compile_all(folder, text, languages, warnings):
    source = f"{folder}/program.c"
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    for compiler in ("gcc", "clang"):
        for language, standards in languages.items():
            for standard in standards:
                said = library.complaints(
                    compiler, "-x", language, f"-std={standard}", *warnings,
                    f"-I{folder}", "-fsyntax-only", source)
                check(said, not said)


def macros(text):
    said = library.run("gcc", "-x", "c", "-dM", "-E", "-", input=text)
    return set(re.findall(r"^#define (\w+)", said, re.MULTILINE))


def main():
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(library.HEADER, f"{folder}/weir.h")
        compile_all(folder, '#include <weir.h>\n#include "weir.h"\n'
                    "int main(void) { return weir_version() == 0; }\n",
                    STANDARDS, WARNINGS)
        for text in (OTHERS + "#include <weir.h>\n",
                     "#include <weir.h>\n" + OTHERS):
            compile_all(folder, text, {"c": ["gnu17"], "c++": ["gnu++17"]},
                        ["-D_GNU_SOURCE", *WARNINGS[:3], "-Werror"])
    with open(library.HEADER, encoding="utf-8") as file:
        header = file.read()
    comments = " ".join(re.findall(r"/\*.*?\*/", header, re.DOTALL))
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    # "WEIR_TCP_*" are several.
    absent = {name for name in re.findall(r"(?i:\bweir_)\w+\b(?!\*)", comments)
              if not re.search(rf"\b{name}\b", code)}
    check(f"not in the header: {absent}", not absent)
    files = re.findall(r"\b[\w/]+\.[ch]\b", comments)
    check(f"files that nobody has: {files}", not set(files) - {"weir.h"})
    foreign = [name for name in macros(header) - macros(
        "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n")
               if not name.startswith("WEIR_")]
    check(f"macros without our prefix: {foreign}", not foreign)
    sys.exit(end())


main()
