#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""msk-gba and msk-bsf, each with the model at the other end, and with each other.

    gba.py MSK-GBA MSK-BSF [TEST..]
"""
import base64
import concurrent.futures
import datetime
import http.client
import http.server
import json
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time

import peers
from model import digest_oracle, gba_oracle
from peers import PATIENCE, Program, private
from schema import Models

GBA, BSF = sys.argv[1:3]
NAME, NAF = "bsf.example.org", "bmsc.example.org"
IMPI = "001010123456789@ims.mnc001.mcc001.3gppnetwork.org"
K, OPC = (bytes.fromhex(gba_oracle.SETS[0][i]) for i in (0, 5))
MODELS = Models("nbsp_schema.json")
HOME = gba_oracle.Milenage(K, OPC)
NBSP = "/nbsp-gba/v1/bootstrapping-info-retrieval"
INDS = 32
RES_WRONG = bytes(8)


def subscriber(number=0, impi=IMPI, with_op=False):
    k, op, opc = (gba_oracle.SETS[number][i] for i in (0, 4, 5))
    return {"impi": impi, "k": k} | ({"op": op} if with_op else {"opc": opc})


# --- a UE that is the model, for msk-bsf ---------------------------------------------------------

def bsf_options(where, *more, subscribers=None, naf=NAF, shown=True):
    file = private(f"{where}/subscribers", *(subscribers or [subscriber()]))
    return [BSF, "--ub", "127.0.0.1:0", "--nbsp", "127.0.0.1:0", "--naf", naf, "--fqdn", NAME,
            "--store", f"{where}/bsf.db", "--subscribers", file, *(["--secrets"] if shown else []),
            *more]


class Server:
    """msk-bsf, and requests to it."""

    def __init__(self, where, *more, **others):
        self.program = Program(*bsf_options(where, *more, **others))
        ready = self.program.wait("ready")
        self.ub, self.nbsp = ready["ub"], ready["nbsp"]

    def request(self, at, method="GET", target="/", body=None, **headers):
        connection = http.client.HTTPConnection(at, timeout=PATIENCE)
        connection.request(method, target, body, {k.replace("_", "-"): v
                                                  for k, v in headers.items()})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, text

    def get(self, authorization, **more):
        return self.request(self.ub, Authorization=authorization, **more)

    def keys(self, btid, fqdn=NAF, ua="0100000001", body=None, **more):
        body = body or json.dumps({"btId": btid, "nafId": {"nafFqdn": fqdn, "uaSecProtId": ua}})
        answer, text = self.request(self.nbsp, "POST", NBSP, body,
                                    Content_Type="application/json", **more)
        told = json.loads(text)
        return answer.status, MODELS.follow(told, "Answer") if answer.status == 200 else told

    def end(self):
        self.program.process.send_signal(signal.SIGTERM)
        self.program.wait("quit")
        assert self.program.process.wait(PATIENCE) == 0


def challenged(answer):
    """What a 401 of this BSF asks: its fields, RAND and AUTN."""
    assert answer.status == 401, answer.status
    given = digest_oracle.params(answer.getheader("WWW-Authenticate"))
    assert given["realm"] == NAME and given["algorithm"] == "AKAv1-MD5" and \
        given["qop"] == "auth-int", given
    return given, *gba_oracle.open_nonce(given["nonce"])


def ask(bsf, impi=IMPI):
    return challenged(bsf.get(gba_oracle.first(impi, NAME))[0])


def verified(answer, text, m, res):
    """B-TID and lifetime of a 200 whose sender knows RES."""
    assert answer.status == 200, (answer.status, text)
    info = digest_oracle.params(answer.getheader("Authentication-Info"))
    assert info["rspauth"] == gba_oracle.response(m, "", text, res), "rspauth"
    assert (info["cnonce"], info["nc"], info["qop"]) == (m["cnonce"], m["nc"], "auth-int"), info
    assert answer.getheader("Content-Type") == gba_oracle.TYPE
    btid, lifetime = (text.split(b"<%s>" % tag)[1].split(b"<")[0].decode()
                      for tag in (b"btid", b"lifetime"))
    return btid, datetime.datetime.fromisoformat(lifetime.replace("Z", "+00:00")).timestamp()


def bootstrap(bsf, home=HOME, impi=IMPI):
    """All of it. B-TID, Ks, RAND, the number and until when."""
    given, rand, autn = ask(bsf, impi)
    res = home.keys(rand)[0]
    authorization, m = gba_oracle.answer(impi, given, res)
    btid, until = verified(*bsf.get(authorization), m, res)
    assert btid == base64.b64encode(rand).decode() + "@" + NAME, btid
    return btid, home.ks(rand), rand, home.open_autn(rand, autn), until


def a_ue_bootstraps(where):
    """Each set of TS 35.208, with OP and with OPc; the NAF gets what the UE has."""
    who = [subscriber(n, f"{n}@example.org", n % 2 == 0) for n in range(6)]
    bsf = Server(where, "--lifetime", "1000", subscribers=who)
    for n, each in enumerate(who):
        impi, line = each["impi"], gba_oracle.SETS[n]
        home = gba_oracle.Milenage(bytes.fromhex(line[0]), op=bytes.fromhex(line[4]))
        btid, ks, rand, number, until = bootstrap(bsf, home, impi)
        assert number == INDS + 1 and abs(until - time.time() - 1000) < 2 * PATIENCE
        status, info = bsf.keys(btid)
        assert status == 200 and info["impi"] == impi and info["gbaType"] == "3G_GBA", info
        assert info["meKeyMaterial"] == gba_oracle.ks_naf(ks, rand, impi, NAF).hex()
        expires, created = (datetime.datetime.fromisoformat(info[name].replace("Z", "+00:00"))
                            for name in ("keyExpiryTime", "bootstrappingInfoCreationTime"))
        assert expires.timestamp() == until and abs(created.timestamp() - time.time()) < PATIENCE
    bsf.end()


def what_is_asked_and_answered_is_seen(where):
    """In order, in events and in the capture; a key that a BM-SC gets only with --secrets."""
    for shown in True, False:
        pcap = f"{where}/{shown}.pcapng"
        bsf = Server(where, "--trace", "--pcap", pcap, shown=shown)
        btid = bootstrap(bsf)[0]
        key = bsf.keys(btid)[1]["meKeyMaterial"]
        bsf.program.wait("http_response", at="nbsp")
        seen = [(e["at"], e.get("method", e.get("status"))) for e in bsf.program.events
                if e["event"] in ("http_request", "http_response")]
        assert seen == [("ub", "GET"), ("ub", 401), ("ub", "GET"), ("ub", 200), ("nbsp", "POST"),
                        ("nbsp", 200)], seen
        told = json.dumps([e for e in bsf.program.events if e["event"].startswith("http")])
        assert "AKAv1-MD5" in told and "rspauth" in told and NBSP in told and btid in told
        bsf.end()
        assert os.stat(pcap).st_mode & 0o77 == 0
        octets = pathlib.Path(pcap).read_bytes()
        assert key not in told and (key.encode() in octets) == shown
        assert octets.count(b"GET / HTTP/1.1") == 2 and (NBSP.encode() in octets) == shown


def numbers_grow_whatever_happens(where):
    """kill -9 after each challenge, answered or not: none has a number that was used."""
    seen = []
    for n in range(6):
        bsf = Server(where)
        if n % 2:
            seen.append(bootstrap(bsf)[3])
        given, rand, autn = ask(bsf)
        seen.append(HOME.open_autn(rand, autn))
        bsf.program.kill()
    assert None not in seen and seen == sorted(seen), seen
    assert len(set(seen)) == 4, seen  # an open one is given again, also after the kill


def an_open_challenge_is_given_again(where):
    """So nobody who asks in another's name takes theirs away."""
    bsf = Server(where)
    first = ask(bsf)
    assert ask(bsf) == first
    wrong, _ = gba_oracle.answer(IMPI, first[0], RES_WRONG)
    assert challenged(bsf.get(wrong)[0]) == first
    authorization, m = gba_oracle.answer(IMPI, first[0], HOME.keys(first[1])[0])
    verified(*bsf.get(authorization), m, HOME.keys(first[1])[0])
    assert ask(bsf)[1] != first[1]
    bsf.end()


def a_card_keeps_its_keys(where):
    """GBA_U: no other USIM takes the challenge for one from home, or gives the answer that is
    wanted; and the NAF gets two keys. Others of this BSF have what they had."""
    carol = "carol@example.org"
    bsf = Server(where, subscribers=[subscriber(), subscriber(0, carol) | {"gba_u": True}])
    for _ in range(2):
        given, rand, autn = ask(bsf, carol)
        assert HOME.open_autn(rand, autn) is None
        assert HOME.open_autn(rand, HOME.mac_star(rand, autn)) is not None
        wrong, _ = gba_oracle.answer(carol, given, HOME.keys(rand)[0])
        assert challenged(bsf.get(wrong)[0])[1] == rand
        res = HOME.res_on_card(rand)
        authorization, m = gba_oracle.answer(carol, given, res)
        btid, _ = verified(*bsf.get(authorization), m, res)
        status, info = bsf.keys(btid)
        assert status == 200 and info["impi"] == carol, info
        for name, key in ("meKeyMaterial", gba_oracle.ks_naf), \
                ("uiccKeyMaterial", gba_oracle.ks_int_naf):
            assert info[name] == key(HOME.ks(rand), rand, carol, NAF).hex(), name
        bsf.program.kill()
        bsf = Server(where)  # it is kept
    assert "uiccKeyMaterial" not in bsf.keys(bootstrap(bsf)[0])[1]
    bsf.end()


def an_answer_is_good_once(where):
    bsf = Server(where)
    given, rand, _ = ask(bsf)
    res = HOME.keys(rand)[0]
    authorization, m = gba_oracle.answer(IMPI, given, res)
    verified(*bsf.get(authorization), m, res)
    _, other, autn = challenged(bsf.get(authorization)[0])
    assert other != rand and HOME.open_autn(other, autn) is not None
    assert bsf.program.count("bootstrapped") == 1
    bsf.end()


def wrong_answers_get_a_challenge(where):
    """And leave the open one as good as it was."""
    bsf = Server(where, subscribers=[subscriber(), subscriber(1, "bob@example.org")])
    given, rand, autn = ask(bsf)
    res = HOME.keys(rand)[0]
    theirs = ask(bsf, "bob@example.org")[0]
    for password, fields, more in (
            (RES_WRONG, given, {}), (b"", given, {}), (res + b"\0", given, {}),
            (res, given | {"realm": "other.example.org"}, {}), (res, given, {"qop": "auth"}),
            (res, given, {"uri": "/x"}), (res, theirs, {}),
            (res, given | {"nonce": base64.b64encode(rand + bytes(16)).decode()}, {})):
        authorization, _ = gba_oracle.answer(IMPI, fields, password, **more)
        assert challenged(bsf.get(authorization)[0])[1] == rand, (password, fields, more)
    authorization, m = gba_oracle.answer(IMPI, given, res)
    for old, new in ("AKAv1-MD5", "MD5"), ("auth-int", "auth"), (m["response"], "0" * 32):
        assert challenged(bsf.get(authorization.replace(old, new))[0])[1] == rand, new
    assert bsf.program.count("bootstrapped") == 0
    verified(*bsf.get(authorization), m, res)
    bsf.end()


def strangers_are_told_apart(where):
    bsf = Server(where)
    first = gba_oracle.first(IMPI, NAME)
    assert bsf.get(first.replace(IMPI, "mallory@example.org"))[0].status == 403
    for want, target, method in (404, "/x", "GET"), (404, "/?a", "GET"), (405, "/", "POST"):
        assert bsf.request(bsf.ub, method, target, Authorization=first)[0].status == want
    answer, _ = bsf.request(bsf.ub)
    assert answer.status == 401 and answer.getheader("WWW-Authenticate") is None
    given, rand, _ = ask(bsf)
    good, _ = gba_oracle.answer(IMPI, given, HOME.keys(rand)[0])
    for bad in (first.replace('username="', 'username="x", username="'), "Digest username=",
                first.replace('nonce=""', 'nonce="x"'), good.replace(IMPI, "a b"),
                good.replace("response=", 'auts="AAAA", response=')):
        assert bsf.get(bad)[0].status == 400, bad
    assert bsf.get("Digest " + "x" * 20000)[0].status in (400, 413, 431)
    assert bsf.program.count("bootstrapped") == 0
    ask(bsf)
    bsf.end()


def a_usim_that_is_ahead_is_followed(where):
    """TS 33.102 6.3.5: to where it is, also back; and only by what it said itself."""
    bsf = Server(where)
    for at in INDS * 1000 + 5, INDS * 70000 + 31, INDS * 7:
        given, rand, _ = ask(bsf)
        auts = HOME.auts(rand, at)
        for spoiled in range(14):
            bad = bytes(b ^ (i == spoiled) for i, b in enumerate(auts))
            assert challenged(bsf.get(gba_oracle.answer(IMPI, given, b"", auts=bad)[0])[0])[1] == rand
        wrong = gba_oracle.answer(IMPI, given, b"x", auts=auts)[0]
        assert challenged(bsf.get(wrong)[0])[1] == rand
        good = gba_oracle.answer(IMPI, given, b"", auts=auts)[0]
        given, rand, autn = challenged(bsf.get(good)[0])
        number = HOME.open_autn(rand, autn)
        assert number // INDS == at // INDS + 1 and number % INDS == (at + 1) % INDS, number
        assert challenged(bsf.get(good)[0])[1] == rand  # of another challenge
        authorization, m = gba_oracle.answer(IMPI, given, HOME.keys(rand)[0])
        verified(*bsf.get(authorization), m, HOME.keys(rand)[0])
    assert bsf.program.count("resynchronised") == 3
    bsf.end()


def a_naf_gets_its_keys_and_no_others(where):
    bsf = Server(where)
    btid, ks, rand, _, _ = bootstrap(bsf)
    key = gba_oracle.ks_naf(ks, rand, IMPI, NAF).hex()
    assert bsf.keys(btid)[1]["meKeyMaterial"] == key
    for want, more in ((403, {"fqdn": "other.example.org"}), (403, {"fqdn": NAF + "."}),
                       (403, {"ua": "0100000002"}), (403, {"ua": "01"}),
                       (404, {"btid": btid[1:]}), (404, {"btid": "x" * 4000}),
                       (404, {"btid": ""})):
        status, problem = bsf.keys(**({"btid": btid} | more))
        assert status == want == problem["status"] and "meKeyMaterial" not in problem, (more, status)
    good = {"btId": btid, "nafId": {"nafFqdn": NAF, "uaSecProtId": "0100000001"}}
    for body in ("x", "[]", "{}", "null", json.dumps(good | {"btId": 1}), json.dumps(good)[:-1],
                 json.dumps(good | {"nafId": NAF}), json.dumps(good)[:-1] + ',"btId":"x"}',
                 json.dumps(good | {"btId": "a\0b"}), "[" * 5000):
        assert bsf.keys(None, body=body)[0] == 400, body
    assert bsf.keys(None, body=json.dumps(good | {"gbaUAware": False, "x": {}}))[0] == 200
    assert bsf.request(bsf.nbsp, "GET", NBSP)[0].status == 405
    assert bsf.request(bsf.nbsp, "POST", "/", "{}")[0].status == 404
    assert bsf.request(bsf.nbsp, Authorization=gba_oracle.first(IMPI, NAME))[0].status == 404
    assert bsf.request(bsf.ub, "POST", NBSP, json.dumps(good))[0].status == 404
    bsf.end()


def two_are_kept_and_those_that_end_are_not(where):
    bsf = Server(where)
    made = [bootstrap(bsf)[0] for _ in range(3)]
    assert [bsf.keys(btid)[0] for btid in made] == [404, 200, 200]
    created = [bsf.keys(btid)[1]["bootstrappingInfoCreationTime"] for btid in made[1:]]
    assert created[0] < created[1], created
    bsf.program.kill()
    bsf = Server(where, "--lifetime", "1")
    assert bsf.keys(made[2])[0] == 200  # as it was promised
    last = bootstrap(bsf)[0]
    until = time.monotonic() + PATIENCE
    while bsf.keys(last)[0] == 200 and time.monotonic() < until:
        time.sleep(0.1)
    assert bsf.keys(last)[0] == 404
    bsf.end()


def who_is_new_is_read_again(where):
    bsf = Server(where)
    number = bootstrap(bsf)[3]
    private(f"{where}/subscribers", subscriber(1), subscriber(2, "bob@example.org"))
    bsf.program.process.send_signal(signal.SIGHUP)
    assert bsf.program.wait("subscribers")["new"] == 1
    assert bootstrap(bsf)[3] > number  # with the keys that were there
    home = gba_oracle.Milenage(*(bytes.fromhex(gba_oracle.SETS[2][i]) for i in (0, 5)))
    bootstrap(bsf, home, "bob@example.org")
    bsf.end()


def what_cannot_start_says_so(where):
    bsf = Server(where)
    for spoil in ("busy", "open", "wrong"):
        folder = f"{where}/{spoil}"
        os.mkdir(folder)
        options = bsf_options(folder)
        if spoil == "busy":
            options[options.index("--store") + 1] = f"{where}/bsf.db"
        elif spoil == "open":
            os.chmod(f"{folder}/subscribers", 0o644)
        else:
            private(f"{folder}/subscribers", {"impi": "x"})
        done = subprocess.run(options, capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 2 and done.stderr, (spoil, done)
    bootstrap(bsf)
    bsf.end()


# --- a BSF that is the model, for msk-gba --------------------------------------------------------

HOSTILE = {  # bodies, of a BSF that proves that they are its own
    "cut": lambda body: body[:-1],
    "document type": lambda body: body.replace(b"<Boot", b"<!DOCTYPE b [<!ENTITY e 'x'>]><Boot", 1),
    "entity": lambda body: body.replace(b"</btid>", b"&e;</btid>"),
    "two B-TIDs": lambda body: body.replace(b"<lifetime>", b"<btid>a@b</btid><lifetime>"),
    "no UTF-8": lambda body: body.replace(b"<btid>", b"<btid>\xc0\x80"),
    "UTF-16": lambda body: body.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "other names": lambda body: body.replace(b"uri:3gpp-gba", b"uri:3gpp-gbb"),
    "no moment": lambda body: body.replace(b"2096-12-01", b"2096-13-01"),
    "NUL": lambda body: body.replace(b"<btid>", b"<btid>\0"),
}


class Bsf:
    """It tells the truth, but for what `lie` says."""

    def __init__(self, lie=None):
        self.lie, self.sqn, self.asked, self.told = lie, INDS * 5, [], []
        self.rand = secrets.token_bytes(16)
        bsf = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                bsf.serve(self)

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # a UE that gave up

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def send(self, request, status, body=b"", **headers):
        request.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    def challenge(self, request):
        self.rand = secrets.token_bytes(16)
        if self.lie != "replay":
            self.sqn += INDS + 1
        autn = HOME.autn(self.rand, self.sqn)
        more = {}
        if self.lie == "not_home":
            autn = autn[:-1] + bytes([autn[-1] ^ 1])
        elif self.lie == "short":
            autn = autn[:-1]
        elif self.lie == "algorithm":
            more = {"algorithm": "MD5"}
        elif self.lie == "qop":
            more = {"qop": '"auth"'}
        realm = "other.example.org" if self.lie == "realm" else NAME
        text = gba_oracle.challenge(realm, self.rand, autn, **more)
        if self.lie == "no challenge":
            self.send(request, 401)
        elif self.lie == "basic":
            self.send(request, 401, WWW_Authenticate='Basic realm="x"')
        elif self.lie == "long":
            self.send(request, 401, WWW_Authenticate=text, X="x" * 20000)
        else:
            self.send(request, 401, WWW_Authenticate=text)

    def confirm(self, request, m, res):
        body, kind = gba_oracle.info(self.btid(), "2096-12-01T12:00:00Z", "<more xmlns='x'/>"), \
            gba_oracle.TYPE
        if self.lie == "no btid":
            body = body.replace(b"btid", b"nobody")
        elif self.lie == "no XML":
            body = b"x"
        elif self.lie == "type":
            kind = "text/html"
        elif self.lie == "big":
            body += b" " * 20000
        elif self.lie in HOSTILE:
            body = HOSTILE[self.lie](body)
        rspauth = gba_oracle.response(m, "", body, RES_WRONG if self.lie == "rspauth" else res)
        if self.lie == "body":
            body = body.replace(b"2096", b"2097")
        cnonce = "other" if self.lie == "cnonce" else m["cnonce"]
        info = f'qop=auth-int, rspauth="{rspauth}", cnonce="{cnonce}", nc={m["nc"]}'
        if self.lie == "no rspauth":
            info = ""
        self.send(request, 200, body, Content_Type=kind, Authentication_Info=info)

    def btid(self):
        return base64.b64encode(self.rand).decode() + "@" + NAME

    def serve(self, request):
        m = digest_oracle.params(request.headers.get("Authorization") or "")
        self.asked.append((request.path, dict(request.headers), m))
        assert m["username"] == IMPI and request.path == "/", m
        if self.lie == "silent":
            time.sleep(2 * PATIENCE)
        if isinstance(self.lie, int):
            self.send(request, self.lie)
        elif isinstance(self.lie, bytes):
            request.wfile.write(self.lie)
            request.close_connection = True
        elif self.lie == "at once":
            self.confirm(request, m | {"nc": "00000001", "cnonce": "x", "qop": "auth-int"}, b"")
        elif "auts" in m:
            rand, _ = gba_oracle.open_nonce(m["nonce"])
            assert m["response"] == gba_oracle.response(m, "GET", b"", b""), "response"
            self.told.append(HOME.open_auts(rand, base64.b64decode(m["auts"])))
            assert self.told[-1] is not None
            if self.lie == "once":
                self.sqn = self.told[-1]
            self.challenge(request)
        elif m["response"] == "":
            self.challenge(request)
        else:
            res = HOME.keys(self.rand)[0]
            assert m["response"] == gba_oracle.response(m, "GET", b"", res), "response"
            assert m["opaque"] == "5ccc069c403ebaf9"
            if self.lie == "refuse":
                self.challenge(request)
            else:
                self.confirm(request, m, res)


def usim(where):
    return private(f"{where}/usim", subscriber())


def run(card, port, *more, fqdn=NAME):
    """msk-gba: its exit status and its events by their names."""
    done = subprocess.run([GBA, "--usim", card, "--bsf", f"http://127.0.0.1:{port}", "--fqdn", fqdn,
                           "--json", "--secrets", *more], capture_output=True, timeout=3 * PATIENCE,
                          check=False)
    assert done.returncode in (0, 2, 3), done
    return done.returncode, {e["event"]: e for e in map(json.loads, done.stdout.splitlines())}


def fails(card, bsf, why, *more):
    status, events = run(card, bsf.port, "--naf", NAF, *more)
    assert status == 3 and events["failed"]["why"] == why, (bsf.lie, status, events)
    assert "key" not in events and "bootstrapped" not in events


def keys_come_from_the_model(where):
    card, out, ages = usim(where), f"{where}/keys", []
    for _ in range(2):
        bsf = Bsf()
        bsf.sqn += INDS * 10 * len(ages)
        status, events = run(card, bsf.port, "--naf", NAF, "--naf", "other.example.org", "--out", out)
        got = events["bootstrapped"]
        assert status == 0 and got["btid"] == bsf.btid() and got["impi"] == IMPI
        assert got["lifetime"] == "2096-12-01T12:00:00.000Z" and got["age"] == bsf.sqn
        assert got["ks"] == HOME.ks(bsf.rand).hex()
        assert events["key"]["ks_naf"] == gba_oracle.ks_naf(HOME.ks(bsf.rand), bsf.rand, IMPI,
                                                            "other.example.org").hex()
        ages.append(got["age"])
        assert all(h["User-Agent"] == "3gpp-gba" and h["Host"] == NAME for _, h, _ in bsf.asked)
    lines = [json.loads(line) for line in pathlib.Path(out).read_text().splitlines()]
    assert len(lines) == 4 and ages[0] < ages[1] and os.stat(out).st_mode & 0o77 == 0
    assert lines[2] == {"btid": bsf.btid(), "impi": IMPI, "expires": 4005201600, "age": ages[1],
                        "ks_naf": gba_oracle.ks_naf(HOME.ks(bsf.rand), bsf.rand, IMPI, NAF).hex()}


def lies_are_seen(where):
    """Each with its reason, and none leaves a key."""
    card = usim(where)
    for lie, why in (("not_home", "not_home"), ("short", "challenge"), ("algorithm", "challenge"),
                     ("qop", "challenge"), ("realm", "challenge"), ("no challenge", "challenge"),
                     ("basic", "challenge"), ("long", "no_answer"), ("no btid", "info"),
                     ("no XML", "info"), ("type", "info"), ("big", "no_answer"),
                     ("rspauth", "unverified"), ("body", "unverified"), ("cnonce", "unverified"),
                     ("no rspauth", "unverified"), ("at once", "unverified"),
                     ("refuse", "refused"), (b"", "no_answer"), (b"\0\xff\r\n\r\n", "no_answer"),
                     (b"HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nx", "no_answer"),
                     (403, "status"), (500, "status"), (302, "status"),
                     *((hostile, "info") for hostile in HOSTILE)):
        bsf = Bsf(lie)
        bsf.sqn += INDS * 1000
        fails(card, bsf, why)
        os.unlink(card + ".sqn")
    bsf = Bsf("silent")
    fails(card, bsf, "no_answer", "--timeout", "1")
    bsf.server.server_close()
    bsf.port = peers.free_port()
    fails(card, bsf, "no_answer")


def a_replay_is_seen(where):
    """The number is told, once; then a fresh one is taken, or it is over."""
    card = usim(where)
    bsf = Bsf()
    assert run(card, bsf.port)[0] == 0
    used = bsf.sqn
    bsf = Bsf("once")
    bsf.sqn = used - INDS - 1  # the first challenge has it again
    status, events = run(card, bsf.port)
    assert status == 0 and events["bootstrapped"]["resynchronised"] == "yes"
    assert bsf.told == [used] and bsf.sqn > used and events["bootstrapped"]["age"] == bsf.sqn
    bsf, used = Bsf("replay"), bsf.sqn
    bsf.sqn = used
    fails(card, bsf, "not_fresh")
    assert bsf.told == [used] and len(bsf.asked) == 2, bsf.told


# --- with each other -----------------------------------------------------------------------------

def they_meet(where):
    """Both ends lose what they knew of numbers, one after the other."""
    bsf, card, ages = Server(where), usim(where), []
    for spoil in None, None, "bsf", "usim", None:
        if spoil == "usim":
            os.unlink(card + ".sqn")
        elif spoil == "bsf":
            bsf.program.kill()
            for name in os.listdir(where):
                if name.startswith("bsf.db"):
                    os.unlink(f"{where}/{name}")
            bsf = Server(where)
        status, events = run(card, bsf.ub.rsplit(":", 1)[1], "--naf", NAF)
        got = events["bootstrapped"]
        assert status == 0 and ("resynchronised" in got) == (spoil == "bsf"), (spoil, events)
        status, info = bsf.keys(got["btid"])
        assert status == 200 and info["meKeyMaterial"] == events["key"]["ks_naf"]
        ages.append(got["age"])
    assert ages == sorted(set(ages)), ages
    bsf.end()


def a_usim_of_another_is_refused(where):
    bsf = Server(where)
    card = private(f"{where}/usim", subscriber(1))
    status, events = run(card, bsf.ub.rsplit(":", 1)[1])
    assert status == 3 and events["failed"]["why"] == "not_home", events
    private(card, subscriber(0, "mallory@example.org"))
    status, events = run(card, bsf.ub.rsplit(":", 1)[1])
    assert status == 3 and events["failed"]["status"] == 403, events
    assert run(usim(where), bsf.ub.rsplit(":", 1)[1], fqdn="other.example.org")[1][
        "failed"]["why"] == "challenge"
    bsf.end()


TESTS = [a_ue_bootstraps, what_is_asked_and_answered_is_seen, numbers_grow_whatever_happens,
         an_open_challenge_is_given_again, a_card_keeps_its_keys, an_answer_is_good_once,
         wrong_answers_get_a_challenge, strangers_are_told_apart,
         a_usim_that_is_ahead_is_followed, a_naf_gets_its_keys_and_no_others,
         two_are_kept_and_those_that_end_are_not, who_is_new_is_read_again,
         what_cannot_start_says_so, keys_come_from_the_model, lies_are_seen, a_replay_is_seen,
         they_meet, a_usim_of_another_is_refused]


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
