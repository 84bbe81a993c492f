#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""msk-ue as the middleware of a phone would be: from an announcement to keys and back.

    ue.py MSK-UE [TEST..]

Names under .localhost are the loopback's for libcurl. Ports that nobody listens on are those of
sockets that are bound and no more.
"""
import base64
import json
import os
import re
import pathlib
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

import peers
from model import protect_oracle
from peers import BTID, DOMAIN, GROUP, MRK, MUK, Bmsc, Program, announcement

UE = sys.argv[1]
TLS = pathlib.Path(__file__).with_name("tls.pem")
SERVICE = "urn:news"
KS, RAND, IMPI = bytes(range(32)), bytes(range(16)), "001010123456789@ims.example.com"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def options(where, layout, text, *more, keys=("--muk", MUK.hex(), "--mrk", MRK.hex())):
    return [UE, "--btid", BTID, *keys, "--mikey", "127.0.0.1:0", "--layout", layout, "--store",
            f"{where}/ue.db", "--announcement", write(f"{where}/announcement", text),
            "--service", SERVICE, "--secrets", *more]


def start(*args, **more):
    ue = Program(*options(*args, **more))
    return ue, ue.wait("ready")["mikey"]


def bootstrapped(bmsc):
    """The keys of that server, from Ks; and what the UE is told of it."""
    ks_naf = protect_oracle.kdf(KS, b"gba-me", RAND, IMPI.encode(),
                                bmsc.fqdn.encode() + protect_oracle.UA_MBMS)
    bmsc.muk, bmsc.mrk = ks_naf, protect_oracle.kdf(ks_naf, b"mbms-mrk")
    return "--ks", KS.hex(), "--rand", RAND.hex(), "--impi", IMPI


def deliver(bmsc, ue, at, number=1):
    m = bmsc.message(number=number)
    bmsc.send(m, at)
    bmsc.answered(m)
    return ue.wait("msk", number=number), m


def no_server(fqdn):
    """A URL where nothing listens; and what keeps it so."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    return f"http://{fqdn}:{s.getsockname()[1]}", s


def the_announced_name_leads_there(where, layout):
    """No --bmsc and no --fqdn: the name is resolved, stands in Host, names realm and keys."""
    bmsc = Bmsc(layout, fqdn="One.localhost")
    ue, at = start(where, layout, announcement(bmsc.announced()))
    ue.ask("start", "result", code=200)
    deliver(bmsc, ue, at)
    assert set(bmsc.hosts) == {bmsc.announced().split("//")[1]}, bmsc.hosts
    ue.kill()


def bmsc_only_says_where(where, layout):
    """--bmsc leads elsewhere; the name that was announced stays."""
    bmsc = Bmsc(layout)
    ue, at = start(where, layout, announcement(f"http://{bmsc.fqdn}"), "--bmsc", bmsc.url())
    ue.ask("start", "result", code=200)
    deliver(bmsc, ue, at)
    assert set(bmsc.hosts) == {bmsc.fqdn}, bmsc.hosts
    ue.kill()


def a_path_stands_before(where, layout):
    """serverURI with a path, with and without a slash at its end."""
    for n, path in enumerate(("/ma", "/ma/", "/", "")):
        bmsc = Bmsc(layout, fqdn="one.localhost")
        folder = f"{where}/{n}"
        os.mkdir(folder)
        ue, _ = start(folder, layout, announcement(bmsc.announced() + path))
        ue.ask("start", "result", code=200)
        want = path.rstrip("/") + "/keymanagement?"
        assert all(got.startswith(want) for got, _, _ in bmsc.requests), bmsc.requests
        ue.kill()


def another_server_is_asked(where, layout):
    """One is silent: the other one gets the request, with keys of its own if its name is another."""
    for name, same in ("same", True), ("other", False):
        moved = 0
        for n in range(20):
            bmsc = Bmsc(layout, fqdn="two.localhost")
            keys = bootstrapped(bmsc)
            silent, port = no_server(bmsc.fqdn if same else "one.localhost")
            folder = f"{where}/{name}{n}"
            os.mkdir(folder)
            ue, at = start(folder, layout, announcement(silent, bmsc.announced()), keys=keys)
            ue.ask("start", "result", code=200)
            deliver(bmsc, ue, at)
            moved += ue.count("server")
            ue.kill()
            port.close()
            bmsc.server.shutdown()
            if moved > 0:
                break
        assert moved == 1, (name, moved)


def who_stops_on_the_way_stays(where, layout):
    """The next server is not gone to any more when there is room."""
    a_full_disk_is_waited_for_on_the_way(where, layout, stops=True)


def a_full_disk_is_waited_for_on_the_way(where, layout, stops=False):
    """The keys of the next server cannot be kept: that is told once, and tried until they can."""
    bmsc = Bmsc(layout, fqdn="two.localhost")
    keys = bootstrapped(bmsc)
    door = socket.create_server(("127.0.0.1", 0))
    silent = f"http://one.localhost:{door.getsockname()[1]}"
    for n in range(20):
        folder = f"{where}/{n}"
        os.mkdir(folder)
        ue, at = start(folder, layout, announcement(silent, bmsc.announced()), keys=keys)
        ue.say("start")
        while not select.select([door], [], [], 0.1)[0] and ue.count("http_response") == 0:
            pass
        if ue.count("http_response") == 0:
            break
        ue.kill()
    room = resource.prlimit(ue.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(ue.process.pid, resource.RLIMIT_FSIZE, (0, room[1]))
    door.accept()[0].close()
    door.close()
    ue.wait("server")
    ue.wait("refused", what="another server")
    time.sleep(3)  # it tries, and says nothing more
    assert ue.count("refused") == 1, ue.events
    if stops:
        asked = len(bmsc.requests)  # those that began there
        ue.say("deregister")
        ue.ask("nothing", "error")  # it was read
    resource.prlimit(ue.process.pid, resource.RLIMIT_FSIZE, room)
    if stops:
        time.sleep(3)
        assert len(bmsc.requests) == asked
    else:
        ue.wait("result", code=200)
        deliver(bmsc, ue, at)
    ue.kill()


def keys_belong_to_one_server(where, layout):
    """Ks_NAF of one server is never used with another: which one it is must be said."""
    one, two = (Bmsc(layout, fqdn=f"{name}.localhost") for name in ("one", "two"))
    text = announcement(one.announced(), two.announced())
    does_not_start(options(where, layout, text), "several servers")
    ue, at = start(where, layout, text, "--fqdn", "TWO.localhost")
    ue.ask("start", "result", code=200)
    deliver(two, ue, at)
    assert not one.requests
    ue.kill()
    does_not_start(options(where, layout, text, "--fqdn", "three.localhost"), "three.localhost")


def akma_stands_for_gba(where, layout):
    """--akma: K_AF of each server, the A-KID as name; new ones by a command (TS 33.501 W.4.1.3)."""
    bmsc = Bmsc(layout, fqdn="one.localhost")
    bmsc.bootstrap = "bootstrapping-akma"

    def knows(a_kid, k_akma):
        bmsc.btid = a_kid
        bmsc.muk = protect_oracle.k_af(k_akma, bmsc.fqdn.encode())
        bmsc.mrk = protect_oracle.kdf(bmsc.muk, b"mbms-mrk")
        return a_kid

    first, second = (f"r000.a{n}@5gc.mnc001.mcc001.3gppnetwork.org" for n in (1, 2))
    knows(first, KS)
    ue, at = start(where, layout, announcement("http://two.localhost", bmsc.announced()),
                   "--btid", first, "--fqdn", bmsc.fqdn, keys=("--akma", KS.hex()))
    ue.ask("start", "result", code=200)
    deliver(bmsc, ue, at)
    assert all("3gpp-akma" in agent and "gba" not in agent for agent in bmsc.agents), bmsc.agents
    bmsc.counter = 0
    ue.say(f"bootstrap {knows(second, KS[::-1])} {KS[::-1].hex()}")
    ue.ask(f"request {GROUP}", "result", code=200)
    deliver(bmsc, ue, at, 2)
    ue.kill()
    for wrong in (), ("--akma", "00"), ("--akma", KS.hex(), "--ks-naf", KS.hex()):
        does_not_start(options(where, layout, announcement("http://one.localhost"), keys=wrong),
                       "--help", status=1)


def old_keys_do_not_come_back(where, layout):
    """An old command line, its server spelled otherwise: the newest keys of the store are used."""
    ue, _ = start(where, layout, announcement("http://one.localhost"))
    ue.say("bootstrap bob@bsf.example.org " + KS.hex())
    ue.ask("keys", "keys")
    ue.kill()
    bmsc = Bmsc(layout, fqdn="ONE.localhost")
    bmsc.btid, bmsc.muk = "bob@bsf.example.org", KS
    bmsc.mrk = protect_oracle.kdf(KS, b"mbms-mrk")
    ue, at = start(where, layout, announcement(bmsc.announced()))
    ue.ask("start", "result", code=200)
    ue.kill()


def does_not_start(args, word, status=2):
    done = subprocess.run([*args, "--json"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=peers.PATIENCE)
    assert done.returncode == status and word in done.stdout + done.stderr, done


URI = "http://www.example.com/3gpp/mbms/protection1.xml"


def bundle(*services):
    """A bundleDescription (TS 26.346 11.2) of (serviceId, URI of its securityDescription or None)."""
    text = "".join(
        f'<userServiceDescription serviceId="{name}"><name lang="en">x</name><deliveryMethod '
        f'sessionDescriptionURI="http://www.example.com/s.sdp"' +
        (f' protectionDescriptionURI="{uri}"' if uri else "") +
        '><sv:delimiter>0</sv:delimiter></deliveryMethod></userServiceDescription>'
        for name, uri in services)
    return ('<?xml version="1.0"?><bundleDescription xmlns="urn:3GPP:metadata:2005:MBMS:'
            'userServiceDescription" xmlns:sv="urn:3gpp:metadata:2009:MBMS:schemaVersion">' + text +
            '<sv:schemaVersion>2</sv:schemaVersion></bundleDescription>')


def multipart(*parts, head=True, end="\r\n"):
    """Of (media type, location, text)."""
    top = 'MIME-Version: 1.0{0}Content-Type: multipart/related;{0}\tboundary="a b"{0}{0}preamble{0}'
    text = (top.format(end) if head else "") + "".join(
        f"--a b{end}Content-type: {kind}{end}Content-Location: {at}{end}{end}{body}{end}"
        for kind, at, body in parts)
    return text + f"--a b--{end}"


def envelope(*items):
    text = "".join(f'<item metadataURI="{uri}" version="1"><metadataFragment><![CDATA[{body}]]>'
                   f'</metadataFragment></item>' for uri, body in items)
    return ('<metadataEnvelope xmlns="urn:3gpp:metadata:2005:MBMS:envelope">' + text +
            '</metadataEnvelope>')


def in_json(server, key_info="mBSServiceKeyInfo", card=False):
    """SecurityDescription of TS 26.517."""
    return {"mBSSFAddresses": [server], key_info: {
        "mBSId": base64.b64encode(GROUP.to_bytes(2, "big") + bytes(2)).decode(),
        "mBSDomainId": base64.b64encode(DOMAIN).decode()},
        "uICCKeyManagement": card, "2GGBAallowed": False, "backOffParameters": {"offsetTime": 0}}


def every_form_is_read(where, layout):
    """The fragment as it is found in the field: in multipart, an envelope, beside a bundle, in JSON."""
    bmsc = Bmsc(layout, fqdn="one.localhost")
    server = bmsc.announced()
    xml, other = announcement(server), announcement("http://nothing.invalid")
    usd, sdp = bundle((SERVICE, URI)), "v=0\r\n--a bc\r\ns=-\r\n"
    two = bundle(("urn:other", URI + "2"), (SERVICE, URI))
    us, ps = "application/mbms-user-service-description+xml", \
        "application/mbms-protection-description+xml; charset=UTF-8"
    parts = (us, "http://x/usd.xml", two), ("application/sdp", "http://x/s.sdp", sdp), \
        (ps, URI + "2", other), (ps, URI, xml)
    forms = {"multipart": multipart(*parts), "no head": multipart(*parts, head=False, end="\n"),
             "one part": multipart((ps, "x", xml)),
             "an envelope": envelope((URI + "2", other), ("http://x/usd.xml", two), (URI, xml)),
             "an envelope among parts": multipart(("application/mbms-envelope+xml", "e",
                                                   envelope((URI + "2", other), (URI, xml))),
                                                  (us, "usd", two)),
             "relative": multipart((us, "usd", usd), (ps, "protection1.xml", xml)),
             "beside": usd, "JSON": json.dumps(in_json(server)),
             "JSON of the slip": json.dumps(in_json(server, "mBSSessionKeyInfo")),
             "JSON in a bundle": json.dumps([
                 {"serviceId": "urn:other", "x": in_json("http://nothing.invalid")},
                 {"serviceId": SERVICE, "name": ["a"], "x": [{"y": in_json(server)}]}]),
             "JSON in parts": multipart(("application/sdp", "s", sdp),
                                        ("application/json", "j", json.dumps(in_json(server))))}
    for n, (what, text) in enumerate(forms.items()):
        folder = f"{where}/{n}"
        os.mkdir(folder)
        write(f"{folder}/protection1.xml", xml)
        ue, at = start(folder, layout, text)
        ue.say("start")
        told = ue.wait("result", code=200)
        deliver(bmsc, ue, at, n + 1)
        assert told, what
        ue.kill()
    args = options(where, layout, multipart((us, "usd", usd), (ps, URI, xml)))
    at = args.index("--service")  # it has one only
    ue = Program(*args[:at], *args[at + 2:])
    ue.wait("ready")
    ue.ask("start", "result", code=200)
    ue.kill()


def other_forms_are_not(where, layout):
    """What is not whole, says too little or too much: refused, with a word."""
    xml = announcement("http://one.localhost")
    us, ps = "application/mbms-user-service-description+xml", "application/mbms-protection-description+xml"
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]>'
    whole = multipart((us, "usd", bundle((SERVICE, URI))), (ps, URI, xml))
    slip = in_json("http://one.localhost")
    del slip["mBSServiceKeyInfo"]["mBSId"]
    for word, text in (
            ("no such service", multipart((us, "u", bundle(("urn:x", URI))), (ps, URI, xml))),
            ("not protected", bundle((SERVICE, None))), ("not there", bundle((SERVICE, URI))),
            ("not there", multipart((us, "u", bundle((SERVICE, URI))), (ps, "http://x/y", xml))),
            ("not there", envelope((URI, xml), (URI + "2", xml))),
            ("several", bundle((SERVICE, URI)).replace("</userS", f'<deliveryMethod '
                               f'protectionDescriptionURI="{URI}2"/></userS')),
            ("no whole", whole[:-9]), ("no whole", "--a\r\n\r\n"), ("no whole", "Content-Type: text/plain"),
            ("encoded", whole.replace("Content-Location", "Content-Transfer-Encoding: base64\r\nA", 1)),
            ("well formed", bundle((SERVICE, URI))[:-1]), ("well formed", doctype + xml[38:]),
            ("well formed", "<a>" * 100), ("not as TS 26.346", xml.replace("GM8A", "AAAA")),
            ("not JSON", "{"), ("no SecurityDescription", "{}"), ("mBSId is not", json.dumps(slip)),
            ("UICC", json.dumps(in_json("http://one.localhost", card=True))),
            ("too large", " " * 300000), ("not there", "GM8A")):
        does_not_start(options(where, layout, text), word)


def a_card_is_asked_for(where, layout):
    """uiccKeyManagement, which is true where nothing is said: refused, as there is no card."""
    for terms in 'uiccKeyManagement="true"', 'uiccKeyManagement=" 1 "', "":
        does_not_start(options(where, layout, announcement("http://one.localhost", terms=terms)),
                       "UICC")


def no_password_in_a_url(where, layout):
    for url in "http://u:p@127.0.0.1:80", "http://u@127.0.0.1", "ftp://127.0.0.1", "http://[::1", \
            "http://127.0.0.1/?a=b", "http://127.0.0.1/#a":
        does_not_start(options(where, layout, announcement("http://one.localhost"), "--bmsc", url),
                       "--bmsc", status=1)
    does_not_start(options(where, layout, announcement("http://u:p@one.localhost")), "error")


def only_allowed_algorithms_are_used(where, layout):
    """--algorithm: what it does not name is not answered with a response, whatever is offered."""
    for n, (offered, allowed, fine) in enumerate((
            ("MD5", None, True), ("MD5", "md5", True), ("MD5", "sha256", False), ("MD5", "sha256,md5", True),
            ("SHA-256", "md5", False), ("SHA-256", "sha256", True), ("SHA-256", None, True))):
        bmsc = Bmsc(layout, fqdn="one.localhost")
        bmsc.algorithm = offered
        folder = f"{where}/{n}"
        os.mkdir(folder)
        ue, _ = start(folder, layout, announcement(bmsc.announced()),
                      *(["--algorithm", allowed] if allowed else []))
        ue.say("start")
        told = ue.wait("result")
        assert (told["code"] == 200) == fine, (offered, allowed, told)
        assert any(good for _, good, _ in bmsc.requests) == fine, bmsc.requests
        assert fine or not any(event.get("authorization") for event in ue.events), ue.events
        ue.kill()
    for wrong in "", ",", "sha1", "sha256,md4":
        does_not_start(options(where, layout, announcement("http://one.localhost"), "--algorithm",
                               wrong), "--help", status=1)


def quit_deregisters(where, layout):
    """What was registered is deregistered; in CSB nothing was, and the MSK stays."""
    bmsc = Bmsc(layout, fqdn="one.localhost")
    ue, at = start(where, layout, announcement(bmsc.announced()))
    ue.ask("start", "result", code=200)
    deliver(bmsc, ue, at)
    before = len(bmsc.requests)
    ue.quit()
    kinds = [path.split("=")[1] for path, good, _ in bmsc.requests[before:] if good]
    assert kinds == (["deregister"] if layout == "keyid" else []), bmsc.requests
    ue, _ = start(where, layout, announcement(bmsc.announced()))
    held = [msk["number"] for msk in ue.ask("keys", "keys")["held"]]
    assert held == ([] if layout == "keyid" else [1]), held
    ue.kill()


def a_second_quit_does_not_wait(where, layout):
    bmsc = Bmsc(layout, fqdn="one.localhost")
    ue, _ = start(where, layout, announcement(bmsc.announced()))
    ue.ask("start", "result", code=200)
    bmsc.silent = True
    ue.say("quit")
    if layout == "keyid":
        asked = ue.wait("http_request")
        assert "=deregister" in asked["target"], asked
        ue.ask("keys", "keys")  # it waits
        ue.say("quit")
    end = ue.wait("quit")
    assert layout == "csb" or end["t"] - asked["t"] < 10000, (asked, end)
    assert ue.process.wait(peers.PATIENCE) == 0


def a_signal_is_a_quit(where, layout):
    """SIGTERM, SIGINT and SIGHUP deregister; where nobody answers, it ends all the same."""
    for n, kind in enumerate((signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTERM)):
        bmsc = Bmsc(layout, fqdn="one.localhost")
        folder = f"{where}/{n}"
        os.mkdir(folder)
        ue, at = start(folder, layout, announcement(bmsc.announced()))
        ue.ask("start", "result", code=200)
        deliver(bmsc, ue, at)
        before = len(bmsc.requests)
        bmsc.silent = n == 3
        began = time.monotonic()
        ue.process.send_signal(kind)
        ue.wait("quit")
        assert ue.process.wait(peers.PATIENCE) == 0
        assert time.monotonic() - began < (20 if bmsc.silent else 10)
        kinds = [path.split("=")[1] for path, good, _ in bmsc.requests[before:] if good]
        assert kinds == (["deregister"] if layout == "keyid" and n < 3 else []), (kind, bmsc.requests)
        bmsc.silent = False


def a_second_signal_does_not_wait(where, layout):
    """Nor does one after a quit, or a quit after one."""
    for n, say in enumerate((lambda ue: ue.process.send_signal(signal.SIGINT),
                             lambda ue: ue.say("quit"))):
        bmsc = Bmsc(layout, fqdn="one.localhost")
        folder = f"{where}/{n}"
        os.mkdir(folder)
        ue, _ = start(folder, layout, announcement(bmsc.announced()))
        ue.ask("start", "result", code=200)
        bmsc.silent = True
        ue.process.send_signal(signal.SIGTERM)
        if layout == "keyid":
            asked = ue.wait("http_request")
            ue.ask("keys", "keys")  # it waits
            say(ue)
        end = ue.wait("quit")
        assert layout == "csb" or end["t"] - asked["t"] < 9000, (asked, end)
        assert ue.process.wait(peers.PATIENCE) == 0
        bmsc.silent = False


def why_there_was_no_answer(where, layout):
    """DNS, refused, time, TLS: each by its word. With --cacert the last one is an answer."""
    closed, keep = no_server("one.localhost")
    listening = socket.create_server(("127.0.0.1", 0))
    late = f"http://one.localhost:{listening.getsockname()[1]}"
    bmsc = Bmsc(layout, fqdn="one.localhost", tls=TLS)
    for n, (url, why) in enumerate((("http://nothing.invalid", "dns"), (closed, "refused"),
                                    (late, "time"), (bmsc.announced(), "tls"))):
        folder = f"{where}/{n}"
        os.mkdir(folder)
        ue, _ = start(folder, layout, announcement(url), "--timeout", "1")
        ue.say("start")
        told = ue.wait("http_response", status=0)
        assert told["why"] == why and told["reason"], told
        ue.kill()
    ue, at = start(where, layout, announcement(bmsc.announced()), "--cacert", str(TLS))
    ue.ask("start", "result", code=200)
    deliver(bmsc, ue, at)
    ue.kill()
    ue, _ = start(where, layout, announcement("https://other.example.org"), "--cacert", str(TLS),
                  "--bmsc", bmsc.url())  # there it is, but it has not that name
    ue.say("start")
    assert ue.wait("http_response", status=0)["why"] == "tls"
    ue.kill()
    keep.close()
    listening.close()


def keys_are_shown_after_a_restart(where, layout):
    bmsc = Bmsc(layout, fqdn="one.localhost")
    ue, at = start(where, layout, announcement(bmsc.announced()))
    ue.ask("start", "result", code=200)
    _, m = deliver(bmsc, ue, at)
    ue.kill()
    for secrets in True, False:
        args = options(where, layout, announcement(bmsc.announced()))
        ue = Program(*(a for a in args if secrets or a != "--secrets"))
        ue.wait("ready")
        held = ue.ask("keys", "keys")["held"]
        assert [msk.get("key") for msk in held] == [m["key"].hex() if secrets else None], held
        ue.kill()


def a_deletion_has_its_reason(where, layout):
    bmsc = Bmsc(layout, fqdn="one.localhost")
    ue, at = start(where, layout, announcement(bmsc.announced()))
    ue.ask("start", "result", code=200)
    for number in 1, 2, 3:
        deliver(bmsc, ue, at, number)
    assert ue.wait("msk_deleted", number=1)["reason"] == "the oldest of three"
    ue.say("deregister")
    for number in 2, 3:
        told = ue.wait("msk_deleted")
        assert told["number"] in (2, 3) and told["reason"] == "its Key Group is used no longer", told
    ue.kill()


def a_leave_for_an_sp_says_so(where, layout):
    """All is announced as on, and the MSK says: no encryption."""
    bmsc = Bmsc(layout, fqdn="one.localhost")
    ue, at = start(where, layout, announcement(bmsc.announced()), "--patience", "3")
    ue.ask("start", "result", code=200)
    bmsc.send(bmsc.message(streaming=True, sp=bytes.fromhex("000100")), at)
    ue.wait("refused", what="datagram")
    why = "the SP of its MSK is against the announcement"
    assert ue.wait("left", service=SERVICE)["reason"] == why, ue.events
    ue.kill()


def steps_are_told_by_name(where, layout):
    """--trace: each step of a machine by the names of doc/states.md; without it none."""
    for more in (), ("--trace",):
        bmsc = Bmsc(layout)
        folder = f"{where}/{len(more)}"
        os.mkdir(folder)
        ue, at = start(folder, layout, announcement(bmsc.announced()), "--bmsc", bmsc.url(), *more)
        ue.ask("start", "result", code=200)
        deliver(bmsc, ue, at)
        ue.ask("keys", "keys")
        steps = [e for e in ue.events if e["event"] == "step"]
        ue.kill()
        assert bool(steps) == bool(more), steps
    with open(f"{os.path.dirname(__file__)}/../../doc/states.md", encoding="utf-8") as page:
        known = set(re.findall(r"^\| ([a-z_ ]+) \| \d+ \|", page.read(), re.MULTILINE))
    for step in steps:
        assert {step[name].replace("_", " ") for name in ("state", "what", "next")} <= known, (step, known)
    assert {"exchange", "group", "holding"} <= {step["machine"] for step in steps}, steps


def main():
    tests = [steps_are_told_by_name, every_form_is_read, other_forms_are_not, the_announced_name_leads_there, bmsc_only_says_where, a_path_stands_before,
             another_server_is_asked, a_full_disk_is_waited_for_on_the_way,
             who_stops_on_the_way_stays, keys_belong_to_one_server,
             akma_stands_for_gba, old_keys_do_not_come_back, a_card_is_asked_for, no_password_in_a_url,
             only_allowed_algorithms_are_used, quit_deregisters, a_second_quit_does_not_wait,
             a_signal_is_a_quit, a_second_signal_does_not_wait,
             why_there_was_no_answer, keys_are_shown_after_a_restart, a_deletion_has_its_reason,
             a_leave_for_an_sp_says_so]
    for test in tests:
        for layout in ("csb", "keyid"):
            if sys.argv[2:] and test.__name__ not in sys.argv[2:]:
                continue
            with tempfile.TemporaryDirectory() as where:
                test(where, layout)
            print(f"{test.__name__} {layout}", flush=True)
    return 0


sys.exit(main())
