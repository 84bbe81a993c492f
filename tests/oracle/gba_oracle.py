#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An independent model of bootstrapping: Milenage (TS 35.206), AKA (TS 33.102 6.3), HTTP Digest
AKAv1-MD5 (RFC 3310), a USIM and a home network. For the tests with msk-gba and msk-bsf.

    gba_oracle.py selftest
    gba_oracle.py c          the sets of TS 35.207 as a C header
"""
import base64
import hashlib
import sys

sys.dont_write_bytecode = True  # the source tree stays as it is
import digest_oracle  # noqa: E402
import oracle  # noqa: E402
from protect_oracle import UA_MBMS, kdf  # noqa: E402

NO_AMF = bytes(2)
TYPE = "application/vnd.3gpp.bsf+xml"

# TS 35.207 4.3 to 5.3 (TS 35.208): K, RAND, SQN, AMF, OP, OPc; f1, f1*, f2, f5, f3, f4, f5*.
SETS = [text.split() for text in """
465b5ce8b199b49faa5f0a2ee238a6bc 23553cbe9637a89d218ae64dae47bf35
ff9bb4d0b607 b9b9 cdc202d5123e20f62b6d676ac72cb318 cd63cb71954a9f4e48a5994e37a02baf
4a9ffac354dfafb3 01cfaf9ec4e871e9 a54211d5e3ba50bf aa689c648370
b40ba9a3c58b2a05bbf0d987b21bf8cb f769bcd751044604127672711c6d3441 451e8beca43b

0396eb317b6d1c36f19c1c84cd6ffd16 c00d603103dcee52c4478119494202e8
fd8eef40df7d af17 ff53bade17df5d4e793073ce9d7579fa 53c15671c60a4b731c55b4a441c0bde2
5df5b31807e258b0 a8c016e51ef4a343 d3a628ed988620f0 c47783995f72
58c433ff7a7082acd424220f2b67c556 21a8c1f929702adb3e738488b9f5c5da 30f1197061c1

fec86ba6eb707ed08905757b1bb44b8f 9f7c8d021accf4db213ccff0c7f71a6a
9d0277595ffc 725c dbc59adcb6f9a0ef735477b7fadf8374 1006020f0a478bf6b699f15c062e42b3
9cabc3e99baf7281 95814ba2b3044324 8011c48c0c214ed2 33484dc2136b
5dbdbb2954e8f3cde665b046179a5098 59a92d3b476a0443487055cf88b2307b deacdd848cc6

9e5944aea94b81165c82fbf9f32db751 ce83dbc54ac0274a157c17f80d017bd6
0b604a81eca8 9e09 223014c5806694c007ca1eeef57f004f a64a507ae1a2a98bb88eb4210135dc87
74a58220cba84c49 ac2cc74a96871837 f365cd683cd92e96 f0b9c08ad02e
e203edb3971574f5a94b0d61b816345d 0c4524adeac041c4dd830d20854fc46b 6085a86c6f63

4ab1deb05ca6ceb051fc98e77d026a84 74b0cd6031a1c8339b2b6ce2b8c4a186
e880a1b580b6 9f07 2d16c5cd1fdf6b22383584e3bef2a8d8 dcf07cbd51855290b92a07a9891e523e
49e785dd12626ef2 9e85790336bb3fa2 5860fc1bce351e7e 31e11a609118
7657766b373d1c2138f307e3de9242f9 1c42e960d89b8fa99f2744e0708ccb53 fe2555e54aa9

6c38a116ac280c454f59332ee35c8c4f ee6466bc96202c5a557abbeff8babf63
414b98222181 4464 1ba00a1a7c6700ac8c3ff3e96ad08725 3803ef5363b947c6aaa225e58fae3934
078adfb488241a57 80246b8d0186bcf1 16c8233f05a0ac28 45b0f69ab06c
3f8c7587fe8e4b233af676aede30ba3b a7466cc1e6b2a1337d49d3b66e95d7b4 1f53cd2b1113
""".split("\n\n")]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


class Milenage:
    """TS 35.206 4.1, as it is written there: numbers of 128 bits that are rotated."""

    def __init__(self, k, opc=None, op=None):
        self.schedule = oracle.aes_schedule(k)
        self.opc = opc or xor(self.e(op), op)

    def e(self, block):
        return oracle.aes_block(self.schedule, block)

    def out(self, block, r, c, extra=bytes(16)):
        n = int.from_bytes(xor(block, self.opc), "big")
        n = (n << r | n >> 128 - r) % 2**128 ^ c
        return xor(self.e(xor(n.to_bytes(16, "big"), extra)), self.opc)

    def macs(self, rand, sqn, amf):
        """f1 and f1*."""
        temp = self.e(xor(rand, self.opc))
        made = self.out((sqn + amf) * 2, 64, 0, temp)
        return made[:8], made[8:]

    def keys(self, rand):
        """RES, AK, CK, IK, AK*."""
        temp = self.e(xor(rand, self.opc))
        two = self.out(temp, 0, 1)
        return two[8:], two[:6], self.out(temp, 32, 2), self.out(temp, 64, 4), \
            self.out(temp, 96, 8)[:6]

    # --- AKA, TS 33.102 6.3 ---

    def autn(self, rand, sqn, amf=b"\x80\x00"):
        sqn = sqn.to_bytes(6, "big")
        return xor(sqn, self.keys(rand)[1]) + amf + self.macs(rand, sqn, amf)[0]

    def auts(self, rand, sqn):
        sqn = sqn.to_bytes(6, "big")
        return xor(sqn, self.keys(rand)[4]) + self.macs(rand, sqn, NO_AMF)[1]

    def open_autn(self, rand, autn):
        """The number in it; None: it is not from home."""
        sqn = xor(autn[:6], self.keys(rand)[1])
        return int.from_bytes(sqn, "big") if self.macs(rand, sqn, autn[6:8])[0] == autn[8:] else None

    def open_auts(self, rand, auts):
        sqn = xor(auts[:6], self.keys(rand)[4])
        return int.from_bytes(sqn, "big") if self.macs(rand, sqn, NO_AMF)[1] == auts[6:] else None

    def ks(self, rand):
        return self.keys(rand)[2] + self.keys(rand)[3]

    # --- GBA_U, TS 33.220 5.3.2 ---

    def mac_star(self, rand, autn):
        """AUTN to AUTN*, and back."""
        return autn[:8] + xor(autn[8:], hashlib.sha1(self.keys(rand)[3]).digest()[:8])

    def res_on_card(self, rand):
        res = self.keys(rand)[0]
        return res[:-1] + bytes([res[-1] ^ 1])


def ks_naf(ks, rand, impi, fqdn):
    """TS 33.220 B.3."""
    return kdf(ks, b"gba-me", rand, impi.encode(), fqdn.encode() + UA_MBMS)


def ks_int_naf(ks, rand, impi, fqdn):
    return kdf(ks, b"gba-u", rand, impi.encode(), fqdn.encode() + UA_MBMS)


# --- Ub, TS 24.109 4 and A.3, A.4 ----------------------------------------------------------------

def challenge(realm, rand, autn, **more):
    """The value of WWW-Authenticate."""
    fields = {"realm": f'"{realm}"', "nonce": f'"{base64.b64encode(rand + autn).decode()}"',
              "algorithm": "AKAv1-MD5", "qop": '"auth-int"', "opaque": '"5ccc069c403ebaf9"'} | more
    return "Digest " + ", ".join(f"{name}={value}" for name, value in fields.items())


def open_nonce(nonce):
    """RAND and AUTN."""
    octets = base64.b64decode(nonce, validate=True)
    return octets[:16], octets[16:32]


def response(m, method, body, password):
    """RFC 3310 3.3: MD5 with the octets of RES as password, none with auts."""
    return digest_oracle.digest(m | {"algorithm": "MD5", "password": password}, method, body)


def first(impi, realm):
    return f'Digest username="{impi}", realm="{realm}", nonce="", uri="/", response=""'


def answer(impi, given, password, cnonce="0123456789abcdef", auts=None, **more):
    """The Authorization that answers the challenge `given`, and what its rspauth is made of."""
    m = {"username": impi, "realm": given["realm"], "nonce": given["nonce"], "uri": "/",
         "nc": "00000001", "cnonce": cnonce, "qop": "auth-int"} | more
    m["response"] = response(m, "GET", b"", password)
    quoted = "".join(f'{name}="{m[name]}", ' for name in
                     ("username", "realm", "nonce", "uri", "cnonce", "response"))
    if auts is not None:
        quoted += f'auts="{base64.b64encode(auts).decode()}", '
    return f'Digest {quoted}qop={m["qop"]}, nc={m["nc"]}, algorithm=AKAv1-MD5', m


def info(btid, lifetime, more=""):
    """BootstrappingInfo, TS 24.109 C.1."""
    return (f'<?xml version="1.0" encoding="UTF-8"?><BootstrappingInfo xmlns="uri:3gpp-gba"><btid>'
            f'{btid}</btid><lifetime>{lifetime}</lifetime>{more}</BootstrappingInfo>').encode()


def selftest():
    wrong = []
    for number, line in enumerate(SETS, 1):
        k, rand, sqn, amf, op, opc, *want = map(bytes.fromhex, line)
        m = Milenage(k, op=op)
        res, ak, ck, ik, ak_s = m.keys(rand)
        if m.opc != opc or [*m.macs(rand, sqn, amf), res, ak, ck, ik, ak_s] != want:
            wrong.append(f"TS 35.207 set {number}")
        if m.open_autn(rand, m.autn(rand, 7, amf)) != 7 or m.open_auts(rand, m.auts(rand, 8)) != 8:
            wrong.append(f"set {number}: AUTN or AUTS")
    # RFC 2617 3.5 with qop auth: MD5 is the same function in RFC 3310.
    m = {"username": "Mufasa", "realm": "testrealm@host.com", "uri": "/dir/index.html",
         "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093", "nc": "00000001", "cnonce": "0a4f113b",
         "qop": "auth"}
    if response(m, "GET", b"", b"Circle Of Life") != "6629fae49393a05397450978507c4ef1":
        wrong.append("RFC 2617 3.5")
    print("\n".join(wrong) or "ok", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


def to_c():
    """The columns of SETS, in their order, in hex."""
    names = "k rand sqn amf op opc mac_a mac_s res ak ck ik ak_s".split()
    lines = ["/* Made by gba_oracle.py. */", "#ifndef GBA_VECTORS_H", "#define GBA_VECTORS_H", "",
             "struct milenage_set {"] + [f"    const char *{name};" for name in names]
    lines += ["};", "", "static const struct milenage_set milenage_sets[] = {"]
    for each in SETS:
        lines += ["    {"] + [f'        .{n} = "{v}",' for n, v in zip(names, each)] + ["    },"]
    print("\n".join(lines + ["};", "", "#endif"]))


if __name__ == "__main__":
    if sys.argv[1:] == ["selftest"]:
        sys.exit(selftest())
    if sys.argv[1:] != ["c"]:
        sys.exit(__doc__)
    to_c()
