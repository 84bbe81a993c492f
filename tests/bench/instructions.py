#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Instructions inside libmsk, of what callgrind wrote, against those that were accepted.

    instructions.py FOLDER ACCEPTED.json COMPILER FLAGS [--update]

FOLDER: callgrind.out.* of tests/bench/count. Only what is in files of lib/ counts: neither the
crypto provider, nor the C library, nor the benchmark. Figures of another compiler, machine or
flags are not compared.
"""
import json
import os
import pathlib
import platform
import re
import sys

# A compiler cache may give the path of another tree.
OURS = re.compile("/lib/(base|mikey|protect|mbms|mgvf|ue|bmsc|http|port)/[a-z0-9_]+[.][ch]$")
RUNS = 100  # of each operation, in tests/bench/count
GROWTH = 0.03


def counted(path):
    """(operation, instructions of one run) of one dump; None for the one at the end."""
    names, ours, total, called, operation = {}, False, 0, False, None
    for line in path.read_text(encoding="utf-8").splitlines():
        file = re.match(r"(c?f[lie])=\((\d+)\)(?: (.*))?$", line)
        if file:
            names.setdefault(file.group(2), os.path.normpath(file.group(3) or ""))
            if not file.group(1).startswith("c"):
                ours = OURS.search(names[file.group(2)]) is not None
        elif line.startswith("desc: Trigger: Client Request: "):
            operation = line.split("Client Request: ")[1]
        elif line.startswith("calls="):
            called = True  # the next line is what the callee took
        elif re.match(r"[+-]?\d+ \d+$|\* \d+$", line):
            total += int(line.split()[1]) if ours and not called else 0
            called = False
    return (operation, round(total / RUNS)) if operation else None


def worse(accepted, now):
    """What grew too much, is not there any more, or is new."""
    for name in sorted(accepted.keys() | now.keys()):
        old, new = accepted.get(name), now.get(name)
        if old is None or new is None:
            yield "%s: %s" % (name, "new" if old is None else "is not there any more")
        elif new > old * (1 + GROWTH):
            yield "%s: %d instructions, %d were accepted (%+.1f %%)" % (
                name, new, old, 100 * (new / old - 1))


def selftest():
    good = {"a": 1000, "b": 50}
    assert not list(worse(good, {"a": 1030, "b": 10}))
    for bad in {"a": 1031, "b": 50}, {"a": 1000}, {"a": 1000, "b": 50, "c": 1}:
        assert len(list(worse(good, bad))) == 1, bad


def main():
    selftest()
    folder, accepted = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    now = {"compiler": sys.argv[3], "machine": platform.machine(), "flags": sys.argv[4]}
    dumps = [counted(path) for path in folder.glob("callgrind.out.*")]
    now["instructions"] = dict(sorted(dump for dump in dumps if dump))
    if "--update" in sys.argv:
        accepted.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
        return 0
    old = json.loads(accepted.read_text(encoding="utf-8"))
    for what in "compiler", "machine", "flags":
        if old[what] != now[what]:
            print("> not compared: %s is %s here, %s there" % (what, now[what], old[what]))
            return 0
    print("> %d operations compared" % len(now["instructions"]))
    for name, n in now["instructions"].items():
        print("%-32s %6d (%d)" % (name, n, old["instructions"].get(name, 0)))
    found = list(worse(old["instructions"], now["instructions"]))
    for line in found:
        print("FAIL: " + line)
    if found:
        print("Accept it with tests/gates/bench --update")
    return 1 if found else 0


sys.exit(main())
