#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""msk-bmsc while all goes on at once: UEs ask, all members are pushed to, and the files are read
again with other services of the Key Group. Who may have it gets it, whoever else is at work; the gate
tsan runs it with a thread sanitizer in the program.

    raced.py MSK-BMSC [ROUNDS]
"""
import concurrent.futures
import signal
import sys
import tempfile

from peers import DOMAIN, FQDN, GROUP, MRK, MUK, Program, Ue, address, msk_request, udp, write

BMSC = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
UES, ASKERS = 300, 8
SERVICES = [["urn:news"], [f"urn:{'long' * 10}", "urn:news"]]


def name(i):
    return f"{i}@bsf.example.org"


def write_group(where, services):
    return write(f"{where}/groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1,
                                     "services": services})


def start(where, sink):
    subscribers = [{"btid": name(i), "impi": str(i), "muk": MUK.hex(), "mrk": MRK.hex(),
                    "address": address(sink), "services": ["urn:news"]} for i in range(UES)]
    return Program(BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN,
                   "--layout", "keyid", "--registration", "none", "--ack", "none", "--subscribers",
                   write(f"{where}/subscribers", *subscribers), "--groups",
                   write_group(where, SERVICES[0]), "--store", f"{where}/store")


def ask(at, i):
    """Like a UE: again where there is no time, and where another one of its own was faster."""
    ue = Ue("keyid")
    ue.http_at, ue.btid, ue.tries = at, name(i), 20
    status, text = ue.ask("msk-request", msk_request((GROUP, 0)))
    ue.socket.close()
    return status, b"200 OK" in text, text


def all_ask(pool, at, some):
    for status, granted, text in pool.map(lambda i: ask(at, i), some):
        assert status == 200 and granted, (status, text)


def main():
    with tempfile.TemporaryDirectory() as where, \
            concurrent.futures.ThreadPoolExecutor(ASKERS) as pool:
        sink = udp("127.0.0.1")
        bmsc = start(where, sink)
        at = bmsc.wait("ready")["http"]
        all_ask(pool, at, range(UES))
        for n in range(ROUNDS):
            write_group(where, SERVICES[(n + 1) % 2])
            bmsc.process.send_signal(signal.SIGHUP)
            bmsc.say(f"push {GROUP}")
            all_ask(pool, at, range(n % 10, UES, 10))
        for _ in range(ROUNDS):
            told = bmsc.wait("finished", what="push")
            assert told["seen"] == told["done"] == UES, told
        assert bmsc.count("reloaded") > 0
        bmsc.quit()
        print(f"{ROUNDS} rounds, {bmsc.count('reloaded')} times read again")


main()
