#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs examples/bmsc_threads against the model: it pushes, pushes again, is acknowledged.

    bmsc_threads.py PROGRAM
"""
import os
import socket
import subprocess
import sys
import tempfile

from model import oracle

FQDN, BTID = b"bmsc.example.com", b"btid@bsf.example.com"
MUK, MRK = bytes(range(32)), bytes(range(32, 64))
PORT = 2269
PATIENCE = 20  # seconds


def listen():
    """A UE on loopback, on an address that no other test has."""
    ue = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ue.settimeout(PATIENCE)
    for i in range(20):
        address = f"127.{os.getpid() // 250 % 250 + 1}.{os.getpid() % 250 + 1}.{i + 1}"
        try:
            ue.bind((address, PORT))
            return ue, address
        except OSError:
            continue
    print("SKIP: UDP port 2269 is taken")
    sys.exit(77)


def take(ue):
    """An MSK message that the model opens, and from where it came."""
    octets, sender = ue.recvfrom(2048)
    got = oracle.accept(octets, MUK)
    assert got["kind"] == "msk" and got["layout"] == "keyid" and got["v"], got
    assert (got["idi"], got["idr"]) == (FQDN, BTID), got
    return got, sender


def acknowledge(ue, got, sender):
    ue.sendto(oracle.build_verification(got), sender)


def converse(ue, program):
    first, _ = take(ue)
    again, sender = take(ue)  # the first one was lost, so to say
    assert again["counter"] == first["counter"] + 1, again
    for name in ("csb_id", "rand", "key", "number"):
        assert again[name] == first[name], name
    ue.sendto(oracle.build_verification(again)[:-1] + b"\0", sender)  # a forged one
    acknowledge(ue, first, sender)
    line = program.stdout.readline()
    assert line == b"MSK 68ca/0001 delivered\n", line


def main():
    ue, address = listen()
    with tempfile.TemporaryDirectory() as folder:
        keys = os.path.join(folder, "keys")
        with open(keys, "wb") as file:
            file.write(MUK + MRK + BTID)
        with subprocess.Popen([sys.argv[1], FQDN, address, keys],
                              stdout=subprocess.PIPE) as program:
            try:
                converse(ue, program)
            finally:
                program.kill()
    print("pushed, pushed again, acknowledged")
    return 0


sys.exit(main())
