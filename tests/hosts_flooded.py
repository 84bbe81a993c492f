#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Serves genuine UEs while strangers keep all connections busy and flood the MIKEY ports.

    hosts_flooded.py MSK-BMSC MSK-UE [SECONDS [CONNECTIONS]]

Connections: some stay silent, some send an octet now and then, some send garbage, some a header or
a body without end; each that the BM-SC closes is made anew. Datagrams: noise, true messages cut
and changed, to the BM-SC and to the UEs. What must hold: a new UE is served each few seconds, from
its request to its acknowledgement; a push arrives; neither program dies or grows beyond what its
own limits allow.
"""
import itertools
import json
import random
import resource
import selectors
import socket
import sys
import tempfile
import threading
import time

from host_peers import DOMAIN, FQDN, GROUP, Program

BMSC, UE = sys.argv[1:3]
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 10
CONNECTIONS = int(sys.argv[4]) if len(sys.argv) > 4 else 500
UES = 400  # at most
GROWTH = CONNECTIONS * 34 + 8192  # kB: a header and a body of 16 kB each, and some air
HEAD = b"POST /keymanagement?requesttype=msk-request HTTP/1.1\r\nHost: " + FQDN.encode() + b"\r\n"


def rss(program):
    """kB in memory now."""
    with open("/proc/%d/status" % program.process.pid, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


# --- strangers -----------------------------------------------------------------------------------

def silent():
    return iter(())


def slow():
    return (HEAD[i:i + 1] for i in itertools.cycle(range(len(HEAD))))


def garbage():
    return (random.randbytes(200) for _ in itertools.count())


def endless_header():
    yield HEAD
    yield from (b"X-%d: %s\r\n" % (i, b"y" * 900) for i in itertools.count())


def endless_body():
    yield HEAD + b"Content-Type: application/mbms-msk+xml\r\nContent-Length: 1000000000\r\n\r\n"
    yield from itertools.repeat(b"<x>" * 300)


KINDS = silent, slow, garbage, endless_header, endless_body


class Strangers(threading.Thread):
    """Keeps that many connections busy."""

    def __init__(self, at, count):
        super().__init__(daemon=True)
        self.at, self.count, self.made = at, count, 0
        self.selector = selectors.DefaultSelector()
        self.going = True

    def connect(self, kind):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(self.at)
        self.selector.register(s, selectors.EVENT_READ, (kind, KINDS[kind]()))
        self.made += 1

    def again(self, s, kind):
        self.selector.unregister(s)
        s.close()
        self.connect(kind)

    def turn(self):
        for key, _ in self.selector.select(0):
            try:
                ended = not key.fileobj.recv(4096)
            except OSError:
                ended = True
            if ended:
                self.again(key.fileobj, key.data[0])
        for key in list(self.selector.get_map().values()):
            if random.random() < 0.2:
                try:
                    key.fileobj.send(next(key.data[1], b""))
                except BlockingIOError:
                    pass
                except OSError:
                    self.again(key.fileobj, key.data[0])

    def run(self):
        for i in range(self.count):
            self.connect(i % len(KINDS))
        while self.going:
            self.turn()
            time.sleep(0.05)


class Flood(threading.Thread):
    """Datagrams from nobody, some thousands a second."""

    def __init__(self, true):
        super().__init__(daemon=True)
        self.targets, self.true, self.sent, self.going = [], true, 0, True
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def forge(self):
        message = bytearray(random.choice(self.true)) if self.true else bytearray(b"x")
        draw = random.random()
        if draw < 0.3:
            return random.randbytes(random.randrange(1, 1400))
        if draw < 0.5:
            return bytes(message[:random.randrange(len(message))])
        message[random.randrange(len(message))] ^= 1 << random.randrange(8)
        return bytes(message)

    def run(self):
        while self.going:
            for target in list(self.targets):
                for _ in range(20):
                    self.socket.sendto(self.forge(), target)
                    self.sent += 1
            time.sleep(0.01)


# --- the genuine ---------------------------------------------------------------------------------

class Place:
    """Files, the BM-SC, and UEs as they come."""

    def __init__(self, where, names):
        self.where = where
        self.write("subscribers", *({"btid": self.btid(n), "impi": n, "ks_naf": self.key(n),
                                     "expires": 4000000000} for n in names))
        self.write("groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1})
        self.bmsc = Program(BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN,
                            "--layout", "keyid", "--registration", "none", "--subscribers",
                            where + "/subscribers", "--groups", where + "/groups", "--store",
                            where + "/bmsc.db")
        self.programs = [self.bmsc]
        ready = self.bmsc.wait("ready")
        self.http, self.mikey = ready["http"], ready["mikey"]

    @staticmethod
    def btid(name):
        return name + "@bsf.example.org"

    @staticmethod
    def key(name):
        return (name.encode().hex() * 32)[:64]

    @staticmethod
    def at(text):
        host, port = text.rsplit(":", 1)
        return host, int(port)

    def write(self, name, *objects):
        with open("%s/%s" % (self.where, name), "w", encoding="ascii") as file:
            file.writelines(json.dumps(each) + "\n" for each in objects)

    def serve(self, name, flood):
        """A new UE asks, gets its MSK, and its acknowledgement is believed."""
        ue = Program(UE, "--btid", self.btid(name), "--ks-naf", self.key(name), "--fqdn", FQDN,
                     "--bmsc", "http://" + self.http, "--mikey", "127.0.0.1:0", "--layout", "keyid",
                     "--store", "%s/%s.db" % (self.where, name), "--groups",
                     "%s:%d" % (DOMAIN.hex(), GROUP))
        self.programs.append(ue)
        mikey = ue.wait("ready")["mikey"]
        subscriber = {"btid": self.btid(name), "impi": name, "ks_naf": self.key(name),
                      "expires": 4000000000, "address": mikey}
        self.bmsc.say("subscriber " + json.dumps(subscriber))
        if flood:
            flood.targets.append(self.at(mikey))
        ue.say("start")
        ue.wait("msk", group=GROUP)
        self.bmsc.wait("acked", btid=self.btid(name))
        return ue, mikey

    def push(self, name, ue):
        self.bmsc.say("push %d %s" % (GROUP, self.btid(name)))
        ue.wait("msk", group=GROUP)


def messages(*programs):
    return [bytes.fromhex(event["octets"]) for program in programs for event in program.events
            if "octets" in event]


def attack(place):
    """Serves UEs under attack for that long; what came of it."""
    first, mikey = place.serve("ue0", None)
    before, most = {program: rss(program) for program in (place.bmsc, first)}, {}
    flood = Flood(messages(place.bmsc, first))
    flood.targets = [place.at(place.mikey), place.at(mikey)]
    strangers = Strangers(place.at(place.http), CONNECTIONS)
    strangers.start()
    flood.start()
    until, served = time.monotonic() + SECONDS, 0
    while time.monotonic() < until and served < UES:
        served += 1
        ue, _ = place.serve("ue%d" % served, flood)
        place.push("ue0", first)
        for program in before:
            most[program] = max(most.get(program, 0), rss(program) - before[program])
        flood.targets.pop()
        ue.kill()
        time.sleep(0.5)
    flood.going = strangers.going = False
    print("%d s: %d connections, %d made anew; %d forged datagrams; %d new UEs served; grown: "
          "msk-bmsc by %d kB, msk-ue by %d kB" % (
              SECONDS, CONNECTIONS, strangers.made - CONNECTIONS, flood.sent, served,
              most[place.bmsc], most[first]))
    return served > 0 and flood.sent > 100 and max(most.values()) <= GROWTH


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    with tempfile.TemporaryDirectory() as where:
        place = Place(where, ["ue%d" % i for i in range(UES + 1)])
        try:
            good = attack(place)
        finally:
            for program in place.programs:
                program.kill()
    if not good:
        raise SystemExit("it is not as it must be: at most %d kB" % GROWTH)


main()
