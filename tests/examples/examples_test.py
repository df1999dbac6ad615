#!/usr/bin/env python3
"""The examples are short, compile without a warning, and do what they say:
those that need no network.

The last line is "N passed, N failed".
"""

import random
import struct
import sys
import tempfile

import examples
import library
from check import check, end

SEED = 5


def check_short():
    for name in examples.names():
        with open(f"examples/{name}.c", encoding="utf-8") as file:
            lines = len(file.readlines())
        check(f"{name}.c has {lines} lines", lines < 80)


def tcpdump(path, *words):
    """Times, headers and bytes of the frames of a file."""
    return library.run("tcpdump", "-r", path, "-nn", "-tt", "-e", "-xx",
                       "--time-stamp-precision=nano", *words)


def check_generate(folder):
    path = f"{folder}/made.pcap"
    examples.run(folder, "generate", path, "2500")
    said = library.run("tcpdump", "-r", path, "-nn", "-tt", "-vv").split("\n")
    questions = [line for line in said if "A? example.com. (29)" in line]
    check("frames that were generated", len(questions) == 2500)
    check("checksums", "bad" not in "".join(said)
          and "[udp sum ok]" in questions[0])
    check("times", said[0].startswith("1767268800.000000 ")
          and said[-3].startswith("1767268802.499000 "))
    said = library.complaints(f"{folder}/generate", "/nowhere/at/all",
                              env=library.environment(f"{folder}/prefix"))
    check(f"a folder that is not there: {said}",
          "/nowhere/at/all" in said and "No such file" in said)


def make_mixed(path, frames):
    """Ethernet frames of many lengths, one in ten an ARP; times of
    nanoseconds, some cut short."""
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
        for i in range(frames):
            kind = 0x0806 if chance.randrange(10) == 0 else 0x0800
            data = (chance.randbytes(12) + struct.pack(">H", kind)
                    + bytes(chance.randrange(46, 300)))
            length = len(data) + chance.randrange(2) * 100
            file.write(struct.pack("<IIII", 1700000000 + i // 1000,
                                   chance.randrange(10**9), len(data), length))
            file.write(data)


def check_copy_arp(folder):
    source, copy = f"{folder}/mixed.pcap", f"{folder}/arp.pcapng"
    make_mixed(source, 100000)
    said = examples.run(folder, "copy_arp", source, copy)
    expected = tcpdump(source, "arp")
    check("ARP frames as they were", tcpdump(copy) == expected)
    count = expected.count(", ethertype ARP")
    check(f"{said}: {count} ARP frames",
          count > 5000 and said == f"{count} of 100000 frames\n")


def check_count_dns(folder):
    said = examples.run(folder, "count_dns", f"{folder}/made.pcap")
    check(f"count_dns: {said}", said == "2500 queries, 0 answers\n")


def main():
    check_short()
    with tempfile.TemporaryDirectory() as folder:
        if not library.sanitizers():
            examples.build(folder, "clang")
        examples.build(folder)
        for test in (check_generate, check_copy_arp, check_count_dns):
            if test.__name__.removeprefix("check_") in examples.names():
                test(folder)
    sys.exit(end())


main()
