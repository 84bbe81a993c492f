#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The JSON of 5G MBS: what the published models allow is read and written; the rest has a reason.

    mbs.py MSKTOOL
"""
import base64
import json
import random
import subprocess
import sys

from schema import Models

TOOL = sys.argv[1]
modelled = Models("mbs_schema.json").follow


def b64(octets):
    return base64.b64encode(octets).decode()


def run(*args, text):
    done = subprocess.run([TOOL, "mbs", *args, "-"], input=text.encode(), capture_output=True,
                          check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def key(**more):
    """An MbsKeyInfo; None takes a member out."""
    members = {"keyDomainId": b64(b"\x00\xf1\x10"), "mskId": b64(b"\x12\x34\x00\x07"),
               "msk": b64(bytes(range(16)))} | more
    return {name: value for name, value in members.items() if value is not None}


def service(**more):
    members = {"mBSSFAddresses": ["https://mbssf.example.org"], "mBSServiceKeyInfo": {
        "mBSId": b64(b"\x12\x34\x00\x00"), "mBSDomainId": b64(b"\x00\xf1\x10")}} | more
    return {name: value for name, value in members.items() if value is not None}


MTK, SALT = bytes(range(32, 48)), bytes(range(64, 78))
BARE = {"domain": "00f110", "group": 0x1234, "number": 7, "msk": bytes(range(16)).hex()}
KEYS = [
    (key(), BARE),
    (key(msk=None), {name: BARE[name] for name in BARE if name != "msk"}),
    (key(msk=b64(bytes(32))), BARE | {"msk": bytes(32).hex()}),
    (key(mskLifetime="2026-12-01T04:05:06Z"), BARE | {"expires": 1796097906000}),
    (key(mskLifetime="2026-12-01T05:35:06.7899+01:30"), BARE | {"expires": 1796097906789}),
    (key(mskLifetime="2028-02-29T23:59:59-00:30"), BARE | {"expires": 1835483399000}),
    (key(mtkId=b64(b"\x01\x02"), mtk=b64(MTK)), BARE | {"mtk_id": 258, "mtk": MTK.hex()}),
    (key(mtkId=b64(b"\xff\xfe"), mtk=b64(MTK + SALT)),
     BARE | {"mtk_id": 65534, "mtk": MTK.hex(), "salt": SALT.hex()}),
    (key(other={"x": [1]}), BARE),
]
SERVICE = {"servers": ["https://mbssf.example.org"], "groups": ["00f110:4660"],
           "uicc_required": False, "2g_allowed": False, "offset_time": 0, "random_period": 0}
SERVICES = [
    (service(), SERVICE),
    (service(uICCKeyManagement=True), SERVICE | {"uicc_required": True}),
    (service(**{"2GGBAallowed": True}), SERVICE | {"2g_allowed": True}),
    (service(backOffParameters={"offsetTime": 5}), SERVICE | {"offset_time": 5}),
    (service(backOffParameters={"randomTimePeriod": 2 ** 32 - 1}),
     SERVICE | {"random_period": 2 ** 32 - 1}),
    (service(mBSSFAddresses=["a", "b"], mBSServiceKeyInfo=[
        {"mBSId": b64(bytes((0, n, 9, 9))), "mBSDomainId": b64(b"abc")} for n in (1, 2)]),
     SERVICE | {"servers": ["a", "b"], "groups": ["616263:1", "616263:2"]}),
]


def fine_is_read_and_written():
    for value, want in KEYS:
        whole = modelled({"keyList": {"any text": value}}, "MbsSecurityContext")
        for text in json.dumps(whole), json.dumps(value):
            assert json.loads(run(text=text)[1]) == [want], (text, run(text=text))
        again = json.loads(run("--again", text=json.dumps(whole))[1])
        assert json.loads(run(text=json.dumps(modelled(again, "MbsSecurityContext")))[1]) == [want]
        made = json.loads(run("--make", text=json.dumps([want]))[1])
        assert made == again, (made, again)
    for value, want in SERVICES:
        text = json.dumps(modelled(value, "SecurityDescription"))
        assert json.loads(run(text=text)[1]) == want, run(text=text)
        again = modelled(json.loads(run("--again", text=text)[1]), "SecurityDescription")
        assert json.loads(run(text=json.dumps(again))[1]) == want, again
    slip = service(mBSServiceKeyInfo=None, mBSSessionKeyInfo=service()["mBSServiceKeyInfo"])
    assert json.loads(run(text=json.dumps(slip))[1]) == SERVICE
    many = {"keyList": {str(n): key(mskId=b64(bytes((0, 1, 0, n)))) for n in range(1, 33)}}
    assert [k["number"] for k in json.loads(run(text=json.dumps(many))[1])] == list(range(1, 33))
    print(f"{len(KEYS)} keys and {len(SERVICES)} services")


REFUSED = [
    ("keyDomainId", key(keyDomainId=None)), ("keyDomainId", key(keyDomainId="AAA=")),
    ("keyDomainId", key(keyDomainId=b64(bytes(4)))), ("keyDomainId", key(keyDomainId=7)),
    ("keyDomainId", key(keyDomainId="A+/")), ("keyDomainId", key(keyDomainId="A_-_")),
    ("mskId", key(mskId=None)), ("mskId", key(mskId=b64(bytes(5)))), ("mskId", key(mskId=[])),
    ("of 0", key(mskId=b64(b"\x00\x00\x00\x01"))), ("of 0", key(mskId=b64(b"\x00\x01\x00\x00"))),
    ("msk is not", key(msk=b64(bytes(15)))), ("msk is not", key(msk=b64(bytes(33)))),
    ("msk is not", key(msk="")), ("msk is not", key(msk={})), ("msk is not", key(msk="x" * 100000)),
    ("mskLifetime", key(mskLifetime=1796097906)), ("mskLifetime", key(mskLifetime="")),
    ("mskLifetime", key(mskLifetime="2026-12-01")), ("mskLifetime", key(mskLifetime="2026-13-01T00:00:00Z")),
    ("mskLifetime", key(mskLifetime="2027-02-29T00:00:00Z")),
    ("mskLifetime", key(mskLifetime="2026-12-01T24:00:00Z")),
    ("mskLifetime", key(mskLifetime="2026-12-01T00:00:00")),
    ("mskLifetime", key(mskLifetime="2026-12-01T00:00:00.Z")),
    ("mskLifetime", key(mskLifetime="2026-12-01T00:00:00Zx")),
    ("not JSON", key(mskLifetime="2026-12-01T00:00:00Z\0")),
    ("mskLifetime", key(mskLifetime="1969-12-31T23:59:59Z")),
    ("mskLifetime", key(mskLifetime="+026-12-01T00:00:00Z")),
    ("come together", key(mtkId=b64(b"\x00\x01"))), ("come together", key(mtk=b64(MTK))),
    ("mtkId", key(mtkId=b64(b"\x01"), mtk=b64(MTK))),
    ("0 or 65535", key(mtkId=b64(b"\x00\x00"), mtk=b64(MTK))),
    ("0 or 65535", key(mtkId=b64(b"\xff\xff"), mtk=b64(MTK))),
    ("mtk is no", key(mtkId=b64(b"\x00\x01"), mtk=b64(bytes(29)))),
    ("mtk is no", key(mtkId=b64(b"\x00\x01"), mtk=b64(bytes(47)))),
    ("keyList is no map", {"keyList": {}}), ("keyList is no map", {"keyList": [key()]}),
    ("too many", {"keyList": {str(n): key() for n in range(33)}}),
    ("no object", {"keyList": {"a": key(), "b": "x"}}), ("no object", []), ("not JSON", "x"),
    ("no list", service(mBSSFAddresses=[])), ("no list", service(mBSSFAddresses="http://x")),
    ("no list", service(mBSSFAddresses=["x"] * 17)), ("no address", service(mBSSFAddresses=[7])),
    ("no address", service(mBSSFAddresses=[""])),
    ("names no keys", service(mBSServiceKeyInfo=None)), ("names no keys", service(mBSServiceKeyInfo=[])),
    ("names no keys", service(mBSServiceKeyInfo="x")),
    ("mBSDomainId", service(mBSServiceKeyInfo={"mBSId": b64(bytes(4))})),
    ("mBSDomainId", service(mBSServiceKeyInfo=[7])),
    ("mBSId", service(mBSServiceKeyInfo={"mBSDomainId": b64(b"abc"), "mBSId": b64(bytes(3))})),
    ("Key Group 0", service(mBSServiceKeyInfo={"mBSDomainId": b64(b"abc"), "mBSId": b64(bytes(4))})),
    ("too many keys", service(mBSServiceKeyInfo=[service()["mBSServiceKeyInfo"]] * 33)),
    ("uICC", service(uICCKeyManagement="true")), ("2GGBA", service(**{"2GGBAallowed": 1})),
    ("backOff", service(backOffParameters=5)),
    ("offsetTime", service(backOffParameters={"offsetTime": -1})),
    ("offsetTime", service(backOffParameters={"offsetTime": 2 ** 32})),
    ("offsetTime", service(backOffParameters={"offsetTime": "5"})),
    ("randomTimePeriod", service(backOffParameters={"randomTimePeriod": 0.5})),
]


def refused_with_a_reason():
    for word, value in REFUSED:
        for args in (), ("--again",):
            status, out, err = run(*args, text=json.dumps(value))
            assert (status, out) == (2, "") and word in err, (word, value, status, out, err)
    for text in "", "{", '{"msk":1,"msk":2}', "\xff", "[" * 100000:
        status, out, err = run(text=text)
        assert (status, out) == (2, "") and "not JSON" in err, (text[:20], status, err)
    for wrong in [], [{}], [BARE] * 11, [BARE | {"msk": "00"}], [BARE | {"group": 0}], \
            [BARE | {"domain": "00"}], [BARE | {"mtk_id": 3}], [BARE | {"salt": SALT.hex()}] * 11:
        status, out, err = run("--make", text=json.dumps(wrong))
        assert (status, out) == (2, "") and err, (wrong, status, out, err)
    assert run("--frob", text="{}")[0] == 1
    print(f"{len(REFUSED)} refused")


def changed_at_random():
    """Whatever is read is written so that it reads the same."""
    seed = random.randrange(2 ** 32)
    dice = random.Random(seed)
    texts = [json.dumps(value) for value, _ in KEYS + SERVICES]
    for _ in range(300):
        text = list(dice.choice(texts))
        for _ in range(dice.randrange(1, 4)):
            at = dice.randrange(len(text))
            text[at:at + dice.randrange(3)] = dice.choice(["", "0", "=", '"', "A", "{}", ",", "9", "Z"])
        text = "".join(text)
        status, out, _ = run(text=text)
        assert status in (0, 2), (seed, text, status)
        if status == 0:
            again = run("--again", text=text)[1]
            assert run(text=again)[1] == out, (seed, text, out, again)
    print(f"300 changed, seed {seed}")


for test in fine_is_read_and_written, refused_with_a_reason, changed_at_random:
    test()
