#!/usr/bin/env python3
"""Compares weir's dissection with tshark's, frame by frame.

    dissect_vs_tshark.py DISSECT_DUMP [FILE-OR-FOLDER...]

DISSECT_DUMP is the program of dissect_dump.c.  Without further arguments the
files are those of $WEIR_SHARED/corpus; where that, or tshark, is not there,
it says so and ends with success.  Every value of COLUMNS is compared in every
frame of a link type that weir dissects.  Where both programs look at the same
bytes, the values must be equal or RULES must tell why they are not: a
difference that no rule lists is printed and fails.
"""

import collections
import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile

# What weir walks through.  tshark's path to a frame's data is cut at the
# first name that is not here: what tshark finds behind it, weir does not look
# for.  The last line has what ends a path: what it carries is payload.
THROUGH = set(
    """eth ethertype llc vlan mpls sll null raw ip ipv6 ah
       ipv6.hopopts ipv6.routing ipv6.fraghdr ipv6.dstopts ieee8021ad""".split()
)
ENDS = set("arp tcp udp icmp icmpv6 sctp".split())

OPTIONS = """
    ip.defragment:FALSE ipv6.defragment:FALSE tcp.desegment_tcp_streams:FALSE
    ip.check_checksum:TRUE tcp.check_checksum:TRUE udp.check_checksum:TRUE
    sctp.checksum:crc-32c tcp.relative_sequence_numbers:FALSE
    mpls.flowlabel_in_mpls_header:FALSE
""".split()


def head(field):
    """The header that a field is in, as tshark's paths call it."""
    parts = field.split(".")
    if parts[1] in ("routing", "fraghdr"):
        return ".".join(parts[:2])
    return parts[0]


class Frame:
    """A frame as both saw it."""

    def __init__(self, ours, theirs):
        self.ours = ours
        self.theirs = theirs
        self.outcome = ours["outcome"]
        self.path = theirs["frame.protocols"].split(":")
        self.reach, self.behind = [], None
        for name in self.path:
            ethernet_again = name == "eth" and self.reach
            if name not in THROUGH | ENDS or ethernet_again:
                self.behind = name
                break
            self.reach.append(name)
            if name in ENDS:
                break

    def reached(self, field):
        return head(field) in self.reach

    def is_cut(self):
        return int(self.ours["caplen"]) < int(self.ours["len"])


# Each rule: a name, why, and whether it explains a field's difference.  The
# same list, for readers, is in docs/dissection.md.
RULES = [
    (
        "service tag",
        "tshark has names of its own for the tag 0x88a8",
        lambda f, field, ours, theirs: field == "vlan.id"
        and "ieee8021ad" in f.reach
        and ours == f.theirs["ieee8021ad.id"],
    ),
    (
        "cut header",
        "tshark shows those fields of an incomplete header that are there",
        lambda f, field, ours, theirs: ours == ""
        and f.outcome in ("truncated", "short_header")
        and [head(field)] == f.reach[-1:]
        and f.reach[-1] not in f.ours["layers"].split(),
    ),
    (
        "cut options",
        "tshark shows no IPv4 options unless all are there and fit together",
        lambda f, field, ours, theirs: theirs == ""
        and field == "ip.opt.type"
        and f.outcome in ("truncated", "bad_option"),
    ),
    (
        "no payload",
        "of a TCP header that is cut, or a bad packet, the payload's length",
        lambda f, field, ours, theirs: field == "tcp.len"
        and f.outcome in ("truncated", "bad_fragment", "bad_total_length"),
    ),
    (
        "length too great",
        "tshark sums up what there is of an IP packet that claims more",
        lambda f, field, ours, theirs: field.endswith(".checksum.status")
        and ours == "2"
        and f.outcome == "bad_total_length",
    ),
    (
        "length not said",
        "over the rest of a frame, weir says no more than that it is right",
        lambda f, field, ours, theirs: field.endswith(".checksum.status")
        and ours in "23"
        and "0" in (f.ours["total"], f.theirs["ipv6.plen"], f.theirs["udp.length"]),
    ),
    (
        "cut behind UDP",
        "tshark verifies nothing in a packet that is cut, be it behind",
        lambda f, field, ours, theirs: field == "udp.checksum.status"
        and theirs == "2"
        and f.is_cut(),
    ),
    (
        "incomplete ARP",
        "tshark shows no address unless all four are there",
        lambda f, field, ours, theirs: theirs == ""
        and field.startswith("arp.")
        and f.outcome in ("truncated", "bad_header_length"),
    ),
    (
        "ARP over ATM",
        "tshark gives up at sizes that reach past the frame",
        lambda f, field, ours, theirs: theirs == ""
        and field.startswith("arp.")
        and "atmarp" in f.path,
    ),
    (
        "wrong version",
        "behind a type that says IPv4, tshark takes version 6 for IPv6",
        lambda f, field, ours, theirs: ours == ""
        and f.outcome == "bad_version"
        and {"ip", "ipv6"} <= set(f.reach)
        and f.reach.index("ip") + 1 == f.reach.index("ipv6"),
    ),
    (
        "offload",
        "with a payload length of 0 in IPv6, tshark looks no further",
        lambda f, field, ours, theirs: theirs == ""
        and f.theirs["ipv6.plen"] == "0"
        and [head(field)] == f.reach[-1:],
    ),
    (
        "inter-switch link",
        "Cisco's ISL header looks like IEEE 802.3; tshark sees the frame in it",
        lambda f, field, ours, theirs: field.startswith("eth.")
        and f.path[:2] == ["eth", "eth"]
        and f.ours["eth.dst"].startswith("01:00:0c:00:00:"),
    ),
]


def equal(a, b):
    if a == b:
        return True
    try: # the same IPv6 address may be written in two ways
        return ipaddress.ip_address(a) == ipaddress.ip_address(b)
    except ValueError:
        return False


def files_find(arguments):
    found = []
    for argument in arguments:
        if os.path.isdir(argument):
            for folder, _, names in os.walk(argument):
                found += [os.path.join(folder, name) for name in names]
        else:
            found.append(argument)
    return sorted(found)


def ours_read(program, folder, files):
    run = subprocess.run(
        [program, folder] + files, stdout=subprocess.PIPE, check=True, text=True
    )
    lines = run.stdout.split("\n")[:-1]
    names = lines[0].split("\t")
    frames = collections.defaultdict(list)
    for line in lines[1:]:
        frame = dict(zip(names, line.split("\t")))
        frames[frame["linktype"]].append(frame)
    return names[9:], frames


def theirs_read(path, fields):
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=f"]
    for option in OPTIONS:
        command += ["-o", option]
    names = ["frame.protocols", "ieee8021ad.id", "ipv6.plen", "udp.length"] + fields
    for name in names:
        command += ["-e", name]
    run = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True
    )
    return [dict(zip(names, line.split("\t"))) for line in run.stdout.split("\n")[:-1]]


class Report:
    def __init__(self):
        self.linktypes = set()
        self.failed = set()
        self.frames = 0
        self.values = 0
        self.passed_over = collections.Counter()
        self.listed = collections.Counter()
        self.unlisted = []

    def compare(self, frame, fields):
        self.frames += 1
        self.linktypes.add(frame.ours["linktype"])
        for field in fields:
            ours, theirs = frame.ours[field], frame.theirs[field]
            if theirs and not frame.reached(field):
                # tshark went on where weir ends.
                theirs = ""
                self.passed_over[frame.behind or frame.reach[-1]] += 1
            if ours or theirs:
                self.values += 1
            if not equal(ours, theirs):
                self.differ(frame, field, ours, theirs)

    def differ(self, frame, field, ours, theirs):
        for name, _, explains in RULES:
            if explains(frame, field, ours, theirs):
                self.listed[name] += 1
                return
        self.unlisted.append((frame, field, ours, theirs))
        self.failed.add(frame.ours["linktype"])

    def write(self):
        print("%d frames, %d values compared" % (self.frames, self.values))
        for name, count in sorted(self.passed_over.items()):
            print("  passed over %d values behind %s" % (count, name))
        for name, why, _ in RULES:
            print("  listed %d: %s: %s" % (self.listed[name], name, why))
        for frame, field, ours, theirs in self.unlisted:
            print(
                "  UNLISTED %s frame %s: %s is %r, tshark: %r (%s; %s %s)"
                % (
                    frame.ours["file"],
                    frame.ours["number"],
                    field,
                    ours,
                    theirs,
                    ":".join(frame.path),
                    frame.ours["layers"],
                    frame.outcome,
                )
            )
        print("%d differences are not listed; link types:" % len(self.unlisted))
        passed = len(self.linktypes) - len(self.failed)
        print("%d passed, %d failed" % (passed, len(self.failed)))


def skip(why):
    print("skipped: %s" % why)
    print("0 passed, 0 failed")
    return 0


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    inputs = sys.argv[2:]
    if not inputs:
        shared = os.environ.get("WEIR_SHARED", "")
        corpus = os.path.join(shared, "corpus")
        if not shared or not os.path.isdir(corpus):
            return skip("WEIR_SHARED names no folder with a corpus")
        inputs = [corpus]
    if shutil.which("tshark") is None:
        return skip("tshark is not installed")

    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        fields, ours = ours_read(sys.argv[1], folder, files_find(inputs))
        for linktype in sorted(ours, key=int):
            path = os.path.join(folder, linktype + ".pcap")
            theirs = theirs_read(path, fields)
            if len(theirs) != len(ours[linktype]):
                sys.exit("link type %s: tshark reads other frames" % linktype)
            for pair in zip(ours[linktype], theirs):
                report.compare(Frame(*pair), fields)
    report.write()
    return 1 if report.unlisted or report.frames == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
