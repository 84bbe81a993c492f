#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What somebody without keys can cost a BM-SC: not one write to its database.

    attacked.py MSK-BMSC
"""
import hashlib
import http.client
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

FQDN = "bmsc.example.com"
TARGET = "/keymanagement?requesttype=msk-request"


def start(tool, where):
    with open(f"{where}/subscribers", "w", encoding="ascii") as file:
        file.write(json.dumps({"btid": "known", "muk": "11" * 32, "mrk": "22" * 32}) + "\n")
    with open(f"{where}/groups", "w", encoding="ascii") as file:
        file.write(json.dumps({"domain": "12f645", "group": 1, "number": 1}) + "\n")
    bmsc = subprocess.Popen([tool, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN,
                             "--layout", "csb", "--subscribers", f"{where}/subscribers", "--groups",
                             f"{where}/groups", "--store", f"{where}/store", "--json"],
                            stdin=subprocess.PIPE, stdout=open(f"{where}/log", "wb"))
    for _ in range(100):
        with open(f"{where}/log", "rb") as file:
            lines = file.read().splitlines()
        ready = [json.loads(each) for each in lines if b'"ready"' in each]
        if ready:
            return bmsc, int(ready[0]["http"].rsplit(":")[-1])
        time.sleep(0.1)
    raise SystemExit("it does not start")


def post(port, authorization=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    headers = {"Authorization": authorization} if authorization else {}
    connection.request("POST", TARGET, b"", headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def guess(port, username):
    challenge = post(port).getheader("WWW-Authenticate")
    nonce = re.search('nonce="([^"]+)"', challenge).group(1)
    return post(port, f'Digest username="{username}", realm="3GPP-bootstrapping@{FQDN}", '
                f'nonce="{nonce}", uri="{TARGET}", qop=auth-int, nc=00000001, cnonce="x", '
                f'algorithm=SHA-256, response="{hashlib.sha256(b"guess").hexdigest()}"').status


def version(where):
    with sqlite3.connect(f"{where}/store") as database:
        return database.execute("SELECT version FROM subscriber").fetchone()[0]


def main():
    with tempfile.TemporaryDirectory() as where:
        bmsc, port = start(sys.argv[1], where)
        try:
            before = version(where)
            assert [guess(port, name) for name in ("known", "unknown") * 5] == [401] * 10
            assert version(where) == before, "a wrong guess was written down"
        finally:
            bmsc.kill()
            bmsc.wait()


main()
