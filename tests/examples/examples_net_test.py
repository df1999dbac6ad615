#!/usr/bin/env python3
"""The examples that capture and send do what they say, on a veth pair in a
network namespace that this test makes and that ends with it.

The last line is "N passed, N failed".
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import examples
import library
from check import check, end

LEFT, RIGHT = "wleft", "wright"
ETHERTYPE_ALL = 3


def enter_namespace():
    """Goes on as the same program in a namespace; False if that is refused."""
    for words in (["unshare", "-n"], ["unshare", "-rn"]):
        if subprocess.run([*words, "true"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0:
            os.execvp("unshare",
                      [*words, sys.executable, __file__, "--inside"])
    return False


def make_pair():
    library.run("ip", "link", "add", LEFT, "type", "veth", "peer", "name",
                RIGHT)
    for device in (LEFT, RIGHT):
        library.run("ip", "link", "set", device, "arp", "off", "addrgenmode",
                    "none")
        library.run("ip", "link", "set", device, "up")


def open_left():
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                        socket.htons(ETHERTYPE_ALL))
    raw.bind((LEFT, 0))
    raw.settimeout(5)
    return raw


def wait_for_capture():
    """Until a socket of somebody's takes frames from the right side."""
    index = socket.if_nametoindex(RIGHT)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with open("/proc/net/packet", encoding="ascii") as file:
            rows = [line.split() for line in file.readlines()[1:]]
        # The protocol in hexadecimal, the interface, and that it runs.
        if any(int(row[3], 16) != 0 and int(row[4]) == index
               and row[5] == "1" for row in rows):
            time.sleep(0.1)
            return
        time.sleep(0.01)
    check("somebody captures", False)


def ip_frame(proto, payload):
    total = 20 + len(payload)
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, total, 1, 0, 64, proto, 0,
                         bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    return (bytes([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]) + header
            + payload).ljust(60, b"\0")


def check_sniff_icmp(folder, raw):
    run = examples.start(folder, "sniff_icmp", RIGHT)
    wait_for_capture()
    for i in range(20):
        raw.send(ip_frame(17, bytes(8)))
        raw.send(ip_frame(1, bytes([3, i, 0, 0, 0, 0, 0, 0])))
    said, _ = run.communicate(timeout=20)
    expected = [f"type 3 code {i}  192.0.2.1 > 192.0.2.2" for i in range(16)]
    check(f"sniff_icmp: {said}", said.splitlines() == expected)
    check("sniff_icmp ends well", run.returncode == 0)


def check_stop_loop(folder, raw):
    run = examples.start(folder, "stop_loop", RIGHT, "2")
    wait_for_capture()
    for _ in range(200):
        raw.send(ip_frame(17, bytes(100)))
    said, _ = run.communicate(timeout=20)
    check(f"stop_loop: {said}", said == f"200 frames, {200 * 134} bytes\n")
    check("stop_loop ends well", run.returncode == 0)


def arp(opcode, frame_to, src_mac, src, dst_mac, dst):
    return (frame_to + src_mac + struct.pack(">HHHBBH", 0x0806, 1, 0x0800, 6,
                                             4, opcode)
            + src_mac + bytes(src) + dst_mac + bytes(dst))


def check_answer_arp(folder, raw):
    run = examples.start(folder, "answer_arp", RIGHT, "192.0.2.7")
    wait_for_capture()
    mine, its = bytes([2, 0, 0, 0, 0, 9]), bytes([2, 0, 0, 0, 0, 1])
    everybody, nobody = b"\xff" * 6, bytes(6)
    for last in (8, 7):
        raw.send(arp(1, everybody, mine, [192, 0, 2, 9], nobody,
                     [192, 0, 2, last]))
    got = raw.recv(2000)
    while got[6:12] == mine:
        got = raw.recv(2000)
    check(f"answer_arp: {got.hex()}", got[:42] == arp(
        2, mine, its, [192, 0, 2, 7], mine, [192, 0, 2, 9]))
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=20)
    check(f"answer_arp ends well: {said}", run.returncode == 0 and said == "")


def main():
    if sys.argv[1:] != ["--inside"] and not enter_namespace():
        print("skipped: no network namespaces here")
        sys.exit(end())
    make_pair()
    with tempfile.TemporaryDirectory() as folder:
        examples.build(folder)
        with open_left() as raw:
            for test in (check_sniff_icmp, check_stop_loop, check_answer_arp):
                if test.__name__.removeprefix("check_") in examples.names():
                    test(folder, raw)
    sys.exit(end())


main()
