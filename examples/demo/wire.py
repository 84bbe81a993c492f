# SPDX-License-Identifier: MIT
"""One capture of what several programs wrote: packets of pcapng files by their time, and those that
the demo sent itself."""
import struct
import time

SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
LINKTYPE_RAW = 101


def block(kind, body):
    body += bytes(-len(body) % 4)
    n = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + n + body + n


def blocks(octets):
    """(kind, the block) of each; one that was cut is left out."""
    at = 0
    while at + 12 <= len(octets):
        kind, n = struct.unpack_from("<II", octets, at)
        if n < 12 or at + n > len(octets):
            return
        yield kind, octets[at:at + n]
        at += n


def stamp(packet):
    high, low = struct.unpack_from("<II", packet, 12)
    return high << 32 | low


def packets(paths):
    """Those of all files."""
    for path in paths:
        try:
            with open(path, "rb") as file:
                yield from (one for kind, one in blocks(file.read()) if kind == PACKET)
        except FileNotFoundError:
            pass


def udp(source, to, payload):
    """A packet of now, from and to (address, port)."""
    def address(host):
        return bytes(int(part) for part in host.split("."))

    n = 28 + len(payload)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, n, 0, 0, 64, 17, 0, address(source[0]), address(to[0]))
    total = sum(struct.unpack(">10H", ip))
    total = (total & 0xFFFF) + (total >> 16)
    ip = ip[:10] + struct.pack(">H", 0xFFFF - ((total & 0xFFFF) + (total >> 16))) + ip[12:]
    whole = ip + struct.pack(">HHHH", source[1], to[1], n - 20, 0) + payload
    now = time.time_ns() // 1000
    return block(PACKET, struct.pack("<IIIII", 0, now >> 32, now & 0xFFFFFFFF, n, n) + whole)


def write(path, found):
    """All packets, the oldest one first."""
    with open(path, "wb") as file:
        file.write(block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        file.write(block(INTERFACE, struct.pack("<HHI", LINKTYPE_RAW, 0, 0)))
        for packet in sorted(found, key=stamp):
            file.write(packet)
