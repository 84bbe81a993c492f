#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""examples/firmware on a machine, with the model as its BM-SC, and with power cuts.

usage: firmware_check.py FOLDER CUTS PROGRAM [QEMU OPTION...]

Starts PROGRAM, in an emulator if one is named, in each layout. It takes an MSK and an MTK,
acknowledges as the model would, and drops what is forged, replayed and of the other layout. Then
it is killed: started again from its flash it refuses all of before, and takes the next MSK. Then
the power goes at CUTS places of a commit: what was acknowledged is old afterwards, and the message
is either taken as new or refused as old, never half of it.
"""
import os
import pathlib
import select
import shutil
import subprocess
import sys

from model import oracle

PATIENCE = 60
MUK = bytes(range(32))
BTID, FQDN, DOMAIN, GROUP = b"alice@bsf.example.com", b"bmsc.example.com", bytes.fromhex("216354"), 0x18CF
FOLDER, CUTS, PROGRAM, EMULATOR = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]


class Firmware:
    """The program, as lines in and out."""

    def __init__(self, layout, flash, cut=0):
        words = [layout, str(flash)] + ([str(cut)] if cut else [])
        command = [PROGRAM] + words
        if EMULATOR:
            arguments = ",".join("arg=" + word for word in words)
            command = [*EMULATOR, "-nographic", "-monitor", "none", "-serial", "none",
                       "-semihosting-config", "enable=on,target=native," + arguments, "-kernel",
                       PROGRAM]
        self.process = subprocess.Popen(  # the console of semihosting is stderr
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.rest = b""

    def line(self):
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            octets = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not octets:
                sys.exit("FAIL: the firmware said only %r" % self.rest)
            self.rest += octets
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode().strip()

    def take(self, message):
        """What it says of a datagram: the last line, and those before it."""
        self.process.stdin.write(message["message"].hex().encode() + b"\n")
        self.process.stdin.flush()
        said = [self.line()]
        while said[-1].split()[0] not in ("taken", "refused", "cut"):
            said.append(self.line())
        return said[-1], said[:-1]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def started(layout, flash, cut=0):
    firmware = Firmware(layout, flash, cut)
    check("it starts", firmware.line(), "ready")
    return firmware


def check(what, got, want):
    if got != want:
        sys.exit("FAIL: %s: %s, not %s" % (what, got, want))


# --- messages of the model -----------------------------------------------------------------------

def msk(layout, number, counter):
    return oracle.build({
        "name": "%s msk %d" % (layout, number), "kind": "msk", "layout": layout, "request": "",
        "psk": MUK, "rand": oracle.fill("%s rand %d" % (layout, number), 16), "counter": counter,
        "v": True, "csb_id": GROUP if layout == "csb" else 0x01020304, "domain": DOMAIN,
        "group": GROUP, "number": number, "idr": BTID, "idi": DOMAIN if layout == "csb" else FQDN,
        "ext_before_kemac": False, "streaming": True, "sp": oracle.SRTP_POLICY,
        "key": oracle.fill("%s key %d" % (layout, number), 16), "salt": b"", "mtk_id": 0,
        "seq_low": 0, "seq_high": 0xFFFE})


def mtk(owner, mtk_id):
    return oracle.mtk_vector(owner, "mtk-%d-%d" % (owner["number"], mtk_id), mtk_id, mtk_id)


def forged(message):
    octets = bytearray(message["message"])
    octets[-30] ^= 1
    return {"message": bytes(octets)}


def must_take_msk(firmware, message):
    want = oracle.verification_vector(message)["message"].hex()
    check("an MSK", firmware.take(message), ("taken", ["ack " + want]))


def must_take_mtk(firmware, message):
    want = "mtk %04x %s %s" % (message["mtk_id"], message["key"].hex(), message["salt"].hex())
    check("an MTK", firmware.take(message), ("taken", [want]))


def must_refuse(firmware, message, why):
    check("what is to be refused", firmware.take(message), ("refused " + why, []))


# --- what must hold ------------------------------------------------------------------------------

OLD, OTHER = "counter not newer", {"csb": "keyid", "keyid": "csb"}


def receives(layout, flash):
    """Leaves the flash with MSK 1, and one MTK of it taken."""
    first = msk(layout, 1, 1)
    firmware = started(layout, flash)
    must_refuse(firmware, mtk(first, 1), "MSK not held")
    must_refuse(firmware, forged(first), "wrong MAC")
    must_refuse(firmware, msk(OTHER[layout], 1, 1), "message of the other layout")
    must_refuse(firmware, {"message": first["message"][:40]}, "message ends inside a field")
    must_take_msk(firmware, first)
    must_take_mtk(firmware, mtk(first, 1))
    must_refuse(firmware, first, OLD)
    must_refuse(firmware, mtk(first, 1), OLD)
    firmware.kill()
    firmware = started(layout, flash)
    must_refuse(firmware, first, OLD)
    must_refuse(firmware, mtk(first, 1), OLD)
    must_take_mtk(firmware, mtk(first, 2))
    firmware.kill()


def would_be_seen(layout, flash, before):
    """Self-test: with the flash of before, all is new again."""
    second = msk(layout, 2, 2)
    shutil.copy(flash, before)
    for _ in range(2):
        shutil.copy(before, flash)
        firmware = started(layout, flash)
        must_take_msk(firmware, second)
        firmware.kill()
    shutil.copy(before, flash)


def octets_of(layout, flash, before):
    """How many octets change in a commit: a cut there comes, and one octet later it does not."""
    low, high = 1, 1 << 15
    while high - low > 1:
        middle = (low + high) // 2
        shutil.copy(before, flash)
        firmware = started(layout, flash, middle)
        said, _ = firmware.take(msk(layout, 2, 2))
        firmware.kill()
        low, high = (middle, high) if said == "cut" else (low, middle)
    return low


def survives(layout, flash, before, places):
    """Old or new after each cut, and the next MSK is taken. How many were new."""
    second, third, new = msk(layout, 2, 2), msk(layout, 3, 3), 0
    for place in places:
        shutil.copy(before, flash)
        firmware = started(layout, flash, place)
        said, acknowledged = firmware.take(second)
        firmware.kill()
        firmware = started(layout, flash)
        again = firmware.take(second)
        if acknowledged or again[0] != "taken":
            check("after a cut at %d" % place, again, ("refused " + OLD, []))
        new += again[0] != "taken"
        check("a cut at %d" % place, said, "cut")
        must_refuse(firmware, second, OLD)
        must_take_msk(firmware, third)
        firmware.kill()
    return new


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    last = 0
    for layout in OTHER:
        flash, before = FOLDER / (layout + ".flash"), FOLDER / (layout + ".before")
        flash.unlink(missing_ok=True)
        receives(layout, flash)
        would_be_seen(layout, flash, before)
        last = last or octets_of(layout, flash, before)
        places = sorted({1 + i * (last - 1) // max(CUTS - 1, 1) for i in range(CUTS)} | {last - 1, last})
        new = survives(layout, flash, before, places)
        print("> %s: an MSK and an MTK, a restart, %d power cuts in a commit of %d octets (%d of them "
              "too late)" % (layout, len(places), last, new))


main()
