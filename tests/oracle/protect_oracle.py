#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Vectors of MIKEY protection and of keys from GBA, from the model in oracle.py.

Adds to that model what MBMS does not use by itself: PRF-HMAC-SHA-256, AES-CM-256 and
HMAC-SHA-256-256 (RFC 6043), keys from a TGK (RFC 3830 4.1.3), NULL algorithms; and the KDF of
TS 33.220 B.2. Makes doc/vectors/protect.json.
"""
import argparse
import base64
import json
import os
import sys

sys.dont_write_bytecode = True  # the source tree stays as it is
import oracle  # noqa: E402
from oracle import fill, mac, u16, u32  # noqa: E402

DIGEST = {0: "sha1", 1: "sha256"}  # by PRF
MAC_DIGEST = {1: "sha1", 2: "sha256"}  # by MAC algorithm
MAC_LENGTH = {0: 0, 1: 20, 2: 32}
ENCR_LENGTH = {0: 0, 1: 16, 3: 32}
CONSTANT = {"encr": 0x150533E1, "auth": 0x2D22AC75, "salt": 0x29B88916, "tek": 0x2AD01C64,
            "tgk-auth": 0x1B5C7973, "tgk-encr": 0x15798CEF, "tgk-salt": 0x39A2C14B}
WHAT = dict(zip(CONSTANT, range(1, 8)))  # enum msk_derived
UA_MBMS = bytes.fromhex("0100000001")  # TS 33.220 H.3
KEY_LENGTHS = (1, 2, 15, 16, 17, 20, 31, 32, 33, 48, 63, 64, 65, 95, 96, 97, 127, 128)


def derived(m, what, length):
    """RFC 3830 4.1.3 and 4.1.4, with either PRF."""
    cs_id = 0xFF if WHAT[what] <= 3 else m["cs_id"]
    label = u32(CONSTANT[what]) + bytes([cs_id]) + u32(m["csb_id"]) + m["rand"]
    return oracle.prf(m["psk"], label, length, DIGEST[m["prf"]])


def seal(m):
    """RFC 3830 6.2: the message that m["open"] becomes, which ends before Encr data."""
    sealed = m["plain"]
    if m["encr_alg"]:
        key = derived(m, "encr", ENCR_LENGTH[m["encr_alg"]])
        iv = oracle.kemac_iv(derived(m, "salt", 14), m["csb_id"], m["time"])
        sealed = oracle.aes_ctr(key, iv, m["plain"])
    message = m["open"] + sealed + bytes([m["mac_alg"]])
    if m["mac_alg"]:
        auth = derived(m, "auth", MAC_LENGTH[m["mac_alg"]])
        message += mac(auth, message, MAC_DIGEST[m["mac_alg"]])
    return message


def verification_mac(m):
    """RFC 3830 5.2, 6.9."""
    auth = derived(m, "auth", MAC_LENGTH[m["mac_alg"]])
    return mac(auth, m["head"] + m["idi"] + m["idr"] + m["ts"], MAC_DIGEST[m["mac_alg"]])


def kdf(key, *params, fc=0x01):
    """TS 33.220 B.2.0."""
    return mac(key, bytes([fc]) + b"".join(p + u16(len(p)) for p in params), "sha256")


def k_af(k_akma, fqdn):
    """TS 33.535 A.4."""
    return kdf(k_akma, fqdn + UA_MBMS, fc=0x82)


# --- the vectors ---------------------------------------------------------------------------------

def prf_vectors():
    def vector(name, prf, length, out, what="auth", cs_id=0xFF, rand=16):
        m = {"name": name, "prf": prf, "psk": b"".join(fill(f"{name} {i}", 32)
                                                      for i in range(4))[:length],
             "what": what, "cs_id": cs_id, "csb_id": oracle.random_csb_id(name),
             "rand": b"".join(fill(f"{name} rand {i}", 32) for i in range(8))[:rand]}
        return m | {"out": derived(m, what, out)}
    for prf in (0, 1):
        hash_name = ("SHA-1", "SHA-256")[prf]
        for length in KEY_LENGTHS:
            yield vector(f"{hash_name}, key of {length}", prf, length, 32)
        for out in (1, 14, 16, 19, 20, 21, 31, 32, 33, 40, 41, 64, 65, 255):
            yield vector(f"{hash_name}, {out} octets", prf, 32, out, "encr")
            yield vector(f"{hash_name}, {out} octets of two slices", prf, 48, out, "encr")
        for rand in (0, 1, 32, 255):
            yield vector(f"{hash_name}, RAND of {rand}", prf, 16, 20, rand=rand)
        for what in CONSTANT:
            for cs_id in (0xFF,) if WHAT[what] <= 3 else (0, 1, 4, 0xFF):
                yield vector(f"{hash_name}, {what}, CS {cs_id}", prf, 32, 16, what, cs_id)


def kemac_vectors():
    def vector(name, prf, encr_alg, mac_alg, length, plain, time=None):
        m = {"name": name, "prf": prf, "encr_alg": encr_alg, "mac_alg": mac_alg,
             "psk": (fill(name, 32) + fill(name + " more", 32))[:length],
             "rand": fill(name + " rand", 16), "cs_id": 0xFF,
             "csb_id": oracle.random_csb_id(name),
             "time": 0x1020304 if time is None else time,
             "plain": b"".join(fill(f"{name} plain {i}", 32) for i in range(-(-plain // 32)))[:plain]}
        ts = b"\x02" + u32(m["time"]) if time is None else b"\x00" + m["time"].to_bytes(8, "big")
        head = oracle.header(0, True, m["csb_id"], oracle.EMPTY_MAP)
        head = head[:3] + bytes([0x80 | prf]) + head[4:]
        m["open"] = oracle.assemble(head, [(oracle.T, ts), (oracle.RAND, b"\x10" + m["rand"]),
                                           (oracle.KEMAC, bytes([encr_alg]) + u16(plain))])
        return m | {"message": seal(m)}
    encr = {0: "NULL", 1: "AES-CM-128", 3: "AES-CM-256"}
    macs = {0: "NULL", 1: "HMAC-SHA-1-160", 2: "HMAC-SHA-256-256"}
    for prf in (0, 1):
        for encr_alg in encr:
            for mac_alg in macs:
                yield vector(f"PRF {prf}, {encr[encr_alg]}, {macs[mac_alg]}", prf, encr_alg,
                             mac_alg, 32, 26)
    for plain in (0, 1, 15, 16, 17, 31, 32, 33, 255, 256):
        yield vector(f"{plain} octets of Encr data", 0, 1, 1, 32, plain)
    for length in (1, 16, 31, 33, 64):
        yield vector(f"PSK of {length}", 0, 1, 1, length, 26)
    yield vector("NTP time", 0, 1, 1, 32, 26, 0xE0A1B2C3D4E5F607)
    yield vector("NTP time, SHA-256", 1, 3, 2, 32, 26, 0xFFFFFFFFFFFFFFFF)


def v_vectors():
    for prf in (0, 1):
        for mac_alg, width in ((1, 4), (2, 4), (1, 8), (2, 8)):
            for idi, idr in ((b"\x21\x63\x54", oracle.BTID), (b"bmsc.example.com", oracle.BTID),
                             (b"", oracle.BTID), (b"", b"")):
                name = f"V, PRF {prf}, MAC {mac_alg}, T of {width}, IDs of {len(idi)} and {len(idr)}"
                ts = (0x1020304).to_bytes(width, "big")
                m = {"name": name, "prf": prf, "mac_alg": mac_alg, "psk": fill(name, 32),
                     "rand": fill(name + " rand", 16), "cs_id": 0xFF, "idi": idi, "idr": idr,
                     "csb_id": oracle.random_csb_id(name), "ts": ts}
                payloads = [(oracle.T, (b"\x02" if width == 4 else b"\x00") + ts)]
                payloads += [oracle.id_payload(idr)] if idr else []
                head = oracle.header(1, False, m["csb_id"], oracle.EMPTY_MAP)
                head = head[:3] + bytes([prf]) + head[4:]
                m["head"] = oracle.assemble(head, payloads + [(oracle.V, bytes([mac_alg]))])
                yield m | {"mac": verification_mac(m)}


def gba_vectors():
    impis = {"IMPI of an IMSI": b"001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
             "IMPI of one octet": b"i", "longest IMPI": b"i" * 255}
    fqdns = {"FQDN": b"bmsc.example.com", "FQDN of one octet": b"b", "longest FQDN": b"b" * 253}
    for impi_name, impi in impis.items():
        for fqdn_name, fqdn in fqdns.items():
            name = f"{impi_name}, {fqdn_name}"
            m = {"name": name, "ks": fill(name, 32), "rand": fill(name + " rand", 16),
                 "impi": impi, "fqdn": fqdn, "naf_id": fqdn + UA_MBMS}
            m["ks_naf"] = kdf(m["ks"], b"gba-me", m["rand"], impi, m["naf_id"])
            m["ks_int_naf"] = kdf(m["ks"], b"gba-u", m["rand"], impi, m["naf_id"])
            m["mrk"] = kdf(m["ks_naf"], b"mbms-mrk")
            m["k_akma"] = fill(name + " K_AKMA", 32)
            yield m | {"k_af": k_af(m["k_akma"], fqdn)}


SECTIONS = {  # section of the file: its vectors, their fields
    "prf": (prf_vectors, "name prf psk what cs_id csb_id rand out"),
    "kemac": (kemac_vectors, "name prf encr_alg mac_alg psk rand csb_id time open plain message"),
    "v": (v_vectors, "name prf mac_alg psk rand csb_id head idi idr ts mac"),
    "gba": (gba_vectors, "name ks rand impi fqdn naf_id ks_naf ks_int_naf mrk k_akma k_af"),
}


def make_vectors():
    return {section: [{field: m[field] for field in fields.split()} for m in vectors()]
            for section, (vectors, fields) in SECTIONS.items()}


def to_json(vectors):
    sections = (json.dumps(name) + ": [\n" + ",\n".join(map(oracle.dump, rows)) + "\n]"
                for name, rows in vectors.items())
    return "{\n" + ",\n".join(sections) + "\n}\n"


def to_c(vectors):
    """A C99 header with a table for each section, fields named as in the JSON file."""
    lines = ["/* Made by protect_oracle.py from doc/vectors/protect.json; octets are in hex. */",
             "#ifndef PROTECT_VECTORS_H", "#define PROTECT_VECTORS_H", "", "#include <stdint.h>"]
    for section, rows in vectors.items():
        lines += ["", f"struct {section}_vector {{"]
        lines += [f"  {'const char *' if isinstance(value, str) else 'uint64_t '}{field};"
                  for field, value in rows[0].items() if field != "what"]
        lines += ["  int what; /* enum msk_derived */"] if "what" in rows[0] else []
        lines += ["};", "", f"static const struct {section}_vector {section}_vectors[] = {{"]
        for row in rows:
            if "what" in row:
                row = row | {"what": WHAT[row["what"]]}
            fields = (f".{name} = " + (json.dumps(value) if isinstance(value, str)
                                       else f"UINT64_C({value})" if name == "time" else str(value))
                      for name, value in row.items())
            lines += ["  { " + ",\n    ".join(fields) + " },"]
        lines += ["};"]
    return "\n".join(lines + ["", "#endif", ""])


# --- known answers -------------------------------------------------------------------------------

def prf_of_row(row):
    label = bytes.fromhex(row["constant"]) + bytes([row["cs_id"]]) + bytes.fromhex(
        row["csb_id"] + row["rand"])
    return oracle.prf(bytes.fromhex(row["inkey"]), label, len(row["out"]) // 2,
                      DIGEST[row["prf"]])


def known_answers(folder):
    """(name, what the model makes, what others made) of the files there are."""
    # RFC 5448 C case 1: another FC, the same KDF.
    yield ("RFC 5448", mac(bytes.fromhex(
        "5349fbe098649f948f5d2e973a81c00f9744871ad32bf9bbd1dd5ce54e3e2e5a"),
        bytes.fromhex("20574c414e0004bb52e91c747a0006"), "sha256").hex(),
        "0093962d0dd84aa5684b045c9edffa04ccfc230ca74fcc96c0a5d61164f5a76c")
    for row in read(folder, "prf_kats.json"):
        yield f"PRF of {row['source']}", prf_of_row(row).hex(), row["out"]
    for row in read(folder, "gba.json"):
        if "label" in row:
            params = row["label"].encode(), *map(bytes.fromhex, (row["rand"],)), \
                row["impi"].encode(), bytes.fromhex(row["naf_id"])
            yield f"KDF, {row['label']}", kdf(bytes.fromhex(row["ks"]), *params).hex(), row["output"]
        if "mrk" in row:
            mrk = kdf(bytes.fromhex(row["output"]), b"mbms-mrk")
            yield "MRK", base64.b64encode(mrk).decode(), row["mrk_base64"]


def read(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        print(f"skipped: {name} (no such file)")
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def selftest(folder):
    wrong, n = [], 0
    for n, (name, got, want) in enumerate(known_answers(folder), 1):
        wrong += [f"{name}: {got} instead of {want}"] if got != want else []
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{n - len(wrong)} of {n} known answers")
    return 1 if wrong else 0


def check(path):
    with open(path, encoding="ascii") as file:
        same = file.read() == to_json(make_vectors())
    if not same:
        print(f"{path} is not what protect_oracle.py vectors prints", file=sys.stderr)
    return 0 if same else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("selftest", help="check the model against numbers of others")
    command.add_argument("folder", metavar="FOLDER")
    command = commands.add_parser("vectors", help="print the JSON vectors")
    command.add_argument("--check", metavar="FILE", help="compare FILE with them instead")
    command = commands.add_parser("c", help="print a C header made from a JSON file")
    command.add_argument("file", metavar="FILE")
    args = parser.parse_args()
    if args.command == "selftest":
        return selftest(args.folder)
    if args.command == "c":
        with open(args.file, encoding="ascii") as file:
            print(to_c(json.load(file)), end="")
    elif args.check:
        return check(args.check)
    else:
        print(to_json(make_vectors()), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
