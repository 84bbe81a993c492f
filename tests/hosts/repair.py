#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A store that has lost what came last: msk-bmsc --repair, and what it promises when it is stopped.

    repair.py MSK-BMSC DISK STORE [TEST...]

DISK: the library made of held_disk.c, for LD_PRELOAD. STORE: sqlite, or postgres beside a server
(tests/records/with_postgres).
"""
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

from model import gba_oracle
from peers import DOMAIN, FQDN, GROUP, PATIENCE, Named, Program, address, msk_request, udp, write
from stores import BY_NAME

BMSC, DISK, STORE = sys.argv[1:4]
QUIET = 0.5  # seconds in which nothing comes, where nothing may come
JUMP = 1000  # numbers that a repair leaves out
LAST = 0xFFFF
UNREPAIRED = 3  # exit status
MOMENTS = itertools.count(time.time_ns() // 1000000)  # in ms, each one later
BARRED = "a repair of the store has not ended"


class Member(Named):
    tries = 4

    def rebind(self, bmsc, first):
        """Bootstraps: a B-TID that begins with that, and keys."""
        key, fresh = os.urandom(32), first + self.btid[1:]
        bmsc.say(f"rebind {self.btid} {fresh} {key.hex()} 4000000000 {next(MOMENTS)}")
        bmsc.ask("stats", "stats")  # that was done
        self.btid, self.muk, self.mrk = fresh, key, gba_oracle.kdf(key, b"mbms-mrk")

    def asks(self):
        return self.ask("msk-request", msk_request((GROUP, 0)))[0]


class Place:
    """A store with Key Groups, each with its number, and members of GROUP; and a node on it."""

    def __init__(self, where, numbers, many=3):
        self.where, self.store = where, BY_NAME[STORE](where)
        self.socket, self.ues = udp(), [Member(f"ue{i:02}") for i in range(many)]
        write(f"{where}/subscribers", *(ue.subscriber() for ue in self.ues))
        write(f"{where}/groups", *({"domain": DOMAIN.hex(), "group": group, "number": number}
                                   for group, number in numbers.items()))
        self.bmsc = self.start()
        for ue in self.ues:
            assert ue.asks() == 200
            ue.take()

    def command(self, *more):
        return (BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout",
                "keyid", "--registration", "none", "--ack", "none", "--subscribers",
                f"{self.where}/subscribers", "--groups", f"{self.where}/groups", "--store",
                self.store.option, *more)

    def start(self, *more):
        bmsc = Program(*self.command(*more))
        at = bmsc.wait("ready")["http"]
        for ue in self.ues:
            ue.http_at, ue.challenge = at, None
        return bmsc

    def does_not_start(self):
        done = subprocess.run(self.command("--json"), capture_output=True, text=True, check=False,
                              timeout=PATIENCE, stdin=subprocess.DEVNULL)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode == UNREPAIRED and any(
            e["event"] == "error" and BARRED in e["reason"] and "--repair" in e["reason"] for e in told)

    def repair(self, die_at=None, **more):
        """Its exit status, and its events."""
        env = dict(os.environ)
        if die_at:
            env.update(LD_PRELOAD=DISK, MSK_DIE_AT=str(die_at))
        done = subprocess.run([BMSC, "--repair", "--json", "--store", self.store.option], env=env,
                              capture_output=True, text=True, check=False, timeout=PATIENCE, **more)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def is_open(self):
        """Has a repair begun that has not ended?"""
        return self.store.sql("SELECT 1 FROM repair WHERE length(owner) > 0") != []

    def is_repaired(self, subscribers, groups):
        status, events = self.repair()
        assert status == 0, (status, events)
        told = events[-1]
        assert (told["event"], told["subscribers"], told["groups"]) == \
            ("repaired", subscribers, groups), told
        return events

    def mtk(self, group, bmsc=None):
        """Number and MTK ID of a new one, or why there is none."""
        bmsc = bmsc or self.bmsc
        bmsc.say(f"mtk {group} {address(self.socket)}")
        bmsc.ask("stats", "stats")
        told = [e for e in bmsc.events if e["event"] in ("mtk", "error")][-1]
        if told["event"] == "error":
            return told["reason"]
        self.socket.recv(4096)
        return told["number"], told["mtk_id"]

    def is_refused(self, command):
        def count():
            return self.bmsc.count("error") + self.bmsc.count("refused")

        before = count()
        self.bmsc.say(command)
        self.bmsc.ask("stats", "stats")
        return count() == before + 1

    def are_quiet(self):
        time.sleep(QUIET)
        sockets = [self.socket] + [ue.socket for ue in self.ues]
        for s in sockets:
            s.setblocking(False)
            try:
                s.recv(4096)
                return False
            except BlockingIOError:
                s.settimeout(PATIENCE)
        return True

    def joins_anew(self, number, *btids):
        """Nobody is let in without new keys, and then they get the MSK of that number."""
        assert self.bmsc.ask(f"push {GROUP}", "finished", what="push")["done"] == 0
        for ue in self.ues:
            assert ue.asks() == 401
        assert self.are_quiet(), "a counter of before is used"
        for ue in self.ues:
            for first in btids:
                ue.rebind(self.bmsc, first)
            assert ue.asks() == 200
            assert ue.take()[0]["number"] == number


def a_backup_that_was_put_back_is_repaired(where):
    """What was used since the backup was made is used no more: nobody is sent anything, or let in,
    until they have new keys, and the MSK has a number that nobody knows."""
    place = Place(where, {GROUP: 1})
    place.bmsc.quit()
    backup = place.store.copy("backup")
    place.bmsc = place.start()
    place.bmsc.ask(f"rekey {GROUP}", "finished", what="push")
    assert [ue.take()[0]["number"] for ue in place.ues] == [2, 2, 2]
    place.bmsc.quit()
    place.store = backup.copy("store")
    for _ in range(2):  # once more does no harm
        place.is_repaired(3, 1)
    place.bmsc = place.start()
    place.joins_anew(1 + 2 * JUMP, "x", "y")  # as long as the one before, and as the two before
    place.bmsc.quit()


def takes_nothing_anew_that_the_backup_lacks(where):
    """The files have Key Groups and subscribers that the backup has not: what was sent under their
    keys is not known, so they are not taken; a Key Group whose key is drawn has a number that no UE
    has. Whoever says that all of it was made after the repair is believed."""
    def group(which, **more):
        return {"domain": DOMAIN.hex(), "group": which, **more}

    def told(bmsc, n):
        return [{name: e.get(name) for name in ("what", "group", "impi")}
                for e in bmsc.events if e["event"] == "refused" and "repaired" in e["reason"]][-n:]

    place = Place(where, {GROUP: 1}, many=1)
    place.bmsc.quit()
    backup, ue, late = place.store.copy("backup"), place.ues[0], Member("late")
    lost = [group(2, number=5, msk="11" * 16, rand="22" * 16), group(3, number=5),
            group(4, number=LAST - JUMP), group(5, number=LAST - JUMP + 1)]
    write(f"{where}/groups", group(GROUP, number=1), *lost)
    write(f"{where}/subscribers", ue.subscriber(), late.subscriber())
    place.ues.append(late)
    place.bmsc = place.start()
    assert [place.mtk(which) for which in (2, 3)] == [(5, 1), (5, 1)]
    assert late.asks() == 200
    late.take()
    place.bmsc.quit()
    place.store = backup.copy("store")
    place.is_repaired(1, 1)
    place.bmsc = place.start()
    refused = [{"what": "group", "group": 2, "impi": None}, {"what": "group", "group": 5, "impi": None},
               {"what": "subscriber", "group": None, "impi": "late"}]
    assert told(place.bmsc, 9) == refused, place.bmsc.events
    assert isinstance(place.mtk(2), str) and isinstance(place.mtk(5), str)
    assert [place.mtk(which) for which in (3, 4)] == [(5 + JUMP, 1), (LAST, 1)]
    assert late.asks() == 401
    for command in "group " + json.dumps(lost[0]), "subscriber " + json.dumps(late.subscriber()):
        assert "repaired" in place.bmsc.ask(command, "error")["reason"], command
    assert isinstance(place.mtk(2), str) and late.asks() == 401
    now = time.time_ns() // 1000000
    place.bmsc.ask("group " + json.dumps(group(2, number=9, msk="33" * 16, age=now)), "msk", number=9)
    place.bmsc.say("subscriber " + json.dumps(late.subscriber() | {"muk": "44" * 32, "age": now}))
    assert place.mtk(2) == (9, 1) and late.asks() == 200
    place.bmsc.quit()


def finishes_where_numbers_end(where):
    """A Key Group that has no room for the jump gets its last number; one that has none makes no
    MTK any more, nor has it a new MSK. Both are named, and all others are made good."""
    numbers = {1: LAST, 2: 1, 3: LAST - 1, 4: LAST - JUMP, 5: LAST - JUMP + 1, 6: LAST - 1, GROUP: 7}
    place = Place(where, numbers)
    place.bmsc.ask("prepare 3", "msk", number=LAST)  # and the one that comes next is the last
    for group in 1, 2, 3, 4, 5, 6:
        assert place.mtk(group) == (numbers[group], 1)
    place.bmsc.quit()
    events = place.is_repaired(3, 5)
    assert events[-1]["used_up"] == 2, events
    ends = [e for e in events if e["event"] in ("used_up", "last_msk")]
    assert [(e["group"], e["event"]) for e in ends] == [
        (1, "used_up"), (3, "used_up"), (4, "last_msk"), (5, "last_msk"), (6, "last_msk")], ends
    assert all(e["number"] == LAST and "new Key Group now" in e["reason"] for e in ends), ends
    place.bmsc = place.start()
    for group in 1, 3:
        assert "used up" in place.mtk(group)
        for command in f"rekey {group}", f"prepare {group}", f"switch {group}":
            assert place.is_refused(command), command
        assert "used up" in place.mtk(group)
    assert [place.mtk(group) for group in (2, 4, 5, 6)] == [(1 + JUMP, 1)] + [(LAST, 1)] * 3
    place.joins_anew(7 + JUMP, "x")
    place.bmsc.quit()


def goes_past_what_is_damaged(where):
    """A row that cannot be read is named and stays as it is; nothing is sent of it, and all others
    are made good: also by a repair that goes on, wherever it was killed."""
    place = Place(where, {1: 1, 2: 1, GROUP: 1})
    place.bmsc.quit()
    for table, column, rank in ("subscriber", "id", 1), ("key_group", "grp", 0), ("key_group", "grp", 1):
        damaged = sorted(row[0] for row in place.store.sql(f"SELECT {column} FROM {table}"))[rank]
        place.store.sql(f"UPDATE {table} SET packed = {place.store.octets('00')}"
                        f" WHERE {column} = {place.store.octets(damaged)}")
    before = place.store.copy("backup")
    for die_at in itertools.count(1):
        place.store = before.copy("store")
        status, events = place.repair(die_at)
        if status == 0:
            break
        if place.is_open():
            assert place.is_repaired(2, 1)[-1]["damaged"] == 3, die_at
    told = [(e.get("impi"), e.get("group"), bool(e["reason"])) for e in events if e["event"] == "damaged"]
    assert told == [("ue01", None, True), (None, 1, True), (None, 2, True)], events
    assert events[-1]["damaged"] == 3, events
    place.bmsc = place.start()
    assert isinstance(place.mtk(1), str) and isinstance(place.mtk(2), str)
    assert place.mtk(GROUP) == (1 + JUMP, 1)
    assert place.ues[0].asks() == place.ues[2].asks() == 401 and place.ues[1].asks() != 200
    assert place.are_quiet()
    place.bmsc.quit()


def goes_on_where_it_was_killed(where):
    """Whichever commit it dies at: nobody starts on what is half done, and when it is said again
    each Key Group has been rolled once, and the one at the end of its numbers is used up."""
    groups = {1: LAST, 2: LAST - 5, 3: 9, GROUP: 1}
    place = Place(where, groups)
    assert place.mtk(1) == (LAST, 1)
    place.bmsc.quit()
    before, halves = place.store.copy("backup"), 0
    for die_at in itertools.count(1):
        place.store = before.copy("store")
        status, events = place.repair(die_at)
        if status == 0:
            break
        assert status == -signal.SIGKILL, (status, events)
        began = place.is_open()
        if began:
            halves += 1
            assert place.does_not_start(), f"it starts, killed at commit {die_at}"
        if began or not halves:  # else it had ended, and could not say so
            events = place.is_repaired(3, 3)
            assert events[0]["event"] == "repairing" and ("reason" in events[0]) is began, events
            assert [(e["event"], e["group"]) for e in events[1:-1]] == [("used_up", 1), ("last_msk", 2)]
        place.bmsc = place.start()
        assert "used up" in place.mtk(1), die_at
        assert [place.mtk(group) for group in (2, 3, GROUP)] == \
            [(LAST, 1), (9 + JUMP, 1), (1 + JUMP, 1)], die_at
        assert {ue.asks() for ue in place.ues} == {401}
        assert place.bmsc.ask(f"push {GROUP}", "finished", what="push")["done"] == 0
        place.bmsc.quit()
    assert halves > 2 * len(groups), halves


def bars_a_node_that_runs(where):
    """One that somebody forgot to stop: from the first commit of the repair on it commits nothing,
    and so sends nothing; when the repair has ended it goes on with what is there then."""
    place = Place(where, {1: 1, GROUP: 1})
    assert place.mtk(1) == (1, 1)
    for die_at in itertools.count(1):
        assert place.repair(die_at)[0] == -signal.SIGKILL
        if place.is_open():
            break
    assert isinstance(place.mtk(1), str), "an MTK was made"
    for command in (f"rekey {GROUP}", f"prepare {GROUP}", f"push {GROUP}",
                    f"push {GROUP} {place.ues[0].btid}", f"pull {GROUP} {place.ues[0].btid}"):
        assert place.is_refused(command), command
    assert {ue.asks() for ue in place.ues} == {503}
    assert place.are_quiet(), "something was sent"
    told = [e for e in place.bmsc.events if e["event"] in ("refused", "error")]
    assert all(BARRED in e.get("database", e["reason"]) for e in told), told
    place.is_repaired(3, 2)
    assert place.mtk(1) == (1 + JUMP, 1)
    place.joins_anew(1 + JUMP, "x")
    place.bmsc.quit()


def a_repair_that_was_overtaken_ends(where):
    """It stands still in the middle, and another one goes on with it: whoever was overtaken changes
    nothing more, and says so."""
    place = Place(where, {1: 1, 2: 1, GROUP: 1}, many=1)
    place.bmsc.quit()
    env = dict(os.environ, LD_PRELOAD=DISK, MSK_DIE_AT="4", MSK_STOP="")
    first = subprocess.Popen([BMSC, "--repair", "--json", "--store", place.store.option], env=env,
                             stdout=subprocess.PIPE)
    os.waitid(os.P_PID, first.pid, os.WSTOPPED | os.WNOWAIT)
    assert place.is_open()
    assert "reason" in place.is_repaired(1, 3)[0]
    first.send_signal(signal.SIGCONT)
    text, _ = first.communicate(timeout=PATIENCE)
    assert first.returncode == 2 and BARRED in json.loads(text.splitlines()[-1])["reason"], text
    place.bmsc = place.start()
    assert [place.mtk(group)[0] for group in (1, 2, GROUP)] == [1 + JUMP] * 3
    place.bmsc.quit()


def waits_for_no_node_that_stands_still(where):
    """One is frozen in the middle of a transaction, at the start of which it has looked for a repair:
    this one says so, and has not begun."""
    place = Place(where, {GROUP: 1}, many=1)
    place.bmsc.quit()
    other = place.store.hold("SELECT count(*) FROM repair")
    status, (event,) = place.repair()
    assert status == 2 and event["event"] == "error" and "stop it" in event["reason"], (status, event)
    assert not place.is_open()
    other.stdin.close()
    other.wait()
    assert "reason" not in place.is_repaired(1, 1)[0]


def goes_on_when_rows_are_let_go(where):
    """Something that is no node of this version has rows locked: the repair begins, waits for a
    while and ends with an error; once more, it goes on."""
    place = Place(where, {GROUP: 1}, many=1)
    place.bmsc.quit()
    other = place.store.hold("UPDATE subscriber SET version = version")
    status, events = place.repair()
    assert status == 2 and [e["event"] for e in events] == ["repairing", "error"], (status, events)
    assert place.is_open() and place.does_not_start()
    other.stdin.close()
    other.wait()
    assert "reason" in place.is_repaired(1, 1)[0]


def tells_why_it_cannot_ask_for_a_repair(where):
    """The store opens, and what it has noted of a repair cannot be read."""
    place = Place(where, {GROUP: 1}, many=1)
    place.bmsc.quit()
    place.store.sql(f"INSERT INTO repair (id, owner, note) VALUES"
                    f" (1, {place.store.octets('')}, {place.store.octets('00' * 300)})")
    done = subprocess.run(place.command("--json"), capture_output=True, text=True, check=False,
                          timeout=PATIENCE, stdin=subprocess.DEVNULL)
    told = [json.loads(line)["reason"] for line in done.stdout.splitlines()]
    assert done.returncode == 2 and len(told) == 2 and "damaged" in told[0], (done, told)
    assert told[1] == "it cannot start", told


def goes_on_after_a_full_disk(where):
    """It ends with an error in the middle, nobody starts, and it goes on when there is room."""
    place = Place(where, {group: 1 for group in (*range(1, 40), GROUP)})
    place.bmsc.quit()
    limit = 32768 + 20 * 4096  # the file of shared memory, and a part of the log
    status, events = place.repair(
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)), restore_signals=False)
    assert status == 2 and events[-1]["event"] == "error", (status, events)
    assert place.does_not_start()
    assert "reason" in place.is_repaired(3, 40)[0]
    place.bmsc = place.start()
    assert [place.mtk(group)[0] for group in range(1, 40)] == [1 + JUMP] * 39
    place.bmsc.quit()


def main():
    tests = [a_backup_that_was_put_back_is_repaired, takes_nothing_anew_that_the_backup_lacks,
             finishes_where_numbers_end, goes_past_what_is_damaged, goes_on_where_it_was_killed, bars_a_node_that_runs,
             tells_why_it_cannot_ask_for_a_repair]
    # Who is stopped in a commit has the file of SQLite locked; PostgreSQL has disks of its own.
    tests += [goes_on_after_a_full_disk] if STORE == "sqlite" else [
        a_repair_that_was_overtaken_ends, waits_for_no_node_that_stands_still,
        goes_on_when_rows_are_let_go]
    for test in tests:
        if not sys.argv[4:] or test.__name__ in sys.argv[4:]:
            with tempfile.TemporaryDirectory() as where:
                test(where)
            print(test.__name__, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
