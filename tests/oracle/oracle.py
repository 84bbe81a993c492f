#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An independent model of the MIKEY messages of 3GPP TS 33.246 (MBMS security).

Written from RFC 3830, RFC 4563 and TS 33.246 clause 6.4 with nothing but the standard library,
so that the tests do not compare the C code with itself. Slow, plain, strict in what it builds.

A message is a dict with the fields of tests/vectors/mbms.json: bytes where the file has hex.
"csb" is the layout of the change request to 6.3.2 (Network ID in IDi, Key Group in the CSB ID;
the bytes of its EXT are ours), "keyid" the published one (both in EXT, RFC 4563).
"""
import argparse
import base64
import collections
import copy
import hashlib
import hmac
import json
import random
import subprocess
import sys

KEMAC, T, ID, V, SP, RAND, ERR, EXT = 1, 5, 6, 9, 10, 11, 12, 21  # RFC 3830 table 6.1.b
ENCR, AUTH, SALT = 0x150533E1, 0x2D22AC75, 0x29B88916  # RFC 3830 4.1.4
COUNTER = 2  # RFC 3830 6.6, TS type
KEY_ID = 3  # RFC 4563, general extension type
KEY_TYPE = 2  # what it was in October 2004: draft-carrara-newtype-keyid-00
TS_SIZE = {0: 8, 1: 8, 2: 4, 3: 4}
MAC_SIZE = {0: 0, 1: 20, 2: 32}
STREAMING_MAP = bytes.fromhex("0100" + "00" + "00000000" + "00000000")  # #CS 1: policy, SSRC, ROC
EMPTY_MAP = bytes.fromhex("0001")  # #CS 0, RFC 4563 clause 5
OLD_EMPTY_MAP = bytes(2)  # the same up to draft-ietf-msec-newtype-keyid-01


class Refused(ValueError):
    """The message is not one that a receiver may act on."""


def require(condition, why):
    if not condition:
        raise Refused(why)


def u16(value):
    return value.to_bytes(2, "big")


def u32(value):
    return value.to_bytes(4, "big")


# --- AES (FIPS 197), counter mode (RFC 3830 4.2.3) -------------------------------------------

def xtime(a):
    return (a << 1) ^ (0x11B if a & 0x80 else 0)


def make_sbox():
    """FIPS 197 5.1.1: inverse in GF(2^8), p running through the powers of 3 and q its inverse."""
    box, p, q = [0x63] * 256, 1, 1
    while True:
        p ^= xtime(p)
        q ^= q << 1
        q ^= q << 2
        q = (q ^ q << 4) & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = q * 0x101  # two copies: a shift right is a rotation
        box[p] = 0x63 ^ q ^ (turned >> 7 ^ turned >> 6 ^ turned >> 5 ^ turned >> 4) & 0xFF
        if p == 1:
            return box


SBOX = make_sbox()


def aes_schedule(key):
    """FIPS 197 5.2: the round keys of a 16, 24 or 32 octet key, 16 octets each."""
    nk, rcon = len(key) // 4, 1
    words = [list(key[i:i + 4]) for i in range(0, len(key), 4)]
    for i in range(nk, 4 * (nk + 7)):
        word = list(words[-1])
        if i % nk == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= rcon
            rcon = xtime(rcon)
        elif nk > 6 and i % nk == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(words[i - nk], word)])
    return [sum(words[i:i + 4], []) for i in range(0, len(words), 4)]


def aes_block(schedule, block):
    """FIPS 197 5.1: one block encrypted."""
    state = [a ^ b for a, b in zip(block, schedule[0])]
    for number, round_key in enumerate(schedule[1:], 1):
        state = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]  # SubBytes, ShiftRows
        if number < len(schedule) - 1:  # MixColumns
            state = [xtime(state[i]) ^ xtime(b := state[i - i % 4 + (i + 1) % 4]) ^ b
                     ^ state[i - i % 4 + (i + 2) % 4] ^ state[i - i % 4 + (i + 3) % 4]
                     for i in range(16)]
        state = [a ^ b for a, b in zip(state, round_key)]
    return bytes(state)


def aes_ctr(key, iv, data):
    """Key stream E(key, iv) || E(key, iv + 1) ... added to data; encrypts and decrypts."""
    schedule, start, out = aes_schedule(key), int.from_bytes(iv, "big"), b""
    for i in range(0, len(data), 16):
        stream = aes_block(schedule, ((start + i // 16) % 2**128).to_bytes(16, "big"))
        out += bytes(a ^ b for a, b in zip(data[i:i + 16], stream))
    return out


# --- keys and MACs (RFC 3830 clauses 4 and 5) --------------------------------------------------

def mac(key, data, digest="sha1"):
    return hmac.new(key, data, digest).digest()


def prf(inkey, label, length, digest="sha1"):
    """RFC 3830 4.1.2: P over each 256-bit slice of inkey, exclusive-ored."""
    out = bytes(length)
    for i in range(0, len(inkey), 32):
        a, stream = label, b""
        while len(stream) < length:
            a = mac(inkey[i:i + 32], a, digest)
            stream += mac(inkey[i:i + 32], a + label, digest)
        out = bytes(x ^ y for x, y in zip(out, stream))
    return out


def kemac_iv(salt_key, csb_id, counter):
    """RFC 3830 4.2.3: (S xor (0x0000 || CSB ID || T)) || 0x0000, T extended to 64 bits (6.6)."""
    mixed = int.from_bytes(salt_key, "big") ^ (csb_id << 64 | counter)
    return mixed.to_bytes(14, "big") + bytes(2)


def derive(psk, rand, csb_id, counter):
    """RFC 3830 4.1.4: the keys of one message from the pre-shared key, cs_id 0xFF."""
    def key(constant, length):
        return prf(psk, u32(constant) + b"\xff" + u32(csb_id) + rand, length)
    salt_key = key(SALT, 14)
    return {"auth_key": key(AUTH, 20), "encr_key": key(ENCR, 16), "salt_key": salt_key,
            "iv": kemac_iv(salt_key, csb_id, counter)}


def v_mac(auth_key, head, idi, idr, ts):
    """RFC 3830 5.2: the message without Ver data || Identity_i || Identity_r || T, data only."""
    return mac(auth_key, head + idi + idr + ts)


def kemac_seal(keys, head, payloads, plain):
    """RFC 3830 6.2: append KEMAC with AES-CM-128 and HMAC-SHA-1-160 over the whole message."""
    sealed = aes_ctr(keys["encr_key"], keys["iv"], plain)
    message = assemble(head, payloads + [(KEMAC, b"\x01" + u16(len(sealed)) + sealed + b"\x01")])
    return message + mac(keys["auth_key"], message)


def kemac_open(keys, parsed, message):
    """The plain Encr data. TS 33.246 6.4: NULL encryption and NULL MAC are forbidden."""
    encr_alg, sealed, mac_alg, tag = only(parsed, KEMAC)
    require(encr_alg == 1 and mac_alg == 1, "KEMAC algorithm")
    require(hmac.compare_digest(tag, mac(keys["auth_key"], message[:-len(tag)])), "MAC")
    return aes_ctr(keys["encr_key"], keys["iv"], sealed)


# --- building ----------------------------------------------------------------------------------

def header(data_type, v, csb_id, cs_map):
    """RFC 3830 6.1; the next payload octet is filled in by assemble."""
    return bytes([1, data_type, 0, 0x80 if v else 0]) + u32(csb_id) + cs_map


def assemble(head, payloads):
    """Chain (type, body) pairs after the header; body is what follows the next payload octet."""
    types = [kind for kind, _ in payloads] + [0]
    out = head[:2] + bytes(types[:1]) + head[3:]
    for (_, body), following in zip(payloads, types[1:]):
        out += bytes([following]) + body
    return out


def t_payload(counter):
    return T, bytes([COUNTER]) + u32(counter)


def id_payload(data):
    """RFC 3830 6.7, ID type 0 (TS 33.246 6.4.5.1)."""
    return ID, b"\x00" + u16(len(data)) + data


def sp_payload(parameters):
    """RFC 3830 6.10, policy 0, protocol SRTP."""
    return SP, bytes(2) + u16(len(parameters)) + parameters


def ext_payload(m):
    """RFC 4563 with TS 33.246 figures 6.4a and 6.4b: Key Domain ID, MSK ID, and the MTK ID.

    In 2004 ID 0 was that of the MUK.
    """
    ids = ([(0, m["muk_id"])] if m["muk_id"] else []) + [(1, u16(m["number"]))]
    if m["layout"] == "keyid":
        ids = [(0, m["domain"]), (1, u16(m["group"]) + u16(m["number"]))]
    if m["kind"] == "mtk":
        ids.append((2, u16(m["mtk_id"])))
    data = b"".join(bytes([kind, len(value)]) + value for kind, value in ids)
    return EXT, bytes([m["ext_type"]]) + u16(len(data)) + data


def with_ext(m, payloads):
    """EXT directly after HDR, or directly before KEMAC."""
    ext = [ext_payload(m)]
    return payloads + ext if m["ext_before_kemac"] else ext + payloads


def empty_map(m):
    return OLD_EMPTY_MAP if m["old_map"] else EMPTY_MAP


def key_data(m):
    """RFC 3830 6.13: TEK and interval for an MSK, TEK+SALT or TGK for an MTK, else nothing."""
    key = u16(len(m["key"])) + m["key"]
    if m["kind"] in ("pull", "verification"):
        return b""
    if m["kind"] != "mtk":
        return b"\x00\x22" + key + b"\x02" + u16(m["seq_low"]) + b"\x02" + u16(m["seq_high"])
    if m["streaming"]:
        return b"\x00\x30" + key + u16(len(m["salt"])) + m["salt"]
    return b"\x00\x00" + key


def build_msk(m):
    """TS 33.246 6.4.5.1: MSK message, pull trigger, validity update and invalidation alike."""
    payloads = [t_payload(m["counter"]), (RAND, bytes([len(m["rand"])]) + m["rand"]),
                id_payload(m["idi"]), id_payload(m["idr"])]
    payloads += [sp_payload(m["sp"])] if m["sp"] else []
    head = header(0, m["v"], m["csb_id"], STREAMING_MAP if m["streaming"] else empty_map(m))
    return kemac_seal(m, head, with_ext(m, payloads), m["plain"])


def build_mtk(m):
    """TS 33.246 6.4.5.3: no RAND; the RAND that came with the MSK goes into the derivation. With
    "with_rand" it is there, as before V9.1.0 (decision 39)."""
    payloads = [t_payload(m["counter"])]
    payloads += [(RAND, bytes([len(m["rand"])]) + m["rand"])] if m.get("with_rand") else []
    payloads += [id_payload(m["idi"])] if m["idi"] else []
    head = header(0, False, m["csb_id"], empty_map(m))
    return kemac_seal(m, head, with_ext(m, payloads), m["plain"])


def build_verification(m):
    """TS 33.246 6.4.5.2: HDR T IDr V; IDi is in the MAC only."""
    head = assemble(header(1, False, m["csb_id"], EMPTY_MAP),
                    [t_payload(m["counter"]), id_payload(m["idr"]), (V, b"\x01")])
    return head + v_mac(m["auth_key"], head, m["idi"], m["idr"], u32(m["counter"]))


AS_TODAY = {"ext_type": KEY_ID, "muk_id": b"", "old_map": False}


def build(m):
    """The fields of a message completed with its keys, Encr data and octets."""
    m = AS_TODAY | m | derive(m["psk"], m["rand"], m["csb_id"], m["counter"])
    m["plain"] = key_data(m)
    make = {"mtk": build_mtk, "verification": build_verification}.get(m["kind"], build_msk)
    return m | {"message": make(m)}


# --- parsing and accepting -----------------------------------------------------------------------

class Reader:
    """Takes octets from the front and refuses to run past the end."""

    def __init__(self, data):
        self.data = data

    def take(self, length):
        require(length <= len(self.data), "truncated")
        head, self.data = self.data[:length], self.data[length:]
        return head

    def uint(self, width):
        return int.from_bytes(self.take(width), "big")


def parse_payload(kind, r):
    """RFC 3830 6.2 to 6.15, the payloads that MBMS uses, after the next payload octet."""
    if kind == KEMAC:
        encr_alg, sealed, mac_alg = r.uint(1), r.take(r.uint(2)), r.uint(1)
        require(mac_alg in MAC_SIZE, "MAC algorithm")
        return encr_alg, sealed, mac_alg, r.take(MAC_SIZE[mac_alg])
    if kind in (T, V):
        number, sizes = r.uint(1), TS_SIZE if kind == T else MAC_SIZE
        require(number in sizes, "TS type or auth algorithm")
        return number, r.take(sizes[number])
    if kind in (ID, EXT):
        return r.uint(1), r.take(r.uint(2))
    if kind == SP:
        return r.uint(1), r.uint(1), r.take(r.uint(2))
    require(kind in (RAND, ERR), "payload type")
    return r.take(r.uint(1) if kind == RAND else 3)


def parse(message):
    """RFC 3830 clause 6: header fields and a list of (payload type, content); no octet is left."""
    r = Reader(message)
    require(r.uint(1) == 1, "version")
    data_type, following, flags, csb_id = r.uint(1), r.uint(1), r.uint(1), r.uint(4)
    count, map_type, payloads = r.uint(1), r.uint(1), []
    require(map_type in (0, 1), "CS ID map type")
    streams = [(r.uint(1), r.uint(4), r.uint(4)) for _ in range(count if map_type == 0 else 0)]
    while following:
        kind, following = following, r.uint(1)
        payloads.append((kind, parse_payload(kind, r)))
        require(following == 0 or kind not in (KEMAC, V), "payload after KEMAC or V")
    require(not r.data, "octets after the last payload")
    return {"data_type": data_type, "v": flags >= 0x80, "prf": flags & 0x7F, "csb_id": csb_id,
            "map_type": map_type, "streams": streams, "payloads": payloads}


def every(parsed, kind):
    return [content for t, content in parsed["payloads"] if t == kind]


def only(parsed, kind):
    found = every(parsed, kind)
    require(len(found) == 1, f"exactly one payload of type {kind}")
    return found[0]


def counter_of(parsed):
    ts_type, value = only(parsed, T)
    require(ts_type == COUNTER, "TS type")
    return int.from_bytes(value, "big")


def key_ids(parsed):
    """The type and the sub-payloads of the one Key ID extension; other extensions are skipped."""
    found = [(kind, data) for kind, data in every(parsed, EXT) if kind in (KEY_ID, KEY_TYPE)]
    require(len(found) == 1, "exactly one Key ID extension")
    ext_type, (r, ids) = found[0][0], (Reader(found[0][1]), {})
    while r.data:
        kind, value = r.uint(1), r.take(r.uint(1))
        require(kind not in ids, "Key ID twice")
        ids[kind] = value
    return ext_type, ids


def identify(parsed):
    """Layout, name of the MSK and identities, in the clear (TS 33.246 6.3.2.1, 6.4.4)."""
    (ext_type, ids), names = key_ids(parsed), [data for _, data in every(parsed, ID)]
    muk_id = ids.pop(0, b"") if ext_type == KEY_TYPE else b""
    sizes = {kind: len(value) for kind, value in ids.items() if kind < 3}
    mtk_id = ids.get(2, b"")
    require(sizes.pop(2, 2) == 2, "MTK ID length")
    if sizes == {1: 2}:
        require(names and len(names[0]) == 3, "IDi is not a Network ID")
        layout, domain, group, number = "csb", names[0], parsed["csb_id"], ids[1]
        require(group < 0x10000, "CSB ID is not a Key Group")
    else:
        require(ext_type == KEY_ID and sizes == {0: 3, 1: 4}, "Key ID lengths")
        layout, domain, number = "keyid", ids[0], ids[1][2:]
        group = int.from_bytes(ids[1][:2], "big")
        require(mtk_id or len(names) == 2, "IDi and IDr")
    require(group and len(names) <= 2, "Key Group 0 or too many IDs")
    idi, idr = (names + [b"", b""])[:2]
    return {"kind": "mtk" if mtk_id else "msk", "layout": layout, "domain": domain, "group": group,
            "ext_type": ext_type, "muk_id": muk_id,
            "number": int.from_bytes(number, "big"), "idi": idi, "idr": idr,
            "mtk_id": int.from_bytes(mtk_id, "big")}


def open_key(plain, mtk):
    """RFC 3830 6.13, 6.14 and TS 33.246 6.4.5: the one Key data sub-payload."""
    r = Reader(plain)
    require(r.uint(1) == 0, "more than one key")
    kind, key, salt, low, high = r.uint(1), r.take(r.uint(2)), b"", 0, 0
    require(kind in ((0x00, 0x30) if mtk else (0x22,)), "key type")
    require(len(key) in ((16, 24, 32) if mtk else (0, 16, 24, 32)), "key length")
    if kind == 0x30:
        salt = r.take(r.uint(2))
        require(len(salt) == 14, "salt length")
    elif kind == 0x22:
        widths = []
        for _ in range(2):
            widths.append(r.uint(1))
            low, high = high, r.uint(widths[-1])
        require(all(1 <= width <= 8 for width in widths), "validity length")
    require(not r.data, "octets after the key")
    return {"key": key, "salt": salt, "seq_low": low, "seq_high": high}


def accept(message, psk, rand=None, idi=None):
    """Check and open any MBMS message; psk is the MUK, or the MSK for an MTK message.

    rand is needed for MTK and verification messages, idi for verification messages.
    """
    p = parse(message)
    counter, found = counter_of(p), {"psk": psk, "csb_id": p["csb_id"], "v": p["v"]}
    require(p["prf"] == 0 and p["data_type"] in (0, 1), "PRF or data type")
    if p["data_type"] == 0:
        found |= identify(p)
        found["ext_before_kemac"] = p["payloads"][0][0] != EXT
        found["old_map"] = (p["map_type"] == 0 and not p["streams"] and found["layout"] == "csb")
    else:
        found |= {"kind": "verification", "idi": idi, "idr": only(p, ID)[1]}
    if found["kind"] == "msk":
        rand = only(p, RAND)
        require(len(rand) >= 16, "RAND length")
        is_empty = p["map_type"] == 1 or found["old_map"]
        require(not is_empty or not every(p, SP), "SP with the Empty map")
    require(rand is not None, "RAND not known")
    keys = derive(psk, rand, p["csb_id"], counter)
    found |= {"rand": rand, "counter": counter} | keys
    if p["data_type"] == 1:
        auth_alg, tag = only(p, V)
        require(auth_alg == 1 and idi is not None, "auth algorithm, or IDi not known")
        wanted = v_mac(keys["auth_key"], message[:-len(tag)], idi, found["idr"], u32(counter))
        require(hmac.compare_digest(tag, wanted), "MAC")
        return found
    found["plain"] = kemac_open(keys, p, message)
    if found["kind"] == "mtk":
        require(found["number"] and found["plain"], "MTK message without MSK or MTK")
        return found | open_key(found["plain"], True) | {"streaming": found["plain"][1] == 0x30}
    policies = every(p, SP)
    found |= {"sp": policies[0][2] if policies else b"", "streaming": not is_empty}
    require((found["number"] == 0) == (not found["plain"]), "Key Number 0 if and only if no key")
    if found["number"] == 0:
        return found | {"kind": "pull"}
    found |= open_key(found["plain"], False)
    if found["seq_low"] > found["seq_high"]:
        found["kind"] = "invalidation"
    elif not found["key"]:
        found["kind"] = "validity"
    return found


# --- the MGV-F -----------------------------------------------------------------------------------

OK, CONFLICT, LIMIT, OLD_KEY, VALUE, NOT_MINE, NO_MUK, REPLAY, MAC, RANGE, POLICY, NO_MSK, INVALIDATED = (
    0, -106, -107, -108, -210, -215, -216, -217, -218, -219, -220, -301, -302)  # msk/types.h
STORED, REVALIDATED, COUNTED, PULL, STALE, RELEASED = 2, 3, 4, 5, 6, 7  # msk/mgvf.h
SPS = [None, None, "1", "0", "2560", "bad"]  # ops.c: none twice, AES, NULL cipher, no MAC, R 0
CONFIDENTIALITY, INTEGRITY = 1, 2
HOST, OWNERS_MAX = 2, 4  # servers are 0 and 1
BUCKETS, PASTS_MAX = 4, 48  # msk/mgvf.h, lib/mgvf/history.h
SWITCHES_OFF = {"0": CONFIDENTIALITY, "2560": INTEGRITY}


def newer(counter, last):
    """RFC 1982 3.2; a counter that was never set is older than all."""
    return last is None or 0 < (counter - last) % 2**32 < 2**31


class Mgvf:
    """TS 33.246 6.1, 6.5.3, 6.5.4 and change request 6.3.2.1, with ages where the C has places."""

    def __init__(self, records):
        self.records, self.servers, self.groups, self.age = records, {}, {}, 0
        self.pasts = {}  # of MSKs that went, newest first, in a few records

    def taken(self):
        return len(self.servers) + len(self.groups) + len(self.pasts)

    def is_full(self):
        return self.taken() >= self.records

    def now(self):
        self.age += 1
        return self.age

    # What a host does.

    def set_muk(self, server, name, value, age):
        muks = self.servers.get(server)
        if muks is None:
            if self.is_full():
                return LIMIT
            muks = self.servers[server] = {"generated": None, "used": None, "all": {}, "age": -1}
        if name in muks["all"]:
            if muks["all"][name]["value"] != value:
                return CONFLICT
            muks["age"] = max(muks["age"], age)
            return OK
        if age <= muks["age"]:
            return OLD_KEY
        muks["age"], muks["generated"] = age, name
        muks["all"][name] = {"value": value, "counter": None}
        self.drop_muks(muks)
        return OK

    @staticmethod
    def drop_muks(muks):
        """6.1: two are kept, the last generated and the last successfully used."""
        muks["all"] = {name: muk for name, muk in muks["all"].items()
                       if name in (muks["generated"], muks["used"])}

    def allow(self, domain, group, owner, required):
        if (domain, group) not in self.groups and self.is_full():
            return LIMIT
        self.group(domain, group)["owners"][owner] = required
        return OK

    def group(self, domain, group):
        return self.groups.setdefault((domain, group),
                                      {"owners": {}, "sp": "", "msks": {}, "mtks": []})

    def forget(self, domain, group, owner):
        held = self.groups.get((domain, group), {"owners": {}})
        if held["owners"].pop(owner, None) is not None and not held["owners"]:
            for number, msk in sorted(held["msks"].items(), key=lambda item: item[1]["age"]):
                self.note(domain, group, number, msk)
            del self.groups[(domain, group)]
        return OK

    @staticmethod
    def bucket(domain, group):
        return (3 * domain + group) % BUCKETS

    def note(self, domain, group, number, msk):
        """Decision 28: how far MTK messages came under an MSK that goes."""
        if msk["counter"] is None:
            return
        name = (domain, group, number, msk["key"])
        kept = self.pasts.setdefault(self.bucket(domain, group), [])
        kept[:] = [(name, msk["counter"], msk["mtk"])] + [past for past in kept if past[0] != name]
        del kept[PASTS_MAX:]

    def recall(self, domain, group, number, msk):
        for name, counter, mtk in self.pasts.get(self.bucket(domain, group), []):
            if name == (domain, group, number, msk["key"]):
                if newer(counter, msk["counter"]):
                    msk["counter"] = counter
                msk["mtk"] = max(msk["mtk"], mtk)

    @staticmethod
    def required(held):
        """What any owner wants on."""
        bits = 0
        for wanted in held["owners"].values():
            bits |= wanted
        return bits

    def forget_all(self):
        self.servers, self.groups, self.pasts = {}, {}, {}
        return OK

    def import_msk(self, domain, group, number, key, low, high, sp):
        known = self.groups.get((domain, group))
        wrong = self.check_sp(self.required(known) if known else 0, SPS[sp] or "")
        if wrong or (not known and self.is_full()):
            return wrong or LIMIT
        held = self.group(domain, group)
        held["owners"] = held["owners"] or {HOST: 0}
        self.deliver(held, domain, group, number, key, low, high)
        held["sp"] = SPS[sp] or ""
        return OK

    # What a message does. Gives the error, and what is told.

    def msk_message(self, server, name, value, domain, group, number, counter, kind, key, low, high,
                    v, sp, forged):
        held, muks = self.groups.get((domain, group)), self.servers.get(server)
        if held is None or not {server, HOST} & set(held["owners"]):
            return NOT_MINE, ""
        muk = muks and muks["all"].get(name)
        if not muk:
            return NO_MUK, ""
        if not newer(counter, muk["counter"]):
            return REPLAY, ""
        if forged or value != muk["value"]:
            return MAC, ""
        muk["counter"] = counter  # whatever the content says
        fresh = name == muks["generated"]
        if fresh:
            muks["used"] = name
            self.drop_muks(muks)
        if kind == 3:
            return OK, self.tell(PULL, domain, group, 0, name, held)
        if not fresh:
            return OK, self.tell(STALE, domain, group, number, name, held)
        wrong = self.check_sp(self.required(held), held["sp"] if SPS[sp] is None else SPS[sp])
        if wrong:
            return wrong, ""
        return OK, self.take(held, domain, group, number, kind, key, low, high, v, sp, name)

    def take(self, held, domain, group, number, kind, key, low, high, v, sp, name):
        known, gone = held["msks"].get(number), None
        if (kind == 2 or low > high) and known is None:
            return self.tell(COUNTED, domain, group, number, name, held, ack=v)
        if kind == 2:
            known |= {"low": low, "high": high, "age": self.now()}
        else:
            gone = self.deliver(held, domain, group, number, key, low, high)
        held["sp"] = held["sp"] if SPS[sp] is None else SPS[sp]
        return self.tell(REVALIDATED if kind == 2 else STORED, domain, group, number, name, held,
                         seq=(low, high), deleted=gone, ack=v, key=None if kind == 2 else key)

    def deliver(self, held, domain, group, number, key, low, high):
        """The rule of two: of two that are held the older goes. Gives its number, or None."""
        msks, gone = held["msks"], None
        old = msks.get(number, {"counter": None, "mtk": 0, "key": None})
        msk = old | {"key": key, "rand": key + 1, "low": low, "high": high, "age": self.now()}
        if old["key"] != key:
            self.recall(domain, group, number, msk)
            self.note(domain, group, number, old)
        if number not in msks and len(msks) == 2:
            gone = min(msks, key=lambda n: msks[n]["age"])
            self.note(domain, group, gone, msks.pop(gone))
        msks[number] = msk
        return gone

    def mtk_message(self, domain, group, number, key, counter, mtk_id, mtk, streaming, forged):
        held = self.groups.get((domain, group))
        if held is None:
            return NOT_MINE, ""
        msk = held["msks"].get(number)
        if msk is None:
            return NO_MSK, ""
        if not newer(counter, msk["counter"]):
            return REPLAY, ""
        if mtk_id <= msk["mtk"]:
            return RANGE, ""
        if msk["low"] >= msk["high"]:
            return INVALIDATED, ""
        if not msk["low"] < mtk_id <= msk["high"]:
            return RANGE, ""
        if forged or key != msk["key"]:
            return MAC, ""
        msk["counter"] = counter
        wrong = self.check_sp(self.required(held), held["sp"])
        if wrong:
            return wrong, ""
        msk["low"] = msk["mtk"] = mtk_id
        held["mtks"] = [(number, mtk_id, mtk)] + held["mtks"][:1]
        return OK, self.tell(RELEASED, domain, group, number, None, held, mtk=mtk_id, key=mtk,
                             salt=mtk + 1 if streaming else None)

    @staticmethod
    def check_sp(required, sp):
        if sp == "bad":
            return VALUE
        return POLICY if required & SWITCHES_OFF.get(sp, 0) else OK

    # What is printed, as tests/oracle/ops.c prints it.

    @staticmethod
    def tell(outcome, domain, group, number, btid, held, seq=None, deleted=None, ack=False, mtk=None,
             key=None, salt=None):
        out = f" outcome {outcome} id {domain}.{group}.{number}"
        out += f" seq {seq[0]}..{seq[1]}" if seq else ""
        out += f" deleted {deleted}" if deleted is not None else ""
        out += " ack" if ack else ""
        out += f" btid {chr(97 + btid)}" if btid is not None else ""
        for name, value in (("mtk", mtk), ("key", key), ("salt", salt)):
            out += f" {name} {value}" if value is not None else ""
        return out + (f" sp {held['sp']}" if held["sp"] else "")

    def show_server(self, server):
        muks, out = self.servers.get(server), f" |U{server}"
        if muks is None:
            return out
        names = [muks["generated"]]
        names += [muks["used"]] if muks["used"] not in (None, muks["generated"]) else []
        for name in names:
            muk = muks["all"][name]
            counter = "-" if muk["counter"] is None else muk["counter"]
            out += f" {chr(97 + name)}={1 + name + 32 * server + 64 * muk['value']} {counter}"
        return out

    def show_group(self, domain, group):
        held, out = self.groups.get((domain, group)), f" |G{domain}.{group}"
        if held is None:
            return out
        out += f" require {self.required(held)} of " + ",".join(map(str, held["owners"].values()))
        out += (f" sp {held['sp']}" if held["sp"] else "")
        for number, m in sorted(held["msks"].items(), key=lambda item: -item[1]["age"]):
            counter = "-" if m["counter"] is None else m["counter"]
            out += (f" {number}={m['key']}/{m['rand']} {m['low']}..{m['high']} {counter}"
                    f" {m['mtk']}")
        return out + "".join(f" mtk {n}.{i}={value}" for n, i, value in held["mtks"])

    def show_pasts(self, domain, group):
        bucket = self.bucket(domain, group)
        return f" |H{bucket}" + "".join(f" {d}.{g}.{n}={counter}/{mtk}" for (d, g, n, _), counter, mtk
                                        in self.pasts.get(bucket, []))

    def show_all(self):
        return (self.show_server(0) + self.show_server(1)
                + "".join(self.show_group(d, g) for d in (1, 2) for g in (1, 2, 3))
                + "".join(self.show_pasts(0, g) for g in range(BUCKETS)))

    def run(self, op, a):
        """The line that ops.c prints for an operation; all of it happens, or nothing where
        there is no room."""
        before = copy.deepcopy(self.__dict__) if self.taken() + 2 > self.records else {}
        line = self.do(op, a)
        if self.taken() <= self.records:
            return line
        self.__dict__ = before
        shown = (self.show_server(a[0]) + self.show_group(*a[3:5]) + self.show_pasts(*a[3:5])
                 if op == "M" else self.show_group(*a[:2]) + self.show_pasts(*a[:2]))
        return f"{op} {LIMIT}{shown}"

    def do(self, op, a):
        if op == "U":
            return f"U {self.set_muk(*a)}{self.show_server(a[0])}"
        if op in "MT":
            err, told = self.msk_message(*a) if op == "M" else self.mtk_message(*a)
            shown = (self.show_server(a[0]) + self.show_group(*a[3:5]) + self.show_pasts(*a[3:5])
                     if op == "M" else self.show_group(*a[:2]))
            return f"{op}{told} {err}{shown}"
        if op in "RX":
            err = self.forget_all() if op == "X" else OK  # a restart changes nothing
            return f"{op} {err}{self.show_all()}"
        call = {"A": self.allow, "F": self.forget, "I": self.import_msk}[op]
        err, shown = call(*a), self.show_group(*a[:2])
        return f"{op} {err}{shown}" + ("" if op == "A" else self.show_pasts(*a[:2]))


class Operations:
    """Operations that meet: few names, counters and MTK IDs near the last ones, messages again."""

    def __init__(self, rng):
        self.rng, self.sent, self.counters, self.age = rng, [], {}, rng.choice((0, 0, 2**63))
        self.base = rng.choice((0, 1, 2**31 - 3, 2**32 - 5, 0xEEAF75B9))

    def near(self, what):
        """Mostly newer than the last one, sometimes equal, older, or far away."""
        last = self.counters.get(what, self.base)
        step = self.rng.choice((1, 1, 1, 1, 2, 3, 0, -1, 2**31 - 1, 2**31, 2**31 + 1))
        if abs(step) > 3 and self.rng.random() < 0.9:
            step = 1
        self.counters[what] = (last + step) % 2**32 if step > 0 else last
        return (last + step) % 2**32

    def interval(self):
        low = self.rng.choice((0, 0, 0, 1, 3, 8))
        return low, self.rng.choice((0xFFFE, 0xFFFE, 20, 9, 4, 1, 0))

    def owner(self):
        return self.rng.choice((0, 0, 0, 0, 1, 1, HOST))

    def when(self):
        """The age of a MUK: mostly newer than all before."""
        self.age += self.rng.choice((0, 1, 1, 2**32))
        return max(0, self.age - self.rng.choice((0, 0, 0, 1, 2**32)))

    def place(self):
        return self.rng.choice((1, 1, 2)), self.rng.choice((1, 1, 1, 2, 3))

    def msk(self):
        rng, server, muk = self.rng, self.rng.choice((0, 0, 1)), self.rng.randrange(4)
        kind = rng.choice((1, 1, 1, 1, 1, 2, 2, 3))
        number = 0 if kind == 3 else rng.choice((1, 2, 3, 4))
        return "M", (server, muk, int(rng.random() < 0.03), *self.place(), number,
                     self.near((server, muk)), kind, rng.choice((60, 70)) + number,
                     *self.interval(), int(kind != 3 and rng.random() < 0.5),
                     rng.choice((0, 0, 0, 0, 1, 2, 3, 4, 5)), int(rng.random() < 0.05))

    def mtk(self):
        rng, place, number = self.rng, self.place(), self.rng.choice((1, 2, 3, 4))
        what = (*place, number)
        last = self.counters.get(("mtk", what), 0)
        mtk_id = max(1, min(0xFFFE, last + rng.choice((1, 1, 1, 1, 2, 0, -1, 7))))
        self.counters[("mtk", what)] = rng.choice((mtk_id, mtk_id, mtk_id, 0))
        return "T", (*place, number, rng.choice((60, 60, 60, 70)) + number, self.near(what), mtk_id,
                     rng.randrange(100, 120), rng.randrange(2), int(rng.random() < 0.05))

    def host(self):
        rng = self.rng
        return rng.choice((
            ("U", (rng.choice((0, 0, 1)), rng.randrange(4), int(rng.random() < 0.1), self.when())),
            ("U", (rng.choice((0, 0, 1)), rng.randrange(4), 0, self.when())),
            ("A", (*self.place(), self.owner(), rng.choice((0, 0, 0, 1, 2, 3)))),
            ("A", (*self.place(), self.owner(), rng.choice((0, 0, 0, 1, 2, 3)))),
            ("I", (*self.place(), number := rng.choice((1, 2, 3, 4)), rng.choice((60, 70)) + number,
                   *self.interval(), rng.choice((0, 0, 1, 2, 3, 4, 5)))),
            ("F", (*self.place(), self.owner())), ("R", ()),
        ))

    def next(self):
        chance = self.rng.random()
        if chance < 0.002:
            return "X", ()
        if chance < 0.12:
            return self.host()
        if chance < 0.20 and self.sent:
            return self.rng.choice(self.sent)  # the same message again
        op = self.msk() if chance < 0.62 else self.mtk()
        self.sent = self.sent[-20:] + [op]
        return op


def compare_operations(program, count, seed):
    """Random operations on the C and on the model, in runs of which each starts anew."""
    done, kinds = 0, collections.Counter()
    while done < count:
        rng, length = random.Random(f"{seed} {done}"), min(20000, count - done)
        operations, model, layout = Operations(rng), Mgvf(10), rng.choice(("csb", "keyid"))
        ops = [operations.next() for _ in range(length)]
        text = "".join(f"{op} {' '.join(map(str, a))}\n" for op, a in ops)
        ran = subprocess.run([program, layout], input=text, capture_output=True, text=True,
                             check=False)
        lines = ran.stdout.splitlines()
        for i, (op, a) in enumerate(ops):
            want = model.run(op, a)
            have = lines[i] if i < len(lines) else f"nothing: {ran.stderr}"
            if have != want:
                print(f"seed {seed}, operation {done + i} ({layout}): {op} {a}\n  C     {have}\n"
                      f"  model {want}", file=sys.stderr)
                return 1
            kinds[" ".join(want.split(" |")[0].split()[:3:2] if " outcome " in want
                           else want.split()[:2])] += 1
        done += length
    print(f"{done} operations, 0 differences; {len(kinds)} kinds of results, the rarest "
          f"{min(kinds.values())} times")
    return 0


# --- the vectors ---------------------------------------------------------------------------------

FIELDS = """name kind layout request psk rand csb_id counter v domain group number idi idr
    ext_before_kemac ext_type muk_id old_map streaming sp key salt mtk_id seq_low seq_high
    auth_key encr_key salt_key iv plain message""".split()
SRTP_POLICY = bytes.fromhex("000101" "010110" "020102" "030114" "04010e" "050100" "060100"
                            "070101" "080101" "0a0101" "0b010e" "0d020001")  # RCCm1, R = 1
DOWNLOAD, STREAMING, OF_2004 = 0x18CF, 0x68CA, 0x2004  # Key Groups
BTID = base64.b64encode(bytes(range(0xB0, 0xC0))) + b"@bsf.example.com"
MUK = {"csb": bytes(range(0x00, 0x20)), "keyid": bytes(range(0x20, 0x40))}


def fill(name, length):
    """Octets that look random and depend on the name alone."""
    return hashlib.sha256(name.encode()).digest()[:length]


def random_csb_id(name):
    return int.from_bytes(fill(name, 4), "big")


def msk_vectors(layout):
    """All messages under one MUK, counters rising, so that they can be replayed in this order."""
    def msk(name, group, number, counter, size=16, kind="msk", **more):
        owner = f"{layout} msk {group:04x} {number:04x}"  # one MSK: one value, one RAND
        domain = bytes.fromhex("216354")
        m = {"name": f"{layout}-{name}", "kind": kind, "layout": layout, "request": "",
             "psk": MUK[layout], "rand": fill(owner + " rand", 16), "counter": counter, "v": True,
             "csb_id": group if layout == "csb" else random_csb_id(f"{layout}-{name}"),
             "domain": domain, "group": group, "number": number, "idr": BTID,
             "idi": domain if layout == "csb" else b"bmsc.example.com",
             "ext_before_kemac": False, "streaming": group == STREAMING,
             "sp": SRTP_POLICY if size and group == STREAMING else b"", "key": fill(owner, size),
             "salt": b"", "mtk_id": 0, "seq_low": 0, "seq_high": 0xFFFE if size else 0}
        return build(m | more)
    old = {"ext_type": KEY_TYPE}
    first = [
        msk("msk-download-16", DOWNLOAD, 1, 1),
        msk("msk-streaming-16", STREAMING, 1, 2),
        msk("msk-24", DOWNLOAD, 2, 3, 24, seq_low=0x0010, seq_high=0x00FF),
        msk("validity", DOWNLOAD, 1, 4, 0, "validity", seq_low=0x0102, seq_high=0x0304),
        msk("validity-streaming", STREAMING, 1, 0x100, 0, "validity", seq_low=1, seq_high=0x0FFF),
        msk("invalidation", DOWNLOAD, 1, 0x10000, 0, "invalidation", v=False, seq_low=1),
        msk("invalidation-with-key", DOWNLOAD, 2, 0x10001, 24, "invalidation",
            seq_low=2, seq_high=1),
        msk("msk-32", DOWNLOAD, 3, 0x01020304, 32),
    ]
    of_2004 = [
        msk("msk-2004", OF_2004, 1, 0x01020305, **old),
        msk("msk-2004-streaming", OF_2004, 2, 0x01020306, ext_before_kemac=True, streaming=True,
            sp=SRTP_POLICY, **old),
        msk("validity-2004", OF_2004, 2, 0x01020307, 0, "validity", seq_high=0x1000, **old),
        msk("pull-2004", OF_2004, 0, 0x01020308, 0, "pull", v=False, **old),
        msk("msk-2004-muk-id", OF_2004, 3, 0x01020309, muk_id=BTID, **old),
        msk("msk-2004-old-map", OF_2004, 4, 0x0102030A, old_map=True, **old),
        msk("msk-old-map", OF_2004, 5, 0x0102030B, old_map=True),
    ]
    return first + (of_2004 if layout == "csb" else []) + [
        msk("msk-no-v", STREAMING, 2, 0x7FFFFFFF, v=False),
        msk("msk-ext-before-kemac", STREAMING, 3, 0x80000000, ext_before_kemac=True),
        msk("pull", DOWNLOAD, 0, 0x80000001, 0, "pull", v=False),
        msk("pull-streaming", STREAMING, 0, 0xFFFFFFFE, 0, "pull", v=False),
    ]


def mtk_vector(owner, name, counter, mtk_id):
    """An MTK message under the MSK that owner delivers."""
    name = f"{owner['layout']}-{name}"
    csb = owner["layout"] == "csb"
    return build(owner | {
        "name": name, "kind": "mtk", "psk": owner["key"], "counter": counter, "mtk_id": mtk_id,
        "csb_id": owner["csb_id"] if csb else random_csb_id(name), "v": False,
        "idi": owner["idi"] if csb else b"", "idr": b"", "sp": b"", "key": fill(name + " mtk", 16),
        "salt": fill(name + " salt", 14) if owner["streaming"] else b"",
        "seq_low": 0, "seq_high": 0})


def verification_vector(request):
    """What the UE answers to request."""
    return build(request | {"name": request["name"].replace("-msk-", "-verification-", 1),
                            "kind": "verification", "request": request["name"], "v": False,
                            "ext_before_kemac": False, "streaming": False, "sp": b"", "key": b"",
                            "seq_low": 0, "seq_high": 0})


def make_vectors():
    out = []
    for layout in ("csb", "keyid"):
        msks = msk_vectors(layout)
        download, streaming = msks[:2]
        out += msks + [mtk_vector(streaming, "mtk-streaming", 1, 1),
                       mtk_vector(download, "mtk-download", 0xEEAF75B9, 0x0102),
                       verification_vector(download), verification_vector(streaming)]
        owner = {m["name"]: m for m in msks}
        out += [mtk_vector(owner[name], name.replace("csb-msk", "mtk"), 1, 1) for name in
                ("csb-msk-2004", "csb-msk-2004-streaming", "csb-msk-2004-muk-id",
                 "csb-msk-2004-old-map", "csb-msk-old-map") if name in owner]
    return [{field: m[field] for field in FIELDS} for m in out]


def dump(value):
    return json.dumps(value, default=bytes.hex)


def to_json(vectors):
    return "[\n" + ",\n".join(map(dump, vectors)) + "\n]\n"


def check_vectors(path):
    with open(path, encoding="ascii") as file:
        text = file.read()
    wanted = to_json(make_vectors())
    if text == wanted:
        return 0
    for have, want in zip(text.splitlines(), wanted.splitlines()):
        if have != want:
            print(f"{path}: expected\n  {want}\ninstead of\n  {have}", file=sys.stderr)
            return 1
    print(f"{path}: lines missing or left over", file=sys.stderr)
    return 1


def to_c(vectors):
    """A C99 header with one table, fields named as in the JSON file."""
    c_type = {str: "const char *", bool: "bool ", int: "uint32_t "}
    lines = ["/* Made by oracle.py from tests/vectors/mbms.json; octets are in hex. */",
             "#ifndef MBMS_VECTORS_H", "#define MBMS_VECTORS_H", "",
             "#include <stdbool.h>", "#include <stdint.h>", "", "struct mbms_vector {"]
    lines += [f"  {c_type[type(vectors[0][field])]}{field};" for field in FIELDS]
    lines += ["};", "", "static const struct mbms_vector mbms_vectors[] = {"]
    for m in vectors:
        lines += ["  {"] + [f"    .{name} = {json.dumps(m[name])}," for name in FIELDS] + ["  },"]
    return "\n".join(lines + ["};", "", "#endif", ""])


# --- known answers -------------------------------------------------------------------------------

SP800_38A = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" \
            "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
KNOWN_MSK = (
    "010015801122334400010503000b0003216354010468ca00010b02000000010610a0a1a2a3a4a5a6a7a8a9aaabacadae"
    "af0600000e626d73632e686f6d65312e6e6574010000266f4b47696f36536c7071656f71617172724b327572773d3d40"
    "6273662e686f6d65312e6e65740001001a59c1637f15a97382a3ec30a91c0230488a1a4de49489965ac5e2011bf0b22a"
    "c716cef7bc627fb2dc82372729b3889b")
KNOWN_MSK_B_MAC = "97abe8c77f32fe18138623de864f881045e06261"
KNOWN_VERIFICATION = (
    "01010500112233440001060200000001090000266f4b47696f36536c7071656f71617172724b327572773d3d40627366"
    "2e686f6d65312e6e657400018e6f80fce7349cdc994e7ee30705906b8a980b05")
KNOWN_MTK = (
    "010015001122334400010503000f0003216354010468ca000102020001010200000001000100241261c46daf3cac12ba"
    "6ae362deeda649638fd51f1600c25ea836d05fa3267f61be0c9abf01e194ad05265b984a8d3bd9c67a84864fba1108be")


def known_answers():
    """(name, what the model makes, what is published)."""
    def pattern(first, length):
        return bytes(range(first, first + length))
    block, ctr_iv = bytes.fromhex("00112233445566778899aabbccddeeff"), pattern(0xF0, 16)
    for size, want in ((16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
                       (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
                       (32, "8ea2b7ca516745bfeafc49904b496089")):
        yield f"FIPS 197 AES-{8 * size}", aes_block(aes_schedule(pattern(0, size)), block), want
    for name, key, want in (
            ("F.5.1", "2b7e151628aed2a6abf7158809cf4f3c",
             "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
             "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"),
            ("F.5.5", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
             "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
             "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")):
        made = aes_ctr(bytes.fromhex(key), ctr_iv, bytes.fromhex(SP800_38A))
        yield f"SP 800-38A {name}", made, want
    for number, key, data, want in (
            (1, b"\x0b" * 20, b"Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
            (2, b"Jefe", b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (3, b"\xaa" * 20, b"\xdd" * 50, "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
            (6, b"\xaa" * 80, b"Test Using Larger Than Block-Size Key - Hash Key First",
             "aa4ae5e15272d00e95705637ce8a3b55ed402112")):
        yield f"RFC 2202 test {number}", mac(key, data), want
    m = build({"kind": "msk", "layout": "keyid", "psk": pattern(0, 32), "rand": pattern(0xA0, 16),
               "csb_id": 0x11223344, "counter": 1, "v": True, "domain": bytes.fromhex("216354"),
               "group": 0x68CA, "number": 1, "idi": b"bmsc.home1.net",
               "idr": b"oKGio6SlpqeoqaqrrK2urw==@bsf.home1.net", "ext_before_kemac": False,
               "streaming": False, "sp": b"", "key": pattern(0x40, 16), "salt": b"", "mtk_id": 0,
               "seq_low": 0, "seq_high": 0xFFFE})
    yield "encryption key", m["encr_key"], "3243cf4d197c3990eaddb74177cc5250"
    yield "authentication key", m["auth_key"], "ceb5f6b8e08445d53385c10a724bd4346dd0da29"
    yield "salt key", m["salt_key"], "8d0636627640b2eae216416c80d7"
    yield "IV", m["iv"], "8d0627404504b2eae216416c80d60000"
    yield "Encr data", m["plain"], "00220010404142434445464748494a4b4c4d4e4f02000002fffe"
    yield "MSK message", m["message"], KNOWN_MSK
    other = build(m | {"ext_before_kemac": True})
    yield "MSK message, EXT before KEMAC: MAC", other["message"][-20:], KNOWN_MSK_B_MAC
    yield "verification message", build(m | {"kind": "verification"})["message"], KNOWN_VERIFICATION
    mtk = build(m | {"kind": "mtk", "psk": m["key"], "mtk_id": 1, "idi": b"", "streaming": True,
                     "key": pattern(0x60, 16), "salt": pattern(0x70, 14)})
    yield "MTK message", mtk["message"], KNOWN_MTK


def selftest():
    """Known answers; then every vector opens to its own fields, with one bit wrong not at all."""
    wrong = [name for name, have, want in known_answers() if have.hex() != want]
    for m in make_vectors():
        known = (m["psk"], m["rand"], m["idi"])
        found = accept(m["message"], *known)
        wrong += [f"{m['name']}: {field}" for field in found if found[field] != m[field]]
        for i in range(len(m["message"])):
            bad = bytearray(m["message"])
            bad[i] ^= 1 << i % 8
            try:
                accept(bytes(bad), *known)
                wrong.append(f"{m['name']}: accepted with octet {i} changed")
            except Refused:
                pass
    print("\n".join(wrong) or "ok", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("selftest", help="check the model against published numbers")
    command = commands.add_parser("vectors", help="print the JSON vectors")
    command.add_argument("--check", metavar="FILE", help="compare FILE with them instead")
    command = commands.add_parser("c", help="print a C header made from a JSON file")
    command.add_argument("file", metavar="FILE")
    command = commands.add_parser("open", help="check and open one message")
    command.add_argument("--psk", type=bytes.fromhex, required=True, help="MUK, or MSK for an MTK")
    command.add_argument("--rand", type=bytes.fromhex, help="for MTK and verification messages")
    command.add_argument("--idi", type=bytes.fromhex, help="for verification messages")
    command.add_argument("message", type=bytes.fromhex, metavar="HEX")
    command = commands.add_parser("ops", help="compare ops.c with the model of the MGV-F")
    command.add_argument("program", metavar="PROGRAM")
    command.add_argument("--count", type=int, default=20000, help="operations (20000)")
    command.add_argument("--seed", default="1")
    args = parser.parse_args()
    if args.command == "selftest":
        return selftest()
    if args.command == "ops":
        return compare_operations(args.program, args.count, args.seed)
    if args.command == "open":
        try:
            print(dump(accept(args.message, args.psk, args.rand, args.idi)))
        except Refused as why:
            print(f"refused: {why}", file=sys.stderr)
            return 1
    elif args.command == "c":
        with open(args.file, encoding="ascii") as file:
            print(to_c(json.load(file)), end="")
    elif args.check:
        return check_vectors(args.check)
    else:
        print(to_json(make_vectors()), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
