#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The programs run with every library bound at once, however they were started.

    bound.py PROGRAM..
"""
import os
import re
import subprocess
import sys

LINE = re.compile(r"relocation processing: (\S+)( \(lazy\))?")


def starts(program, **more):
    """What the loader of glibc says: for each start the libraries that it bound lazily."""
    env = {name: value for name, value in os.environ.items() if name != "LD_BIND_NOW"}
    done = subprocess.run([program, "--help"], env={**env, **more, "LD_DEBUG": "reloc"},
                          capture_output=True, text=True, timeout=60, check=True)
    found = [[]]
    for path, lazy in LINE.findall(done.stderr):
        if lazy:
            found[-1].append(path)
        if "ld-linux" in path:  # the last one of a start
            found.append([])
    return found[:-1]


def main():
    if not starts(sys.argv[1]):
        print("SKIP: the loader of this C library does not tell")
        sys.exit(77)
    for program in sys.argv[1:]:
        at_once = starts(program, LD_BIND_NOW="1")
        assert at_once == [[]], at_once  # it starts once
        for plain in starts(program), starts(program, LD_BIND_NOW=""):
            assert len(plain) == 2 and not plain[1], plain
            assert plain[0], "no library is lazy here: this test shows nothing"


main()
