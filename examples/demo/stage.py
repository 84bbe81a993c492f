# SPDX-License-Identifier: MIT
"""The stage of msk-demo: the programs as processes, and the network between them.

The relay stands between the MIKEY ports: what the BM-SC sends arrives at `inner`, goes to the UE
from `outer`, and the other way round. There it can be lost, doubled, delayed, held back or
altered; the programs know nothing of it. HTTP goes straight from one to the other.
"""
import heapq
import json
import os
import random
import selectors
import signal
import socket
import subprocess
import time

import wire


class Late(Exception):
    """Something that had to happen did not."""


class Program:
    """A program that tells events as JSON lines and takes commands on stdin."""

    def __init__(self, stage, name, argv):
        self.stage, self.name, self.tail = stage, name, b""
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        stage.selector.register(self.process.stdout, selectors.EVENT_READ, self)

    def readable(self):
        octets = self.process.stdout.read()
        if not octets:
            self.stage.selector.unregister(self.process.stdout)
            return
        *lines, self.tail = (self.tail + octets).split(b"\n")
        for line in lines:
            self.stage.take(self.name, json.loads(line))

    def say(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    def end(self, kill=False):
        """Ends the program, if it has not yet; what it still tells is taken."""
        if self.process.poll() is None:
            if kill:
                self.process.kill()
            else:
                self.process.stdin.close()
                self.process.terminate()
        if self.process.wait() not in (0, 1, 2, -signal.SIGTERM, -signal.SIGKILL):
            self.stage.crashes.append("%s: exit status %d" % (self.name, self.process.returncode))
        while self.process.stdout in [key.fileobj for key in self.stage.selector.get_map().values()]:
            self.readable()
        self.process.stdout.close()
        if not self.process.stdin.closed:
            self.process.stdin.close()


class Relay:
    """One datagram after the other, as the faults let them."""

    def __init__(self, stage, faults):
        self.stage, self.faults = stage, faults
        self.random = random.Random(faults.seed)
        self.inner, self.outer = self.socket("inner"), self.socket("outer")
        self.ue = self.bmsc = None
        self.waiting = []
        self.count = 0
        self.swallow = lambda octets: False  # holds back what the BM-SC sends
        self.arrived = []  # all that reached the UE

    def socket(self, name):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", 0))
        s.setblocking(False)
        self.stage.selector.register(s, selectors.EVENT_READ, lambda: self.readable(s))
        return s

    def readable(self, s):
        octets, _ = s.recvfrom(4096)
        if s is self.inner and self.swallow(octets):
            self.stage.take("relay", {"event": "lost", "octets": octets.hex(), "to": "ue"})
            return
        self.fate(octets, s is self.inner)

    def fate(self, octets, to_ue):
        f, draw = self.faults, self.random.random
        if draw() < f.loss:
            self.stage.take("relay", {"event": "lost", "octets": octets.hex(),
                                      "to": "ue" if to_ue else "bmsc"})
            return
        for _ in range(2 if f.duplicate and draw() < 0.3 else 1):
            delay = draw() * 0.05 if f.reorder else 0
            self.count += 1
            heapq.heappush(self.waiting, (time.monotonic() + delay, self.count, octets, to_ue))
        self.pump()

    def pump(self):
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, octets, to_ue = heapq.heappop(self.waiting)
            if to_ue and self.ue:
                self.arrived.append(octets)
                self.outer.sendto(octets, self.ue)
            elif not to_ue and self.bmsc:
                self.inner.sendto(octets, self.bmsc)

    def inject(self, octets):
        """A stranger sends this to the UE."""
        self.stage.take("relay", {"event": "injected", "octets": octets.hex()})
        self.arrived.append(octets)
        self.outer.sendto(octets, self.ue)

    def address(self):
        return "127.0.0.1:%d" % self.inner.getsockname()[1]

    def close(self):
        for s in self.inner, self.outer:
            self.stage.selector.unregister(s)
            s.close()


class Air:
    """What is broadcast, from a sender to a receiver; some of it gets lost. Nobody answers."""

    def __init__(self, stage, faults, port):
        self.stage, self.faults = stage, faults
        self.random = random.Random(faults.seed)
        self.sender, self.receiver = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in "ab")
        self.sender.bind(("127.0.0.1", 0))
        try:
            self.receiver.bind(("127.0.0.1", port))
        except OSError:  # somebody else has it
            self.receiver.bind(("127.0.0.1", 0))
        self.receiver.setblocking(False)
        self.captured, self.arrived, self.lost = [], [], 0
        stage.selector.register(self.receiver, selectors.EVENT_READ, self.readable)

    def port(self):
        return self.receiver.getsockname()[1]

    def readable(self):
        self.arrived.append(self.receiver.recv(4096))

    def send(self, octets):
        self.captured.append(wire.udp(self.sender.getsockname(), self.receiver.getsockname(), octets))
        if self.random.random() < self.faults.loss:
            self.lost += 1
        else:
            self.sender.sendto(octets, self.receiver.getsockname())

    def close(self):
        self.stage.selector.unregister(self.receiver)
        self.sender.close()
        self.receiver.close()


class Stage:
    """Everything that happens, in the order in which it is seen."""

    def __init__(self, layout, watch):
        self.selector = selectors.DefaultSelector()
        self.events, self.layout, self.watch = [], layout, watch
        self.began = time.monotonic()
        self.relay = None
        self.crashes = []  # of programs, which no end of theirs explains

    def take(self, who, event):
        event = dict(event, who=who, layout=self.layout, seen=round((time.monotonic() - self.began) * 1000))
        self.events.append(event)
        self.watch(event)

    def pump(self, seconds):
        """Moves everything on for at most so long."""
        if self.relay:
            self.relay.pump()
            if self.relay.waiting:
                seconds = min(seconds, max(0, self.relay.waiting[0][0] - time.monotonic()))
        for key, _ in self.selector.select(seconds):
            if isinstance(key.data, Program):
                key.data.readable()
            else:
                key.data()

    def mark(self):
        return len(self.events)

    def all(self, since, who, name, **members):
        """Every such event since then."""
        return [event for event in self.events[since:]
                if event["who"] == who and event["event"] == name and
                all(event.get(k) == v for k, v in members.items())]

    def find(self, since, who, name, **members):
        return next(iter(self.all(since, who, name, **members)), None)

    def until(self, condition, seconds, what):
        """Lets things happen until the condition holds, and returns it; Late when it never does."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            left = end - time.monotonic()
            if left <= 0:
                raise Late(what)
            self.pump(min(left, 0.5))

    def first(self, since, kinds, seconds=20):
        """The first event of one of these kinds, each (who, name, members)."""
        def found():
            events = [self.find(since, who, name, **members) for who, name, members in kinds]
            return min((e for e in events if e), key=lambda e: e["seen"], default=None)
        return self.until(found, seconds, "%s did not tell '%s'" % (
            kinds[0][0], "' or '".join(name for _, name, _ in kinds)))

    def wait(self, since, who, name, seconds=20, **members):
        """The first such event since then."""
        return self.until(lambda: self.find(since, who, name, **members), seconds,
                          "%s did not tell '%s' %s" % (who, name, members or ""))

    def idle(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.pump(until - time.monotonic())
