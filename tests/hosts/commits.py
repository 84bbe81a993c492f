#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What msk-bmsc commits, and what leaves it then.

    commits.py MSK-BMSC DISK CLOCK [TEST...]

DISK, CLOCK: the libraries made of held_disk.c and false_clock.c, for LD_PRELOAD. Many records are committed together; no
datagram and no answer leaves before its own record is on the disk, whatever the disk does.
"""
import base64
import http.client
import itertools
import os
import pty
import re
import resource
import select
import signal
import socket
import sqlite3
import sys
import tempfile
import time

from peers import DOMAIN, FQDN, GROUP, PATIENCE, Named, Program, Ue, msk_request, write

BMSC, DISK, CLOCK = sys.argv[1:4]
MANY = 20  # UEs in a group
TOGETHER = 3 * 256  # members that are worked on at once
LARGE = 5999  # members of one that has parts
TAKEN = 768  # requests at a time, in msk-bmsc; who has no credentials is refused from half of it on
CONNECTIONS = 1000
QUIET = 0.5  # seconds in which nothing comes, where nothing may come


def is_readable(s):
    poll = select.poll()
    poll.register(s, select.POLLIN)
    return bool(poll.poll(0))


class Member(Named):
    tries = 4

    def counter(self):
        """Of the next message that came, or comes."""
        return self.take()[0]["counter"]

    def drain(self):
        """How many messages came."""
        n = 0
        while not self.is_quiet():
            self.socket.recv(4096)
            n += 1
        return n

    def is_quiet(self):
        return not is_readable(self.socket)


class Place:
    """A BM-SC, and UEs of which each has asked for the MSK and has it."""

    def __init__(self, where, *more, many=MANY):
        self.where, self.more = where, more
        self.ues = [Member(f"ue{i:02}") for i in range(many)]
        write(f"{where}/subscribers", *(ue.subscriber() for ue in self.ues))
        write(f"{where}/groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1})
        self.start()
        for ue in self.ues:
            assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
            ue.first = ue.counter()

    def path(self, name):
        return f"{self.where}/{name}"

    def start(self):
        self.bmsc, ready = self.program()
        self.http, self.metrics = ready["http"], ready.get("metrics")
        for ue in self.ues:
            ue.http_at, ue.challenge = self.http, None

    def another(self, *more):
        """A second node on the same store."""
        return self.program(*more)[0]

    def program(self, *more):
        bmsc = self.begin(*more)
        return bmsc, bmsc.wait("ready")

    def begin(self, *more):
        os.environ.update(LD_PRELOAD=f"{DISK} {CLOCK}", MSK_HOLD=self.path("hold"),
                          MSK_HELD=self.path("held"), MSK_BUSY=self.path("busy"),
                          MSK_DIE=self.path("die"),
                          MSK_LATER=self.path("later"), MSK_STILL=self.path("still"))
        bmsc = Program(
            BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout",
            "keyid", "--registration", "none", "--ack", "none", "--subscribers",
            self.path("subscribers"), "--groups", self.path("groups"), "--store",
            "sqlite:" + self.path("store"), *self.more, *more)
        del os.environ["LD_PRELOAD"]
        return bmsc

    def store(self):
        return sqlite3.connect(self.path("store"), isolation_level=None)

    def ask_all(self):
        """Each for the MSK, with credentials, while the disk is held: the first one is in its
        commit, and those behind it wait for that."""
        for ue in self.ues:
            assert ue.post("msk-request", msk_request((GROUP, 0)), authorize=False)[0] == 401
        write(self.path("hold"))
        begun = []
        for ue in self.ues:
            begun.append(ue.begin("msk-request", msk_request((GROUP, 0)))[0])
            self.until(lambda: os.path.exists(self.path("held")))
            self.until(lambda: self.gauge("asks") == len(begun))
        return begun

    @staticmethod
    def until(is_so):
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.001)

    def gauge(self, name):
        """One of the numbers for Prometheus."""
        connection = http.client.HTTPConnection(self.metrics, timeout=PATIENCE)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return float(re.search(rf"^msk_bmsc_{name} (.*)$", text, re.M)[1])

    def are_quiet(self):
        time.sleep(QUIET)
        return all(ue.is_quiet() for ue in self.ues)


def sends_nothing_before_its_commit(where):
    """While the disk is at work neither an answer nor a datagram leaves; who changes nothing is
    answered."""
    place = Place(where)
    asking = place.ues[0]
    assert asking.post("msk-request", msk_request((GROUP, 0)), authorize=False)[0] == 401
    write(place.path("hold"))
    place.bmsc.say(f"push {GROUP}")
    connection, _ = asking.begin("msk-request", msk_request((GROUP, 0)))
    assert place.are_quiet(), "a push left before its commit"
    assert not is_readable(connection.sock), "an answer left before its commit"
    stranger = Ue("keyid")
    stranger.http_at = place.http
    assert stranger.post("msk-request", msk_request((GROUP, 0)), authorize=False)[0] == 401
    os.unlink(place.path("hold"))
    assert connection.getresponse().status == 200
    assert [ue.counter() - ue.first for ue in place.ues[1:]] == [1] * (MANY - 1)
    assert sorted(asking.counter() - asking.first for _ in range(2)) == [1, 2]
    assert place.bmsc.wait("finished", what="push")["done"] == MANY
    place.bmsc.quit()


def connect(at, addresses=itertools.cycle(f"127.0.{i}.2" for i in range(1, 20))):
    host, port = at.rsplit(":", 1)
    return socket.create_connection((host, int(port)), PATIENCE, (next(addresses), 0))


TARGET = "/keymanagement?requesttype=msk-request"


def digest(nonce):
    """Credentials of somebody whom nobody knows."""
    return (f'Authorization: Digest username="nobody@bsf.example.org", nonce="{nonce}", '
            f'realm="3GPP-bootstrapping@{FQDN}", uri="{TARGET}", qop=auth-int, nc=00000001, '
            f'cnonce="x", algorithm=SHA-256, response="{"0" * 64}"\r\n')


class Asking:
    """A request on a connection of its own."""

    def __init__(self, at, credentials=""):
        self.socket = connect(at)
        self.socket.sendall(f"POST {TARGET} HTTP/1.1\r\nHost: {FQDN}\r\n{credentials}\r\n".encode())

    def is_answered(self):
        return is_readable(self.socket)

    def answer(self):
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        return response.status, response.getheader("Retry-After")

    def nonce(self):
        """Of its challenge."""
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        return re.search('nonce="([^"]+)"', response.getheader("WWW-Authenticate"))[1]


def refuses_the_newest(where):
    """While the disk is at work, no more are taken than it does in a short time: those that come
    then are told at once to come again, at various times, and first those who are new, or say that
    they were here before and have no nonce of ours. Who was taken is answered, however many want
    their connections."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    place = Place(where, "--metrics", "127.0.0.1:0", many=4)
    write(place.path("still"))  # nobody waits for too long, however slow this is
    ours = digest(Asking(place.http).nonce())
    invented = digest(base64.b64encode(bytes(32)).decode())
    mine = place.ask_all()
    taken, new = [], []
    while len(mine) + len(taken) < TAKEN:
        more = min(MANY, TAKEN - len(mine) - len(taken))
        taken += [Asking(place.http, ours) for _ in range(more)]
        place.until(lambda: place.gauge("asks") == len(mine) + len(taken))
        new.append((place.gauge("asks"), Asking(place.http).answer()[0]))
        if place.gauge("asks") >= TAKEN / 2:
            new.append((place.gauge("asks"), Asking(place.http, invented).answer()[0]))
    assert all(status == (401 if asks < TAKEN / 2 else 503) for asks, status in new), new
    refused = [Asking(place.http, ours) for _ in range(MANY)]
    told = [each.answer() for each in refused]
    waits = {int(wait) for _, wait in told}
    assert {status for status, _ in told} == {503}, told
    assert len(waits) > 1 and min(waits) >= 5 and max(waits) <= 30, waits
    silent = [connect(place.http) for _ in range(CONNECTIONS - TAKEN + MANY)]
    place.until(lambda: place.gauge("http_gave_way_total") >= MANY)
    assert not any(each.is_answered() for each in taken), "one that was taken is refused"
    assert sum(is_readable(each) for each in silent) >= MANY
    assert place.gauge("http_overload_total") == MANY + sum(status == 503 for _, status in new)
    os.unlink(place.path("hold"))
    assert {each.answer()[0] for each in taken} == {401}
    assert [each.getresponse().status for each in mine] == [200] * len(mine)
    assert [ue.counter() - ue.first for ue in place.ues] == [1] * len(mine)
    assert place.gauge("asks") == 0
    place.bmsc.quit()


def leaves_what_is_too_late(where):
    """What has waited for longer than its UE may want the answer is not worked on: it is refused,
    also while the disk is at work; what is being committed is answered after it."""
    place = Place(where, "--metrics", "127.0.0.1:0", many=12)
    write(place.path("still"))
    begun = place.ask_all()
    waiting = int(place.gauge("waiting"))
    assert 0 < waiting < len(begun), waiting  # the others are in a round
    write(place.path("later"), 11)
    late = [each.getresponse().status for each in begun[-waiting:]]
    assert late == [503] * waiting, late
    assert not any(is_readable(each.sock) for each in begun[:-waiting])
    os.unlink(place.path("hold"))
    fine = [each.getresponse().status for each in begun[:-waiting]]
    assert fine == [200] * len(fine), fine
    assert [ue.counter() - ue.first for ue in place.ues[:-waiting]] == [1] * len(fine)
    assert place.are_quiet(), "what was refused was done"
    place.bmsc.quit()


def skips_what_it_could_not_send(where):
    """Killed between the commit and the datagrams: those counters are gone, none is used again."""
    place = Place(where)
    write(place.path("die"))
    place.bmsc.say(f"push {GROUP}")
    place.bmsc.process.wait(PATIENCE)
    assert place.are_quiet()
    os.unlink(place.path("die"))
    place.start()
    place.bmsc.say(f"push {GROUP}")
    assert [ue.counter() - ue.first for ue in place.ues] == [2] * MANY, "nothing was committed"
    place.bmsc.quit()


def repeats_only_a_conflict(where):
    """One of many has changed meanwhile: it is loaded and called again, and the others are not."""
    place = Place(where)
    with place.store() as store:
        store.execute("CREATE TABLE brake (id BLOB, n INTEGER)")
        store.execute("INSERT INTO brake VALUES (CAST('ue07' AS BLOB), 3)")
        store.execute(  # another one was faster: nothing is replaced, three times
            "CREATE TRIGGER slow BEFORE UPDATE OF packed ON subscriber"
            " WHEN (SELECT n FROM brake WHERE id = OLD.id) > 0"
            " BEGIN UPDATE brake SET n = n - 1; SELECT RAISE(IGNORE); END")
    told = place.bmsc.ask(f"push {GROUP}", "finished", what="push")
    assert (told["seen"], told["done"]) == (MANY, MANY), told
    assert [ue.counter() - ue.first for ue in place.ues] == [1] * MANY, "one was called again"
    with place.store() as store:
        assert store.execute("SELECT n FROM brake").fetchall() == [(0,)], "there was no conflict"
    assert place.are_quiet(), "something was sent twice"
    assert place.bmsc.count("refused") == 0, place.bmsc.events
    place.bmsc.quit()


def the_node_that_lost_repeats_only_its_own(where):
    """Two nodes have the same record: one is in its commit, the other one waits for that with what
    it has made of the record before, and of others beside it."""
    place = Place(where)
    other, ready = place.program()
    lost, *beside = place.ues[7:12]
    asked = msk_request((GROUP, 0))
    for ue in (lost, *beside):  # a nonce of one node is good for the other
        assert ue.post("msk-request", asked, authorize=False)[0] == 401
    write(place.path("hold"))
    begun = [lost.begin("msk-request", asked)[0]]
    place.until(lambda: os.path.exists(place.path("held")))
    other.process.send_signal(signal.SIGSTOP)
    for ue in (lost, *beside):  # they are there together when it goes on
        ue.http_at = ready["http"]
        begun.append(ue.begin("msk-request", asked)[0])
    other.process.send_signal(signal.SIGCONT)
    place.until(lambda: os.path.exists(place.path("busy")))
    os.unlink(place.path("hold"))
    told = [each.getresponse().status for each in begun]
    assert told == [200] * 6, told
    assert sorted(lost.counter() - lost.first for _ in range(2)) == [1, 2], "a counter was used twice"
    assert [ue.counter() - ue.first for ue in beside] == [1] * 4, "another one was called again"
    assert place.are_quiet(), "something was sent twice"
    assert other.count("refused") == 0, other.events
    other.quit()
    place.bmsc.quit()


def goes_on_when_the_disk_has_room(where):
    """A full disk in the middle of a push to all: nothing is sent that was not committed, and all
    get it when there is room again; it is told once a second at most."""
    place = Place(where, "--pushes-per-second", "2", many=60)
    place.bmsc.ask(f"push {GROUP}", "progress", what="push")
    room = resource.prlimit(place.bmsc.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(place.bmsc.process.pid, resource.RLIMIT_FSIZE, (0, room[1]))
    place.bmsc.wait("refused", what="push")
    before = [ue.drain() for ue in place.ues]
    assert place.are_quiet(), "something left that is not in the store"
    assert place.bmsc.count("refused") <= 2, place.bmsc.events
    resource.prlimit(place.bmsc.process.pid, resource.RLIMIT_FSIZE, room)
    told = place.bmsc.wait("finished", what="push")
    assert (told["seen"], told["done"]) == (60, 60), told
    counts = [n + ue.drain() for n, ue in zip(before, place.ues)]
    assert sum(before) < 60 and min(counts) == 1, counts
    place.bmsc.quit()


def waits_for_a_group_that_cannot_be_loaded(where):
    """In the middle of a push to all only its Key Group cannot be loaded: no member is passed over.
    One that is loaded and damaged does not get better: the push ends."""
    place = Place(where, "--pushes-per-second", "5", many=60)
    store = place.store()
    packed, = store.execute("SELECT packed FROM key_group").fetchone()
    for bad, reason in (bytes(20000), "store failed"), (b"x", "stored record"):
        place.bmsc.ask(f"push {GROUP}", "progress", what="push")
        store.execute("UPDATE key_group SET packed = ?", (bad,))
        told = place.bmsc.wait("refused", what="push")
        assert told["reason"].startswith(reason), told
        if bad != b"x":
            store.execute("UPDATE key_group SET packed = ?", (packed,))
        told = place.bmsc.wait("finished", what="push")
        assert told["seen"] == 60 and (told["done"] < 60) == (bad == b"x"), told
        assert bad == b"x" or min(ue.drain() for ue in place.ues) == 1, "somebody was passed over"
    place.bmsc.quit()


def pushes_as_fast_as_it_is_told(where):
    """--pushes-per-second: no more of them are under way than that; the default is all at once."""
    place = Place(where, "--pushes-per-second", "1", many=60)
    place.bmsc.say(f"push {GROUP}")
    place.bmsc.wait("progress", what="push")
    got = sum(not ue.is_quiet() for ue in place.ues)
    assert 50 <= got < 60, got  # the first 50 at once
    place.bmsc.quit()


def tells_less_when_it_is_told(where):
    """--quiet: nothing of each member and message, but how it ended; all of it is counted."""
    place = Place(where, "--quiet")
    told = place.bmsc.ask(f"push {GROUP}", "finished", what="push")
    assert told["done"] == MANY, told
    assert place.bmsc.ask("stats", "stats")["pushed"] == 2 * MANY
    names = {each["event"] for each in place.bmsc.events}
    assert not names & {"joined", "pushed"} and "http_request" in names, names
    place.bmsc.quit()


def rests_when_there_is_nothing_to_do(where):
    """With all done it asks its store now and then, and does not turn for nothing."""
    place = Place(where)
    place.bmsc.ask(f"push {GROUP}", "finished", what="push")

    def used():
        with open(f"/proc/{place.bmsc.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(3)
    assert used() - before < 0.15, f"{used() - before} s of CPU in 3 s"
    place.bmsc.quit()


def a_push_survives_its_node(where):
    """Killed in the middle of a push to all, it goes on where it was when it is back."""
    place = Place(where, "--pushes-per-second", "1", many=60)
    place.bmsc.say(f"push {GROUP}")
    assert place.bmsc.wait("progress", what="push")["members"] == 60
    place.bmsc.wait("progress", what="push")
    place.bmsc.kill()
    place.more = ()
    place.start()
    told = place.bmsc.wait("finished", what="push")
    assert (told["members"], told["seen"], told["done"]) == (60, 60, 60), told
    counts = [ue.drain() for ue in place.ues]
    assert min(counts) == 1, "somebody was passed over"
    assert sum(counts) < 70, f"it began at the front: {sum(counts)}"
    place.bmsc.quit()


def a_push_is_left_to_others(where):
    """An orderly end lets go of a push to all at once: another node goes on with it."""
    place = Place(where, "--pushes-per-second", "1", many=90)
    place.bmsc.say(f"push {GROUP}")
    place.bmsc.wait("progress", what="push")
    other = place.another()  # which would have been faster, perhaps
    began = time.monotonic()
    place.bmsc.quit()
    told = other.wait("finished", what="push")
    assert (told["seen"], told["done"]) == (90, 90), told
    assert time.monotonic() - began < 8, "it waited as if the node had died"  # which takes 10 s
    assert [ue.drain() for ue in place.ues] == [1] * 90
    other.quit()


def nodes_share_a_push(where):
    """Two processes on one store work on different parts of a push to all: each member once."""
    place = Place(where, many=1)
    place.bmsc.quit()
    place.more = ("--pushes-per-second", "1000")
    names = [f"{i:04}" for i in range(LARGE)]
    with place.store() as store:
        store.execute("BEGIN")
        packed, version = store.execute("SELECT packed, 1 FROM subscriber").fetchone()
        store.executemany(
            "INSERT INTO subscriber (id, version, btid, packed, services) VALUES (?, ?, ?, ?, '')",
            ((name.encode(), version, f"{name}@bsf.example.org".encode(),
              packed.replace(place.ues[0].name.encode(), name.encode())) for name in names))
        group, = store.execute("SELECT grp FROM member").fetchone()
        store.executemany("INSERT INTO member VALUES (?, ?)",
                          ((group, name.encode()) for name in names))
        store.execute("COMMIT")
    place.start()
    other = place.another()
    place.bmsc.say(f"push {GROUP}")
    ends = []
    while not ends:
        ends = [e for bmsc in (place.bmsc, other) for e in list(bmsc.events)
                if e["event"] == "finished" and e["what"] == "push"]
        time.sleep(0.05)
    assert [(e["seen"], e["done"]) for e in ends] == [(LARGE + 1, LARGE + 1)], ends
    shares = [bmsc.ask("stats", "stats")["pushed"] for bmsc in (place.bmsc, other)]
    assert min(shares) > 800, shares
    again = [e for bmsc in (place.bmsc, other) for e in bmsc.events if e["event"] == "refused"]
    # A round whose commit failed is done again, with those behind it.
    assert LARGE + 1 <= sum(shares) <= LARGE + 1 + TOGETHER * len(again), (shares, again)
    place.bmsc.quit()
    other.quit()


def nodes_share_a_port(where):
    """--share-http: each process has a part of the connections; a UE that one has challenged may
    answer the other. Only together: nobody takes the port of one that does not share it."""
    place = Place(where, "--share-http")
    other = place.another("--http", place.http)
    nodes = place.bmsc, other
    before = sum(bmsc.ask("stats", "stats")["requests"] for bmsc in nodes)
    for ue in place.ues:
        ue.challenge = None
        assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
        assert ue.counter() == ue.first + 1
    shares = [bmsc.ask("stats", "stats")["requests"] for bmsc in nodes]
    assert sum(shares) == before + 2 * MANY and shares[1] > 0 and shares[0] > before, shares
    other.quit()
    place.more = ()
    assert place.begin("--http", place.http).process.wait(PATIENCE) == 2, "it took the port"
    place.bmsc.quit()


def shows_a_bar_on_a_terminal(where):
    """How far a push to all is, once a second, over the same line; and nothing where stderr is no
    terminal."""
    place = Place(where, many=75)  # 50 of them at once
    place.bmsc.quit()
    place.more = ("--pushes-per-second", "8")
    ends = os.pipe(), pty.openpty()
    for see, shown in ends:
        kept = os.dup(2)
        os.dup2(shown, 2)
        try:
            place.start()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(shown)
        place.bmsc.ask(f"push {GROUP}", "finished", what="push")
        place.bmsc.quit()
    assert os.read(ends[0][0], 9999) == b""
    text = os.read(ends[1][0], 9999)
    bars = re.findall(rb"\rpush %s:%d \[(#+-*)\] (\d+) %% of 75(?:, \d+ s left)?\x1b\[K\r"
                      % (DOMAIN.hex().encode(), GROUP), text)
    assert len(bars) >= 2 and b"s left" in text, text
    assert all(bar.count(b"#") == int(percent) * 20 // 100 for bar, percent in bars), text
    assert text.endswith(b"\r\x1b[K\r"), text
    for see, _ in ends:
        os.close(see)


def main():
    tests = [sends_nothing_before_its_commit, refuses_the_newest, leaves_what_is_too_late,
             skips_what_it_could_not_send, repeats_only_a_conflict,
             the_node_that_lost_repeats_only_its_own, goes_on_when_the_disk_has_room,
             waits_for_a_group_that_cannot_be_loaded,
             pushes_as_fast_as_it_is_told, tells_less_when_it_is_told, rests_when_there_is_nothing_to_do,
             a_push_survives_its_node, a_push_is_left_to_others, nodes_share_a_push,
             nodes_share_a_port, shows_a_bar_on_a_terminal]
    for test in tests:
        if not sys.argv[4:] or test.__name__ in sys.argv[4:]:
            with tempfile.TemporaryDirectory() as where:
                test(where)
            print(test.__name__, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
