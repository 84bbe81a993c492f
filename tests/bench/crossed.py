#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files and functions of lib/ that each operation crossed, of what callgrind wrote.

    crossed.py FOLDER [OPERATION]

FOLDER: callgrind.out.* of tests/bench/count. Crypto providers do not count. Red
when one crosses more than MOST files.
"""
import os
import pathlib
import re
import sys

LIB = str(pathlib.Path(__file__).resolve().parents[2] / "lib") + os.sep
MOST = 25
ENTRY = re.compile(r"(fl|fn)=\((\d+)\)(?: (.*))?$")
NAME = re.compile(r"c?(fl|fi|fe|fn)=\((\d+)\) (.+)$")


def crossed(path):
    """(operation, its functions by their files); None for the dump at the end."""
    text = path.read_text(encoding="utf-8")
    operation = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
    if not operation:
        return None
    names = {"f": {}, "n": {}}
    found, file = {}, None
    for line in text.splitlines():
        named = NAME.match(line)
        if named:
            names["n" if named[1] == "fn" else "f"][named[2]] = named[3]
        entry = ENTRY.match(line)
        if entry and entry[1] == "fl":
            file = os.path.normpath(names["f"][entry[2]])
        elif entry and file.startswith(LIB) and not file.startswith(LIB + "port"):
            found.setdefault(file[len(LIB):], set()).add(names["n"][entry[2]].split("'")[0])
    return operation[1], found


def main():
    folder, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    dumps = sorted(filter(None, map(crossed, folder.glob("callgrind.out.*"))))
    if not dumps:
        print("FAIL: nothing was counted")
        return 1
    failed = 0
    for operation, found in dumps:
        functions = sum(map(len, found.values()))
        print("%-34s %3d files, %3d functions" % (operation, len(found), functions))
        if len(found) > MOST:
            print("FAIL: more than %d files" % MOST)
            failed = 1
        if wanted and operation.startswith(wanted[0]):
            for file in sorted(found):
                print("    %-26s %s" % (file, " ".join(sorted(found[file]))))
    return failed


sys.exit(main())
