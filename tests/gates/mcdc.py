#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures MC/DC of lib/ in a build with clang's -fcoverage-mcdc, and compares with mcdc.txt.

    mcdc.py BUILD [--list]      --list: prints every condition that is missing

A decision of one condition counts as well: it must have been true and false. The cases of a
switch are no conditions.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "tests" / "gates" / "mcdc.txt"
ALONE, PART = 4, 6  # kinds of branches: of a decision of one condition, of more

Key = collections.namedtuple("Key", "file function text")


class Rules:
    """What mcdc.txt says: {layer: (floor, test)} and {Key: reason}."""

    def __init__(self, text):
        self.floors, self.excluded = {}, {}
        key = None
        for line in text.splitlines():
            floor = re.fullmatch(r"floor (\w+) +([\d.]+) +(\S+)", line)
            named = re.fullmatch(r"(lib/\S+) (\w+): (.+)", line)
            if floor:
                self.floors[floor[1]] = float(floor[2]), floor[3]
            elif named:
                key = Key(*named.groups())
                self.excluded[key] = ""
            elif line.startswith("    ") and key:
                self.excluded[key] += line.strip()
            elif line and not line.startswith("#"):
                raise SystemExit(f"mcdc.txt: what is {line!r}?")
        bare = [key for key, reason in self.excluded.items() if not reason]
        if bare:
            raise SystemExit(f"mcdc.txt: no reason for {bare[0]}")


# --- what ran -----------------------------------------------------------------


def run(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **more)
    if done.returncode != 0:
        sys.stdout.buffer.write(done.stdout)
        raise SystemExit(f"mcdc.py: exit status {done.returncode}: {' '.join(map(str, command))}")
    return done.stdout.decode(errors="replace")


def introspect(build, what):
    return json.loads(run("meson", "introspect", f"--{what}", build))


def find_tests(build):
    """{LAYER/TEST: {cmd, env ..}} of the programs of tests/unit; not of threads, which are
    counted where they are when a program ends: in a condition that was neither."""
    unit = build / "tests" / "unit"
    tests = [test for test in introspect(build, "tests")
             if test["cmd"][0].startswith(f"{unit}/") and "threads" not in test["name"]]
    return {f"{pathlib.Path(test['cmd'][0]).parent.relative_to(unit)}/{test['name']}": test for test in tests}


def find_library(build):
    return next(target["filename"][0] for target in introspect(build, "targets")
                if target["name"] == "msk" and target["type"] == "shared library")


def make(build, files):
    """Builds them. A decision that clang does not measure would be none that is missed."""
    said = run("ninja", "-C", build, *(os.path.relpath(file, build) for file in files))
    blind = [line for line in said.splitlines() if "unsupported MC/DC" in line and "/lib/" in line]
    if blind:
        raise SystemExit("\n".join(blind))


def run_tests(build, tests):
    """Random ones with the seeds that they have, or a floor would be one for a lucky day."""
    raw = build / "raw"
    run("rm", "-rf", raw)
    raw.mkdir()
    usual = {name: value for name, value in os.environ.items() if name != "MSK_TEST_SEED"}

    def run_one(name):
        profile = raw / (name.replace("/", "-") + ".%p.profraw")
        run(*tests[name]["cmd"], cwd=build, timeout=600,
            env=dict(usual, LLVM_PROFILE_FILE=str(profile), **tests[name]["env"]))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run_one, tests))


def measure(build, without=None):
    """What llvm-cov says of the library, after all tests but one, on a card or not."""
    left_out = () if without is None else tuple(without.replace("/", "-") + end for end in (".", "_card."))
    profiles = [path for path in (build / "raw").iterdir() if not path.name.startswith(left_out)]
    if without and len(profiles) == len(list((build / "raw").iterdir())):
        raise SystemExit(f"mcdc.txt: there is no test {without}")
    merged = build / "merged.profdata"
    run("llvm-profdata-19", "merge", "-sparse", *profiles, "-o", merged)
    # What is inline in a header of base has its tests there, and not in the library.
    inline = [f"-object={path}" for path in (build / "tests" / "unit" / "base").glob("test_*") if path.is_file()]
    told = run("llvm-cov-19", "export", find_library(build), *inline, "-instr-profile", merged)
    return json.loads(told)["data"][0]


# --- its conditions -----------------------------------------------------------


class Source:
    """The text of a place of a file: line, column, line, column."""

    def __init__(self):
        self.files = {}

    def lines(self, file):
        if file not in self.files:
            self.files[file] = pathlib.Path(file).read_text(encoding="utf-8").split("\n")
        return self.files[file]

    def text(self, file, place):
        line, column, last, end = place
        rows = self.lines(file)[line - 1:last]
        rows[-1] = rows[-1][:end - 1]
        rows[0] = rows[0][column - 1:]
        return " ".join(row.strip() for row in rows)

    def is_of_switch(self, file, place):
        before = self.lines(file)[place[0] - 1][:place[1] - 1]
        return before.endswith("switch (") or self.text(file, place).startswith(("case ", "default"))


def parts_of(function, record):
    """The branches of a decision of more conditions, in order; their file is not told."""
    place, told = record[:4], record[-1]
    for file in range(len(function["filenames"])):
        parts = sorted(b for b in function["branches"] if b[6] == file and b[8] == PART
                       and place[:2] <= b[:2] and b[2:4] <= place[2:])
        if len(parts) == len(told):
            return parts
    raise SystemExit(f"mcdc.py: {function['name']} line {place[0]}: whose conditions? A macro?")


def conditions(data, source):
    """{(file, place): [Key, was it seen]}; what a header has counts once."""
    found = {}

    def tell(function, branch, seen):
        file = function["filenames"][branch[6]]
        name = str(pathlib.Path(file).relative_to(ROOT))
        if name.startswith("lib/") and not source.is_of_switch(file, branch[:4]):
            key = Key(name, function["name"].split(":")[-1], source.text(file, branch[:4]))
            entry = found.setdefault((name, tuple(branch[:4])), [key, set()])
            entry[1].update(seen)

    for function in data["functions"]:
        for branch in function["branches"]:
            if branch[8] == ALONE:
                tell(function, branch, [way for way in (0, 1) if branch[4 + way] > 0])
        for record in function["mcdc_records"]:
            for branch, seen in zip(parts_of(function, record), record[-1]):
                tell(function, branch, [0, 1] if seen else [])
    return {place: [key, len(seen) == 2] for place, (key, seen) in found.items()}


def layer_of(key):
    return key.file.split("/")[1]


# --- the verdict --------------------------------------------------------------


def judge(found, rules):
    """(complaints, {layer: (seen, of, excluded)})."""
    complaints, layers, used = [], {}, set()
    for key, seen in found.values():
        counts = layers.setdefault(layer_of(key), [0, 0, 0])
        if not seen and key in rules.excluded:
            used.add(key)
            counts[2] += 1
        else:
            counts[0] += seen
            counts[1] += 1
    for key in rules.excluded:
        if key not in used:
            complaints.append(f"excluded, and is not there or was seen: {key.file} {key.function}: {key.text}")
    for layer, (seen, of, _) in sorted(layers.items()):
        floor = rules.floors.get(layer, (100, ""))[0]
        if 100 * seen < floor * of:
            complaints.append(f"{layer}: {seen} of {of} conditions, {100 * seen / of:.1f} %, below {floor}")
    return complaints, layers


def tell_missing(found, rules):
    for (file, place), (key, seen) in sorted(found.items()):
        if not seen and key not in rules.excluded:
            print(f"{file}:{place[0]}: {key.function}: {key.text}")


def check_itself(build, found, rules, source):
    """Each layer without one of its tests, and an exclusion of what is seen, are red."""
    for layer, (_, test) in rules.floors.items():
        complaints, _ = judge(conditions(measure(build, test), source), rules)
        if not any(line.startswith(f"{layer}: ") for line in complaints):
            raise SystemExit(f"mcdc.py: nobody misses {test}")
    for key, seen in found.values():
        if seen and key not in rules.excluded:
            break
    false = Rules(f"{key.file} {key.function}: {key.text}\n    a lie\n")
    if not any("excluded, and" in line for line in judge(found, false)[0]):
        raise SystemExit("mcdc.py: a false exclusion was not seen")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    rules, source = Rules(RULES.read_text(encoding="utf-8")), Source()
    tests = find_tests(build)
    make(build, {test["cmd"][0] for test in tests.values()} | {find_library(build)})
    run_tests(build, tests)
    found = conditions(measure(build), source)
    complaints, layers = judge(found, rules)
    for layer, (seen, of, excluded) in sorted(layers.items()):
        print(f"> {layer:8} {100 * seen / of:5.1f} % of {of} conditions, {excluded} more excluded")
    if "--list" in sys.argv:
        tell_missing(found, rules)
    if complaints:
        tell_missing(found, rules)
        raise SystemExit("\n".join(complaints))
    check_itself(build, found, rules, source)


main()
