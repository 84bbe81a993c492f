# SPDX-License-Identifier: MIT
"""Judges a capture of MIKEY messages, whoever made it: from the octets on the wire alone.

As a program: wire.py CAPTURE..., which are of one run.
"""
import collections
import struct
import sys

from model import oracle

INTERFACE, PACKET, RAW, UDP = 1, 6, 101, 17
PSK_VERIFICATION = 1  # RFC 3830 6.1, data type


def blocks(octets):
    """Type and content of each block of a pcapng file in little endian."""
    at = 0
    while at + 12 <= len(octets):
        kind, size = struct.unpack_from("<II", octets, at)
        if size < 12 or at + size > len(octets):
            break  # the writer was killed in the middle
        yield kind, octets[at + 8:at + size - 4]
        at += size


def datagrams(path):
    """(microseconds, source, destination, content) of each UDP datagram over IPv4."""
    with open(path, "rb") as file:
        yield from datagrams_in(file.read())


def datagrams_in(octets):
    """The same of octets that begin with a block."""
    for kind, block in blocks(octets):
        if kind == INTERFACE:
            assert struct.unpack_from("<H", block)[0] == RAW, "link type"
        if kind != PACKET:
            continue
        _, high, low, size, _ = struct.unpack_from("<IIIII", block)
        packet = block[20:20 + size]
        if packet[0] >> 4 == 4 and packet[9] == UDP:
            start = (packet[0] & 15) * 4
            ports = struct.unpack_from(">HH", packet, start)
            yield (high << 32 | low, (packet[12:16], ports[0]), (packet[16:20], ports[1]),
                   packet[start + 8:])


class Judge:
    """What must hold for all that was sent by all nodes in all their lives."""

    def __init__(self):
        self.sent, self.numbers, self.faults = {}, collections.Counter(), []
        self.to = collections.defaultdict(set)  # counters of MSK messages to an address

    def look(self, _, source, destination, octets):
        parsed = oracle.parse(octets)
        if parsed["data_type"] == PSK_VERIFICATION:
            self.look_at_ack(source, parsed)
            return
        who, counter = oracle.identify(parsed), oracle.counter_of(parsed)
        name = (who["number"],) if who["kind"] == "mtk" else (who["idr"],)
        key = (who["kind"], who["domain"], who["group"], *name, counter)
        if who["kind"] != "mtk":
            key = ("msk", *name, counter)
            self.to[destination].add(counter)
        self.numbers[who["kind"]] += 1
        if self.sent.setdefault(key, octets) != octets:
            self.faults.append(("counter twice", key))

    def look_at_ack(self, source, parsed):
        self.numbers["acknowledgement"] += 1
        if oracle.counter_of(parsed) not in self.to[source]:
            self.faults.append(("acknowledged, and never sent", source))

    def read(self, *paths):
        seen = sorted(each for path in paths for each in datagrams(path))
        for each in seen:
            self.look(*each)
        return self


def main():
    judge = Judge().read(*sys.argv[1:])
    print(", ".join(f"{n} {kind}" for kind, n in sorted(judge.numbers.items())))
    for fault in judge.faults:
        print("FAULT:", *fault)
    return 1 if judge.faults or not judge.numbers else 0


if __name__ == "__main__":
    sys.exit(main())
