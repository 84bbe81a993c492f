#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Serves genuine UEs while strangers take every connection there is and flood the MIKEY ports.

    flooded.py MSK-BMSC MSK-UE [SECONDS [CONNECTIONS [SEED]]]

Four attacks, each for that long. Dripping: all connections from one address, each with an octet
now and then, so that 200 octets a second keep 1000 of them. Everywhere: as many from hundreds of
addresses, some silent, some dripping, some with garbage, some with a header or a body without end,
some that do not read what they are answered; each that is closed is made anew at once. Datagrams:
noise and authentic messages cut and changed, as fast as one process can send them, to the BM-SC
and to a UE; together with the second one. Greedy: one address wants twice the connections that there are,
each made anew at once, while genuine UEs take a second before they say something.

What must hold in each: of the genuine UEs, one after the other from their first request to the
acknowledgement of their MSK, 99 % are served; a push reaches a UE that is a program; neither
program dies, or grows beyond what its own limits allow.
"""
import itertools
import multiprocessing
import os
import random
import resource
import selectors
import socket
import sys
import tempfile
import time

from model import oracle
from peers import DOMAIN, FQDN, GROUP, Named, Program, address, msk_request, seed, write

BMSC, UE = sys.argv[1:3]
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 10
CONNECTIONS = int(sys.argv[4]) if len(sys.argv) > 4 else 1000  # what msk-bmsc has
SEED = seed(sys.argv[5:])
UES = 200  # in an attack, over all of its time
SLOW = 1  # seconds before a slow UE says something
TRIES = 3  # of a UE, each with a back-off
GROWTH = 1000 * 66 + 16384  # kB: a head of 48 kB and a body of 16 kB, and some air
HEAD = b"POST /keymanagement?requesttype=msk-request HTTP/1.1\r\nHost: " + FQDN.encode() + b"\r\n"


def rss(program):
    """kB in memory now."""
    with open(f"/proc/{program.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


# --- strangers -----------------------------------------------------------------------------------

def silent():
    return iter(())


def slow():
    return (HEAD[i:i + 1] for i in itertools.cycle(range(len(HEAD))))


def slow_body():
    yield HEAD + b"Content-Type: application/mbms-msk+xml\r\nContent-Length: 9999\r\n\r\n"
    yield from itertools.repeat(b"<")


def garbage():
    return (random.randbytes(200) for _ in itertools.count())


def endless_header():
    yield HEAD
    yield from (b"X-%d: %s\r\n" % (i, b"y" * 900) for i in itertools.count())


def endless_body():
    yield HEAD + b"Content-Type: application/mbms-msk+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from itertools.repeat(b"384\r\n" + b"<x>" * 300 + b"\r\n")


KINDS = silent, slow, slow_body, garbage, endless_header, endless_body


class Strangers:
    """Keeps that many connections busy: each says something every so many seconds."""

    def __init__(self, at, kinds, hosts, period, many=CONNECTIONS):
        self.at, self.kinds, self.hosts, self.period = at, kinds, hosts, period
        self.many = many
        self.selector, self.made = selectors.EpollSelector(), 0

    def connect(self):
        s = socket.socket()
        s.setblocking(False)
        host = self.made % self.hosts
        s.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        s.bind((f"127.{1 + host // 250}.0.{1 + host % 250}", 0))
        s.connect_ex(self.at)
        words = self.kinds[self.made % len(self.kinds)]()
        self.selector.register(s, selectors.EVENT_READ, [words, time.monotonic()])
        self.made += 1

    def again(self, s):
        self.selector.unregister(s)
        s.close()
        self.connect()

    def hear(self):
        for key, _ in self.selector.select(0.01):
            try:
                ended = not key.fileobj.recv(4096)
            except OSError:
                ended = True
            if ended:
                self.again(key.fileobj)

    def speak(self):
        now = time.monotonic()
        for key in list(self.selector.get_map().values()):
            words, due = key.data
            if due > now:
                continue
            key.data[1] = now + self.period * random.uniform(0.5, 1.5)
            try:
                key.fileobj.send(next(words, b""))
            except BlockingIOError:
                pass
            except OSError:
                self.again(key.fileobj)

    def run(self, made):
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        for _ in range(self.many):
            self.connect()
        while True:
            self.hear()
            self.speak()
            made.value = self.made


def forge(message):
    message = bytearray(message)
    draw = random.random()
    if draw < 0.3:
        return random.randbytes(random.randrange(1, 1400))
    if draw < 0.5:
        return bytes(message[:random.randrange(len(message))])
    if draw < 0.9:
        message[random.randrange(len(message))] ^= 1 << random.randrange(8)
    return bytes(message)


def flood(targets, messages, sent):
    """Datagrams from nobody, as fast as it goes."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    forged = [forge(random.choice(messages)) for _ in range(2000)]
    while True:
        for octets in forged:
            for target in targets:
                s.sendto(octets, target)
        sent.value += len(forged) * len(targets)


# --- the genuine ---------------------------------------------------------------------------------

class Genuine(Named):
    def asked(self):
        for _ in range(TRIES):
            try:
                if self.ask("msk-request", msk_request((GROUP, 0)))[0] == 200:
                    return True
            except OSError:
                pass
            time.sleep(random.uniform(0.1, 0.5))
        return False

    def receive(self):
        """Takes what comes, and acknowledges each time; True: something was for it."""
        self.socket.settimeout(20)
        try:
            octets, sender = self.socket.recvfrom(4096)
        except TimeoutError:
            return False
        self.acknowledge(oracle.accept(octets, self.muk), sender)
        self.socket.setblocking(False)
        return True

    def more(self):
        """Acknowledges what was sent again."""
        try:
            octets, sender = self.socket.recvfrom(4096)
            self.acknowledge(oracle.accept(octets, self.muk), sender)
        except BlockingIOError:
            pass


class Place:
    """The BM-SC, a UE that is a program, and the many."""

    def __init__(self, where):
        self.ues = [Genuine(f"ue{i}") for i in range(4 * UES)]
        key = os.urandom(32).hex()
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ear.bind(("127.0.0.1", 0))
        mikey = "127.0.0.1:%d" % ear.getsockname()[1]
        ear.close()
        first = {"btid": "first", "impi": "first", "ks_naf": key, "expires": 4000000000,
                 "address": mikey}
        self.bmsc = Program(
            BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout",
            "keyid", "--registration", "none", "--subscribers",
            write(f"{where}/subscribers", first, *(ue.subscriber() for ue in self.ues)),
            "--groups", write(f"{where}/groups",
                              {"domain": DOMAIN.hex(), "group": GROUP, "number": 1}),
            "--store", f"{where}/bmsc.db")
        ready = self.bmsc.wait("ready")
        self.http, self.mikey = ready["http"], ready["mikey"]
        self.first = Program(
            UE, "--btid", "first", "--ks-naf", key, "--fqdn", FQDN, "--bmsc",
            "http://" + self.http, "--mikey", mikey, "--layout", "keyid", "--store",
            f"{where}/first.db", "--groups", f"{DOMAIN.hex()}:{GROUP}")
        self.first_at = self.at(self.first.wait("ready")["mikey"])
        self.first.say("start")
        self.first.wait("msk", group=GROUP)
        self.bmsc.wait("acked", btid="first")
        self.looked = 0
        self.acked = set()

    @staticmethod
    def at(text):
        host, port = text.rsplit(":", 1)
        return host, int(port)

    def messages(self):
        return [bytes.fromhex(event["octets"]) for program in (self.bmsc, self.first)
                for event in list(program.events) if "octets" in event]

    def look(self):
        events = self.bmsc.events
        while self.looked < len(events):
            event = events[self.looked]
            self.looked += 1
            if event["event"] == "acked":
                self.acked.add(event["btid"])

    def serve(self, ues, until):
        """One after the other, until then; those that were tried, and those that were served."""
        tried, open_ones = [], []
        began = time.monotonic()
        for n, ue in enumerate(ues):
            time.sleep(max(0, began + n * (until - began) / len(ues) - time.monotonic()))
            if time.monotonic() > until:
                break
            ue.http_at = self.http
            tried.append(ue)
            if ue.asked() and ue.receive():
                open_ones.append(ue)
            self.look()
            open_ones = [each for each in open_ones if each.btid not in self.acked]
            for each in open_ones:
                each.more()
        until = time.monotonic() + 40  # all that the BM-SC sends again
        while open_ones and time.monotonic() < until:
            time.sleep(0.1)
            for each in open_ones:
                each.more()
            self.look()
            open_ones = [each for each in open_ones if each.btid not in self.acked]
        return len(tried), sum(ue.btid in self.acked for ue in tried)

    def push(self):
        self.bmsc.say(f"push {GROUP} first")
        self.first.wait("msk", group=GROUP)


def attack(place, name, ues, strangers, datagrams):
    """Serves UEs under attack for that long. True: as it must be."""
    programs = place.bmsc, place.first
    before = {program: rss(program) for program in programs}
    made, sent = multiprocessing.Value("Q"), multiprocessing.Value("Q")
    attackers = [multiprocessing.Process(target=strangers.run, args=(made,), daemon=True)]
    if datagrams:
        attackers.append(multiprocessing.Process(
            target=flood, daemon=True,
            args=([place.at(place.mikey), place.first_at], place.messages(), sent)))
    for each in attackers:
        each.start()
    while made.value < strangers.many:
        time.sleep(0.01)
    tried, served = place.serve(ues, time.monotonic() + SECONDS)
    grown = {program: rss(program) - before[program] for program in programs}
    if not datagrams:
        place.push()
    for each in attackers:
        each.terminate()
        each.join()
    place.push()
    print(f"{name}: {strangers.many} connections, {made.value - strangers.many} made anew; {sent.value} "
          f"datagrams; {served} of {tried} UEs served; grown: msk-bmsc by {grown[place.bmsc]} kB, "
          f"msk-ue by {grown[place.first]} kB", flush=True)
    return tried > 0 and served >= 0.99 * tried and max(grown.values()) <= GROWTH


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    random.seed(SEED)
    with tempfile.TemporaryDirectory() as where:
        place = Place(where)
        at = place.at(place.http)
        ues = [place.ues[n * UES:(n + 1) * UES] for n in range(4)]
        for ue in ues[3]:
            ue.connected = lambda _: time.sleep(SLOW)
        good = [
            attack(place, "dripping", ues[0], Strangers(at, [slow], 1, CONNECTIONS / 200), False),
            attack(place, "everywhere", ues[1], Strangers(at, KINDS, 300, 0.5), False),
            attack(place, "and datagrams", ues[2], Strangers(at, KINDS, 300, 0.5), True),
            attack(place, "greedy", ues[3], Strangers(at, [silent], 1, 1, 2 * CONNECTIONS), False)]
        print(place.bmsc.ask("stats", "stats"))
        place.bmsc.quit()
        place.first.kill()
    if not all(good):
        raise SystemExit(f"it is not as it must be: 99 % served, at most {GROWTH} kB")


main()
