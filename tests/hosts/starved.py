#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Datagrams that never end leave msk-ue time for everything else.

    starved.py MSK-UE

Strangers send to one of its two addresses, faster than it can look: messages whose MAC is wrong, and
which it finds out about as late as that. Its commands, answers of its BM-SC, timers and what comes
to the other address have their turn all the same, and so has the end.
"""
import multiprocessing
import socket
import sys
import tempfile

from peers import BTID, FQDN, KEY_GROUP, MRK, MUK, Bmsc, Program

UE = sys.argv[1]
STRANGERS = 2  # processes
MANY = 20000  # datagrams, when it may be said that they flood
FRESH = 1 << 30  # a counter that genuine messages do not reach


def forged(bmsc):
    """MSK messages that are newer than all genuine ones, under a key that nobody has."""
    bmsc.counter += FRESH
    messages = [bmsc.message(psk=bytes(32))["message"] for _ in range(100)]
    bmsc.counter = 0
    return messages


def strangers(at, messages, sent):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        for octets in messages:
            s.sendto(octets, at)
        sent.value += len(messages)


def flood(at, messages):
    host, port = at.rsplit(":", 1)
    counts = [multiprocessing.Value("Q") for _ in range(STRANGERS)]
    processes = [multiprocessing.Process(target=strangers, daemon=True,
                                         args=((host, int(port)), messages, count))
                 for count in counts]
    for each in processes:
        each.start()
    while any(count.value < MANY for count in counts):
        assert all(each.is_alive() for each in processes)
    return processes


def everything_has_its_turn(where, layout):
    bmsc = Bmsc(layout)
    ue = Program(UE, "--btid", BTID, "--muk", MUK.hex(), "--mrk", MRK.hex(), "--fqdn", FQDN, "--bmsc",
                 bmsc.url(), "--mikey", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--layout", layout,
                 "--store", f"{where}/ue.db", "--groups", KEY_GROUP, "--timeout", "10")
    ready = ue.wait("ready")
    ue.ask("start", "result", code=200)
    processes = flood(ready["mikey"], forged(bmsc))
    ue.ask(f"request {KEY_GROUP}", "result", code=200)
    m = bmsc.message()
    bmsc.send(m, ready["also"][0])
    ue.wait("msk", number=1)
    bmsc.answered(m)
    bmsc.silent = True
    ue.say(f"request {KEY_GROUP}")
    ue.wait("http_response", status=0)
    ue.wait("http_request")  # a timer
    bmsc.silent = False
    ue.quit()
    for each in processes:
        each.terminate()


def main():
    with tempfile.TemporaryDirectory() as where:
        everything_has_its_turn(where, "keyid")


main()
