#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where instructions go, of what callgrind wrote for tests/bench/attributed.

    attributed.py FOLDER

What the C library does counts for who called it.
"""
import os
import pathlib
import re
import sys

RUNS = 100  # of each operation, in tests/bench/count
OPERATIONS = ["seal", "open", "UE takes an MSK", "BM-SC pushes to a UE", "check Digest",
              "BM-SC answers an MSK request"]
CRYPTO, WIPING, XML, C_LIBRARY, REST = "cryptography", "wiping", "XML", "C library", "host, loader"
FOLDERS = ["base", "mikey", "protect", "mbms", "mgvf", "ue", "bmsc", "http", "port"]
OURS = re.compile("/lib/(%s)/([a-z0-9_]+[.][ch])$" % "|".join(FOLDERS))
ROOMS = [CRYPTO, WIPING, XML] + FOLDERS + [C_LIBRARY, REST]


def room_of(binary, file):
    """Whose code it is, by its binary and its source."""
    name = os.path.basename(binary)
    if re.match(r"libmbedcrypto|libcrypto|libtfpsacrypto", name):
        return CRYPTO
    if name.startswith("libexpat"):
        return XML
    if re.match(r"libc[.-]", name):
        return C_LIBRARY
    source = OURS.search(file)
    if source is None:
        return REST
    folder, rest = source.groups()
    if rest.startswith("crypto_"):
        return CRYPTO
    if rest.startswith("xml_"):
        return XML
    return WIPING if rest == "secret.c" else folder


class Dump:
    """One file of callgrind: instructions of each room."""

    def __init__(self, path):
        self.names = {}
        self.at = {"ob": "", "fl": ""}  # where the instructions are
        self.callee = ""  # the binary that is called; empty: the same
        self.called = False
        self.operation = ""
        self.rooms = dict.fromkeys(ROOMS, 0)
        for line in path.read_text(encoding="utf-8").splitlines():
            self.take(line)

    def name(self, kind, text):
        number, _, name = text.partition(" ")
        return self.names.setdefault((kind, number), name)

    def take(self, line):
        key, equals, value = line.partition("=")
        if line.startswith("desc: Trigger: Client Request: "):
            self.operation = line.split("Client Request: ")[1]
        elif equals and key == "ob":
            self.at["ob"] = self.name("ob", value)
        elif equals and key in ("fl", "fi", "fe"):
            self.at["fl"] = self.name("fl", value)
        elif equals and key == "cob":
            self.callee = self.name("ob", value)
        elif equals and key in ("cfi", "cfl"):
            self.name("fl", value)
        elif key == "calls":
            self.called = True
        elif re.match(r"[+-]?\d+ \d+$|\* \d+$", line):
            self.count(int(line.split()[1]))

    def count(self, instructions):
        room = room_of(self.at["ob"], self.at["fl"])
        if not self.called:
            self.rooms[room] += instructions
        elif self.callee and room not in (C_LIBRARY, REST) and room_of(self.callee, "") == C_LIBRARY:
            self.rooms[room] += instructions
            self.rooms[C_LIBRARY] -= instructions
        if self.called:
            self.called, self.callee = False, ""


def main():
    dumps = [Dump(path) for path in pathlib.Path(sys.argv[1]).glob("callgrind.out.*")]
    found = {dump.operation: dump.rooms for dump in dumps}
    print("| instructions of one | " + " | ".join(OPERATIONS) + " |")
    print("|---|" + "--:|" * len(OPERATIONS))
    for room in ROOMS:
        counts = [found[name][room] for name in OPERATIONS]
        if any(abs(n) >= RUNS for n in counts):
            print("| %s | %s |" % (room, " | ".join(
                "%d (%.0f %%)" % (round(n / RUNS), 100 * n / sum(found[name].values()))
                for name, n in zip(OPERATIONS, counts))))
    print("| sum | %s |" % " | ".join(
        "%d" % round(sum(found[name].values()) / RUNS) for name in OPERATIONS))


main()
