#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints how many tests of a Meson testlog.json passed, failed and were skipped.

A program that speaks TAP counts by its lines, any other program as one test. What is planned and
not reported failed; a program that failed without a failed line counts as one more failure.
"""
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


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            counts = [count(json.loads(line)) for line in file]
    except FileNotFoundError:
        counts = []
    print(*map(sum, zip(*counts or [(0, 1, 0)])))  # nothing ran: something failed


main()
