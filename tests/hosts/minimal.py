#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The two smallest programs meet: minimal_ue asks minimal_bmsc for an MSK and acknowledges it.
minimal_bmsc answers before it pushes. And both stay small.

    minimal.py MINIMAL-BMSC MINIMAL-UE
"""
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from peers import BTID, FQDN, GROUP, MRK, MUK, Arrivals, Ue, free_port, msk_request

BMSC, UE = sys.argv[1:3]
SECONDS = 40
LINES = 115  # of a host that does all there is to do
ANNOUNCEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<securityDescription xmlns="urn:3GPP:metadata:2005:MBMS:securityDescription">
 <keyManagement offsetTime="0" randomTimePeriod="0" uiccKeyManagement="false">
  <serverURI>http://localhost:%d</serverURI>
 </keyManagement>
 <keyId>
  <mediaFlow flowID="239.1.2.3/5004">
   <MSK><keyDomainID>IWNU</keyDomainID><MSKID>GM8AAA==</MSKID></MSK>
  </mediaFlow>
 </keyId>
</securityDescription>
"""


def write(path, octets):
    with open(path, "wb") as file:
        file.write(octets)
    return path


def said(path):
    with open(path, "rb") as file:
        return file.read().decode()


def start(where, name, *arguments):
    with open(f"{where}/{name}.log", "wb") as log:
        return subprocess.Popen(arguments, stdout=log, stderr=log)


def meet(where):
    """What the two programs say; the UE's keys are those that the BM-SC knows."""
    keys = os.urandom(64) + b"alice@bsf.example.org"
    http, udp = free_port(), free_port()
    bmsc = start(where, "bmsc", BMSC, "localhost", str(http), write(f"{where}/bmsc.keys", keys),
                 str(udp))
    ue = start(where, "ue", UE, write(f"{where}/announcement.xml", (ANNOUNCEMENT % http).encode()),
               "urn:news", write(f"{where}/ue.keys", keys), str(udp))
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and "delivered" not in said(f"{where}/bmsc.log"):
        time.sleep(0.05)
    for program in bmsc, ue:
        program.kill()
        program.wait()
    if os.path.exists(f"{where}/ue.keys"):
        sys.exit("the UE left its key file")
    return said(f"{where}/bmsc.log"), said(f"{where}/ue.log")


def answers_before_it_pushes(where):
    """TS 33.246 6.3.2.2.1: the 200, and then the MIKEY message."""
    ue = Ue("csb")
    port = free_port()
    bmsc = start(where, "order", BMSC, FQDN, str(port),
                 write(f"{where}/order.keys", MUK + MRK + BTID.encode()),
                 str(ue.socket.getsockname()[1]))
    ue.http_at = f"127.0.0.1:{port}"
    body = msk_request((GROUP, 0))
    until = time.monotonic() + SECONDS
    while True:
        try:
            assert ue.post("msk-request", body)[0] == 401
            break
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.05)
    arrivals = Arrivals(ue.socket)
    ue.connected = arrivals.add
    connection, _ = ue.begin("msk-request", body)
    order = arrivals.order(2)
    bmsc.kill()
    bmsc.wait()
    if order != [connection.sock.fileno(), ue.socket.fileno()]:
        sys.exit("the message left before the 200")


def stay_small():
    """Lines of code: what is neither blank nor a comment."""
    examples = pathlib.Path(__file__).resolve().parents[2] / "examples"
    for name in ("minimal_ue.c", "minimal_bmsc.c"):
        code = re.sub(r"/\*.*?\*/", "", (examples / name).read_text(), flags=re.S)
        lines = sum(1 for line in code.splitlines() if line.strip())
        if not 50 < lines < LINES:
            sys.exit(f"{name} has {lines} lines of code, not less than {LINES}")


def main():
    stay_small()
    with tempfile.TemporaryDirectory() as where:
        bmsc, ue = meet(where)
        answers_before_it_pushes(where)
    if "MSK 18cf/0001 delivered" not in bmsc or "MSK 18cf/0001" not in ue:
        sys.exit(f"BM-SC: {bmsc!r}, UE: {ue!r}")


main()
