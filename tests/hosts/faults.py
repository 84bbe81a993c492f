#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hurts a cluster of two BM-SCs on three PostgreSQL servers, and judges what was on the wire.

    tests/records/with_postgres FOLDER tests/hosts/faults.py --tools DIR --clock LIBRARY

For each fault one node makes a new MSK and pushes it to a crowd of UEs, and in the middle of that
something breaks. Both nodes are told to send MTKs all the time. At the end, of all that was sent:
no counter of a MUK or of an MSK is in two messages; nothing was sent that was not committed, which
one more message to everybody shows, whose counter is a new one; every UE has the newest MSK, or a
reason. Exit status: 0 when that is so.
"""
import argparse
import collections
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import servers
from model import oracle
from peers import DOMAIN, FQDN, GROUP, Program, free_port
from wire import PSK_VERIFICATION, Judge, blocks, datagrams, datagrams_in

PATIENCE = 180  # seconds for what takes some
REFUSED = {
    "refuse": "the primary is another server than before: what was committed last may be lost",
    "synchronous": "the server waits for no standby: synchronous_standby_names is empty",
}
LEASE = 10  # seconds, of MTKs and of parts of a push
ELSEWHERE = "another node makes the MTKs of this Key Group"


class Late(Exception):
    """Something that had to happen did not."""


class Node:
    """A msk-bmsc over its lives, at one address."""

    def __init__(self, play, name, store):
        self.play, self.name, self.store, self.lives = play, name, store, []
        self.ports = "127.0.0.1:%d" % free_port(), "127.0.0.1:%d" % free_port()

    def start(self):
        p, (http, mikey) = self.play, self.ports
        os.environ.update(LD_PRELOAD=p.args.clock, MSK_SET_BACK=p.path(self.name + ".back"),
                          MSK_SET_AHEAD=p.path(self.name + ".ahead"))
        self.program = Program(
            p.tool("msk-bmsc"), "--http", http, "--mikey", mikey, "--fqdn", FQDN, "--layout",
            "keyid", "--subscribers", p.path("subscribers"), "--groups", p.path("groups"),
            "--store", "postgres:" + self.store, "--failover", p.args.failover, "--node", self.name,
            "--pushes-per-second", str(p.args.pushes))
        del os.environ["LD_PRELOAD"]
        self.lives.append(self.program)
        self.program.wait("ready")

    def btids(self, event, number):
        """Whom it has told of, of that MSK, in all its lives."""
        return {e["btid"] for life in self.lives for e in list(life.events)
                if e["event"] == event and e["number"] == number}

    def send(self, signal_number):
        self.program.process.send_signal(signal_number)

    def set_clock(self, where):
        for name in "back", "ahead":
            path = self.play.path("%s.%s" % (self.name, name))
            if name == where:
                open(path, "w", encoding="ascii").close()
            elif os.path.exists(path):
                os.unlink(path)


class Sink(threading.Thread):
    """Where MTK messages go: both nodes are told to make them, again and again."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self.nodes, self.seen, self.ends = nodes, [], False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.start()

    def run(self):
        told = 0
        while not self.ends:
            if time.monotonic() > told + 0.1:
                told = time.monotonic()
                for node in self.nodes:
                    self.ask(node)
            try:
                octets, source = self.socket.recvfrom(4096)
                at = socket.inet_aton(source[0]), source[1]
                self.seen.append((int(time.time() * 1e6), at, self.at(), octets))
            except socket.timeout:
                pass

    def at(self):
        return b"\x7f\0\0\1", self.socket.getsockname()[1]

    def ask(self, node):
        try:
            node.program.say("mtk %d 127.0.0.1:%d" % (GROUP, self.at()[1]))
        except (OSError, ValueError):
            pass  # it is dead at the moment


class Tail:
    """What UEs have acknowledged so far, as the capture of the crowd grows: who, by MSK."""

    def __init__(self, path):
        self.path, self.at, self.sent = path, 0, {}
        self.acked = collections.defaultdict(set)

    def look(self):
        if not os.path.exists(self.path):
            return
        with open(self.path, "rb") as file:
            file.seek(self.at)
            octets = file.read()
        self.at += sum(len(content) + 12 for _, content in blocks(octets))
        for _, source, to, message in datagrams_in(octets):
            parsed = oracle.parse(message)
            counter = oracle.counter_of(parsed)
            if parsed["data_type"] != PSK_VERIFICATION:
                self.sent[to, counter] = oracle.identify(parsed)["number"]
            elif (source, counter) in self.sent:
                self.acked[self.sent[source, counter]].add(source)


class Play:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.rows, self.msk, self.ends = [], 1, False
        self.servers = servers.Servers(args.standbys)
        self.relay = servers.Relay(folder, self.servers)
        self.write_inputs()
        self.a = Node(self, "a", self.relay.conninfo())
        self.b = Node(self, "b", self.servers.conninfo())
        self.nodes, self.tail = [self.a, self.b], Tail(self.path("crowd.pcapng"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def tool(self, name):
        return os.path.join(self.args.tools, name)

    def write_inputs(self):
        with open(self.path("subscribers"), "wb") as out:
            subprocess.run([self.tool("msk-load"), "subscribers", "--members",
                            str(self.args.members), "--port", str(self.args.port)],
                           stdout=out, check=True)
        with open(self.path("groups"), "w", encoding="ascii") as out:
            out.write(json.dumps({"domain": DOMAIN.hex(), "group": GROUP, "number": 1}) + "\n")

    def start_crowd(self):
        a, http = self.args, [word for node in self.nodes for word in ("--http", node.ports[0])]
        self.load = subprocess.Popen([
            self.tool("msk-load"), "run", "--members", str(a.members), "--port", str(a.port), *http,
            "--fqdn", FQDN, "--layout", "keyid", "--group", "%s:%d" % (DOMAIN.hex(), GROUP),
            "--rate", str(a.rate), "--lose", str(a.lose), "--restarts", str(a.restarts),
            "--seconds", "86400", "--json", self.path("crowd.json"), "--pcap",
            self.path("crowd.pcapng")], stdout=subprocess.DEVNULL)

    def until(self, what, condition, patience=PATIENCE):
        end = time.monotonic() + patience
        while not condition():
            if self.load.poll() is not None or time.monotonic() > end:
                raise Late(what)
            time.sleep(0.02)

    def told(self, event):
        """How many UEs a node has told of, with the MSK of now."""
        return len(set().union(*(node.btids(event, self.msk) for node in self.nodes)))

    def acked(self):
        """How many UEs have acknowledged it: on the wire. Who commits that and then dies or loses
        the store does not tell."""
        self.tail.look()
        return len(self.tail.acked[self.msk])

    def reaches_store(self, node):
        """Waits until a node has the store: it makes an MTK, or knows who does."""
        seen = len(node.program.events)
        self.until("a node has no store", lambda: any(
            each["event"] == "mtk" or each.get("reason") == ELSEWHERE
            for each in node.program.events[seen:]))

    def rekey(self, node):
        """Makes a new MSK; returns when a part of the UEs has it. While the store is away that is
        an error, so it is waited for."""
        self.reaches_store(node)
        self.msk = node.program.ask("rekey %d" % GROUP, "msk")["number"]
        self.until("nothing was pushed", lambda: self.told("pushed") >= self.args.members // 4)

    def all_have_it(self):
        """How many have it when nothing more comes."""
        n, since = -1, time.monotonic()
        while n < self.args.members and time.monotonic() < since + PATIENCE:
            if self.acked() > n:
                n, since = self.acked(), time.monotonic()
            elif time.monotonic() > since + 3 * LEASE and self.is_quiet():
                break
            time.sleep(0.2)
        return n

    def is_quiet(self):
        """No push to all is under way."""
        last = [[e["event"] for e in list(node.program.events)
                 if e["event"] in ("progress", "finished")][-1:] for node in self.nodes]
        return ["progress"] not in last

    def hurt(self, what, fault):
        began, wall = time.monotonic(), int(time.time() * 1e6)
        fault()
        acked = self.all_have_it()
        self.rows.append((what, acked, time.monotonic() - began, wall))
        print("%-44s %6d of %d acknowledged, %3.0f s" % (
            what, acked, self.args.members, self.rows[-1][2]), flush=True)

    # --- what breaks

    def node_killed(self):
        self.rekey(self.a)
        self.a.program.kill()
        time.sleep(1)
        self.a.start()

    def node_frozen(self):
        self.rekey(self.a)
        self.a.send(signal.SIGSTOP)
        time.sleep(LEASE + 2)
        self.a.send(signal.SIGCONT)

    def standby_killed(self):
        self.rekey(self.b)
        standby = self.servers.standbys()[0]
        standby.kill()
        time.sleep(1)
        standby.start()
        self.servers.wait_for_standbys(len(self.servers.standbys()))

    def primary_killed(self):
        self.rekey(self.b)
        self.servers.fail_over()

    def standby_behind(self):
        """A primary whose standbys have not all of it; one of them becomes the primary. Nodes
        refuse that one, or already the primary as soon as it waits for nobody; nothing is sent,
        and the UEs have what they had."""
        if self.args.failover == "synchronous":
            self.rekey(self.b)
            self.all_have_it()
            self.servers.stop_waiting()
            self.all_refuse()
        else:
            self.servers.stop_waiting()
            self.rekey(self.b)
            self.all_have_it()
        self.servers.fail_over()
        if self.args.failover in REFUSED:
            self.all_refuse()
            self.ends = True

    def all_refuse(self):
        """What is told from now on, of MTKs that they are asked for all the time."""
        seen = [len(node.program.events) for node in self.nodes]
        reason = REFUSED[self.args.failover]
        self.until("a store is not refused", lambda: all(
            any(each.get("reason") == reason for each in node.program.events[n:])
            for node, n in zip(self.nodes, seen)))

    def clocks_wrong(self):
        """One an hour ahead, the other one an hour behind; then both are right again."""
        self.a.set_clock("ahead")
        self.b.set_clock("back")
        self.rekey(self.a)
        self.all_have_it()
        for node in self.nodes:
            node.set_clock(None)
        self.rekey(self.b)

    def disk_full(self):
        """PostgreSQL stops when it cannot write its log, and is started when there is room."""
        self.rekey(self.b)
        primary = self.servers.primary
        primary.fill_disk()
        self.until("it does not mind", lambda: not primary.is_there())
        time.sleep(1)
        primary.start()

    def store_cut_off(self):
        """One node of two, for longer than it waits for an answer."""
        self.rekey(self.a)
        self.relay.cut = True
        time.sleep(LEASE + 2)
        self.relay.cut = False

    ALL = "node,frozen,standby,clocks,disk,cut,primary"
    FAULTS = {
        "node": ("a node killed, and back", node_killed),
        "frozen": ("a node stopped for longer than its lease", node_frozen),
        "standby": ("a standby killed, and back", standby_killed),
        "clocks": ("clocks an hour ahead and behind", clocks_wrong),
        "disk": ("the disk of the primary full", disk_full),
        "cut": ("a node cut off from the store", store_cut_off),
        "primary": ("the primary killed, a standby promoted", primary_killed),
        "behind": ("a standby promoted that is behind", standby_behind),
    }

    # --- all of it

    def run(self):
        for node in self.nodes:
            node.start()
        self.sink = Sink(self.nodes)
        self.start_crowd()
        self.hurt("nothing: everybody joins", lambda: None)
        for name in self.args.faults.split(","):
            what, fault = self.FAULTS[name]
            self.hurt(what, lambda fault=fault: fault(self))
        if not self.ends:
            self.hurt("nothing: one more MSK to everybody", lambda: self.rekey(self.a))
        self.sink.ends = True
        self.sink.join()
        self.load.terminate()
        self.load.wait(PATIENCE)

    def judge(self):
        """The faults of each row, by when their messages came."""
        seen = sorted([*datagrams(self.path("crowd.pcapng")), *self.sink.seen])
        judge, starts = Judge(), [row[3] for row in self.rows] + [1 << 62]
        counts = []
        for begin, end in zip(starts, starts[1:]):
            before, known = dict(judge.numbers), len(judge.faults)
            highest = {to: max(got) for to, got in judge.to.items() if got}
            for each in seen:
                if begin <= each[0] < end:
                    judge.look(*each)
            counts.append(({kind: n - before.get(kind, 0) for kind, n in judge.numbers.items()},
                           judge.faults[known:], highest))
        not_new = [to for to, n in counts[-1][2].items() if max(judge.to[to]) <= n]
        return counts, not_new

    def table(self):
        counts, not_new = self.judge()
        print("\n%-40s %7s %7s %6s %8s %8s" % ("", "UEs", "MSKs", "MTKs", "counters", "twice"))
        print("%-40s %7s %7s %6s %8s %8s" % ("fault", "have it", "sent", "sent", "of MUKs",
                                             "of MSKs"))
        bad = len(not_new)
        for (what, acked, _, _), (numbers, faults, _) in zip(self.rows, counts):
            twice = [sum(f[0] == "counter twice" and (f[1][0] == "mtk") == mtk for f in faults)
                     for mtk in (False, True)]
            bad += len(faults)
            print("%-40s %7d %7d %6d %8d %8d" % (what, acked, numbers.get("msk", 0),
                                                 numbers.get("mtk", 0), *twice))
        print("UEs whose last counter is not a new one: %d" % len(not_new))
        with open(self.path("crowd.json"), encoding="utf-8") as file:
            ended = json.load(file)["ended"]
        print("UEs: " + ", ".join("%d %s" % (n, how) for how, n in ended.items()))
        told = ended["current"] + ended["refused"] + ended["left"]
        sent = all(numbers.get("msk") and numbers.get("mtk") for numbers, _, _ in counts[1:])
        everybody = self.rows[-1][1] == told == self.args.members
        return not bad and sent and everybody

    def end(self):
        for node in self.nodes:
            for life in node.lives:
                life.process.send_signal(signal.SIGCONT)
                life.kill()
        if getattr(self, "load", None) and self.load.poll() is None:
            self.load.kill()
            self.load.wait()
        self.servers.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tools", required=True, help="where msk-bmsc and msk-load are")
    parser.add_argument("--clock", required=True, help="what is made of false_clock.c")
    parser.add_argument("--members", type=int, default=1000, help="UEs; 1000")
    parser.add_argument("--rate", type=int, default=100, help="of them start a second")
    parser.add_argument("--pushes", type=int, default=200, help="a second, of a node")
    parser.add_argument("--lose", type=int, default=0, help="permille of the datagrams")
    parser.add_argument("--restarts", type=int, default=0, help="UEs a second lose their power")
    parser.add_argument("--port", type=int, default=22691, help="of the UEs")
    parser.add_argument("--faults", default=Play.ALL, help="in this order")
    parser.add_argument("--standbys", type=int, default=2, help="of the primary; 2")
    parser.add_argument("--failover", default="synchronous", help="of msk-bmsc; synchronous")
    return parser.parse_args()


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        play = Play(args, folder)
        print("%d servers of PostgreSQL: %.0f s" % (len(play.servers.all),
                                                    time.monotonic() - began), flush=True)
        good = False
        try:
            play.run()
            good = play.table()
        except Late as late:
            print("LATE:", late)
        finally:
            play.end()
    print("PASS" if good else "FAIL")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
