#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints how many tests of a Meson testlog.json passed, failed and were skipped.

A program that speaks TAP counts by its lines, any other program as one test. What is planned and
not reported failed; a program that failed without a failed line counts as one more failure. What
was skipped is named on stderr, with the reason that the program gave.
"""
import itertools
import json
import re
import sys


def count(entry):
    """(passed, failed, skipped) of one program."""
    lines = entry.get("stdout", "").splitlines()
    planned = sum(int(n) for line in lines for n in re.findall(r"^1\.\.(\d+)", line))
    reported = [line for line in lines if re.match(r"(not )?ok \d", line)]
    bad = entry["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")
    if not planned and not reported:
        skipped = entry["result"] == "SKIP"
        return int(not bad and not skipped), int(bad), int(skipped)
    skipped = sum("# SKIP" in line for line in reported)
    passed = sum(line.startswith("ok") and "# SKIP" not in line for line in reported)
    failed = max(planned, len(reported)) - passed - skipped
    return passed, max(failed, int(bad)), skipped


def tell_skipped(entry):
    """A line for each skipped test: the name that stands after SKIP, else its number."""
    lines = entry.get("stdout", "").splitlines()
    tests = re.findall(r"^(?:not )?ok (\d+).*# SKIP *(\S*)", entry.get("stdout", ""), re.MULTILINE)
    reasons = [line[5:].strip() for line in lines if line.startswith("SKIP:")]
    names = ["%s, %s" % (entry["name"], name or "test " + number) for number, name in tests]
    if entry["result"] == "SKIP" and not names:
        names = [entry["name"]]
    for name, reason in itertools.zip_longest(names, reasons[:len(names)]):
        print("skipped: %s%s" % (name, ": " + reason if reason else ""), file=sys.stderr)


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            entries = [json.loads(line) for line in file]
    except FileNotFoundError:
        entries = []
    counts = [count(entry) for entry in entries]
    for entry in entries:
        tell_skipped(entry)
    print(*map(sum, zip(*counts or [(0, 1, 0)])))  # nothing ran: something failed


main()
