#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drives msktool gba: the sets of TS 35.207 and the model of bootstrapping say what comes out.

    msktool_gba.py MSKTOOL
"""
import base64
import json
import subprocess
import sys

from model import gba_oracle
from protect_oracle import kdf

TOOL = sys.argv[1]
BSF, FQDN, IMPI = "bsf.example.org", "bmsc.example.org", "001010123456789@ims.example.org"
NAMES = "res", "ak", "ck", "ik", "ak_s"


def run(*args):
    done = subprocess.run([TOOL, "gba", *args], capture_output=True, text=True, timeout=20,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def told(*args):
    status, out, err = run(*args)
    assert status == 0 and not err, (args, status, err)
    return json.loads(out)


def each_set(line):
    k, rand, sqn, amf, op, opc, mac_a, _, res, ak, ck, ik, ak_s = line
    home = gba_oracle.Milenage(bytes.fromhex(k), bytes.fromhex(opc))
    octets, number = bytes.fromhex(rand), int(sqn, 16)
    base = "--k", k, "--rand", rand, "--bsf", BSF, "--impi", IMPI, "--fqdn", FQDN
    got = told(*base, "--op", op, "--sqn", sqn, "--amf", amf)
    assert told(*base, "--opc", opc, "--sqn", sqn, "--amf", amf) == got
    want = dict(zip(NAMES, (res, ak, ck, ik, ak_s))) | {
        "opc": opc, "ks": ck + ik, "gba_u_res": home.res_on_card(octets).hex(),
        "auts": home.auts(octets, number).hex(), "btid": f"{base64.b64encode(octets).decode()}@{BSF}"}
    assert want.items() <= got.items(), (want, got)
    autn = bytes.fromhex(got["autn"])
    assert autn == home.autn(octets, number, bytes.fromhex(amf)) and autn[8:].hex() == mac_a
    assert bytes.fromhex(got["gba_u_autn"]) == home.mac_star(octets, autn)
    me, uicc = (key(home.ks(octets), octets, IMPI, FQDN)
                for key in (gba_oracle.ks_naf, gba_oracle.ks_int_naf))
    assert (got["ks_naf"], got["ks_int_naf"]) == (me.hex(), uicc.hex())
    assert got["in_me"] == {"muk": me.hex(), "mrk": kdf(me, b"mbms-mrk").hex()}
    assert got["on_uicc"] == {"muk": uicc.hex(), "mrk": me.hex()}
    from_ks = told("--ks", ck + ik, *base[2:])
    assert from_ks == {name: got[name] for name in from_ks} and "res" not in from_ks
    assert {"btid", "ks_naf", "ks_int_naf", "in_me", "on_uicc"} <= set(from_ks)
    for name, origin in ("autn", "home"), ("gba_u_autn", "home, for GBA_U"):
        opened = told(*base[:4], "--opc", opc, "--autn", got[name])
        assert (opened["from"], opened["sqn"]) == (origin, sqn), opened
    wrong = got["autn"][:-1] + ("0" if got["autn"][-1] != "0" else "1")
    assert told(*base[:4], "--opc", opc, "--autn", wrong)["from"] == "nobody"


def refuses():
    zeros = "00" * 16
    base = "--k", zeros, "--rand", zeros, "--opc", zeros
    for args in ((), base[:4], base[2:], (*base, "--op", zeros), (*base, "--ks", zeros * 2),
                 (*base, "--impi", "x"), (*base, "--fqdn", "x"), (*base, "--sqn", "00"),
                 (*base, "--amf", "8000"), (*base, "--sqn", "00" * 6, "--autn", zeros),
                 ("--ks", zeros, "--rand", zeros), ("--ks", zeros * 2),
                 ("--ks", zeros * 2, "--rand", zeros, "--autn", zeros),
                 (*base[:3], "00", *base[4:]), (*base, "--bsf", ""), (*base, "--what"), ("x",)):
        status, out, err = run(*args)
        assert status == 1 and not out and err, (args, status, out, err)


for line in gba_oracle.SETS:
    each_set(line)
refuses()
