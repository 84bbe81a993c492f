#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""msk-bmsc --bsf: a BSF that the model is, honest or not, and msk-bsf.

    asked.py MSK-BMSC MSK-BSF [TEST..]
"""
import base64
import concurrent.futures
import datetime
import http.server
import json
import os
import pathlib
import re
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from model import digest_oracle, gba_oracle
from peers import (BTID, DOMAIN, FQDN, GROUP, MRK, MUK, PATIENCE, Program, Ue, address, free_port,
                   msk_request, write)
from schema import Models
from stores import Sqlite

MODELS = Models("nbsp_schema.json")
BMSC, BSF = sys.argv[1:3]
TLS = pathlib.Path(__file__).with_name("tls.pem")
ALICE = {"btid": BTID, "impi": "alice", "muk": MUK.hex(), "mrk": MRK.hex(), "expires": 4000000000,
         "age": 1}
WANTED = msk_request((GROUP, 0))
PATH = "/nbsp-gba/v1/bootstrapping-info-retrieval"
QUESTIONS = 64  # that msk-bmsc has under way at most


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%S.%fZ")


class Bsf:
    """It knows the keys of some B-TIDs, and says what `lie` makes of that."""

    def __init__(self, tls=None):
        self.known, self.asked, self.lie = {}, [], None
        self.more, self.open = threading.Condition(), True
        bsf = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                bsf.serve(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # who asked has given up

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, impi, btid=None, **more):
        """Somebody bootstraps. What a UE then has."""
        btid = btid or base64.b64encode(secrets.token_bytes(16)).decode() + "@bsf.example.org"
        info = {"meKeyMaterial": secrets.token_hex(32), "keyExpiryTime": "2099-12-01T12:00:00Z",
                "bootstrappingInfoCreationTime": moment(time.time()), "gbaType": "3G_GBA",
                "impi": impi, "ussList": [{"x": 1}]} | more
        self.known[btid] = {k: v for k, v in info.items() if v is not None}
        return btid, bytes.fromhex(info["meKeyMaterial"])

    def hold(self):
        self.open = False

    def release(self):
        with self.more:
            self.open = True
            self.more.notify_all()

    def wait(self, count):
        """Until it was asked so often."""
        with self.more:
            assert self.more.wait_for(lambda: len(self.asked) >= count, PATIENCE), self.asked

    def serve(self, request, body):
        question = json.loads(body)
        with self.more:
            self.asked.append(question["btId"])
            self.more.notify_all()
            self.more.wait_for(lambda: self.open, 3 * PATIENCE)
        assert request.path == PATH and request.headers["Content-Type"] == "application/json"
        MODELS.follow(question, "Question")
        assert question["nafId"] == {"nafFqdn": FQDN, "uaSecProtId": "0100000001"}, question
        info = self.known.get(question["btId"])
        status, answer = (200, json.dumps(info)) if info else (404, '{"status":404}')
        if callable(self.lie):
            status, answer = self.lie(info)
        elif self.lie is not None:
            request.wfile.write(self.lie)
            request.close_connection = True
            return
        answer = answer.encode() if isinstance(answer, str) else answer
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def url(self):
        return f"http://127.0.0.1:{self.port}"


def arguments(where, name, line, *more):
    """Of an msk-bmsc that shall not start."""
    return [BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN, "--layout",
            "keyid", "--subscribers", write(f"{where}/subscribers-{name}", line), "--groups",
            write(f"{where}/groups-{name}"), "--store", f"{where}/{name}.db", *more]


def start(where, url, *more, subscribers=(ALICE,), services=None, everybody="all"):
    """everybody: what who is in no file may have."""
    group = {"domain": DOMAIN.hex(), "group": GROUP, "number": 1}
    if services:
        group["services"] = services
    bmsc = Program(BMSC, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN,
                   "--layout", "keyid", "--registration", "none", "--ack", "none", "--subscribers",
                   write(f"{where}/subscribers", *subscribers), "--groups",
                   write(f"{where}/groups", group), "--store", f"{where}/bmsc.db", "--bsf", url,
                   "--bsf-timeout", "60",  # on a busy machine 5 s are over while others still ask
                   *(("--bsf-services", everybody) if everybody else ()), *more)
    return bmsc, bmsc.wait("ready")["http"]


def ue(at, btid=BTID, ks_naf=None):
    """A UE with keys of the file, or with those that were bootstrapped."""
    made = Ue("keyid")
    made.http_at, made.btid = at, btid
    if ks_naf:
        made.muk, made.mrk = ks_naf, gba_oracle.kdf(ks_naf, b"mbms-mrk")
    return made


def granted(who):
    status, text = who.ask("msk-request", WANTED)
    return status == 200 and b"200 OK" in text


def code_of(who):
    """What is said of the Key Group that was asked for."""
    status, text = who.ask("msk-request", WANTED)
    assert status == 200, status
    return int(re.search(rb"(\d{3}) ", text).group(1))


def headers(who, btid, spoil=False):
    """The head of what a UE of that name is answered, but for what is new each time."""
    who.btid = btid
    if not who.challenge:
        assert who.post("msk-request", WANTED)[0] == 401
    connection, _ = who.begin("msk-request", WANTED, spoil=spoil)
    answer = connection.getresponse()
    body, told = answer.read(), dict(answer.getheaders())
    connection.close()
    given = digest_oracle.params(told.pop("WWW-Authenticate", ""))
    nonce = given.pop("nonce", "")
    told.pop("Date", None)
    return answer.status, sorted(told.items()), sorted(given.items()), len(nonce), body


# --- what is learnt ------------------------------------------------------------------------------

def who_bootstrapped_is_served(where):
    """One question makes a subscriber, for good: also after kill -9, and when the BSF is gone."""
    bsf = Bsf()
    btid, key = bsf.add("bob@example.org")
    bmsc, at = start(where, bsf.url())
    who = ue(at, btid, key)
    assert granted(who) and granted(who)
    told = bmsc.wait("bootstrapped")
    assert told["impi"] == "bob@example.org" and told["btid"] == btid and told["age"] > 0
    assert bsf.asked == [btid], bsf.asked
    bmsc.kill()
    bmsc, at = start(where, f"http://127.0.0.1:{free_port()}/x/")
    assert granted(ue(at, btid, key))
    bmsc.quit()


def keys_on_a_uicc_are_other_ones(where):
    """MUK is Ks_int_NAF and MRK Ks_ext_NAF itself; also of who had theirs in the ME before."""
    bsf = Bsf()
    bmsc, at = start(where, bsf.url())
    for more in {"uiccKeyMaterial": secrets.token_hex(32)}, {}, \
            {"uiccKeyMaterial": secrets.token_hex(32)}:
        btid, key = bsf.add("carol@example.org", **more)
        who = ue(at, btid, key)
        if more:
            who.muk, who.mrk = bytes.fromhex(more["uiccKeyMaterial"]), key
        assert granted(who)
        bmsc.wait("bootstrapped", btid=btid)
    bmsc.quit()


def who_is_known_gets_new_keys(where):
    """Their services, their address and their Key Groups stay; the MSK comes under the new MUK."""
    bsf = Bsf()
    who = ue(None)
    bmsc, at = start(where, bsf.url(), services=["news"], subscribers=[
        ALICE | {"address": address(who.socket), "services": ["news"]}])
    who.http_at = at
    assert granted(who)
    who.take()
    for _ in range(2):
        who.btid, who.muk = bsf.add("alice")
        who.mrk, who.challenge = gba_oracle.kdf(who.muk, b"mbms-mrk"), None
        assert granted(who)
        got, _ = who.take()
        assert got["counter"] == 1, got  # of a new MUK
        bmsc.say(f"push {DOMAIN.hex()}:{GROUP}")
        assert who.take()[0]["counter"] == 2
    assert len(bsf.asked) == 2
    bmsc.quit()


def keys_end_in_the_middle_of_a_service(where):
    """A 401 that wants new ones, which are then asked for."""
    bsf = Bsf()
    btid, key = bsf.add("bob", keyExpiryTime=moment(time.time() + 3))
    bmsc, at = start(where, bsf.url())
    who = ue(at, btid, key)
    until = time.monotonic() + PATIENCE
    while granted(who) and time.monotonic() < until:
        time.sleep(0.2)
    assert who.ask("msk-request", WANTED)[0] == 401
    who.btid, key = bsf.add("bob")
    who.muk, who.mrk = key, gba_oracle.kdf(key, b"mbms-mrk")
    assert granted(who)
    assert set(bsf.asked) == {btid, who.btid} and len(bsf.asked) <= 3, bsf.asked
    bmsc.quit()


def one_question_for_all_who_wait(where):
    bsf = Bsf()
    btid, key = bsf.add("bob")
    bmsc, at = start(where, bsf.url())
    bsf.hold()
    waiting = []
    for _ in range(5):
        who = ue(at, btid, key)
        assert who.post("msk-request", WANTED)[0] == 401
        waiting.append((who, who.begin("msk-request", WANTED)[0]))
    bsf.wait(1)
    assert granted(ue(at))  # nobody else waits
    bsf.release()
    told = [connection.getresponse().status for _, connection in waiting]
    assert told[-1] == 200 and set(told) <= {200, 401}, told  # whose nonce is the newest
    for (who, _), status in zip(waiting, told):  # of a nonce that is older than one taken before it
        assert status == 200 or granted(who), told
    assert bsf.asked == [btid], bsf.asked
    bmsc.quit()


def who_is_in_no_file_has_what_is_said(where):
    """Nothing, if nothing is: not even a Key Group of all services. Then a line of a file counts."""
    bsf = Bsf()
    for n, (everybody, of_group, want) in enumerate((
            (None, None, 403), (None, ["news"], 403), ("none", None, 403), ("all", ["news"], 200),
            ("news,sports", ["sports"], 200), ("news", ["sports"], 403), ("news", None, 200))):
        os.mkdir(f"{where}/{n}")
        bmsc, at = start(f"{where}/{n}", bsf.url(), services=of_group, everybody=everybody)
        bob = ue(at, *bsf.add("bob"))
        assert code_of(bob) == want, (everybody, of_group)
        bmsc.wait("bootstrapped")
        if want == 403:
            bmsc.say("subscriber " + json.dumps({"impi": "bob", "services": of_group or ["x"]}))
            bmsc.ask("stats", "stats")
            assert code_of(bob) == 200, (everybody, of_group)
        bmsc.quit()


def who_is_in_a_file_needs_no_keys_there(where):
    """Their services and their address are known before they ever bootstrap."""
    bsf = Bsf()
    who = ue(None, *bsf.add("bob@example.org"))
    line = {"impi": "bob@example.org", "services": ["news"], "address": address(who.socket)}
    for round in range(2):
        bmsc, who.http_at = start(where, bsf.url(), services=["news"], subscribers=[ALICE, line],
                                  everybody=None)
        who.challenge = None
        if round == 0:  # nobody can be the one who has not come yet
            wrong = headers(ue(who.http_at), BTID, spoil=True)
            for btid in " bob@example.org", "bob@example.org":
                assert headers(ue(who.http_at), btid) == wrong, btid
            assert bsf.asked == ["bob@example.org"], bsf.asked
        assert granted(who)
        assert who.take()[0]["counter"] == 1 + round
        bmsc.say("subscriber " + json.dumps(line | {"services": []}))
        bmsc.ask("stats", "stats")
        assert code_of(who) == 403
        bmsc.quit()


def a_line_without_keys_is_of_a_bsf(where):
    for n, line in enumerate(({"btid": BTID}, {"impi": "bob", "expires": 4000000000},
                              {"impi": "bob", "age": 3}, {"services": ["news"]},
                              {"impi": "b" * 129}, {"impi": ""})):
        done = subprocess.run(arguments(where, n, line, "--bsf", "http://127.0.0.1:1"),
                              capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 2 and b":1: " in done.stderr, (line, done)
    done = subprocess.run(arguments(where, "none", {"impi": "bob"}), capture_output=True,
                          timeout=PATIENCE, check=False)
    assert done.returncode == 2 and b":1: " in done.stderr, done
    for services in "", ",", "a,,b", "x" * 1100:
        done = subprocess.run(arguments(where, "wrong", ALICE, "--bsf-services", services),
                              capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 1, done


# --- what is not ---------------------------------------------------------------------------------

def unknown_and_wrong_look_alike(where):
    """Decision 14, for what the BSF does not know, for keys that have ended and for older ones."""
    bsf = Bsf()
    bmsc, at = start(where, bsf.url())
    who = ue(at)
    wrong = headers(who, BTID, spoil=True)
    assert wrong[0] == 401 and ("stale", "true") not in wrong[2]
    unknown = "AAAAAAAAAAAAAAAAAAAAAA==@bsf.example.org"
    ended, _ = bsf.add("bob", keyExpiryTime=moment(time.time() - 60))
    older, _ = bsf.add("alice", bootstrappingInfoCreationTime="1970-01-01T00:00:00Z")
    for btid in unknown, ended, older:
        for _ in range(3):
            assert headers(who, btid) == wrong, btid
    assert bsf.asked == [unknown, ended, older], bsf.asked  # and each once
    assert bmsc.wait("refused")["what"] == "bsf"
    assert granted(ue(at)) and bmsc.count("bootstrapped") == 0
    bmsc.quit()


def keys_from_before_a_repair_are_refused(where):
    """The store that was put back does not know how far their counters came; nor does the BSF forget
    them. They are as unknown as any, and who bootstraps again is let in."""
    bsf = Bsf()
    bmsc, at = start(where, bsf.url())
    bmsc.quit()
    backup = Sqlite(where, "bmsc.db").copy("backup")
    for impi in "bob", "alice":  # one whom the backup does not know, and one whom it knows
        keys = bsf.add(impi)
        bmsc, at = start(where, bsf.url())
        assert granted(ue(at, *keys))
        bmsc.quit()
        store = backup.copy("bmsc.db")
        done = subprocess.run([BMSC, "--repair", "--json", "--store", store.option], check=True,
                              capture_output=True, text=True)
        assert "bootstrappingInfoCreationTime" in json.loads(done.stdout.splitlines()[-1])["bsf"]
        bmsc, at = start(where, bsf.url())
        wrong = headers(ue(at), "nobody@bsf", spoil=True)
        assert wrong[0] == 401 and headers(ue(at), keys[0]) == wrong
        told = bmsc.wait("refused", what="bsf")
        assert "before the store was repaired" in told["reason"] and told["btid"] == keys[0], told
        assert granted(ue(at, *bsf.add(impi)))
        bmsc.say('subscriber {"impi":"carol"}')  # who has no keys has none of before
        bmsc.ask("stats", "stats")
        assert bmsc.count("error") == 0 and bmsc.count("refused") == 1, bmsc.events
        bmsc.quit()


def nobody_is_asked_for_nothing(where):
    """No credentials, a B-TID that is none, one that is known."""
    bsf = Bsf()
    bmsc, at = start(where, bsf.url())
    who = ue(at)
    assert who.post("msk-request", WANTED)[0] == 401
    assert headers(who, BTID, spoil=True)[0] == 401
    for btid in "bob", "b b@x", "\xe4@x", "x" * 260 + "@y":
        assert headers(who, btid)[0] in (400, 401), btid
    assert granted(ue(at)) and bsf.asked == [], bsf.asked
    bmsc.quit()


LIES = {
    "an error": lambda info: (500, ""),
    "no right": lambda info: (403, '{"status":403}'),
    "elsewhere": lambda info: (307, ""),
    "nothing": lambda info: (200, ""),
    "no JSON": lambda info: (200, "<html>"),
    "no object": lambda info: (200, "[]"),
    "no end": lambda info: (200, json.dumps(info)[:-1]),
    "deep": lambda info: (200, "[" * 8000),
    "long": lambda info: (200, json.dumps(info) + " " * 10000),
    "twice": lambda info: (200, json.dumps(info)[:-1] + ',"impi":"carol"}'),
    "no key": lambda info: (200, json.dumps({"impi": "bob"})),
    "a short key": lambda info: (200, json.dumps(info | {"meKeyMaterial": "00" * 31})),
    "a long key": lambda info: (200, json.dumps(info | {"meKeyMaterial": "00" * 33})),
    "a short key of a card": lambda info: (200, json.dumps(info | {"uiccKeyMaterial": "00" * 31})),
    "no key of a card": lambda info: (200, json.dumps(info | {"uiccKeyMaterial": None})),
    "another key": lambda info: (200, json.dumps(info | {"meKeyMaterial": 7})),
    "a strange name": lambda info: (200, json.dumps(info | {"impi": "b\nb"})),
    "NUL": lambda info: (200, json.dumps(info | {"impi": "b\0b"})),
    "no name": lambda info: (200, json.dumps(info | {"impi": ""})),
    "a long name": lambda info: (200, json.dumps(info | {"impi": "b" * 129})),
    "a number": lambda info: (200, json.dumps(info | {"impi": 7})),
    "no time": lambda info: (200, json.dumps(info | {"keyExpiryTime": "soon"})),
    "a time of day": lambda info: (200, json.dumps(info | {"bootstrappingInfoCreationTime": 12})),
    "silence": b"",
    "octets": b"\0\xff\n\n",
    "half": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
}


def lies_are_an_error_and_no_more(where):
    """504, as TS 33.246 G.2.4 has it; and the next one is asked for again."""
    bsf = Bsf()
    btid, key = bsf.add("bob")
    bmsc, at = start(where, bsf.url())
    for name, bsf.lie in LIES.items():
        who = ue(at, btid, key)
        assert who.ask("msk-request", WANTED)[0] == 504, name
        assert bmsc.wait("bsf_failed")["btid"] == btid, name
    assert bmsc.count("bootstrapped") == 0
    assert bmsc.ask("stats", "stats")["bsf_failed"] == len(LIES)
    bsf.lie = None
    assert granted(ue(at, btid, key)) and granted(ue(at))
    bmsc.quit()


def a_bsf_that_is_gone_is_told(where):
    bmsc, at = start(where, f"http://127.0.0.1:{free_port()}")
    for n in range(3):
        assert ue(at, f"{n}@bsf", bytes(32)).ask("msk-request", WANTED)[0] == 504
        bmsc.wait("bsf_failed")
        assert granted(ue(at))
    bmsc.quit()


def a_bsf_that_is_silent_holds_nobody_else_up(where):
    """As many as there may be wait for it; those after them get 503 at once, who is known the MSK."""
    bsf = Bsf()
    bmsc, at = start(where, bsf.url())
    bsf.hold()
    probe = ue(at)
    assert probe.post("msk-request", WANTED)[0] == 401
    waiting, until = [], time.monotonic() + PATIENCE
    while bmsc.ask("stats", "stats")["bsf_asked"] < QUESTIONS and time.monotonic() < until:
        probe.btid = f"{len(waiting)}@bsf.example.org"  # some may come too late, and get 503
        waiting.append(probe.begin("msk-request", WANTED)[0])
    before = bmsc.ask("stats", "stats")["overload"]
    probe.btid = "one@too.many"
    status = probe.post("msk-request", WANTED)[0]
    assert status == 503 and bmsc.ask("stats", "stats")["overload"] > before, status
    assert granted(ue(at))
    bsf.release()
    statuses = [c.getresponse().status for c in waiting]
    assert statuses.count(401) == QUESTIONS and set(statuses) <= {401, 503}, statuses
    probe.challenge = None
    assert probe.ask("msk-request", WANTED)[0] == 401  # there is room again
    bmsc.quit()


def a_slow_answer_is_none(where):
    bsf = Bsf()
    btid, key = bsf.add("bob")
    bmsc, at = start(where, bsf.url(), "--bsf-timeout", "1")
    bsf.hold()
    assert ue(at, btid, key).ask("msk-request", WANTED)[0] == 504
    bsf.release()
    assert granted(ue(at, btid, key))
    bmsc.quit()


def an_end_waits_for_no_bsf(where):
    """SIGTERM while it is asked: who waits hears of it, and the program ends."""
    bsf = Bsf()
    bmsc, at = start(where, bsf.url())
    bsf.hold()
    who = ue(at, "bob@bsf", bytes(32))
    assert who.post("msk-request", WANTED)[0] == 401
    connection, _ = who.begin("msk-request", WANTED)
    bsf.wait(1)
    bmsc.process.send_signal(signal.SIGTERM)
    bmsc.wait("quit")
    assert bmsc.process.wait(PATIENCE) == 0
    assert connection.getresponse().status == 504
    bsf.release()


# --- TLS, and the other program ------------------------------------------------------------------

def tls_goes_both_ways(where):
    """The name and the certificate of the BSF, and that of the BM-SC."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS)
    context.load_verify_locations(TLS)
    context.verify_mode = ssl.CERT_REQUIRED
    bsf = Bsf(context)
    pem = f"{where}/bmsc.pem"
    write(pem)
    pathlib.Path(pem).write_bytes(TLS.read_bytes())
    os.chmod(pem, 0o600)
    for n, (name, more, want) in enumerate((
            ("one.localhost", (), 504), ("one.localhost", ("--bsf-cacert", TLS), 504),
            ("three.localhost", ("--bsf-cacert", TLS, "--bsf-cert", pem), 504),
            ("one.localhost", ("--bsf-cacert", TLS, "--bsf-cert", pem), 200))):
        btid, key = bsf.add(f"bob{n}")
        folder = f"{where}/{n}"
        os.mkdir(folder)
        bmsc, at = start(folder, f"https://{name}:{bsf.port}", *map(str, more))
        assert ue(at, btid, key).ask("msk-request", WANTED)[0] == want, (name, more)
        bmsc.quit()


def both_programs_and_a_sim(where):
    """From K and OPc to an MSK that a BM-SC grants."""
    line = gba_oracle.SETS[0]
    file = write(f"{where}/sims", {"impi": "bob@example.org", "k": line[0], "opc": line[5]})
    os.chmod(file, 0o600)
    bsf = Program(BSF, "--ub", "127.0.0.1:0", "--nbsp", "127.0.0.1:0", "--naf", FQDN, "--fqdn",
                  "bsf.example.org", "--store", f"{where}/bsf.db", "--subscribers", file)
    ready = bsf.wait("ready")
    home = gba_oracle.Milenage(bytes.fromhex(line[0]), bytes.fromhex(line[5]))
    bmsc, at = start(where, f"http://{ready['nbsp']}/")
    for _ in range(2):
        ub = socket.create_connection(ready["ub"].rsplit(":", 1), PATIENCE)
        given = exchange(ub, gba_oracle.first("bob@example.org", "bsf.example.org"))
        ub = socket.create_connection(ready["ub"].rsplit(":", 1), PATIENCE)
        rand, _ = gba_oracle.open_nonce(given["nonce"])
        exchange(ub, gba_oracle.answer("bob@example.org", given, home.keys(rand)[0])[0])
        btid = base64.b64encode(rand).decode() + "@bsf.example.org"
        key = gba_oracle.ks_naf(home.ks(rand), rand, "bob@example.org", FQDN)
        assert granted(ue(at, btid, key))
        assert bmsc.wait("bootstrapped")["impi"] == "bob@example.org"
    bmsc.quit()
    bsf.kill()


def exchange(s, authorization):
    """A GET over Ub; what its answer says of Digest."""
    s.sendall(f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n".encode())
    text = b""
    while part := s.recv(4096):
        text += part
    head = text.split(b"\r\n\r\n")[0].decode()
    return digest_oracle.params("".join(line for line in head.split("\r\n")
                                        if line.startswith(("WWW-A", "Authentication-I"))))


def what_cannot_be_asked_says_so(where):
    done = subprocess.run([BMSC, "--bsf", ""], capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    done = subprocess.run([BMSC, "--bsf-timeout", "0"], capture_output=True, timeout=PATIENCE,
                          check=False)
    assert done.returncode == 1
    bmsc, at = start(where, "gopher://x")
    assert ue(at, "bob@bsf", bytes(32)).ask("msk-request", WANTED)[0] == 504
    bmsc.quit()


TESTS = [who_bootstrapped_is_served, who_is_in_no_file_has_what_is_said,
         who_is_in_a_file_needs_no_keys_there, a_line_without_keys_is_of_a_bsf,
         keys_on_a_uicc_are_other_ones, who_is_known_gets_new_keys, keys_end_in_the_middle_of_a_service,
         one_question_for_all_who_wait, unknown_and_wrong_look_alike,
         keys_from_before_a_repair_are_refused, nobody_is_asked_for_nothing,
         lies_are_an_error_and_no_more, a_bsf_that_is_gone_is_told,
         a_bsf_that_is_silent_holds_nobody_else_up, a_slow_answer_is_none, an_end_waits_for_no_bsf,
         tls_goes_both_ways, both_programs_and_a_sim, what_cannot_be_asked_says_so]


def run_test(test):
    with tempfile.TemporaryDirectory() as where:
        test(where)
    return test.__name__


def main():
    chosen = [test for test in TESTS if not sys.argv[3:] or test.__name__ in sys.argv[3:]]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:  # most of the time they wait
        for name in pool.map(run_test, chosen):
            print(name, flush=True)


main()
