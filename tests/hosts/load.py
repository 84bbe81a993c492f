#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""msk-load, a crowd of UEs: with msk-bmsc at the other end, losses and power cuts between them.

    load.py MSK-BMSC MSK-LOAD [TEST...]
"""
import json
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree

import wire
from peers import DOMAIN, FQDN, KEY_GROUP, GROUP, PATIENCE, Program, free_port, write

BMSC, LOAD = sys.argv[1:3]
MEMBERS = 60


def load(*arguments, code=0):
    done = subprocess.run([LOAD, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    assert done.returncode == code, done
    return done


def subscribers(where, port, *more):
    text = load("subscribers", "--members", str(MEMBERS), "--port", str(port), *more).stdout
    with open(f"{where}/subscribers", "w", encoding="ascii") as file:
        file.write(text)
    return file.name


def start(where, layout, port, *more):
    bmsc = Program(BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN,
                   "--layout", layout, "--subscribers", subscribers(where, port, *more),
                   "--groups", write(f"{where}/groups",
                                     {"domain": DOMAIN.hex(), "group": GROUP, "number": 1}),
                   "--store", f"{where}/bmsc.db")
    return bmsc, bmsc.wait("ready")["http"]


def crowd(http, layout, port, *more, code=0):
    return load("run", "--http", http, "--fqdn", FQDN, "--layout", layout, "--group", KEY_GROUP,
                "--members", str(MEMBERS), "--port", str(port), *more, code=code)


def measured(path):
    with open(path, encoding="ascii") as file:
        return json.load(file)


# --- tests ---------------------------------------------------------------------------------------

def everybody_has_the_newest(where):
    """With losses and power cuts, over a re-key; and what was counted is what the BM-SC saw."""
    for layout in "csb", "keyid":
        port = free_port()
        bmsc, http = start(where, layout, port)
        threading.Timer(4, bmsc.say, [f"rekey {GROUP}"]).start()
        crowd(http, layout, port, "--rate", "40", "--seconds", "12", "--lose", "50",
              "--restarts", "5", "--json", f"{where}/out.json", "--svg", f"{where}/out.svg",
              "--pcap", f"{where}/out.pcapng")
        got = measured(f"{where}/out.json")
        counts = got["counts"]
        assert got["ended"] == {"current": MEMBERS, "refused": 0, "left": 0, "without": 0}, got
        assert counts["started"] == MEMBERS and counts["restarted"] >= 20, counts
        assert counts["datagrams_lost"] > 0 and counts["msks"] > MEMBERS, counts
        assert sum(got["http"].values()) == counts["answers"] == got["us"]["http"]["n"], got
        assert got["us"]["join"]["n"] == MEMBERS and got["us"]["rekey"]["n"] > 0, got
        for name, value in counts.items():
            assert sum(second[name] for second in got["seconds"]) <= value, name
        assert 10 <= len(got["seconds"]) <= 12, len(got["seconds"])
        curves = xml.etree.ElementTree.parse(f"{where}/out.svg").findall(".//{*}polyline")
        assert len(curves) == 6, curves
        acked = bmsc.ask("stats", "stats")["acked"]
        assert MEMBERS <= acked <= counts["acknowledgements"], (acked, counts)
        judge = wire.Judge().read(f"{where}/out.pcapng")
        assert not judge.faults, judge.faults
        assert judge.numbers["msk"] == counts["datagrams"], (judge.numbers, counts)
        assert judge.numbers["acknowledgement"] >= acked, judge.numbers
        the_judge_sees_faults(list(wire.datagrams(f"{where}/out.pcapng")))
        bmsc.quit()
        subprocess.run(["rm", "-f", f"{where}/bmsc.db"], check=True)


def the_judge_sees_faults(seen):
    """Of what was captured: another message under the same counter; an answer to nothing."""
    judge = wire.Judge()
    when, source, destination, octets = seen[0]
    judge.look(when, source, destination, octets)
    judge.look(when, source, destination, octets)
    assert not judge.faults, judge.faults
    judge.look(when, source, destination, octets[:-1] + bytes([octets[-1] ^ 1]))
    assert [fault[0] for fault in judge.faults] == ["counter twice"], judge.faults
    answers = [each for each in seen if each[3][1] == wire.PSK_VERIFICATION]
    judge = wire.Judge()
    judge.look(*answers[0])
    assert [fault[0] for fault in judge.faults] == ["acknowledged, and never sent"], judge.faults


def strangers_get_nothing(where):
    """Keys of another seed: no MSK, and the end says so."""
    port = free_port()
    bmsc, http = start(where, "keyid", port, "--seed", "2")
    crowd(http, "keyid", port, "--rate", "40", "--seconds", "3", "--json", f"{where}/out.json",
          code=1)
    got = measured(f"{where}/out.json")
    assert got["ended"]["current"] == 0 and got["counts"]["msks"] == 0, got
    assert got["counts"]["bootstraps"] > 0 and "200" not in got["http"], got
    bmsc.quit()


def nobody_answers(where):
    """No BM-SC: the crowd ends in time, and says that it has nothing."""
    crowd(f"127.0.0.1:{free_port()}", "keyid", free_port(), "--seconds", "2",
          "--json", f"{where}/out.json", code=1)
    got = measured(f"{where}/out.json")
    assert got["ended"]["without"] == MEMBERS and got["counts"]["answers"] == 0, got
    assert got["counts"]["no_answer"] >= MEMBERS, got


def the_crowd_is_the_same_again(_):
    one = load("subscribers", "--members", "3").stdout
    assert load("subscribers", "--members", "3").stdout == one
    other = load("subscribers", "--members", "3", "--seed", "2").stdout
    keys = [json.loads(line)["muk"] for line in (one + other).splitlines()]
    assert len(set(keys)) == 6, keys


def goes_nowhere_else(_):
    """Load is for one's own machine, in bounds."""
    good = ["run", "--members", "5", "--fqdn", FQDN, "--layout", "keyid", "--group", KEY_GROUP]
    for wrong in (["--http", "192.0.2.1:80"], ["--http", "[::1]:80"], ["--http", "128.0.0.1:80"],
                  ["--http", "127.0.0.1:80", "--rate", "20001"],
                  ["--http", "127.0.0.1:80", "--members", "8000001"],
                  ["--http", "127.0.0.1:80", "--lose", "1000"],
                  ["--http", "127.0.0.1:80", "--restarts", "1001"],
                  ["--http", "127.0.0.1:80", "--connections", "1001"],
                  ["--http", "127.0.0.1:80", "--group", "2163540:1"],
                  ["--http", "127.0.0.1:80", "--group", "216354:0"],
                  ["--http", "127.0.0.1:80", "--group", "216354"], [],
                  ["--http", "127.0.0.1:80", "more"]):
        assert "msk-load: " in load(*good, *wrong, code=2).stderr, wrong
    assert "usage: msk-load" in load("--help").stdout


def main():
    tests = [everybody_has_the_newest, strangers_get_nothing, nobody_answers,
             the_crowd_is_the_same_again, goes_nowhere_else]
    wanted = sys.argv[3:]
    for test in tests:
        if not wanted or test.__name__ in wanted:
            with tempfile.TemporaryDirectory() as where:
                test(where)
            print(test.__name__, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
