#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""msk-bmsc beside a bare loop over the same store, in one run and on one disk. No test.

    python3 host.py MSK-BMSC BARE-STORE [MEMBERS [FOLDER]]

FOLDER: on the disk that is to be measured. Prints what a push to all members costs beside as many
saves of the same records without the library, in one commit for many and in one for each; how long
a start with that many known subscribers takes; and how long a re-key of a group of ten of them.
"""
import json
import os
import resource
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from many import multiply

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hosts"))
from peers import BTID, DOMAIN, FQDN, GROUP, MRK, MUK, Ue, address, msk_request, write  # noqa: E402

BMSC, BARE = sys.argv[1:3]
MEMBERS = int(sys.argv[3]) if len(sys.argv) > 3 else 100000
FEW = 10  # members of the other group
TOGETHER = 256  # records in a commit, as in msk-bmsc
ALONE = 300  # records that are saved each in a commit of its own
ROUNDS = 5  # each with all of them, side by side: the middle one counts


def name(i):
    return f"u{i:06}"


class Bmsc:
    def __init__(self, where, *more):
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout",
             "keyid", "--registration", "none", "--ack", "none", "--json", "--subscribers",
             f"{where}/subscribers", "--groups", f"{where}/groups", "--store",
             f"sqlite:{where}/store", *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.http = self.wait("ready")["http"]
        self.start = time.monotonic() - self.began

    def wait(self, event, **fields):
        for line in self.process.stdout:
            if b'"event":"%s"' % event.encode() in line:
                told = json.loads(line)
                if fields.items() <= told.items():
                    return told
        raise SystemExit("msk-bmsc has ended")

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, line, event, **fields):
        self.say(line)
        return self.wait(event, **fields)

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def quit(self):
        self.say("quit")
        self.process.stdout.read()
        self.process.wait()


def prepare(where, ear):
    """A store with that many subscribers, all members of one group and the first ones of another."""
    group = {"domain": DOMAIN.hex(), "number": 1}
    write(f"{where}/groups", group | {"group": GROUP}, group | {"group": GROUP + 1})
    first = {"btid": name(0) + "@bsf.example.org", "impi": name(0), "muk": MUK.hex(),
             "mrk": MRK.hex(), "expires": 4000000000, "address": address(ear)}
    write(f"{where}/subscribers", first)
    bmsc = Bmsc(where)
    ue = Ue("keyid")
    ue.http_at, ue.btid = bmsc.http, first["btid"]
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    bmsc.quit()
    multiply(f"{where}/store", [name(i).encode() for i in range(MEMBERS)])
    write(f"{where}/subscribers", *(
        first | {"btid": f"{name(i)}@bsf.example.org", "impi": name(i)} for i in range(MEMBERS)))


def join_few(bmsc):
    """The first ones ask for the other group."""
    for i in range(FEW):
        ue = Ue("keyid")
        ue.http_at, ue.btid, ue.domains = bmsc.http, f"{name(i)}@bsf.example.org", (DOMAIN,)
        assert ue.ask("msk-request", msk_request((GROUP + 1, 0)))[0] == 200


def bare(where, together, most):
    """Records in a second, and in a second of CPU, of a copy of the store."""
    shutil.copy(f"{where}/store", f"{where}/copy")
    os.sync()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run([BARE, f"{where}/copy", DOMAIN.hex(), str(GROUP), str(together),
                           str(most)], capture_output=True, text=True, check=True).stdout.split()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    saved, us = int(told[0]), int(told[1])
    assert saved >= min(most, MEMBERS), told
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    for left in "", "-wal", "-shm":
        if os.path.exists(f"{where}/copy{left}"):
            os.unlink(f"{where}/copy{left}")
    return saved / us * 1e6, cpu / saved * 1e6


def pushed(bmsc):
    cpu, began = bmsc.cpu(), time.monotonic()
    told = bmsc.ask(f"push {GROUP}", "finished", what="push", group=GROUP)
    assert told["done"] == MEMBERS, told
    return MEMBERS / (time.monotonic() - began), (bmsc.cpu() - cpu) / MEMBERS * 1e6


def rekeyed(bmsc, ear):
    """Milliseconds from the command to the last of the messages."""
    while select.select([ear], [], [], 0)[0]:
        ear.recv(4096)
    began = time.monotonic()
    bmsc.say(f"rekey {GROUP + 1}")
    for _ in range(FEW):
        ear.recv(4096)
    return 1000 * (time.monotonic() - began)


def middle(all_of_them):
    return sorted(all_of_them)[len(all_of_them) // 2]


def main():
    folder = sys.argv[4] if len(sys.argv) > 4 else None
    with tempfile.TemporaryDirectory(dir=folder) as where:
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ear.settimeout(60)
        ear.bind(("127.0.0.1", 0))
        prepare(where, ear)
        starts, pushes, quiet, bares = [], [], [], []
        for _ in range(ROUNDS):
            bares.append(bare(where, TOGETHER, MEMBERS))
            bmsc = Bmsc(where, "--quiet")
            bmsc.wait("finished", what="timers")
            quiet.append(pushed(bmsc))
            bmsc.quit()
            bmsc = Bmsc(where)
            starts.append(bmsc.start)
            bmsc.wait("finished", what="timers")
            pushes.append(pushed(bmsc))
            if _ + 1 < ROUNDS:
                bmsc.quit()
        alone = middle([bare(where, 1, ALONE) for _ in range(ROUNDS)])
        join_few(bmsc)
        keys = [rekeyed(bmsc, ear) for _ in range(5)]
        bmsc.quit()
    push, silent, most = middle(pushes), middle(quiet), middle(bares)
    beside, quiet_beside = (middle([a[0] / b[0] for a, b in zip(each, bares)])
                            for each in (pushes, quiet))
    print(f"subscribers known at a start   {MEMBERS}: {min(starts):.2f} s")
    print(f"pushes to all members          {push[0]:.0f}/s, {push[1]:.1f} us of CPU each")
    print(f"the same with --quiet          {silent[0]:.0f}/s, {silent[1]:.1f} us of CPU each")
    print(f"bare saves, {TOGETHER} in a commit     {most[0]:.0f}/s, {most[1]:.1f} us of CPU each")
    print(f"bare saves, one in a commit    {alone[0]:.0f}/s")
    print(f"pushes beside bare saves       {beside:.2f}; --quiet {quiet_beside:.2f}; "
          f"beside one in a commit {push[0] / alone[0]:.0f}")
    print(f"re-key of {FEW} among {MEMBERS}      {min(keys):.1f} ms, at most {max(keys):.1f} ms")


main()
