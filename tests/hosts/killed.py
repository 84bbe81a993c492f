#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kills msk-ue and msk-bmsc with SIGKILL at random moments, under traffic, and starts them anew.

    killed.py MSK-BMSC MSK-UE LAYOUT [SECONDS [SEED]]

One BM-SC and two UEs, each with its store; datagrams go through a relay that loses and doubles
some, keeps all, and sends old ones again to a UE that was just started, as soon as it takes
messages of its service. What must hold:

- no counter of a MUK or an MSK stands in two different messages, over all lives of the BM-SC;
- a UE acknowledges each message once, and no older one after it: no replay was accepted;
- a UE tells each MTK once, and none older after it;
- what a UE said it holds it holds after its restart, unless the rule of two pushed it out;
- when the killing stops, every UE gets and holds the current MSK.
"""
import collections
import json
import random
import resource
import select
import socket
import sys
import tempfile
import threading
import time

from model import oracle
from peers import DOMAIN, FQDN, GROUP, PATIENCE, Program, free_port, seed

BMSC, UE, LAYOUT = sys.argv[1:4]
SECONDS = float(sys.argv[4]) if len(sys.argv) > 4 else 10
SEED = seed(sys.argv[5:])
NAMES = "alice", "bob"
SERVICE = "news"


def broken(why, *what):
    raise SystemExit("hosts_killed: seed %d: " % SEED + why % what)


class Relay(threading.Thread):
    """Between the MIKEY ports of the BM-SC and of one UE."""

    def __init__(self, check):
        super().__init__(daemon=True)
        self.random, self.check = random.Random(SEED), check
        self.inner, self.outer = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in "io")
        for s in self.inner, self.outer:
            s.bind(("127.0.0.1", 0))
        self.ue = self.bmsc = None
        self.seen, self.faulty, self.replayed = [], True, 0
        self.start()

    def address(self):
        return "127.0.0.1:%d" % self.inner.getsockname()[1]

    def send(self, octets, to_ue):
        to = self.ue if to_ue else self.bmsc
        if to:
            (self.outer if to_ue else self.inner).sendto(octets, to)

    def run(self):
        while True:
            for s in select.select([self.inner, self.outer], [], [])[0]:
                octets, to_ue = s.recv(4096), s is self.inner
                if to_ue:
                    self.seen.append(octets)
                    self.check(octets)
                draw = self.random.random() if self.faulty else 0.5
                for _ in range(0 if draw < 0.1 else 2 if draw > 0.8 else 1):
                    self.send(octets, to_ue)

    def replay(self, most):
        for octets in self.random.sample(self.seen, min(most, len(self.seen))):
            self.send(octets, True)
            self.replayed += 1


class Counters:
    """No counter twice, but for the very same message."""

    def __init__(self):
        self.sent, self.faults = {}, []

    def check(self, octets):
        parsed = oracle.parse(octets)
        who = oracle.identify(parsed)
        name = (who["number"],) if who["kind"] == "mtk" else (who["idr"],)
        key = (who["kind"], *name, oracle.counter_of(parsed))
        if self.sent.setdefault(key, octets) != octets:
            self.faults.append(key)


class Lives:
    """A UE over all its lives: where it is told to be, and what it has said."""

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.relay = Relay(world.counters.check)
        self.program, self.checked, self.held = None, 0, []
        self.acked, self.mtk = {}, {}
        self.kills, self.refusals, self.proven = 0, collections.Counter(), 0

    def start(self):
        self.program = Program(
            UE, "--btid", self.name + "@bsf.example.org", "--ks-naf", self.world.key(self.name),
            "--fqdn", FQDN, "--bmsc", "http://" + self.world.http, "--mikey", "127.0.0.1:0",
            "--layout", LAYOUT, "--store", "%s/%s.db" % (self.world.where, self.name),
            "--groups", "%s:%d" % (DOMAIN.hex(), GROUP))
        self.checked = 0
        host, port = self.program.wait("ready")["mikey"].rsplit(":", 1)
        self.check_held([each["number"] for each in self.program.ask("keys", "keys")["held"]])
        self.program.ask("start", "http_request")  # from now on it takes messages of the service
        self.replay_the_last(host, int(port))
        self.relay.ue = (host, int(port))
        self.relay.replay(40)

    def replay_the_last(self, *address):
        """What it acknowledged last in its lives before is too old in this one. Nothing else
        reaches it yet."""
        for octets in reversed(self.relay.seen):
            parsed = oracle.parse(octets)
            if oracle.identify(parsed)["kind"] == "msk" and \
                    oracle.counter_of(parsed) == self.acked.get("last"):
                self.relay.outer.sendto(octets, address)
                self.program.wait("refused", reason="counter not newer")
                self.proven += 1
                return

    def kill(self):
        self.relay.ue = None
        self.program.kill()
        self.look()
        self.kills += 1

    def check_held(self, now):
        """Nothing that it told is gone, but what newer ones pushed out while it had no time to
        tell."""
        gone = [n for n in self.held if n not in now]
        new = [n for n in now if n not in self.held]
        if len(gone) > len(new) or (gone and len(now) < 2):
            broken("%s held %s, and now %s", self.name, self.held, now)
        self.held = now

    def look(self):
        """Takes in what it has said since."""
        events = self.program.events
        while self.checked < len(events):
            event = events[self.checked]
            self.checked += 1
            getattr(self, "on_" + event["event"], lambda event: None)(event)

    def on_msk(self, event):
        self.held = ([event["number"]] + [n for n in self.held if n != event["number"]])[:2]

    def on_msk_deleted(self, event):
        self.held = [n for n in self.held if n != event["number"]]

    def on_ack_sent(self, event):
        parsed = oracle.parse(bytes.fromhex(event["octets"]))
        counter = oracle.counter_of(parsed)
        if counter <= self.acked.get("last", 0):
            broken("%s acknowledged counter %d after %d", self.name, counter, self.acked["last"])
        self.acked["last"] = counter

    def on_mtk(self, event):
        if event["mtk_id"] <= self.mtk.get(event["number"], 0):
            broken("%s told MTK %d of MSK %d again", self.name, event["mtk_id"], event["number"])
        self.mtk[event["number"]] = event["mtk_id"]

    def on_refused(self, event):
        self.refusals[event["reason"]] += 1

    def on_left(self, _):
        self.held = []


class World:
    def __init__(self, where):
        self.where, self.random = where, random.Random(SEED)
        self.counters, self.bmsc, self.kills = Counters(), None, 0
        self.http, self.mikey = ("127.0.0.1:%d" % free_port() for _ in "hm")
        self.ues = [Lives(self, name) for name in NAMES]
        self.write("subscribers", *({
            "btid": ue.name + "@bsf.example.org", "impi": ue.name, "ks_naf": self.key(ue.name),
            "expires": 4000000000, "services": [SERVICE], "address": ue.relay.address()}
            for ue in self.ues))
        self.write("groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1,
                              "services": [SERVICE], "streaming": True})

    def key(self, name):
        return (name.encode().hex() * 32)[:64]

    def write(self, name, *objects):
        with open("%s/%s" % (self.where, name), "w", encoding="ascii") as file:
            file.writelines(json.dumps(each) + "\n" for each in objects)

    def start_bmsc(self):
        self.bmsc = Program(
            BMSC, "--http", self.http, "--mikey", self.mikey, "--fqdn", FQDN, "--layout", LAYOUT,
            "--subscribers", self.where + "/subscribers", "--groups", self.where + "/groups",
            "--store", self.where + "/bmsc.db", "--registration", "none")
        host, port = self.bmsc.wait("ready")["mikey"].rsplit(":", 1)
        for ue in self.ues:
            ue.relay.bmsc = (host, int(port))

    def kill_bmsc(self):
        self.bmsc.kill()
        self.kills += 1

    def something(self):
        """One thing that happens in a network, or the power of one end that goes."""
        ue, draw = self.random.choice(self.ues), self.random.random()
        if draw < 0.08:
            ue.kill()
            ue.start()
        elif draw < 0.14:
            self.kill_bmsc()
            self.start_bmsc()
        elif draw < 0.30:
            self.bmsc.say("rekey %d" % GROUP)
        elif draw < 0.45:
            self.bmsc.say("push %d %s@bsf.example.org" % (GROUP, ue.name))
        elif draw < 0.52:
            self.bmsc.say("pull %d" % GROUP)
        elif draw < 0.75:
            self.bmsc.say("mtk %d %s" % (GROUP, ue.relay.address()))
        elif draw < 0.90:
            ue.program.say("request %d" % GROUP)
        else:
            ue.relay.replay(5)

    def run(self):
        self.start_bmsc()
        for ue in self.ues:
            ue.start()
        began = time.monotonic()
        while self.goes_on(time.monotonic() - began):
            self.something()
            time.sleep(self.random.choice([0, 0.001, 0.01, 0.05, 0.2]))
            self.check()
        self.settle()
        self.check()
        if not self.is_proven():
            broken("no replay came as far as the counters")

    def is_proven(self):
        """Each UE that was started again has seen that it refuses what is old."""
        return all(ue.proven or not ue.kills for ue in self.ues)

    def goes_on(self, seconds):
        """On a machine under load that takes longer to show."""
        return seconds < SECONDS or (not self.is_proven() and seconds < SECONDS + PATIENCE)

    def check(self):
        for ue in self.ues:
            ue.look()
        if self.counters.faults:
            broken("a counter was used twice: %s", self.counters.faults)

    def settle(self):
        """The killing has stopped: everybody gets the current MSK."""
        for ue in self.ues:
            ue.relay.faulty = False
        self.bmsc.say("rekey %d" % GROUP)
        self.bmsc.ask("stats", "stats")
        number = [e["number"] for e in self.bmsc.events if e["event"] == "msk"][-1]
        until = time.monotonic() + 90
        while any(ue.held[:1] != [number] for ue in self.ues):
            if time.monotonic() > until:
                broken("MSK %d is current, held are %s", number, [ue.held for ue in self.ues])
            for ue in self.ues:
                if ue.held[:1] != [number]:
                    ue.program.say("start")
            time.sleep(3)
            self.check()


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as where:
        world = World(where)
        try:
            world.run()
        finally:
            for program in [world.bmsc] + [ue.program for ue in world.ues]:
                if program:
                    program.kill()
        print("%s, seed %d, %d s: BM-SC killed %d times, UEs %d times; %d datagrams, %d sent again,"
              " %d refused for their counter; MSK %d is held by all" % (
                  LAYOUT, SEED, SECONDS, world.kills, sum(ue.kills for ue in world.ues),
                  len(world.counters.sent), sum(ue.relay.replayed for ue in world.ues),
                  sum(ue.refusals["counter not newer"] for ue in world.ues),
                  world.ues[0].held[0]))


main()
