#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Applies the defects of defects.txt, one at a time, to a copy of the tree: the test that
each names must fail then, and it must not without.

    run.py FOLDER              all, in FOLDER, a folder of its own; some minutes
    run.py FOLDER --sample N   N of them, others each day
    run.py FOLDER --only TEXT  those with TEXT in their name
    run.py FOLDER --bounds     those of bounds.txt, under sanitizers
    run.py --check             is each change still one of what stands there once?

Exit status 1: a defect was not seen, or a change no longer fits.
"""
import argparse
import pathlib
import random
import resource
import subprocess
import sys
import time

import changes

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFECTS = pathlib.Path(__file__).resolve().parent / "defects.txt"
BOUNDS = DEFECTS.with_name("bounds.txt")
PLAIN = ["-Db_ndebug=false", "--buildtype=debug"]
SANITIZERS = [*PLAIN, "-Db_sanitize=address,undefined",
              "-Dc_args=-fsanitize=bounds-strict -fno-sanitize-recover=all"]
PATIENCE = 600  # seconds for a test, on the busiest machine
MEMORY = 2 << 30  # octets; a defect may be a loop without an end


def read_defects(path):
    return changes.read(path, ("name", "path", "test"))


def check(defects):
    bad = 0
    for defect in defects:
        if defect.applied((ROOT / defect.path).read_text(encoding="utf-8")) is None:
            bad += 1
            print(f"{defect.path}: does not stand there once: {defect.name}")
    print(f"{len(defects)} defects, {bad} do not fit")
    return 1 if bad else 0


def call(command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def copy_tree(folder):
    """What belongs to the source tree, in a copy; files that are the same keep their time."""
    listed = call(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"])
    names = listed.stdout.splitlines() if listed.returncode == 0 else [
        str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
        if path.is_file() and path.relative_to(ROOT).parts[0] != "build"]
    for name in names:
        source, target = ROOT / name, folder / name
        if not source.is_file():
            continue
        octets = source.read_bytes()
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_bytes() != octets:
            target.write_bytes(octets)
            target.chmod(source.stat().st_mode)


def build(folder, test):
    done = call(["ninja", "-C", str(folder / "build"), f"tests/unit/{test}"])
    if done.returncode != 0:
        raise SystemExit(f"{test} does not build:\n{done.stdout}")


def bound_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def passes(folder, test, bound):
    try:
        return call([str(folder / "build" / "tests" / "unit" / test)], timeout=PATIENCE,
                    preexec_fn=bound).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def seen(folder, defect, bound):
    path = folder / defect.path
    text = path.read_text(encoding="utf-8")
    changed = defect.applied(text)
    if changed is None:
        raise SystemExit(f"does not fit: {defect.name}")
    path.write_text(changed, encoding="utf-8")
    try:
        build(folder, defect.test)
        return not passes(folder, defect.test, bound)
    finally:
        path.write_text(text, encoding="utf-8")


def run(folder, defects, options, bound):
    folder.mkdir(parents=True, exist_ok=True)
    copy_tree(folder)
    if not (folder / "build" / "build.ninja").exists():
        made = call(["meson", "setup", "-Dtests=enabled", *options, str(folder / "build"), str(folder)])
        if made.returncode != 0:
            raise SystemExit(made.stdout)
    for test in sorted({defect.test for defect in defects}):
        build(folder, test)
        if not passes(folder, test, bound):
            raise SystemExit(f"{test} fails without any defect")
    bad = 0
    for defect in defects:
        began = time.monotonic()
        if not seen(folder, defect, bound):
            bad += 1
            print(f"{defect.test} does not see: {defect.name}")
        elif time.monotonic() - began > 60:
            print(f"{defect.test} took its time over: {defect.name}")
    print(f"> {len(defects)} deliberate defects, {len(defects) - bad} seen")
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--bounds", action="store_true")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=int(time.time() // 86400))
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    if arguments.check:
        return check(read_defects(DEFECTS) + read_defects(BOUNDS))
    defects = [defect for defect in read_defects(BOUNDS if arguments.bounds else DEFECTS)
               if arguments.only in defect.name]
    if arguments.folder is None:
        parser.error("which folder?")
    if arguments.sample is not None:
        print(f"> --seed {arguments.seed}")
        defects = random.Random(arguments.seed).sample(defects, arguments.sample)
    folder = arguments.folder.resolve()
    if arguments.bounds:  # a sanitizer's shadow takes more memory than there is
        return run(folder, defects, SANITIZERS, None)
    return run(folder, defects, PLAIN, bound_memory)


if __name__ == "__main__":
    sys.exit(main())
