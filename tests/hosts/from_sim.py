#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From K and OPc to an MSK, with nothing in between but programs: msk-ue with a USIM, msk-bsf, and
msk-bmsc that asks it.

    from_sim.py MSK-UE MSK-BMSC MSK-BSF [TEST..]
"""
import concurrent.futures
import os
import subprocess
import sys
import tempfile

from model import gba_oracle
from peers import (BTID, DOMAIN, FQDN, GROUP, MRK, MUK, PATIENCE, Program, announcement,
                   free_port, private, write)

UE, BMSC, BSF = sys.argv[1:4]
NAME, SERVICE, IMPI = "bsf.example.org", "urn:news", "bob@example.org"
KEY_GROUP = f"{DOMAIN.hex()}:{GROUP}"
K, OPC = (gba_oracle.SETS[3][i] for i in (0, 5))


class World:
    """All three; each can be started, and started again, where it was."""

    def __init__(self, where, layout="keyid"):
        self.where, self.layout = where, layout
        self.ub, self.nbsp, self.http = (f"127.0.0.1:{free_port()}" for _ in range(3))
        self.sim = private(f"{where}/usim", {"impi": IMPI, "k": K, "opc": OPC})
        self.bsf = self.bmsc = None

    def start_bsf(self, *more):
        self.bsf = Program(BSF, "--ub", self.ub, "--nbsp", self.nbsp, "--naf", FQDN, "--fqdn", NAME,
                           "--store", f"{self.where}/bsf.db", "--subscribers", self.sim, *more)
        self.bsf.wait("ready")

    def start_bmsc(self):
        file = f"{self.where}/none"
        group = {"domain": DOMAIN.hex(), "group": GROUP, "number": 1}
        self.bmsc = Program(BMSC, "--http", self.http, "--mikey", "127.0.0.1:0", "--fqdn", FQDN,
                            "--layout", self.layout, "--subscribers", write(file), "--groups",
                            write(f"{self.where}/groups", group), "--store", f"{self.where}/bmsc.db",
                            "--bsf", f"http://{self.nbsp}", "--bsf-services", "all")
        self.bmsc.wait("ready")

    def start_ue(self, *more):
        with open(f"{self.where}/announcement", "w", encoding="ascii") as file:
            file.write(announcement(f"http://{FQDN}"))
        port = free_port()
        ue = Program(UE, "--usim", self.sim, "--gba", f"http://{self.ub}", "--gba-fqdn", NAME,
                     "--announcement", file.name, "--service", SERVICE, "--bmsc",
                     f"http://{self.http}", "--mikey", f"127.0.0.1:{port}", "--layout", self.layout,
                     "--store", f"{self.where}/ue.db", "--secrets", *more)
        ue.wait("ready")
        return ue

    def begin(self, *more):
        """A UE that wants the service."""
        ue = self.start_ue(*more)
        ue.say("start")
        return ue

    def end(self, *ues):
        for each in (*ues, self.bmsc):
            if each:
                each.kill()
        if self.bsf:
            self.bsf.kill()


def started(where, layout="keyid", bsf=()):
    """All of it, and a UE that wants the service."""
    world = World(where, layout)
    world.start_bsf(*bsf)
    world.start_bmsc()
    return world, world.begin()


def from_a_sim_to_an_msk(where):
    """In both layouts. The MSK is that of the BM-SC, which nobody has told a key."""
    for layout in "csb", "keyid":
        folder = f"{where}/{layout}"
        os.mkdir(folder)
        world, ue = started(folder, layout)
        ue.wait("bootstrap_needed")
        told = ue.wait("bootstrapped")
        assert world.bmsc.wait("bootstrapped")["btid"] == told["btid"]
        assert world.bsf.wait("keys_given")["impi"] == IMPI
        ue.wait("result", code=200)
        world.end(ue)


def keys_that_are_kept_are_used_again(where):
    """After a restart, and with no BSF; then new ones by a command, with a number that is higher."""
    world, ue = started(where)
    first = ue.wait("bootstrapped")
    ue.wait("result", code=200)
    ue.kill()
    world.bsf.kill()
    ue = world.begin()
    ue.wait("result", code=200)
    assert ue.count("bootstrapped") == 0 and ue.count("bootstrap_needed") == 0
    world.start_bsf()
    ue.say("bootstrap")
    second = ue.wait("bootstrapped")
    assert second["btid"] != first["btid"] and second["age"] > first["age"]
    ue.say(f"request {GROUP}")
    ue.wait("result", code=200)
    world.end(ue)


def the_bmsc_demands_new_keys(where):
    world, ue = started(where)
    btid = ue.wait("bootstrapped")["btid"]
    ue.wait("result", code=200)
    world.bmsc.say(f"rebootstrap {btid}")
    world.bmsc.ask("stats", "stats")  # that was done
    ue.say(f"request {GROUP}")
    ue.wait("bootstrap_needed", reason="the server wants new keys")
    assert ue.wait("bootstrapped")["btid"] != btid
    ue.wait("result", code=200)
    world.end(ue)


def keys_are_renewed_before_they_end(where):
    """By itself, again and again, and each time with a greater age."""
    world, ue = started(where, bsf=("--lifetime", "8"))
    ages = [ue.wait("bootstrapped")["age"] for _ in range(3)]
    assert ages == sorted(set(ages)), ages
    assert ue.count("bootstrap_needed") < 3  # nobody had to ask for each
    ue.say(f"request {GROUP}")
    ue.wait("result", code=200)
    world.end(ue)


def a_bsf_that_comes_late_is_found(where):
    """It is tried again, with a pause; and the session goes on where it waited."""
    world = World(where)
    world.start_bmsc()
    ue = world.begin("--patience", "300")
    failed = ue.wait("bootstrap_failed")
    assert (failed["why"], failed["http"]) == ("no_answer", "refused"), failed
    world.start_bsf()
    ue.wait("bootstrapped")
    ue.wait("result", code=200)
    world.end(ue)


def another_usim_takes_no_keys_over(where):
    """TS 33.246 6.1: with another USIM all of them go; with the same one they stay."""
    world, ue = started(where)
    first = ue.wait("bootstrapped")["btid"]
    ue.wait("result", code=200)
    ue.kill()
    private(world.sim, {"impi": "carol@example.org", "k": K, "opc": OPC})
    world.bsf.kill()
    world.start_bsf()
    ue = world.begin()
    ue.wait("bootstrap_needed", reason="no keys yet")
    assert ue.wait("bootstrapped")["btid"] != first
    ue.wait("result", code=200)
    ue.kill()
    ue = world.begin()
    ue.wait("result", code=200)
    assert ue.count("bootstrapped") == 0
    world.end(ue)


def what_a_bsf_refuses_is_told(where):
    world = World(where)
    world.start_bsf()
    world.start_bmsc()
    private(world.sim, {"impi": "mallory@example.org", "k": K, "opc": OPC})
    ue = world.begin()
    failed = ue.wait("bootstrap_failed")
    assert (failed["why"], failed["status"]) == ("status", 403), failed
    ue.kill()
    private(world.sim, {"impi": IMPI, "k": K[::-1], "opc": OPC})
    ue = world.begin()
    assert ue.wait("bootstrap_failed")["why"] == "not_home"
    assert world.bmsc.count("bootstrapped") == 0
    world.end(ue)


def both_ends_may_lose_count(where):
    """The BSF's store is lost: its number is told, and the age is above that of the keys before."""
    world, ue = started(where)
    ages = [ue.wait("bootstrapped")["age"]]
    world.bsf.kill()
    for name in os.listdir(where):
        if name.startswith("bsf.db"):
            os.unlink(f"{where}/{name}")
    world.start_bsf()
    ue.say("bootstrap")
    told = ue.wait("bootstrapped")
    assert told["resynchronised"] == "yes"
    ages.append(told["age"])
    ue.kill()
    world.bsf.kill()
    for name in os.listdir(where):  # and now both ends
        if name.startswith("bsf.db") or name == "usim.sqn":
            os.unlink(f"{where}/{name}")
    world.start_bsf()
    ue = world.start_ue()
    ue.say("bootstrap")
    told = ue.wait("bootstrapped")
    assert "resynchronised" not in told
    ages.append(told["age"])
    assert ages == sorted(set(ages)), ages
    ue.say("start")
    ue.wait("result", code=200)
    world.end(ue)


def options_are_one_way_or_the_other(where):
    world = World(where)
    base = [UE, "--announcement", "x", "--service", "x", "--mikey", "127.0.0.1:0", "--layout", "csb",
            "--store", f"{where}/x.db"]
    gba, keys = ["--usim", world.sim, "--gba", "http://x"], ["--btid", BTID, "--muk", MUK.hex(),
                                                            "--mrk", MRK.hex()]
    for more in ([], gba[:2], gba[2:], gba + keys, gba + keys[:2], gba + keys[2:], keys + gba[:2],
                 gba[:3] + ["http://x/y"], gba[:3] + ["ftp://x"], gba + ["--gba-fqdn", "a/b c"]):
        done = subprocess.run(base + more, capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 1 and b"msk-ue: " in done.stderr, (more, done)


TESTS = [from_a_sim_to_an_msk, keys_that_are_kept_are_used_again, the_bmsc_demands_new_keys,
         keys_are_renewed_before_they_end, a_bsf_that_comes_late_is_found,
         another_usim_takes_no_keys_over, what_a_bsf_refuses_is_told, both_ends_may_lose_count,
         options_are_one_way_or_the_other]


def run_test(test):
    with tempfile.TemporaryDirectory() as where:
        test(where)
    return test.__name__


def main():
    chosen = [test for test in TESTS if not sys.argv[4:] or test.__name__ in sys.argv[4:]]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:  # most of the time they wait
        for name in pool.map(run_test, chosen):
            print(name, flush=True)


main()
