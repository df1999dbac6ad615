"""Live: a veth pair at full speed, and a ledger that holds to the frame.

Both ends are in network namespaces that end with this process.  Nothing but
the sender speaks there: no IPv6, no ARP.  sent = received + what the kernel
names as dropped + what is discarded by name.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time

from measure import BLAST, Folder, TOP, WEIR, median, table

RECORD = 16 + 60


def sh(command):
    subprocess.run(command, shell=True, check=True)


def listeners():
    with open("/proc/self/net/packet", encoding="ascii") as sockets:
        return len(sockets.readlines()) - 1


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit("live: timed out")
        time.sleep(0.02)


def namespace(pid):
    return os.readlink(f"/proc/{pid}/ns/net")


def far_end():
    """A process in its own namespace, until its input is closed."""
    far = subprocess.Popen(["unshare", "-n", "cat"], stdin=subprocess.PIPE)
    wait_until(lambda: namespace(far.pid) != namespace("self"), 5)
    quiet = "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"
    inside = f"nsenter -t {far.pid} -n"
    sh(quiet)
    sh(f"{inside} sh -c '{quiet}'")
    sh(
        "ip link add weir0 arp off type veth peer name weir1 arp off"
        f" netns {far.pid}"
    )
    sh("ip link set weir0 up")
    sh(f"{inside} ip link set weir1 up")
    return far


def record(far, folder, options):
    """One round; what was sent, and the report of it."""
    output = folder.file("live.pcap")
    report = folder.file("report.json")
    recorder = subprocess.Popen(
        [WEIR, "record", "-q", "-i", "weir0", "-w", output]
        + ["--report", report]
        + (["-B", options.buffer] if options.buffer else []),
        stderr=subprocess.PIPE,
    )
    try:
        wait_until(lambda: listeners() > 0, 5)
        time.sleep(0.5)
        sender = subprocess.run(
            ["nsenter", "-t", str(far.pid), "-n", BLAST]
            + ["-n", str(options.frames), "-f", "1000"]
            + ["-r", str(options.rate), "weir1"],
            check=True,
            capture_output=True,
            text=True,
        )
        time.sleep(0.5)
        recorder.send_signal(signal.SIGTERM)
        words = recorder.communicate(timeout=60)[1]
    finally:
        recorder.kill()
    if recorder.returncode != 0:
        sys.stderr.buffer.write(words)
        sys.exit(f"live: weir exited with {recorder.returncode}")

    sent = int(re.search(r"sent (\d+)", sender.stdout).group(1))
    rate = int(re.search(r"(\d+) a second", sender.stdout).group(1))
    with open(report, encoding="utf-8") as text:
        ledger = json.load(text)["ledger"]
    # The file's own size is a witness that is not ours.
    in_file = (os.path.getsize(output) - 24) / RECORD
    os.unlink(output)
    os.unlink(report)
    return sent, rate, ledger, in_file


def inside(options):
    far = far_end()
    rows = []
    whole = True
    shares = []
    with Folder(options.frames * RECORD + (64 << 20)) as folder:
        for turn in range(options.rounds):
            sent, rate, ledger, in_file = record(far, folder, options)
            discards = sum(ledger["discards"].values())
            received = ledger["received"]
            dropped = ledger["kernel_dropped"]
            holds = (
                ledger["balanced"]
                and sent == received + dropped + discards
                and in_file == ledger["written"]
            )
            whole = whole and holds
            shares.append(100 * received / sent)
            rows.append(
                [turn + 1, f"{rate / 1e6:.2f}", sent, received, dropped]
                + [discards, ledger["written"], "holds" if holds else "BROKEN"]
            )
    far.stdin.close()
    far.wait()
    table(
        ["round", "Mpps sent", "sent", "received", "dropped", "discarded"]
        + ["written", "ledger"],
        rows,
    )
    print(f"received: {median(shares):.1f} % of what was sent, median")
    return whole


def main(arguments):
    parser = argparse.ArgumentParser(prog="bench live")
    parser.add_argument("--frames", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=int, default=0)
    parser.add_argument("--buffer", help="weir record -B")
    parser.add_argument("--inside", action="store_true")
    options = parser.parse_args(arguments)
    if options.inside:
        return inside(options)

    speed = f"{options.rate} a second" if options.rate else "full speed"
    print(
        f"live: {options.frames} frames of 60 bytes through a veth pair,"
        f" {speed}, {options.rounds} rounds",
        flush=True,
    )
    apart = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    command = [sys.executable, os.path.join(TOP, "bench/run.py"), "live"]
    return (
        subprocess.run(
            apart + command + arguments + ["--inside"], check=False
        ).returncode
        == 0
    )
