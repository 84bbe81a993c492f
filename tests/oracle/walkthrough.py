#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An MSK message, its keys and the message that acknowledges it, step by step.

Makes doc/vectors.md and doc/vectors/steps.json from the model in oracle.py, so that nothing in them
was typed in.

    walkthrough.py DOC [--check]
"""
import json
import os
import sys

sys.dont_write_bytecode = True  # the source tree stays as it is
import oracle  # noqa: E402
from oracle import mac, u32  # noqa: E402

KEYS = (("auth_key", "authentication key", oracle.AUTH, 20), ("encr_key", "encryption key",
                                                              oracle.ENCR, 16),
        ("salt_key", "salt key", oracle.SALT, 14))
PAYLOADS = {oracle.KEMAC: "KEMAC", oracle.T: "T", oracle.ID: "ID", oracle.V: "V", oracle.SP: "SP",
            oracle.RAND: "RAND", oracle.EXT: "General Extension", 0: "none, this is the last"}
TITLES = {"csb": "CSB: the layout of the change request",
          "keyid": "KEYID: the layout of the published standard"}


# --- the steps -----------------------------------------------------------------------------------

def derivation(m, constant, length):
    """Each HMAC-SHA-1 of RFC 3830 4.1.2, for a key of one slice and at most two blocks."""
    label = u32(constant) + b"\xff" + u32(m["csb_id"]) + m["rand"]
    a1 = mac(m["psk"], label)
    block = mac(m["psk"], a1 + label)
    assert len(m["psk"]) <= 32 and length <= 20
    return {"label": label, "a_1": a1, "p_1": block, "key": block[:length]}


def steps_of(m, answer):
    """All there is to know on the way to the two messages."""
    out = {"name": m["name"], "layout": m["layout"], "muk": m["psk"], "msk": m["key"],
           "rand": m["rand"], "csb_id": u32(m["csb_id"]), "t": u32(m["counter"])}
    for field, _, constant, length in KEYS:
        out[field] = derivation(m, constant, length)
        assert out[field]["key"] == m[field]
    mask = bytes(2) + u32(m["csb_id"]) + bytes(4) + u32(m["counter"])
    count = -(-len(m["plain"]) // 16)
    schedule, first = oracle.aes_schedule(m["encr_key"]), int.from_bytes(m["iv"], "big")
    blocks = [oracle.aes_block(schedule, (first + i).to_bytes(16, "big")) for i in range(count)]
    sealed = bytes(a ^ b for a, b in zip(m["plain"], b"".join(blocks)))
    ack_mac = mac(m["auth_key"], answer["message"][:-20] + m["idi"] + m["idr"] + out["t"])
    assert m["message"].endswith(sealed + b"\x01" + mac(m["auth_key"], m["message"][:-20]))
    assert answer["message"].endswith(ack_mac)
    return out | {"iv_mask": mask, "iv": m["iv"], "plain": m["plain"], "key_stream": blocks,
                  "encr_data": sealed, "kemac_mac_input": m["message"][:-20],
                  "kemac_mac": m["message"][-20:], "message": m["message"],
                  "identity_i": m["idi"], "identity_r": m["idr"],
                  "v_mac_input": answer["message"][:-20] + m["idi"] + m["idr"] + out["t"],
                  "v_mac": ack_mac, "verification": answer["message"]}


# --- octets, field by field ----------------------------------------------------------------------

def fields_of_payload(kind, r):
    """(octets, what they are) of a payload after its next payload octet."""
    if kind == oracle.EXT:
        yield r.take(1), "type 3: Key ID, RFC 4563"
        length = r.take(2)
        yield length, "octets of what follows"
        rest = oracle.Reader(r.take(int.from_bytes(length, "big")))
        while rest.data:
            number = rest.take(1)
            yield number, ("Key Domain ID", "MSK ID", "MTK ID")[number[0]]
            length = rest.take(1)
            yield length, "its octets"
            yield rest.take(length[0]), ""
    elif kind == oracle.T:
        yield r.take(1), "TS type: COUNTER"
        yield r.take(4), "the counter"
    elif kind == oracle.RAND:
        length = r.take(1)
        yield length, "octets of the RAND"
        yield r.take(length[0]), "the RAND"
    elif kind == oracle.ID:
        yield r.take(1), "ID type: NAI"
        length = r.take(2)
        yield length, "octets of the ID"
        yield r.take(int.from_bytes(length, "big")), "the ID"
    elif kind == oracle.KEMAC:
        yield r.take(1), "Encr alg: AES-CM-128"
        length = r.take(2)
        yield length, "octets of the Encr data"
        yield r.take(int.from_bytes(length, "big")), "Encr data"
        yield r.take(1), "MAC alg: HMAC-SHA-1-160"
        yield r.take(20), "MAC"
    else:
        assert kind == oracle.V
        yield r.take(1), "auth alg: HMAC-SHA-1-160"
        yield r.take(20), "Ver data: the MAC"


def fields_of(message):
    """(offset, octets, what they are) of a whole message; a payload begins with octets None."""
    r, at = oracle.Reader(message), 0
    following, ids = message[2], ["IDi", "IDr"] if message[1] == 0 else ["IDr"]
    what = [(1, "version"), (1, f"data type: {('PSK message', 'verification')[message[1]]}"),
            (1, f"next payload: {PAYLOADS[following]}"),
            (1, f"V {message[3] >> 7}, PRF func MIKEY-1"), (4, "CSB ID"), (1, "#CS"),
            (1, "CS ID map type: empty")]
    assert message[9] == 1
    yield 0, None, "HDR"
    for width, name in what:
        yield at, r.take(width), name
        at += width
    while following:
        kind = following
        yield at, None, ids.pop(0) if kind == oracle.ID else PAYLOADS[kind]
        octets = r.take(1)
        following = octets[0]
        fields = [(octets, f"next payload: {PAYLOADS[following]}"), *fields_of_payload(kind, r)]
        for octets, name in fields:
            yield at, octets, name
            at += len(octets)
    assert not r.data and at == len(message)


def is_text(octets):
    return len(octets) > 4 and all(0x20 <= o < 0x7F for o in octets)


def rows(octets, width=16):
    return [octets[i:i + width].hex(" ") for i in range(0, len(octets), width)] or [""]


def show_fields(message):
    """A code block: offset, octets, what they are."""
    lines = []
    for at, octets, name in fields_of(message):
        if octets is None:
            lines.append(name)
            continue
        name += f': "{octets.decode()}"' if is_text(octets) else ""
        first, *more = rows(octets)
        lines.append(f"  {at:3}  {first:47}  {name}".rstrip())
        lines += [f"       {row}" for row in more]
    return block(lines)


def show_plain(plain):
    r = oracle.Reader(plain)
    parts = ((1, "next payload: none"), (1, "type 2 TEK, KV 2 interval"), (2, "octets of the key"),
             (16, "the MSK"), (1, "octets of VF"), (2, "VF: SEQl"), (1, "octets of VT"),
             (2, "VT: SEQu"))
    lines = [f"{r.take(width).hex(' '):47}  {name}" for width, name in parts]
    assert not r.data
    return block(lines)


def block(lines):
    return "\n".join(["```", *lines, "```", ""])


def show(pairs):
    """A code block of names and octets, rows of 16."""
    lines = []
    for name, octets in pairs:
        first, *more = rows(octets)
        lines += [f"{name:12} {first}"] + [f"{'':12} {row}" for row in more]
    return block(lines)


# --- the page ------------------------------------------------------------------------------------

HEAD = """# Test vectors

To follow by hand: one MSK message in each layout, its keys, and the
verification message that acknowledges it. Octets are in hexadecimal. Those who
write a UE or a BM-SC of their own can compare each step. `||` puts octets one
after the other.

More, for programs:

| file                        | what                                         |
|-----------------------------|----------------------------------------------|
| `doc/vectors/steps.json`    | this page: every step, by its name           |
| `doc/vectors/protect.json`  | `prf`: the PRFs with SHA-1 and SHA-256; `kemac`: messages with each algorithm; `v`: MACs of verification messages; `gba`: keys from GBA |
| `tests/vectors/mbms.json`   | messages of MBMS in both layouts: MSK, validity update, pull, MTK, verification |
| `tests/vectors/digest.json` | HTTP Digest under an MRK                     |

Integers in these files are decimal, octets are strings of hexadecimal. In
`kemac`, `open` is the message up to its Encr data. `msktool seal`, `open`,
`ack`, `check-ack` and `derive` compute such values from the command line.

All of it is made by `tests/oracle/oracle.py`, `tests/oracle/protect_oracle.py`
and `tests/oracle/walkthrough.py`, a model in Python that shares nothing with
the library; tests compare the two, and the model with what others have
published. This page is made too: edit `tests/oracle/walkthrough.py`.
"""


def section(steps):
    csb = steps["layout"] == "csb"
    lines = [f"\n## {TITLES[steps['layout']]}\n"]
    lines += ["What goes in. The CSB ID is the Key Group, and IDi is the Network ID. The change\n"
              "request names an extension payload for the MSK ID and gives no octets: those\n"
              "here are ours (decision 5).\n" if csb else
              "What goes in. The CSB ID is random, and IDi is the FQDN of the BM-SC.\n"]
    lines += [show((("MUK", steps["muk"]), ("MSK", steps["msk"]), ("RAND", steps["rand"]),
                    ("CSB ID", steps["csb_id"]), ("T", steps["t"])))]
    lines += ["### Keys\n\nRFC 3830 4.1.4. The label of a key is a constant || FF || CSB ID || "
              "RAND. The\nMUK has 32 octets, which is one slice:\n\n"
              "    A_1 = HMAC-SHA-1(MUK, label)\n"
              "    P_1 = HMAC-SHA-1(MUK, A_1 || label)\n\n"
              "and the key is the first octets of P_1.\n"]
    for field, name, _, length in KEYS:
        got = steps[field]
        lines += [f"The {name}, {length} octets:\n", show(
            (("label", got["label"]), ("A_1", got["a_1"]), ("P_1", got["p_1"]),
             ("key", got["key"])))]
    lines += ["### Encryption\n\nRFC 3830 6.13, 6.14. The key data sub-payload:\n",
              show_plain(steps["plain"]),
              "RFC 3830 4.2.3. IV = (salt key XOR mask) || 00 00, where the mask is\n"
              "00 00 || CSB ID || T, and T has 64 bits. The key stream is AES-128 of IV,\n"
              "IV + 1, and so on; Encr data is key data XOR key stream.\n",
              show((("mask", steps["iv_mask"]), ("IV", steps["iv"]),
                    ("AES(IV)", steps["key_stream"][0]), ("AES(IV + 1)", steps["key_stream"][1]),
                    ("Encr data", steps["encr_data"])))]
    lines += ["### The MSK message\n\nThe MAC is HMAC-SHA-1 under the authentication key, over "
              f"the first {len(steps['message']) - 20}\noctets: all but the MAC itself "
              "(RFC 3830 5.2, 6.2).\n", show_fields(steps["message"])]
    lines += ["### The verification message\n\nRFC 3830 5.2, 6.9; TS 33.246 6.4.5.2. It has the "
              "CSB ID and the counter of\nwhat it acknowledges. The MAC is HMAC-SHA-1 under the "
              "same authentication key,\nover the message up to and including the auth alg octet "
              "|| Identity_i ||\nIdentity_r || T: the octets of both IDs and of T as the MSK "
              "message has them,\nT with 4 octets.\n",
              show((("Identity_i", steps["identity_i"]), ("Identity_r", steps["identity_r"]),
                    ("T", steps["t"]))),
              show_fields(steps["verification"])]
    return "\n".join(lines)


def make():
    """The contents of the two files, by their names."""
    vectors = {m["name"]: m for m in oracle.make_vectors()}
    steps = [steps_of(vectors[f"{layout}-msk-download-16"],
                      vectors[f"{layout}-verification-download-16"]) for layout in TITLES]
    return {"vectors.md": HEAD + "".join(map(section, steps)).rstrip("\n") + "\n",
            "vectors/steps.json": json.dumps(steps, default=bytes.hex, indent=1) + "\n"}


def main():
    folder, wrong = sys.argv[1], 0
    for name, text in make().items():
        path = os.path.join(folder, name)
        if "--check" not in sys.argv:
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            continue
        with open(path, encoding="ascii") as file:
            if file.read() != text:
                print(f"{path} is not what walkthrough.py makes", file=sys.stderr)
                wrong = 1
    return wrong


sys.exit(main())
