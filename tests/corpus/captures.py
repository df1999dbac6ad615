"""An independent reader of pcap and pcapng, of the whole file at once.

Written from the two drafts (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng)
and slow on purpose: it is what the fast one is measured against.
"""

import collections
import struct

# time_ns is None where the record carries no time.
Frame = collections.namedtuple("Frame", "data length time_ns linktype")

PCAP_UNIT_NS = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}
SHB, IDB, PB, SPB, EPB = 0x0A0D0D0A, 1, 2, 3, 6


class Broken(Exception):
    """The file ends early or contradicts itself."""


class Bytes:
    """The file's bytes, read from front to back in a byte order."""

    def __init__(self, data, order="<", at=0):
        self.data, self.order, self.at = data, order, at

    def left(self):
        """How many bytes are not yet taken."""
        return len(self.data) - self.at

    def take(self, count):
        """The next bytes."""
        if count > self.left():
            raise Broken(f"offset {self.at}: ends within {count} bytes")
        self.at += count
        return self.data[self.at - count : self.at]

    def numbers(self, layout):
        """The next numbers, in the file's order."""
        layout = self.order + layout
        return struct.unpack(layout, self.take(struct.calcsize(layout)))


def read_pcap(data, frames):
    """Appends what a classic file holds."""
    for order in "<>":
        magic = struct.unpack(order + "I", data[:4])[0]
        if magic in PCAP_UNIT_NS:
            break
    unit = PCAP_UNIT_NS[magic]
    file = Bytes(data, order, 4)
    network = file.numbers("HHiIII")[-1]
    linktype = network & 0xFFFF
    while file.left():
        start, fraction, captured, length = file.numbers("IIII")
        time_ns = start * 10**9 + fraction * unit
        frames.append(Frame(file.take(captured), length, time_ns, linktype))


class Interface:
    """What an Interface Description Block says."""

    def __init__(self, body):
        self.linktype, _, self.snaplen = body.numbers("HHI")
        self.units_per_s = 10**6
        self.offset_s = 0
        while body.left() >= 4:
            code, length = body.numbers("HH")
            value = Bytes(body.take(length), body.order)
            body.take(-length % 4)
            if code == 0:
                break
            if code == 9 and length == 1:
                resolution = value.numbers("B")[0]
                base = 2 if resolution & 0x80 else 10
                self.units_per_s = base ** (resolution & 0x7F)
            if code == 14 and length == 8:
                self.offset_s = value.numbers("q")[0]

    def time_ns(self, high, low):
        """A record's time, cut off to nanoseconds."""
        ticks = high << 32 | low
        return ticks * 10**9 // self.units_per_s + self.offset_s * 10**9


def read_block(kind, body, interfaces):
    """The frame of a pcapng block, or None."""
    if kind == IDB:
        interfaces.append(Interface(body))
        return None
    if kind == EPB:
        which, high, low, captured, length = body.numbers("IIIII")
    elif kind == PB:
        which, _, high, low, captured, length = body.numbers("HHIIII")
    elif kind == SPB:
        which, length = 0, body.numbers("I")[0]
        captured = min(length, body.left())
    else:
        return None
    if which >= len(interfaces):
        raise Broken(f"interface {which} is not described")
    interface = interfaces[which]
    if kind == SPB:
        if interface.snaplen:
            captured = min(captured, interface.snaplen)
        time_ns = None
    else:
        time_ns = interface.time_ns(high, low)
    return Frame(body.take(captured), length, time_ns, interface.linktype)


def read_pcapng(data, frames):
    """Appends what a file of blocks holds."""
    file = Bytes(data)
    interfaces = []
    while file.left():
        start = file.at
        kind, length = file.numbers("II")
        if kind == SHB:
            magic = file.take(4)
            file.order = "<" if magic == b"\x4d\x3c\x2b\x1a" else ">"
            file.at = start + 4
            length = file.numbers("I")[0]
            interfaces = []
        if length < 12 or length % 4:
            raise Broken(f"offset {start}: a block of {length} bytes")
        file.at = start + 8
        body = Bytes(file.take(length - 12), file.order)
        if file.numbers("I")[0] != length:
            raise Broken(f"offset {start}: the block's two lengths differ")
        frame = read_block(kind, body, interfaces)
        if frame is not None:
            frames.append(frame)


def read_capture(path):
    """The file's whole frames, and None or what is wrong behind them."""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 4:
        raise Broken("shorter than a magic number")
    magics = {struct.unpack(order + "I", data[:4])[0] for order in "<>"}
    frames = []
    try:
        if SHB in magics:
            read_pcapng(data, frames)
        elif magics & PCAP_UNIT_NS.keys():
            read_pcap(data, frames)
        else:
            raise Broken("no magic number of a capture")
    except Broken as fault:
        if not frames and "magic" in str(fault):
            raise
        return frames, str(fault)
    return frames, None
