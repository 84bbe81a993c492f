#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what is installed with installed.txt, both ways.

    installed.py PREFIX meson|cmake     prints what is missing and what nobody asked for
    installed.py PREFIX programs        prints the names of those that are listed
    installed.py PREFIX uses HEADER     prints a program that takes all functions of an installed header
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = ROOT / "tests/gates/installed.txt"
INCLUDE = ROOT / "include/msk"
USES = """#include <%s>
typedef void (*function)(void);
static void nothing(void) {}
static function functions[] = {
    %s
};
int main(void)
{
    for (unsigned i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (functions[i] == 0)
            return 1;
    return 0;
}"""


def version():
    text = (INCLUDE / "types.h").read_text(encoding="ascii")
    return re.findall(r"define MSK_VERSION_[A-Z]+ (\d+)", text)


def listed():
    """(who installs it, path, where it comes from) of each line."""
    numbers = version()
    for line in LIST.read_text(encoding="ascii").splitlines():
        if not line.startswith("#"):
            who, path, *source = line.split()
            path = path.replace("VERSION", ".".join(numbers)).replace("SERIES", ".".join(numbers[:2]))
            yield who, path, source[1:]


def files(folder):
    """The files below it, by their path from there."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")
            if (path.is_symlink() or not path.is_dir()) and "__pycache__" not in path.parts}


def exports(prefix):
    done = subprocess.run(["nm", "-D", "--defined-only", prefix / "lib/libmsk.so"],
                          capture_output=True, text=True, check=True)
    return set(re.findall(r" T (msk_\w+)$", done.stdout, re.MULTILINE))


def pages(prefix, there):
    """The pages that must be there, and of the others those that may."""
    headers = sorted(INCLUDE.glob("*.h"))
    text = "\n".join(header.read_text(encoding="ascii") for header in headers)
    own = {f"msk_{header.name}.3" for header in headers if header.name != "msk.h"}  # it has msk.7
    must = {f"{name}.3" for name in exports(prefix)} | own
    return must | there & {f"{name}.3" for name in re.findall(r"\bmsk_\w+", text)}


def wanted(prefix, who):
    for by, path, source in listed():
        if by not in ("both", who):
            continue
        if not source:
            yield path
        elif source == ["pages"]:
            there = {name.name for name in (prefix / path).glob("*")}
            yield from (path + name for name in pages(prefix, there))
        else:
            yield from (path + name for name in files(ROOT / source[0]) - set(source[2:]))


def faults(prefix, who):
    want, have = set(wanted(prefix, who)), files(prefix)
    yield from (f"not installed: {path}" for path in sorted(want - have))
    yield from (f"installed, and not in installed.txt: {path}" for path in sorted(have - want))


def uses(prefix, header):
    """A program with that header alone, linked to each function that the header declares."""
    text = (prefix / "include" / header).read_text(encoding="ascii")
    text = re.sub(r"/\*.*?\*/|^#.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    names = re.findall(r"\bMSK_API\b[^;(]*?\b(msk_\w+)\(", text)
    listed = ",\n    ".join(["nothing", *(f"(function)&{name}" for name in names)])
    return USES % (header, listed)


def main():
    prefix, what = pathlib.Path(sys.argv[1]), sys.argv[2]
    if what == "programs":
        print("\n".join(os.path.basename(path) for _, path, _ in listed() if path.startswith("bin/")))
    elif what == "uses":
        print(uses(prefix, sys.argv[3]))
    else:
        found = list(faults(prefix, what))
        print("\n".join(found), end="\n" if found else "")
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
