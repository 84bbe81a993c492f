#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What msk-bmsc does as a program: order, input, locks, signals, numbers to watch.

    bmsc.py MSK-BMSC CLOCK [TEST...]

CLOCK: the library made of false_clock.c, for LD_PRELOAD.
"""
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from peers import (BTID, DOMAIN, FQDN, GROUP, MRK, MUK, PATIENCE, Arrivals, Program, Ue,
                        address, free_port, msk_request, write)

BMSC, CLOCK = sys.argv[1:3]
MANY = 200000  # subscribers
CROWD = 300  # connections
GUESTS = 128  # of one address
SUBSCRIBER = {"btid": BTID, "impi": "alice", "muk": MUK.hex(), "mrk": MRK.hex(),
              "expires": 4000000000}


def options(where, *more, http="127.0.0.1:0", subscribers=(SUBSCRIBER,), groups=None):
    group = {"domain": DOMAIN.hex(), "group": GROUP, "number": 1}
    return [BMSC, "--http", http, "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout", "keyid",
            "--registration", "none", "--subscribers", write(f"{where}/subscribers", *subscribers),
            "--groups", write(f"{where}/groups", *(groups or [group])),
            "--store", f"{where}/bmsc.db", *more]


def start(where, *more, **how):
    bmsc = Program(*options(where, *more, **how))
    return bmsc, bmsc.wait("ready")["http"]


@contextlib.contextmanager
def environment(**more):
    os.environ |= more
    try:
        yield
    finally:
        for name in more:
            del os.environ[name]


def start_with_ue(where, *more):
    ue = Ue("keyid")
    bmsc, ue.http_at = start(where, *more,
                             subscribers=[SUBSCRIBER | {"address": address(ue.socket)}])
    return bmsc, ue


# --- order ---------------------------------------------------------------------------------------

def answers_before_it_pushes(where):
    """TS 33.246 6.3.2.2.1: the 200, and then the MIKEY message."""
    bmsc, ue = start_with_ue(where, "--ack", "none")
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 401
    for _ in range(20):
        arrivals = Arrivals(ue.socket)
        ue.connected = arrivals.add
        connection, _ = ue.begin("msk-request", msk_request((GROUP, 0)))
        order = arrivals.order(2)
        assert order == [connection.sock.fileno(), ue.socket.fileno()], "the message left first"
        connection.close()
        ue.socket.recv(4096)
    bmsc.quit()


def asks_for_one_acknowledgement_in_n(where):
    """--ack 1/N: some, not all, and what was asked for over HTTP is always acknowledged."""
    bmsc, ue = start_with_ue(where, "--ack", "1/3")
    for _ in range(3):
        assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
        got, sender = ue.take()
        assert got["v"], got
        ue.acknowledge(got, sender)
        bmsc.wait("acked")
    flags = []
    for _ in range(60):
        bmsc.say(f"push {GROUP} {BTID}")
        got, sender = ue.take()
        flags.append(got["v"])
        if got["v"]:
            ue.acknowledge(got, sender)
            bmsc.wait("acked")
    assert 0 < sum(flags) < len(flags), flags
    bmsc.quit()
    for wrong in ("1/0", "1/", "1/x", "2/3", "some", "1/4294967296"):
        done = subprocess.run(options(where, "--ack", wrong), stdin=subprocess.DEVNULL,
                              timeout=PATIENCE, capture_output=True, check=False)
        assert done.returncode == 1, (wrong, done)


def says_what_srtp_a_group_has(where):
    """What "srtp" of a group says goes to the UE as an SP; what no SP can say is refused."""
    group = {"domain": DOMAIN.hex(), "group": GROUP, "number": 1}
    bmsc, ue = start_with_ue(where, "--ack", "none")
    for wrong in ({"encr_key_len": 65536}, {"encr_key_len": -1}, {"encr_key_len": "16"}, [16]):
        bmsc.ask("group " + json.dumps(group | {"group": 7, "srtp": wrong}), "error")
    bmsc.quit()
    ue = Ue("keyid")
    os.remove(f"{where}/bmsc.db")
    bmsc, ue.http_at = start(where, "--ack", "none",
                             subscribers=[SUBSCRIBER | {"address": address(ue.socket)}],
                             groups=[group | {"streaming": True, "srtp": {"encr_key_len": 16}}])
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    got, _ = ue.take()
    assert bytes((1, 1, 16)) in got["sp"], got
    bmsc.quit()


# --- input ---------------------------------------------------------------------------------------

def numbers_are_decimal(where):
    """As text, too; and members that are not known are told by their name."""
    bmsc, _ = start(where)
    assert "Key Group" in bmsc.ask("push 0x18cf", "error")["reason"]
    assert "Key Group" in bmsc.ask("push 014317", "error")["reason"]  # octal, that is 6351
    assert bmsc.ask("push 06351", "finished", what="push")["group"] == GROUP
    for line, reason in (
            ('subscriber {"btid":"x","muk":"00","mrk":"00","adress":"127.0.0.1:1"}',
             'unknown member "adress"'),
            ('group {"domain":"216354","group":1,"number":1,"servcies":[]}',
             'unknown member "servcies"'),
            ('group {"domain":"216354","group":1,"number":1,"srtp":{"encr_algo":1}}',
             'unknown member "encr_algo"'),
            ('group {"domain":"216354","group":1,"number":1,"a\\u0007\\nb":[]}',
             'unknown member "a\\u0007\\nb"'),
            ('subscriber {"btid":"x"', "it is no JSON object"),
            ('subscriber ["btid"]', "it is no JSON object"),
            ('subscriber {"btid":"x"}',
             "btid or keys are missing, or a value is of another kind"),
            ('subscriber {"btid":"x","muk":"00","mrk":"00","address":"here"}',
             "address is no IP:PORT")):
        told = bmsc.ask(line, "error")["reason"]
        assert told == reason, (line, told)
    bmsc.quit()


def files_say_what_is_wrong(where):
    """The file, the line and the name; and it does not start."""
    for wrong, reason in (({"adress": "127.0.0.1:1"}, 'unknown member "adress"'),
                          ({"muk": 7}, "btid or keys are missing")):
        arguments = options(where, subscribers=[SUBSCRIBER, SUBSCRIBER | wrong])
        done = subprocess.run([*arguments, "--json"], stdin=subprocess.DEVNULL, timeout=PATIENCE,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 2, done
        assert f"{where}/subscribers:2: {reason}" in done.stderr, done.stderr


def rebinds_onto_no_other_subscriber(where):
    """A B-TID is one subscriber's: rebind, and a new subscriber, say so and change nothing."""
    bob = SUBSCRIBER | {"btid": "bob@bsf.example.org", "impi": "bob"}
    bmsc, _ = start(where, subscribers=[SUBSCRIBER, bob])
    why = bmsc.ask(f"rebind {BTID} {bob['btid']} {'aa' * 32}", "error")["reason"]
    assert why == "the new B-TID is another subscriber's", why
    why = bmsc.ask("subscriber " + json.dumps(bob | {"impi": "carol"}), "error")["reason"]
    assert why == "the B-TID is another subscriber's", why
    with sqlite3.connect(f"{where}/bmsc.db") as database:
        assert sorted(database.execute("SELECT id, btid FROM subscriber")) == [
            (b"alice", BTID.encode()), (b"bob", bob["btid"].encode())]
    assert bmsc.count("refused") == 0, bmsc.events
    bmsc.quit()


def writes_nothing_that_is_known(where):
    """At a start, who is in the database as in the file is not written: 100,000 of them are read in a second."""
    bob = {"btid": "bob@bsf.example.org", "impi": "bob", "ks_naf": "22" * 32, "services": ["news"],
           "address": "127.0.0.1:2269"}

    def versions(*subscribers, services=("news",)):
        group = {"domain": DOMAIN.hex(), "group": GROUP, "number": 1, "services": services}
        start(where, subscribers=subscribers, groups=[group])[0].quit()
        with sqlite3.connect(f"{where}/bmsc.db") as database:
            return [database.execute(f"SELECT version FROM {table} ORDER BY 1").fetchall()
                    for table in ("subscriber", "key_group")]

    assert versions(SUBSCRIBER, bob) == [[(1,), (1,)], [(1,)]]
    assert versions(SUBSCRIBER, bob) == [[(1,), (1,)], [(1,)]]
    assert versions(SUBSCRIBER, bob | {"services": ["sport"]}) == [[(1,), (2,)], [(1,)]]
    assert versions(SUBSCRIBER, bob | {"services": ["sport"], "address": "127.0.0.2:2269"}) == [[(1,), (3,)], [(1,)]]
    assert versions(SUBSCRIBER, services=["sport"])[1] == [(2,)]


def steps_are_told_by_name(where):
    """--trace: each step of a delivery; and without it none."""
    for more in (), ("--trace",):
        bmsc, ue = start_with_ue(where, "--ack", "none", *more)
        assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
        ue.take()
        bmsc.ask("stats", "stats")
        steps = [e for e in bmsc.events if e["event"] == "step"]
        assert bool(steps) == bool(more), steps
        bmsc.quit()
    assert steps[0]["machine"] == "delivery" and steps[0]["group"] == GROUP, steps
    assert steps[0]["btid"] == BTID and all(step["state"] and step["what"] and step["next"] for step in steps), steps


# --- files ---------------------------------------------------------------------------------------

def store_is_private(where):
    """Made 0600; one that others may read, and a symbolic link, are refused with a word."""
    bmsc, _ = start(where)
    bmsc.quit()
    store = f"{where}/bmsc.db"
    assert os.stat(store).st_mode & 0o777 == 0o600
    arguments = [*options(where), "--json"]
    for spoil, why in ((lambda: os.chmod(store, 0o640), "open to others"),
                       (lambda: (os.rename(store, f"{where}/other"),
                                 os.symlink(f"{where}/other", store)), "symbolic link")):
        spoil()
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, timeout=PATIENCE,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 2 and why in done.stderr, done


def serves_while_locked(where):
    """Another process keeps the database: 503 for what must be written, the rest as ever."""
    bmsc, ue = start_with_ue(where, "--ack", "none")
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    ue.socket.recv(4096)
    other = sqlite3.connect(f"{where}/bmsc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    until = time.monotonic() + 10  # of 50 s, if each waited for its lock
    waits = set()
    for _ in range(10):
        connection, _ = ue.begin("msk-request", msk_request((GROUP, 0)))
        answer = connection.getresponse()
        assert answer.status == 503, answer.status
        waits.add(int(answer.getheader("Retry-After")))
        connection.close()
        assert ue.post("msk-request", msk_request((GROUP, 0)), authorize=False)[0] == 401
    assert time.monotonic() < until, "the loop waited"
    assert len(waits) > 1 and min(waits) >= 1 and max(waits) <= 60, waits
    assert "locked" in bmsc.wait("refused", what="request")["database"]
    assert bmsc.ask(f"reauth {BTID}", "refused")["database"] == "database is locked"
    other.execute("ROLLBACK")
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    ue.take()
    other.execute("ALTER TABLE subscriber RENAME TO gone")  # what cannot be read is not unknown
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 503
    assert ue.post("msk-request", msk_request((GROUP, 0)), authorize=False)[0] == 401
    other.execute("ALTER TABLE gone RENAME TO subscriber")
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    bmsc.quit()


# --- time ----------------------------------------------------------------------------------------

def sends_again_after_the_clock_was_set_back(where):
    """An hour back while an acknowledgement is waited for: the MSK comes again all the same."""
    with environment(LD_PRELOAD=CLOCK, MSK_SET_BACK=f"{where}/back"):
        bmsc, ue = start_with_ue(where)
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    first, _ = ue.take()
    write(f"{where}/back")
    bmsc.wait("clock_set_back")
    again, sender = ue.take()
    assert again["counter"] > first["counter"] and again["key"] == first["key"]
    ue.acknowledge(again, sender)
    bmsc.wait("acked", number=1)
    bmsc.quit()


def put_members(where, many):
    """Copies of alice under other names of five letters, in her Key Group and in the store."""
    with sqlite3.connect(f"{where}/bmsc.db") as database:
        packed, = database.execute("SELECT packed FROM subscriber").fetchone()
        names = [b"%05d" % i for i in range(many)]
        database.executemany(
            "INSERT INTO subscriber (id, version, btid, packed, services) VALUES (?, 1, ?, ?, '')",
            ((name, BTID.encode().replace(b"alice", name), packed.replace(b"alice", name))
             for name in names))
        group, = database.execute("SELECT DISTINCT grp FROM member").fetchone()
        database.executemany("INSERT INTO member VALUES (?, ?)", ((group, name) for name in names))


def long_jobs_yield(where):
    """A push to many is one of many things that go on; who is no member is not looked at."""
    other = {"domain": DOMAIN.hex(), "group": GROUP + 1, "number": 1}
    groups = [{"domain": DOMAIN.hex(), "group": GROUP, "number": 1}, other]
    ue = Ue("keyid")
    bmsc, ue.http_at = start(where, "--ack", "none", groups=groups)
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    bmsc.quit()
    put_members(where, MANY // 4)
    bmsc, ue.http_at = start(where, "--ack", "none", groups=groups)
    bmsc.wait("finished", what="timers")
    ue.challenge = None
    bmsc.say(f"push {GROUP}")
    bmsc.say(f"pull {GROUP}")
    assert ue.ask("msk-request", msk_request((GROUP + 1, 0)))[0] == 200
    told = bmsc.ask(f"push {GROUP + 1}", "finished", what="push")
    assert (told["group"], told["seen"], told["done"]) == (GROUP + 1, 1, 1), told
    bmsc.ask("stats", "stats")
    assert not any(e["event"] == "finished" and e["what"] in ("push", "pull") and
                   e["group"] == GROUP for e in bmsc.events), "it stood still until all were seen"
    ends = [bmsc.wait("finished", group=GROUP) for _ in range(2)]
    assert {told["what"] for told in ends} == {"push", "pull"}, ends
    assert all(told["seen"] == told["done"] == MANY // 4 + 1 for told in ends), ends
    assert bmsc.count("progress") > 0 or bmsc.events[-1]["t"] < 2000, bmsc.events[-5:]
    bmsc.quit()


def says_when_it_has_no_time(where):
    """Of many at once some are answered, and the others at once with 503 and various waits."""
    with environment(LD_PRELOAD=CLOCK, MSK_LOOK="10"):  # a turn has time for 20
        bmsc, at = start(where)
    host, port = at.rsplit(":", 1)
    bmsc.process.send_signal(signal.SIGSTOP)
    guests = [socket.create_connection((host, int(port)), PATIENCE, (f"127.0.0.{i % 5 + 2}", 0))
              for i in range(CROWD)]
    for each in guests:
        each.sendall(b"POST /keymanagement?requesttype=msk-request HTTP/1.1\r\n"
                     b"Host: " + FQDN.encode() + b"\r\n\r\n")
    bmsc.process.send_signal(signal.SIGCONT)
    answers = [http.client.HTTPResponse(each) for each in guests]
    for each in answers:
        each.begin()
    told = [each.status for each in answers]
    assert set(told) == {401, 503}, (told.count(401), told.count(503))
    waits = {int(each.getheader("Retry-After")) for each in answers if each.status == 503}
    assert len(waits) > 1 and min(waits) >= 5 and max(waits) <= 30, waits
    assert bmsc.ask("stats", "stats")["overload"] == told.count(503)
    ue = Ue("keyid")
    ue.http_at = at
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 401
    bmsc.quit()


def keeps_a_connection_for_a_while(where):
    """Who was answered may ask again; who does not, or not to the end, is let go after some seconds.
    Then it is closed without a word, or after a word to who has begun to speak. When there is no
    room, those go first who have nothing to do, before all who came earlier."""
    whole = (f"POST /keymanagement?requesttype=msk-request HTTP/1.1\r\nHost: {FQDN}\r\n"
             "Content-Length: 5\r\n\r\nxxxxx").encode()
    with environment(LD_PRELOAD=CLOCK, MSK_STILL=f"{where}/still", MSK_LATER=f"{where}/later"):
        write(f"{where}/still")
        bmsc, at = start(where, "--metrics", "127.0.0.1:0")
    host, port = at.rsplit(":", 1)
    metrics = next(e["metrics"] for e in bmsc.events if e["event"] == "ready")

    def guest(source, octets=b""):
        s = socket.create_connection((host, int(port)), PATIENCE, (source, 0))
        s.sendall(octets)
        return s

    def answer(s):
        response = http.client.HTTPResponse(s)
        response.begin()
        response.read()
        return response.status, response.getheader("Connection")

    early, rests = guest("127.0.0.2"), guest("127.0.0.2", whole)
    for _ in range(5):
        assert answer(rests) == (401, None)
        rests.sendall(whole)
    assert answer(rests) == (401, None)
    others = [guest("127.0.0.2") for _ in range(GUESTS - 1)]
    assert rests.recv(1) == b"", "who rests keeps a place from others"
    for each in early, others[-1]:
        each.sendall(whole)
        assert answer(each) == (401, None), "another one gave way"
    idle, speaks = guest("127.0.0.3", whole), guest("127.0.0.3", whole + whole[:50])
    assert [answer(each) for each in (idle, speaks)] == [(401, None)] * 2
    write(f"{where}/later", 6)
    assert idle.recv(1) == b""
    assert scrape(metrics)["msk_bmsc_http_late_total"] == 0
    write(f"{where}/later", 11)
    assert answer(speaks) == (408, "close") and speaks.recv(1) == b""
    bmsc.quit()


# --- what it tells -------------------------------------------------------------------------------

def slow_readers_stop_nothing(where):
    """Nobody reads what it tells, and it serves; lines that find no room are counted."""
    process = subprocess.Popen([*options(where), "--json"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        ready = {}
        while ready.get("event") != "ready":
            ready = json.loads(process.stdout.readline())
        for _ in range(200):
            process.stdin.write(b"stats\n" * 100)
            process.stdin.flush()
        ue = Ue("keyid")
        ue.http_at = ready["http"]
        assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
        told = []
        threading.Thread(target=lambda: told.extend(map(json.loads, process.stdout)),
                         daemon=True).start()
        until = time.monotonic() + PATIENCE
        while not any(each["event"] == "dropped" for each in told):
            assert time.monotonic() < until, "what was dropped was not told"
            process.stdin.write(b"stats\n")
            process.stdin.flush()
            time.sleep(0.05)
        process.stdin.write(b"quit\n")
        process.stdin.flush()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def tells_how_a_push_ended(where):
    """Also to who does not read while it tells of each member, and so is not told of all."""
    many, times = MANY // 50, 8
    at = f"127.0.0.1:{free_port()}"
    bmsc, ue = start_with_ue(where, "--ack", "none")
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    bmsc.quit()
    put_members(where, many)
    process = subprocess.Popen([*options(where), "--json", "--metrics", at],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        process.stdin.write(f"push {GROUP}\n".encode() * times)
        process.stdin.flush()
        until = time.monotonic() + PATIENCE
        numbers = {}
        while numbers.get("msk_bmsc_msk_messages_total", 0) < times * (many + 1) or \
                numbers["msk_bmsc_jobs"] > 0:
            assert time.monotonic() < until, f"the push did not end: {numbers}"
            time.sleep(0.05)
            with contextlib.suppress(ConnectionError):
                numbers = scrape(at)
        process.stdin.write(b"quit\n")
        process.stdin.flush()
        told = [json.loads(line) for line in process.stdout]
        ends = [e for e in told if e["event"] == "finished" and e["what"] == "push"]
        assert [e["done"] for e in ends] == [many + 1] * times, ends
        assert sum(e["event"] == "pushed" for e in told) < times * many, "there was room for all"
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def strangers_fill_no_log(where):
    """Events are bounded in length and in number; in a moment they are 200."""
    with environment(LD_PRELOAD=CLOCK, MSK_STILL=f"{where}/still"):
        write(f"{where}/still")
        bmsc, at = start(where)
    ue = Ue("keyid")
    ue.http_at = at
    for _ in range(300):
        assert ue.post("msk-request", b"\1" * 16000, authorize=False)[0] == 401
    bmsc.ask("stats", "stats")
    assert max(map(len, bmsc.raw)) < 5000, max(map(len, bmsc.raw))
    told = [e for e in bmsc.events if e["event"] in ("http_request", "http_response")]
    assert len(told) == 200, len(told)
    os.unlink(f"{where}/still")
    assert ue.post("msk-request", b"", authorize=False)[0] == 401
    assert bmsc.wait("http_request")["untold"] == 400
    bmsc.quit()


# --- who runs it ---------------------------------------------------------------------------------

def obeys_signals_and_tells_systemd(where):
    """READY=1; SIGHUP reads the files again and opens a new key log; SIGTERM ends it, with 0."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(f"{where}/notify")
    manager.settimeout(PATIENCE)
    with environment(NOTIFY_SOCKET=f"{where}/notify", WATCHDOG_USEC="200000"):
        bmsc, at = start(where, "--keylog", f"{where}/keys")
    said = []

    def hear(state):
        while state not in said:
            said.append(manager.recv(100).decode())
        said.clear()

    hear("READY=1")
    hear("WATCHDOG=1")
    hear("WATCHDOG=1")
    bob = SUBSCRIBER | {"btid": "bob@bsf.example.org", "impi": "bob"}
    write(f"{where}/subscribers", SUBSCRIBER, bob)
    os.rename(f"{where}/keys", f"{where}/keys.1")
    bmsc.process.send_signal(signal.SIGHUP)
    hear("RELOADING=1")
    hear("READY=1")
    assert "reason" not in bmsc.wait("reloaded")
    assert os.path.exists(f"{where}/keys")
    ue = Ue("keyid")
    ue.http_at, ue.btid = at, bob["btid"]
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    write(f"{where}/subscribers", {"btid": "x", "adress": 1})
    bmsc.process.send_signal(signal.SIGHUP)
    assert bmsc.wait("reloaded")["reason"] == "a file was not understood"
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 200
    bmsc.process.send_signal(signal.SIGTERM)
    hear("STOPPING=1")
    bmsc.wait("quit")
    assert bmsc.process.wait(PATIENCE) == 0


def a_long_reload_yields(where):
    """Who asks meanwhile is answered meanwhile; a lock only makes it wait; begun anew, it ends once."""
    bmsc, ue = start_with_ue(where, "--ack", "none")
    crowd = [SUBSCRIBER | {"btid": f"{i}@bsf.example.org", "impi": str(i)} for i in range(MANY // 4)]
    write(f"{where}/subscribers", SUBSCRIBER | {"address": address(ue.socket)}, *crowd)
    other = sqlite3.connect(f"{where}/bmsc.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    bmsc.process.send_signal(signal.SIGHUP)
    for _ in range(3):
        assert ue.post("msk-request", msk_request((GROUP, 0)), authorize=False)[0] == 401
        time.sleep(0.3)
    assert bmsc.count("reloaded") == 0, "it did not wait for its lock"
    other.execute("ROLLBACK")
    for _ in range(2):
        assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
        ue.take()
        began = bmsc.ask("stats", "stats")["t"]
        assert bmsc.count("reloaded") == 0, "it stood still until all were read"
        bmsc.process.send_signal(signal.SIGHUP)
    told = bmsc.wait("reloaded")
    assert "reason" not in told, told
    assert bmsc.count("progress") > 0 or told["t"] - began < 2000, bmsc.events[-3:]
    ue.btid, ue.challenge = crowd[-1]["btid"], None
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    bmsc.ask("stats", "stats")
    assert bmsc.count("reloaded") == 1, bmsc.events
    bmsc.quit()


def scrape(at):
    host, port = at.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 200 and answer.getheader("Content-Type").startswith("text/plain")
    values, known = {}, set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind in ("counter", "gauge") and (kind == "gauge") != name.endswith("_total")
            known.add(name)
        elif not line.startswith("# HELP "):
            name, value = line.rsplit(" ", 1)
            assert name.split("{")[0] in known and name not in values, name
            values[name] = float(value)
    return values


def tells_prometheus(where):
    """Numbers on an address of their own, that count what was done; each stands in the doc."""
    bmsc, ue = start_with_ue(where, "--metrics", "127.0.0.1:0")
    at = next(e["metrics"] for e in bmsc.events if e["event"] == "ready")
    before = scrape(at)
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    ue.acknowledge(*ue.take())
    bmsc.wait("acked")
    with socket.create_connection(("127.0.0.1", int(ue.http_at.rsplit(":", 1)[1]))) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: b.org\r\n\r\n")
        assert s.recv(100).startswith(b"HTTP/1.1 400 ")
    after = scrape(at)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    for name, by in {'http_responses_total{class="2xx"}': 1, 'http_responses_total{class="4xx"}': 2,
                     "http_requests_total": 2, "http_connections_total": 3,
                     "http_turned_away_total": 1, "msk_messages_total": 1, "acked_total": 1,
                     "datagrams_total": 1}.items():
        assert grown["msk_bmsc_" + name] == by, (name, grown)
    for name in "pulls", "gave_up", "refused", "datagrams_unread", "database_failures":
        assert f"msk_bmsc_{name}_total" not in grown, grown
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "doc",
                        "operations.md")
    with open(page, encoding="utf-8") as file:
        text = file.read()
    missing = {name.split("{")[0] for name in after} - set(re.findall(r"`(msk_bmsc_\w+)", text))
    assert not missing, f"doc/operations.md is silent about {missing}"
    bmsc.quit()


def takes_ipv4_on_an_ipv6_address(where):
    """--http [::]:0 is everybody."""
    try:
        bmsc, at = start(where, http="[::]:0")
    except AssertionError:
        if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
            print("SKIP: there is no IPv6 here")
            return
        raise
    for host in "127.0.0.1", "[::1]":
        ue = Ue("keyid")
        ue.http_at = f"{host}:{at.rsplit(':', 1)[1]}"
        assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200, host
    addresses = [e["from"] for e in bmsc.events if e["event"] == "http_request"]
    assert any(a.startswith("127.0.0.1:") for a in addresses), addresses
    bmsc.quit()


def main():
    tests = [answers_before_it_pushes, asks_for_one_acknowledgement_in_n, says_what_srtp_a_group_has,
             numbers_are_decimal, files_say_what_is_wrong,
             rebinds_onto_no_other_subscriber, steps_are_told_by_name, writes_nothing_that_is_known, store_is_private, serves_while_locked,
             sends_again_after_the_clock_was_set_back, long_jobs_yield,
             keeps_a_connection_for_a_while, says_when_it_has_no_time, slow_readers_stop_nothing, tells_how_a_push_ended, strangers_fill_no_log,
             obeys_signals_and_tells_systemd, a_long_reload_yields, tells_prometheus, takes_ipv4_on_an_ipv6_address]
    wanted = sys.argv[3:]
    for test in tests:
        if not wanted or test.__name__ in wanted:
            with tempfile.TemporaryDirectory() as where:
                test(where)
            print(test.__name__, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
