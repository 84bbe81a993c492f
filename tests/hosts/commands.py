#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drives msk-bmsc and msk-ue through their options and commands, with the model at the other end.

    commands.py MSK-BMSC MSK-UE
"""
import http.client
import json
import os
import resource
import socket
import sys
import tempfile
import time

from model import oracle, protect_oracle
from peers import (BTID, DOMAIN, FQDN, GROUP, KEY_GROUP, MRK, MUK, OTHER_DOMAIN, OTHER_GROUP,
                        Bmsc, Program, Ue, address, msk_request, udp, write)

BMSC, UE = sys.argv[1:3]
OTHER_BTID, OTHER_KS = "bob@bsf.example.org", "aa" * 32
CAROL = {"btid": "carol@bsf.example.org", "impi": "carol", "muk": "cc" * 32, "mrk": "dd" * 32,
         "expires": 4000000000, "services": ["film"]}
OTHER = {"domain": OTHER_DOMAIN.hex(), "group": GROUP, "number": 1, "services": ["film"]}


def start_bmsc(where, layout, *more, host="127.0.0.1", ue_at=None, group=None):
    """With two subscribers, and two services in domains of which each has a group of the number."""
    subscriber = {"btid": BTID, "impi": "alice", "muk": MUK.hex(), "mrk": MRK.hex(),
                  "expires": 4000000000} | ({"address": ue_at} if ue_at else {})
    at = f"[{host}]:0" if ":" in host else f"{host}:0"
    bmsc = Program(BMSC, "--http", at, "--mikey", at, "--fqdn", FQDN, "--layout", layout,
                   "--subscribers", write(f"{where}/subscribers", CAROL, subscriber), "--groups",
                   write(f"{where}/groups", OTHER,
                         {"domain": DOMAIN.hex(), "group": GROUP, "number": 1,
                          "services": ["news"]} | (group or {})),
                   "--store", f"{where}/bmsc.db", *more)
    return bmsc, bmsc.wait("ready")["http"]


def start_ue(where, layout, bmsc, *more, host="127.0.0.1", groups=KEY_GROUP):
    at = f"[{host}]:0" if ":" in host else f"{host}:0"
    ue = Program(UE, "--btid", BTID, "--muk", MUK.hex(), "--mrk", MRK.hex(), "--fqdn", FQDN, "--bmsc",
                 bmsc.url(), "--mikey", at, "--layout", layout, "--store", f"{where}/ue.db",
                 "--groups", groups, "--secrets", *more)
    return ue, ue.wait("ready")["mikey"]


# --- the model is the UE -------------------------------------------------------------------------

def bmsc_delivers(where, layout, host):
    """A request, two pushes, an acknowledgement; forged, late and missing ones count for nothing."""
    ue = Ue(layout, host)
    bmsc, ue.http_at = start_bmsc(where, layout, "--registration", "none", "--algorithm", "sha256",
                                  host=host, ue_at=address(ue.socket))
    assert ue.post("msk-request", msk_request((GROUP, 0)), authorize=False)[0] == 401
    assert ue.challenge["algorithm"] == "SHA-256" and ue.challenge["qop"] == "auth-int"
    assert ue.post("msk-request", msk_request((GROUP, 0)), spoil=True)[0] == 401
    status, text = ue.ask("msk-request", msk_request((GROUP, 0)))
    assert status == 200 and b"200 OK" in text, text
    first, sender = ue.take()
    assert first["kind"] == "msk" and first["number"] == 1 and first["v"]
    forged = bytearray(oracle.build_verification(first))
    forged[-1] ^= 1
    ue.socket.sendto(bytes(forged), sender)
    bmsc.wait("refused")
    again, sender = ue.take()  # it was not acknowledged, so to say
    assert (again["key"], again["number"]) == (first["key"], 1)
    assert again["counter"] == first["counter"] + 1
    ue.acknowledge(first, sender)
    bmsc.wait("acked", group=GROUP, number=1)
    bmsc.say(f"rekey {KEY_GROUP}")
    second, sender = ue.take()
    assert second["number"] == 2 and second["key"] != first["key"]
    ue.acknowledge(second, sender)
    bmsc.wait("acked", number=2)
    bmsc.say(f"pull {KEY_GROUP} {BTID}")
    pull, _ = ue.take()
    assert pull["kind"] == "pull" and not pull["v"] and pull["counter"] > second["counter"]
    stats = bmsc.ask("stats", "stats")
    assert stats["acked"] == 2 and stats["pulled"] == 1, stats
    bmsc.quit()


def bmsc_demands_new_keys(where, layout, host):
    """reauth: a new nonce, stale; rebootstrap: 401 until there are new keys; then rebind."""
    ue = Ue(layout, host)
    bmsc, ue.http_at = start_bmsc(where, layout, "--registration", "none", "--ack", "none",
                                  host=host)
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    bmsc.say(f"reauth {BTID}")
    bmsc.ask("stats", "stats")
    status, _ = ue.post("msk-request", msk_request((GROUP, 0)))
    assert status == 401 and ue.challenge.get("stale", "").lower() == "true", ue.challenge
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 200
    bmsc.say(f"rebootstrap {BTID}")
    bmsc.ask("stats", "stats")
    for _ in range(2):
        status, _ = ue.post("msk-request", msk_request((GROUP, 0)))
        assert status == 401 and ue.challenge.get("stale", "false").lower() != "true"
    bmsc.say(f"rebind {BTID} {OTHER_BTID} {OTHER_KS}")
    bmsc.ask("stats", "stats")
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 401  # the old B-TID
    # Keys that are not newer than all it had come back no more.
    bmsc.say(f"rebind {OTHER_BTID} {BTID} {OTHER_KS} 0 5")
    bmsc.wait("refused", what="rebind")
    bmsc.ask("stats", "stats")
    bmsc.quit()


def bmsc_rolls_over(where, layout, host):
    """The next MSK is prepared, pushed ahead and switched to; also one that was made elsewhere."""
    ue, key, rand = Ue(layout, host), "c7" * 16, "5e" * 16
    bmsc, ue.http_at = start_bmsc(where, layout, "--registration", "none", host=host,
                                  ue_at=address(ue.socket))

    def take(number):
        got, sender = ue.take()
        assert got["number"] == number, got
        ue.acknowledge(got, sender)
        bmsc.wait("acked", number=number)
        return got

    air = udp(host)
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    take(1)
    bmsc.ask(f"switch {KEY_GROUP}", "error")
    bmsc.ask(f"push-next {KEY_GROUP} {BTID}", "refused")
    bmsc.ask(f"prepare {KEY_GROUP}", "msk", number=2)
    bmsc.say(f"push-next {KEY_GROUP}")
    take(2)
    bmsc.ask(f"mtk {KEY_GROUP} {address(air)}", "mtk", number=1, mtk_id=1)
    bmsc.ask(f"switch {KEY_GROUP}", "msk", number=2)
    bmsc.ask(f"mtk {KEY_GROUP} {address(air)}", "mtk", number=2, mtk_id=1)
    bmsc.ask(f"prepare {KEY_GROUP} 2 {key} {rand}", "error")
    bmsc.ask(f"prepare {KEY_GROUP} 9 {key} {rand} 5 50", "msk", number=9)
    bmsc.say(f"push-next {KEY_GROUP} {BTID}")
    got = take(9)
    assert (got["key"].hex(), got["rand"].hex()) == (key, rand), got
    assert (got["seq_low"], got["seq_high"]) == (5, 50), got
    # Who joins gets the current one and then the next.
    bmsc.ask(f"part {KEY_GROUP} {BTID}", "parted", reason="by command")
    bmsc.ask(f"push {KEY_GROUP} {BTID}", "refused")
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 200
    take(2)
    take(9)
    # A re-key lets the next one go.
    bmsc.say(f"rekey {KEY_GROUP}")
    take(10)
    # What the subscription no longer has ends at once, and is not given again.
    subscriber = {"btid": BTID, "impi": "alice", "muk": MUK.hex(), "mrk": MRK.hex(),
                  "address": address(ue.socket)}
    group = {"domain": DOMAIN.hex(), "group": GROUP, "number": 1, "services": ["s"]}
    bmsc.say("group " + json.dumps(group))
    bmsc.say("subscriber " + json.dumps(subscriber | {"services": ["other"]}))
    bmsc.ask(f"push {KEY_GROUP} {BTID}", "refused")
    status, text = ue.post("msk-request", msk_request((GROUP, 0)))
    assert status == 200 and b"403" in text, text
    bmsc.say("subscriber " + json.dumps(subscriber | {"services": ["s"]}))
    bmsc.ask("stats", "stats")
    assert b"200" in ue.post("msk-request", msk_request((GROUP, 0)))[1]
    take(10)
    bmsc.say("group " + json.dumps(group | {"services": ["t"]}))
    bmsc.wait("parted", reason="not allowed")
    bmsc.quit()


def bmsc_has_many_groups(where, layout, host):
    """64 Key Groups from a file, asked for in one request; and started again on its store."""
    ue, groups = Ue(layout, host), range(100, 164)
    files = [{"domain": DOMAIN.hex(), "group": g, "number": 1} for g in groups]
    subscriber = {"btid": BTID, "impi": "alice", "muk": MUK.hex(), "mrk": MRK.hex(),
                  "address": address(ue.socket)}
    for _ in range(2):
        at = f"[{host}]:0" if ":" in host else f"{host}:0"
        bmsc = Program(BMSC, "--http", at, "--mikey", at, "--fqdn", FQDN, "--layout", layout,
                       "--registration", "none", "--subscribers",
                       write(f"{where}/subscribers", subscriber), "--groups",
                       write(f"{where}/groups", *files), "--store", f"{where}/bmsc.db")
        ue.http_at, ue.challenge = bmsc.wait("ready")["http"], None
        status, text = ue.ask("msk-request", msk_request(*((g, 0) for g in groups)))
        assert status == 200 and text.count(b"200 OK") == len(groups), text
        for group in groups:
            got, sender = ue.take()
            assert got["group"] == group, got
            ue.acknowledge(got, sender)
            bmsc.wait("acked", group=group)
        bmsc.quit()


def bmsc_never_pushes(where, layout, host):
    """--never-push: an MSK comes to who asks, and to nobody else."""
    ue = Ue(layout, host)
    bmsc, ue.http_at = start_bmsc(where, layout, "--registration", "none", "--ack", "none",
                                  "--never-push", host=host, ue_at=address(ue.socket))
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    assert ue.take()[0]["number"] == 1
    bmsc.ask(f"push {KEY_GROUP} {BTID}", "refused")
    bmsc.ask(f"rekey {KEY_GROUP}", "msk", number=2)
    assert ue.post("msk-request", msk_request((GROUP, 0)))[0] == 200
    assert ue.take()[0]["number"] == 2
    stats = bmsc.ask("stats", "stats")
    assert stats["pushed"] == 2, stats
    bmsc.quit()


def bmsc_starts_again(where, layout, host):
    """Killed and started from its store it uses no counter twice; --ext, --ext-before-kemac, own MSK."""
    ext = 2 if layout == "csb" else 3
    key, rand = "0f" * 16, "a5" * 16
    counters = []
    ue = Ue(layout, host)
    for _ in range(3):
        bmsc, ue.http_at = start_bmsc(where, layout, "--registration", "none",
                                      "--ext-before-kemac", "--ext", str(ext), "--ack", "none",
                                      host=host,
                                      ue_at=address(ue.socket),
                                      group={"msk": key, "rand": rand, "seq": [3, 99]})
        ue.challenge = None
        assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
        got, _ = ue.take()
        assert got["ext_before_kemac"] and not got["v"] and got["ext_type"] == ext
        assert (got["key"].hex(), got["rand"].hex()) == (key, rand), got
        assert (got["seq_low"], got["seq_high"]) == (3, 99)
        counters.append(got["counter"])
        bmsc.kill()
    assert counters == sorted(set(counters)), counters


def bmsc_keeps_domains_apart(where, layout, host):
    """Two domains with one group number: keys, members and commands of each are its own."""
    ue, carol = Ue(layout, host), Ue(layout, host)
    carol.btid, carol.domains = CAROL["btid"], (OTHER_DOMAIN,)
    carol.muk, carol.mrk = bytes.fromhex(CAROL["muk"]), bytes.fromhex(CAROL["mrk"])
    ue.domains = (OTHER_DOMAIN, DOMAIN)
    bmsc, ue.http_at = start_bmsc(where, layout, "--registration", "none", host=host,
                                  ue_at=address(ue.socket))
    carol.http_at = ue.http_at
    status, text = ue.ask("msk-request", msk_request((GROUP, 0), domains=ue.domains))
    assert status == 200 and text.count(b"200 OK") == 2, text
    keys = {}
    for _ in range(2):
        got, sender = ue.take()
        keys[got["domain"]] = got["key"]
        ue.acknowledge(got, sender)
        bmsc.wait("acked", domain=got["domain"].hex(), group=GROUP)
    assert set(keys) == set(ue.domains) and len(set(keys.values())) == 2, keys
    status, text = carol.ask("msk-request", msk_request((GROUP, 0), domains=ue.domains))
    assert status == 200 and text.count(b"200 OK") == 1 and text.count(b"403") == 1, text
    assert text.index(b"200 OK") < text.index(b"403"), text
    bmsc.ask(f"rekey {GROUP}", "error")
    for domain, name in ((DOMAIN, KEY_GROUP), (OTHER_DOMAIN, OTHER_GROUP)):
        bmsc.say(f"rekey {name}")
        got, sender = ue.take()
        assert (got["domain"], got["number"]) == (domain, 2), got
        assert got["key"] not in keys.values()
        keys[domain] = got["key"]
        ue.acknowledge(got, sender)
        bmsc.wait("acked", domain=domain.hex(), number=2)
    bmsc.say(f"pull {OTHER_GROUP} {BTID}")
    got, _ = ue.take()
    assert got["kind"] == "pull" and got["domain"] == OTHER_DOMAIN, got
    bmsc.quit()


# --- the model is the BM-SC ----------------------------------------------------------------------

def ue_takes_msks(where, layout, host):
    """Asked, pushed, acknowledged; two are kept; what is old, forged or cut is not answered."""
    bmsc = Bmsc(layout, host)
    ue, at = start_ue(where, layout, bmsc, host=host)
    ue.say("start")
    ue.wait("result", code=200)
    assert [good for _, good, _ in bmsc.requests] == [False, True], bmsc.requests
    sent = [bmsc.message(number=n) for n in (1, 2, 3)]
    for m in sent:
        bmsc.send(m, at)
        bmsc.answered(m)
        assert ue.wait("msk", number=m["number"])["key"] == m["key"].hex()
    ue.wait("msk_deleted", number=1)
    bad = [sent[2]["message"], sent[0]["message"], sent[2]["message"][:-1],
           bmsc.message(psk=bytes(32))["message"], bytes(1500)]
    flipped = bytearray(bmsc.message()["message"])
    flipped[len(flipped) // 2] ^= 4
    for octets in bad + [bytes(flipped)]:
        bmsc.send(octets, at)
        ue.wait("refused")
    last = bmsc.message(number=4)
    bmsc.send(last, at)
    assert bmsc.answered(last)["counter"] == last["counter"]  # and nothing before it
    ue.wait("msk", number=4)
    held = ue.ask("keys", "keys")["held"]
    assert [each["number"] for each in held] == [4, 3], held
    ue.quit()


def ue_asks_when_it_must(where, layout, host):
    """A message without a key, and traffic under an MSK that it has not, make it ask."""
    bmsc = Bmsc(layout, host)
    ue, at = start_ue(where, layout, bmsc, host=host, groups=f"{OTHER_GROUP},{KEY_GROUP}")
    ue.say("start")
    ue.wait("result", code=200)
    bmsc.send(other := bmsc.message(domain=OTHER_DOMAIN), at)
    bmsc.answered(other)
    first = bmsc.message()
    bmsc.send(first, at)
    bmsc.answered(first)
    ue.wait("msk")
    bmsc.send(bmsc.message("pull"), at)
    ue.wait("result", code=200)
    second = bmsc.message(number=2)
    bmsc.send(second, at)
    bmsc.answered(second)
    ue.wait("msk", number=2)
    mki = (GROUP.to_bytes(2, "big") + b"\0\3" + b"\0\1").hex()
    ue.ask("missed " + mki, "refused")  # of which domain?
    ue.say(f"missed {mki} {DOMAIN.hex()}")
    ue.wait("result", code=200)
    assert sum(good for _, good, _ in bmsc.requests) == 3, bmsc.requests
    ue.quit()


def ue_keeps_domains_apart(where, layout, host):
    """MSKs of one group and number in two domains: each replaces its own only."""
    bmsc = Bmsc(layout, host)
    ue, at = start_ue(where, layout, bmsc, host=host, groups=f"{OTHER_GROUP},{KEY_GROUP}")
    ue.say("start")
    ue.wait("result", code=200)
    domains = (DOMAIN, OTHER_DOMAIN)
    for number in (1, 2, 3):
        for domain in domains:
            m = bmsc.message(number=number, domain=domain)
            bmsc.send(m, at)
            bmsc.answered(m)
            got = ue.wait("msk", number=number, domain=domain.hex())
            assert got["key"] == m["key"].hex(), got
    held = ue.ask("keys", "keys")["held"]
    assert [(each["domain"], each["number"]) for each in held] == [
        (domain.hex(), number) for domain in reversed(domains) for number in (3, 2)], held
    assert ue.count("msk_deleted") == 2
    ue.quit()


def ue_accepts_no_forgery(where, layout, host):
    """A wrong rspauth is no answer, and another realm gets no credentials."""
    for lie in ("rspauth", "realm"):
        bmsc = Bmsc(layout, host)
        bmsc.lie = lie
        folder = f"{where}/{lie}"
        os.mkdir(folder)
        ue, _ = start_ue(folder, layout, bmsc, host=host)
        ue.say("start")
        if lie == "rspauth":
            while len(bmsc.requests) < 3:
                ue.wait("http_request")
        else:
            ue.wait("http_response", status=401)
            assert ue.ask("keys", "keys")["held"] == []
            assert not any(good for _, good, _ in bmsc.requests), bmsc.requests
        assert not any(e["event"] == "result" and e.get("code") == 200 for e in ue.events)
        ue.kill()


def ue_starts_again(where, layout, host):
    """Killed and started from its store it has its MSKs, and all from before is old."""
    bmsc = Bmsc(layout, host)
    ue, at = start_ue(where, layout, bmsc, host=host)
    ue.say("start")
    ue.wait("result", code=200)
    m = bmsc.message()
    bmsc.send(m, at)
    bmsc.answered(m)
    ue.wait("msk")
    ue.kill()
    ue, at = start_ue(where, layout, bmsc, host=host)
    held = ue.ask("keys", "keys")["held"]
    assert [each["number"] for each in held] == [1], held
    ue.ask("start", "http_request")  # from now on it takes messages of the service
    bmsc.send(m, at)
    ue.wait("refused")
    then = bmsc.message(number=2)
    bmsc.send(then, at)
    assert bmsc.answered(then)["counter"] == then["counter"]
    ue.quit()


def bmsc_on_a_full_disk(where, layout, host):
    """What is due waits, without a storm of attempts, and goes out when there is room again."""
    ue = Ue(layout, host)
    bmsc, ue.http_at = start_bmsc(where, layout, "--registration", "none", host=host,
                                  ue_at=address(ue.socket))
    assert ue.ask("msk-request", msk_request((GROUP, 0)))[0] == 200
    first, _ = ue.take()
    room = resource.prlimit(bmsc.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bmsc.process.pid, resource.RLIMIT_FSIZE, (0, room[1]))
    bmsc.wait("refused", what="timer")
    time.sleep(1.5)
    assert bmsc.count("refused") == 1, bmsc.count("refused")
    resource.prlimit(bmsc.process.pid, resource.RLIMIT_FSIZE, room)
    again, sender = ue.take()
    assert again["counter"] > first["counter"]
    ue.acknowledge(again, sender)
    bmsc.wait("acked", number=1)
    bmsc.quit()


def both_use_akma(where, layout, host):
    """K_AKMA here, what the AAnF made of it there; the A-KID is the name, and the realm says so."""
    k_akma, a_kid = bytes(range(32)), "r000.a1@5gc.mnc001.mcc001.3gppnetwork.org"
    bmsc, at = start_bmsc(where, layout, "--registration", "none", "--akma")
    ue = Program(UE, "--btid", a_kid, "--akma", k_akma.hex(), "--fqdn", FQDN, "--bmsc",
                 f"http://{at}", "--mikey", f"{host}:0", "--layout", layout, "--store",
                 f"{where}/ue.db", "--groups", KEY_GROUP)
    k_af = protect_oracle.k_af(k_akma, FQDN.encode())
    bmsc.say("subscriber " + json.dumps({"btid": a_kid, "k_af": k_af.hex(), "services": ["news"],
                                         "address": ue.wait("ready")["mikey"]}))
    bmsc.ask("stats", "stats")  # the subscriber is there
    asked = http.client.HTTPConnection(at)
    asked.request("POST", "/keymanagement?requesttype=msk-request")
    assert "3GPP-bootstrapping-akma@" in asked.getresponse().headers["WWW-Authenticate"]
    ue.ask("start", "msk", number=1)  # before the answer, or after it
    bmsc.wait("acked", number=1)
    bmsc.quit()
    ue.kill()


def has_ipv6():
    try:
        udp("::1").close()
        return True
    except OSError:
        return False


def main():
    tests = [bmsc_delivers, bmsc_keeps_domains_apart, bmsc_demands_new_keys, bmsc_rolls_over,
             bmsc_has_many_groups, bmsc_never_pushes, bmsc_starts_again, bmsc_on_a_full_disk,
             ue_takes_msks, ue_keeps_domains_apart, ue_asks_when_it_must, ue_accepts_no_forgery,
             ue_starts_again, both_use_akma]
    runs = [(test, layout, "127.0.0.1") for test in tests for layout in ("csb", "keyid")]
    if socket.has_ipv6 and has_ipv6():
        runs += [(bmsc_delivers, "keyid", "::1"), (ue_takes_msks, "csb", "::1")]
    else:
        print("SKIP: there is no IPv6 here")
    for test, layout, host in runs:
        with tempfile.TemporaryDirectory() as where:
            test(where, layout, host)
        print(f"{test.__name__} {layout} {host}", flush=True)
    return 0


sys.exit(main())
