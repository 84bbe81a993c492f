#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What msk-bmsc does as a program: order, input, locks, signals, numbers to watch.

    hosts_bmsc.py MSK-BMSC [TEST...]
"""
import sys
import tempfile

from host_peers import (BTID, DOMAIN, FQDN, GROUP, MRK, MUK, Arrivals, Program, Ue, address,
                        msk_request, write)

BMSC = sys.argv[1]
SUBSCRIBER = {"btid": BTID, "impi": "alice", "muk": MUK.hex(), "mrk": MRK.hex(),
              "expires": 4000000000}


def options(where, *more, http="127.0.0.1:0", subscribers=(SUBSCRIBER,), groups=None):
    group = {"domain": DOMAIN.hex(), "group": GROUP, "number": 1}
    return [BMSC, "--http", http, "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout", "keyid",
            "--registration", "none", "--subscribers", write(f"{where}/subscribers", *subscribers),
            "--groups", write(f"{where}/groups", *(groups or [group])),
            "--store", f"{where}/bmsc.db", *more]


def start(where, *more, **how):
    bmsc = Program(*options(where, *more, **how))
    return bmsc, bmsc.wait("ready")["http"]


def start_with_ue(where, *more):
    ue = Ue("keyid")
    bmsc, ue.http_at = start(where, *more,
                             subscribers=[SUBSCRIBER | {"address": address(ue.socket)}])
    return bmsc, ue


# --- order ---------------------------------------------------------------------------------------

def answers_before_it_pushes(where):
    """TS 33.246 6.3.2.2.1: the 200, and then the MIKEY message."""
    bmsc, ue = start_with_ue(where, "--ack", "none")
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 401
    for _ in range(20):
        arrivals = Arrivals(ue.socket)
        ue.connected = arrivals.add
        connection, _ = ue.begin("msk-request", msk_request((GROUP, 0)))
        order = arrivals.order(2)
        assert order == [connection.sock.fileno(), ue.socket.fileno()], "the message left first"
        connection.close()
        ue.socket.recv(4096)
    bmsc.quit()


def main():
    tests = [answers_before_it_pushes]
    wanted = sys.argv[2:]
    for test in tests:
        if not wanted or test.__name__ in wanted:
            with tempfile.TemporaryDirectory() as where:
                test(where)
            print(test.__name__, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
