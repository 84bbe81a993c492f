#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What count.py says of a log: the sums, and the names of what was skipped."""
import json
import pathlib
import subprocess
import sys
import tempfile

COUNT = pathlib.Path(__file__).resolve().parent / "count.py"
LOG = [
    ("unit / openssl", "SKIP", "SKIP: OpenSSL 3 is not there\n"),
    ("unit / wipe", "OK", "1..3\nok 1 - a\nSKIP: no stack\nok 2 # SKIP\nok 3 - c\n"),
    ("unit / cmocka", "OK", "1..2\nok 1 - a\nnot ok 2 # SKIP b\n"),
    ("unit / bare", "SKIP", ""),
    ("unit / bad", "FAIL", "1..2\nok 1 - a\nnot ok 2 - b\n"),
    ("unit / crashed", "FAIL", "1..3\nok 1 - a\n"),
    ("tree / plain", "OK", "fine\n"),
]
SKIPPED = """skipped: unit / openssl: OpenSSL 3 is not there
skipped: unit / wipe, test 2: no stack
skipped: unit / cmocka, b
skipped: unit / bare
"""


def main():
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        for name, result, stdout in LOG:
            file.write(json.dumps({"name": name, "result": result, "stdout": stdout}) + "\n")
        file.flush()
        done = subprocess.run([sys.executable, COUNT, file.name], capture_output=True, text=True)
    if (done.stdout, done.stderr) != ("6 3 4\n", SKIPPED):
        sys.exit("FAIL: %r %r" % (done.stdout, done.stderr))


main()
