#!/usr/bin/env python3
"""usage: traffic.py serve | send

The traffic of the demo.  `serve`, in a namespace of its own, says that it is
there, waits for a line, opens its ports, says so again, and answers until its
standard input ends.  `send` talks to it for some four seconds: DNS queries,
TCP transfers, UDP over IPv4 and IPv6, and raw frames with 802.1Q tags.
"""

import selectors
import socket
import struct
import sys
import time

NEAR4, FAR4 = "192.0.2.1", "192.0.2.2"
FAR6 = "2001:db8::2"
DNS, SINK, ECHO = 53, 5001, 5002


def dns_query(number, name):
    labels = b"".join(
        bytes([len(label)]) + label.encode() for label in name.split(".")
    )
    return (
        struct.pack("!6H", number, 0x0100, 1, 0, 0, 0)
        + labels
        + struct.pack("!BHH", 0, 1, 1)
    )


def dns_answer(query):
    """An A record, 192.0.2.2, for whatever was asked."""
    head = query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4)
    return head + query[12:] + record + socket.inet_aton(FAR4)


def serve():
    print("here", flush=True)
    sys.stdin.readline()
    ready = selectors.DefaultSelector()

    def answer(udp, how):
        data, peer = udp.recvfrom(65536)
        udp.sendto(how(data), peer)

    def swallow(tcp):
        if not tcp.recv(65536):
            ready.unregister(tcp)
            tcp.close()

    def accept(listener):
        tcp, _ = listener.accept()
        ready.register(tcp, selectors.EVENT_READ, swallow)

    for family, address in (
        (socket.AF_INET, FAR4),
        (socket.AF_INET6, FAR6),
    ):
        for port, how in ((DNS, dns_answer), (ECHO, bytes)):
            udp = socket.socket(family, socket.SOCK_DGRAM)
            udp.bind((address, port))
            ready.register(
                udp, selectors.EVENT_READ, lambda s, how=how: answer(s, how)
            )
        listener = socket.create_server((address, SINK), family=family)
        ready.register(listener, selectors.EVENT_READ, accept)
    ready.register(sys.stdin, selectors.EVENT_READ, None)

    print("ready", flush=True)
    while True:
        for key, _ in ready.select():
            if key.fileobj is sys.stdin:
                return
            key.data(key.fileobj)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def tagged(tags, number):
    """A UDP frame to everybody behind the tags: (type, priority, id)."""
    payload = b"tagged %06d" % number
    udp = struct.pack("!4H", 4000, 4001, 8 + len(payload), 0) + payload
    ip = struct.pack(
        "!BBHHHBBH4s4s",
        0x45, 0, 20 + len(udp), number, 0, 64, socket.IPPROTO_UDP, 0,
        socket.inet_aton(NEAR4), socket.inet_aton(FAR4),
    )
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    source = bytes([2, 0, 0, 0, 0, 1])
    frame = b"\xff" * 6 + source
    for kind, priority, vlan in tags:
        frame += struct.pack("!HH", kind, priority << 13 | vlan)
    return (frame + struct.pack("!H", 0x0800) + ip + udp).ljust(60, b"\0")


def send_raw(device):
    # Protocol 0: this socket sends and is never a second listener.
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as raw:
        raw.bind((device, 0))
        for number in range(20):
            raw.send(tagged([(0x8100, 3, 42)], number))
            raw.send(tagged([(0x88A8, 0, 7), (0x8100, 5, 42)], number))


def send_round(number):
    for family, address in (
        (socket.AF_INET, FAR4),
        (socket.AF_INET6, FAR6),
    ):
        with socket.socket(family, socket.SOCK_DGRAM) as udp:
            udp.settimeout(1)
            udp.connect((address, DNS))
            for i in range(10):
                udp.send(dns_query(number * 10 + i, f"host{i}.example.net"))
                udp.recv(512)
        with socket.socket(family, socket.SOCK_DGRAM) as udp:
            udp.settimeout(1)
            udp.connect((address, ECHO))
            for i in range(50):
                udp.send(bytes(100 + 20 * i))
                udp.recv(65536)
        with socket.create_connection((address, SINK), timeout=2) as tcp:
            tcp.sendall(bytes(1 << 20))
    send_raw("weir0")


def send():
    for number in range(8):
        start = time.monotonic()
        send_round(number)
        time.sleep(max(0, 0.5 - (time.monotonic() - start)))


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    elif sys.argv[1:] == ["send"]:
        send()
    else:
        sys.exit(__doc__)
