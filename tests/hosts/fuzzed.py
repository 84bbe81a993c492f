#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Speaks HTTP to msk-bmsc by its grammar, and beside it.

    fuzzed.py MSK-BMSC [SECONDS [SEED]]

Requests are made by the grammar of RFC 9112: request line, fields, bodies with lengths and chunks,
the fields of Digest and the XML of the key management procedures, with nonces and keys of the server.
Each is spoiled in up to four places, or not at all: octets changed, doubled, cut or put in, parts of
other requests, limits and one beyond; then sent in pieces, with others, to its end or not. What
must hold: the program lives (build it with a sanitizer); what it answers is HTTP, and says 2xx only to what was signed; now and then a genuine UE is served; it does not
grow.
"""
import os
import random
import socket
import sys
import tempfile
import time

from peers import BTID, DOMAIN, FQDN, GROUP, MRK, MUK, Program, Ue, address, msk_request, seed, write

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 5
SEED = seed(sys.argv[3:], random.randrange(1 << 32))
PATIENCE = 30
GENUINE_EVERY = 200
GROWTH = 64 * 1024  # kB
# What was freed is kept by a sanitizer for a while: for so long.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=16"

KINDS = {"register": "register", "deregister": "deregister", "msk-request": "msk"}
METHODS = ["POST"] * 60 + ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH",
                          "post", "P", "", "M" * 300]
VERSIONS = ["HTTP/1.1"] * 40 + ["HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.",
                               "HTTP/11", ""]
HOSTS = [FQDN] * 60 + [FQDN.upper(), FQDN + ".", FQDN + ":80", FQDN + ":", "127.0.0.1", "[::1]", "b.org",
                      "", "a@" + FQDN, "[", "[]", "]", ":", "[::1]x", "%", FQDN + ":999999"]
NAMES = ["Host", "Content-Length", "Transfer-Encoding", "Authorization", "Content-Type", "Connection",
         "Expect", "Upgrade", "TE", "Trailer", "Cookie", "Range", "Accept-Encoding", "X", "x-y_z",
         "Proxy-Authorization", "Content-Encoding", "If-Match", "Max-Forwards", "Via"]
VALUES = ["", "x", "0", "5", "-1", "close", "keep-alive", "chunked", "gzip, chunked", "100-continue",
          "identity", "trailers", "a=b; c=d", 'a="b', "\xff\xfe", "\t", "y" * 4095, "y" * 4096,
          "y" * 4097, "18446744073709551615", "18446744073709551616", "4294967296", "16384", "16385"]
PLACES = [b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b",", b";", b'"', b"\\", b"%", b"=", b"\x7f",
          b"\x80", b"\xff", b"<", b">", b"&", b"\r\n ", b"\r\n\r\n", b"0\r\n\r\n", b"%00", b"%", b"]]>",
          b"<!DOCTYPE x [<!ENTITY y 'z'>]>", b"--", b"nc=", b"HTTP/1.1"]


def register(kind, *services):
    name, space = ("mbmsSecurityRegister", "securityRegistration") if kind == "register" else \
        ("mbmsSecurityDeregister", "securityDeregistration")
    items = "".join(f"<serviceID>{each}</serviceID>" for each in services)
    return (f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns='
            f'"urn:3GPP:metadata:2005:MBMS:{space}">{items}</{name}>').encode()


class Maker:
    """Requests, good ones and others."""

    def __init__(self, draw, ue):
        self.draw, self.ue, self.old = draw, ue, []

    def body(self, kind):
        if kind == "msk-request":
            return msk_request(*((self.draw.choice([GROUP, 1, 0, 65535]), self.draw.choice([0, 1, 9]))
                                 for _ in range(self.draw.choice([1, 1, 1, 2, 16, 100]))))
        return register(kind, *(self.draw.choice(["news", "news", "x" * 300, "&lt;", ""])
                                for _ in range(self.draw.choice([1, 1, 2, 17]))))

    def chunks(self, body):
        out = b""
        while body:
            n = self.draw.choice([1, 2, 7, 100, 1000, len(body)])
            size = self.draw.choice(["%x", "%X", "%04x", "%x;a=b", '%x;a="b;c"', "%x ", "+%x", "0x%x"]
                                    if self.draw.random() < 0.1 else ["%x"])
            out += (size % len(body[:n])).encode() + b"\r\n" + body[:n] + b"\r\n"
            body = body[n:]
        return out + b"0\r\n" + (b"X: y\r\n" if self.draw.random() < 0.1 else b"") + b"\r\n"

    def fields(self, kind, target, body):
        fields = [("Host", self.draw.choice(HOSTS)),
                  ("Content-Type", f"application/mbms-{KINDS[kind]}+xml")]
        if self.ue.challenge and self.draw.random() < 0.7:
            fields.append(("Authorization", self.ue.sign(target, body)))
        for _ in range(self.draw.choice([0] * 9 + [1, 1, 2, 5, 62, 70])):
            fields.append((self.draw.choice(NAMES), self.draw.choice(VALUES)))
        return fields

    def make(self):
        """A request, and the length of its head."""
        kind = self.draw.choice(list(KINDS))
        target = f"/keymanagement?requesttype={kind}"
        if self.draw.random() < 0.1:
            target = self.draw.choice([
                f"http://{FQDN}{target}", f"http://b.org{target}", "*", "/", "//", "", "/%41", "/?" + "x" *
                self.draw.choice([8000, 8150, 8200, 17000]), target + "&" * 50, "http://", "https://" + FQDN])
        body = self.body(kind)
        fields = self.fields(kind, target, body)
        if self.draw.random() < 0.3:
            body = self.chunks(body)
            fields.append(("Transfer-Encoding", "chunked"))
        else:
            fields.append(("Content-Length", str(max(0, len(body) + self.draw.choice([0] * 9 + [1, -1])))))
        if self.draw.random() < 0.3:
            self.draw.shuffle(fields)
        line = f"{self.draw.choice(METHODS)} {target} {self.draw.choice(VERSIONS)}"
        head = "\r\n".join([line] + [f"{name}:{self.draw.choice(['', ' ', '  '])}{value}"
                                     for name, value in fields]) + "\r\n\r\n"
        return head.encode("latin-1") + body

    def spoil(self, octets):
        octets = bytearray(octets)
        for _ in range(self.draw.choice([0, 0, 0, 1, 1, 2, 4])):
            at = self.draw.randrange(len(octets) + 1)
            n = self.draw.choice([1, 1, 2, 8, 100])
            how = self.draw.randrange(6)
            if how == 0:
                octets[at:at + n] = self.draw.randbytes(n)
            elif how == 1:
                octets[at:at + n] = b""
            elif how == 2:
                octets[at:at] = octets[at:at + n] * self.draw.choice([1, 1, 100])
            elif how == 3:
                octets[at:at] = self.draw.choice(PLACES)
            elif how == 4 and self.old:
                other = self.draw.choice(self.old)
                begin = self.draw.randrange(len(other) + 1)
                octets[at:at + n] = other[begin:begin + self.draw.choice([10, 100, 1000])]
            elif octets:
                octets[at % len(octets)] ^= 1 << self.draw.randrange(8)
        return bytes(octets)

    def next(self):
        octets = self.make()
        self.old = self.old[-200:] + [octets]
        octets = self.spoil(octets)
        return octets * self.draw.choice([1] * 20 + [2, 3])


class Signer(Ue):
    def sign(self, target, body):
        """The value of Authorization for that."""
        kept = self.nc
        self.nc += 1
        headers = self.credentials(target, body, "auth-int", False)[0]
        if self.nc > 1000000:
            self.nc = kept
        return headers


def exchange(draw, at, octets):
    """What comes back for them; None: it did not close."""
    got = b""
    with socket.create_connection(at, PATIENCE) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while octets:
                n = draw.choice([1, 10, 100, 1000, len(octets), len(octets)])
                s.sendall(octets[:n])
                octets = octets[n:]
                if draw.random() < 0.005:
                    return b""  # it goes away in the middle
            s.shutdown(socket.SHUT_WR)
            while True:
                more = s.recv(65536)
                if not more:
                    return got
                got += more
        except ConnectionError:
            return got


def check(octets, got):
    """It is answers, perhaps after 100 Continue; and nothing is after one that says it is the last."""
    last = False
    while got:
        head, end, got = got.partition(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 100 "):
            continue
        lines = head.split(b"\r\n")
        fields = dict((line.split(b":", 1) + [b""])[:2] for line in lines[1:])
        status, length = int(lines[0].split()[1]), int(fields[b"Content-Length"])
        assert end and lines[0].startswith(b"HTTP/1.1 ") and not last, head
        assert 200 <= status < 600 and b"Date" in fields, head
        if got or b"HEAD " not in octets:
            assert len(got) >= length, head
            got = got[length:]
        if status < 300:
            assert b"authorization" in octets.lower(), octets
        last = b"Connection" in fields


def rss(program):
    with open(f"/proc/{program.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def main():
    draw, count, statuses, most, before = random.Random(SEED), 0, {}, 0, None
    with tempfile.TemporaryDirectory() as where:
        ue = Signer("keyid")
        ue.socket.setblocking(False)
        bmsc = Program(
            sys.argv[1], "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout",
            "keyid", "--ack", "none", "--subscribers",
            write(f"{where}/subscribers", {"btid": BTID, "muk": MUK.hex(), "mrk": MRK.hex(),
                                           "address": address(ue.socket)}),
            "--groups", write(f"{where}/groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1,
                                                  "services": ["news"]}),
            "--store", f"{where}/bmsc.db")
        ue.http_at = bmsc.wait("ready")["http"]
        at = "127.0.0.1", int(ue.http_at.rsplit(":", 1)[1])
        maker, until = Maker(draw, ue), time.monotonic() + SECONDS
        while time.monotonic() < until:
            if count % GENUINE_EVERY == 0:
                assert ue.ask("register", register("register", "news"))[0] == 200
                assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
                bmsc.events.clear()
                most = max(most, rss(bmsc))
                before = most if count == 10 * GENUINE_EVERY else before
            octets = maker.next()
            try:
                got = exchange(draw, at, octets)
                check(octets, got)
            except (AssertionError, OSError, ValueError) as error:
                raise SystemExit(f"seed {SEED}, request {count}: {octets!r}: {error!r}") from error
            status = got[9:12].decode() if got else "none"
            statuses[status] = statuses.get(status, 0) + 1
            count += 1
            try:
                while True:
                    ue.socket.recv(4096)
            except BlockingIOError:
                pass
        assert before is None or most - before < GROWTH, f"it grew by {most - before} kB"
        bmsc.at = len(bmsc.events)
        bmsc.quit()
    print(f"seed {SEED}: {count} requests; "
          + ", ".join(f"{statuses[s]} {s}" for s in sorted(statuses)) + f"; {most} kB")
    return 0


sys.exit(main())
