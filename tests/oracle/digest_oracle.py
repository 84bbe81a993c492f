#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An independent model of HTTP Digest (RFC 7616) as TS 33.246 6.2.1.3 uses it.

Written from RFC 7616 3.4 and 3.5 with nothing but the standard library. Makes
tests/vectors/digest.json, and is a client and a server in the tests with other programs.
"""
import argparse
import base64
import hashlib
import http.client
import json
import re
import secrets
import sys

HASH = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
FIELDS = """name algorithm qop username realm mrk password method uri nonce nc cnonce body
answer response rspauth""".split()


def h(algorithm, *parts):
    return HASH[algorithm](b":".join(p.encode() if isinstance(p, str) else p
                                     for p in parts)).hexdigest()


def digest(m, method, body):
    """RFC 7616 3.4.1; an rspauth has an empty method (3.5)."""
    a1 = h(m["algorithm"], m["username"], m["realm"], m["password"])
    a2 = (method, m["uri"])
    if m["qop"] == "auth-int":
        a2 += (h(m["algorithm"], body),)
    return h(m["algorithm"], a1, m["nonce"], m["nc"], m["cnonce"], m["qop"],
             h(m["algorithm"], *a2))


def whole(m):
    """m with password, response and rspauth."""
    m = dict(m)
    if m["mrk"]:
        m["password"] = base64.b64encode(m["mrk"]).decode()
    m["response"] = digest(m, m["method"], m["body"])
    m["rspauth"] = digest(m, "", m["answer"])
    return {field: m[field] for field in FIELDS}


# --- vectors -------------------------------------------------------------------------------------

BTID = base64.b64encode(bytes(range(0xB0, 0xC0))).decode() + "@bsf.example.com"
BASE = {
    "username": BTID, "realm": "3GPP-bootstrapping@bmsc.example.com", "password": "",
    "mrk": bytes(range(0x40, 0x60)), "method": "POST",
    "uri": "/keymanagement?requesttype=msk-request", "nonce": "bm9uY2UgMQ==", "nc": "00000001",
    "cnonce": "Y25vbmNlIG9mIDMyIGNoYXJhY3RlcnMh", "body": b"<mbmsMSKRequest/>\n",
    "answer": b"<mbmsMSKResponse/>\n"}
VARIANTS = {
    "plain": {},
    "no body": {"body": b"", "answer": b""},
    "every octet": {"body": bytes(range(256)), "answer": bytes(range(255, -1, -1))},
    "last nc": {"nc": "ffffffff"},
    "nc with letters": {"nc": "0000000a"},
    "MRK of 16 octets": {"mrk": bytes(range(16))},
    "MRK of 64 octets": {"mrk": bytes(range(64))},
    "quote and backslash": {"nonce": 'a"b\\c', "cnonce": '\\"', "uri": '/a"b\\c'},
    "longest names": {"username": "b" * 241 + "@example.com",
                      "realm": "3GPP-bootstrapping@" + "n" * 253, "nonce": "x" * 256},
    "two blocks of hash": {"cnonce": "c" * 130},
}
MUFASA = {  # RFC 7616 3.9.1
    "username": "Mufasa", "realm": "http-auth@example.org", "password": "Circle of Life",
    "mrk": b"", "method": "GET", "uri": "/dir/index.html",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "qop": "auth",
    "body": b"", "answer": b""}
PUBLISHED = {"MD5": "8ca523f5e9506fed4657c9700eebdbec",
             "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"}


def make_vectors():
    out = [whole(MUFASA | {"name": f"RFC 7616 3.9.1 {a}", "algorithm": a}) for a in HASH]
    for algorithm in HASH:
        for qop in ("auth-int", "auth"):
            out += [whole(BASE | more | {"name": f"{algorithm} {qop} {name}", "qop": qop,
                                         "algorithm": algorithm})
                    for name, more in VARIANTS.items()]
    return out


def to_json(vectors):
    return "[\n" + ",\n".join(json.dumps(v, default=bytes.hex) for v in vectors) + "\n]\n"


def to_c(vectors):
    lines = ["/* Made by digest_oracle.py from tests/vectors/digest.json; mrk, body and",
             " * answer are in hex. */", "#ifndef DIGEST_VECTORS_H", "#define DIGEST_VECTORS_H",
             "", "struct digest_vector {"]
    lines += [f"  const char *{field};" for field in FIELDS]
    lines += ["};", "", "static const struct digest_vector digest_vectors[] = {"]
    for v in vectors:
        lines += ["  {"] + [f"    .{name} = {json.dumps(v[name])}," for name in FIELDS] + ["  },"]
    return "\n".join(lines + ["};", "", "#endif", ""])


def selftest():
    wrong = [m["name"] for m in make_vectors()[:2] if m["response"] != PUBLISHED[m["algorithm"]]]
    # RFC 2617 3.5
    m = MUFASA | {"algorithm": "MD5", "realm": "testrealm@host.com", "password": "Circle Of Life",
                  "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093", "cnonce": "0a4f113b"}
    if digest(m, "GET", b"") != "6629fae49393a05397450978507c4ef1":
        wrong.append("RFC 2617 3.5")
    if params('Digest a="x\\"y", b = c') != {"a": 'x"y', "b": "c"}:
        wrong.append("parameters")
    print("\n".join(wrong) or "ok", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


# --- a client with auth-int ----------------------------------------------------------------------

PARAM = re.compile(r'([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


def params(text):
    return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted or not token else token
            for name, quoted, token in PARAM.findall(text)}


def quote(text):
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def authorize(challenge, wish, nc):
    """wish: username, password, method, uri, body, qop; gives the header and what it is of."""
    m = wish | {"algorithm": challenge.get("algorithm", "MD5"), "realm": challenge["realm"],
                "nonce": challenge["nonce"], "nc": f"{nc:08x}", "cnonce": secrets.token_hex(8)}
    response = digest(m, m["method"], m["body"])
    quoted = [f"{name}={quote(m[name])}" for name in ("username", "realm", "nonce", "uri", "cnonce")]
    return "Digest " + ", ".join(quoted + [f"response={quote(response)}", f"qop={m['qop']}",
                                           f"nc={m['nc']}", f"algorithm={m['algorithm']}"]), m


def client(args):
    """POSTs twice: gets a challenge and answers it; then goes on with the nextnonce."""
    connection = http.client.HTTPConnection(args.host, args.port, timeout=10)
    wish = {"username": args.user, "password": args.password, "method": "POST", "uri": args.target,
            "body": args.body.encode(), "qop": args.qop}

    def post(authorization=None):
        headers = {"Authorization": authorization} if authorization else {}
        connection.request("POST", args.target, wish["body"], headers)
        answer = connection.getresponse()
        return answer, answer.read()

    answer, _ = post()
    challenges = [params(v) for k, v in answer.getheaders() if k.lower() == "www-authenticate"]
    challenges = [c for c in challenges if c.get("algorithm", "MD5") == args.algorithm]
    if answer.status != 401 or not challenges:
        raise SystemExit(f"no challenge for {args.algorithm}: {answer.status}")
    challenge = challenges[0]
    for _ in range(2):
        authorization, m = authorize(challenge, wish, 1)
        answer, body = post(authorization)
        if answer.status != 200:
            raise SystemExit(f"refused: {answer.status}")
        info = params(answer.getheader("Authentication-Info"))
        if (info["rspauth"], info["cnonce"], info["nc"]) != (digest(m, "", body), m["cnonce"],
                                                             m["nc"]):
            raise SystemExit("wrong Authentication-Info")
        challenge["nonce"] = info["nextnonce"]
    print("ok")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("selftest", help="check the model against published numbers")
    command = commands.add_parser("vectors", help="print the JSON vectors")
    command.add_argument("--check", metavar="FILE", help="compare FILE with them instead")
    command = commands.add_parser("c", help="print a C header made from a JSON file")
    command.add_argument("file", metavar="FILE")
    command = commands.add_parser("client", help="POST to a server, answer, verify, twice")
    command.add_argument("port", type=int)
    for name, default in (("host", "127.0.0.1"), ("user", None), ("password", None),
                          ("target", "/"), ("body", ""), ("qop", "auth-int"), ("algorithm", "MD5")):
        command.add_argument(f"--{name}", default=default)
    args = parser.parse_args()
    if args.command == "selftest":
        return selftest()
    if args.command == "client":
        return client(args)
    if args.command == "c":
        with open(args.file, encoding="ascii") as file:
            print(to_c(json.load(file)), end="")
    elif args.check:
        with open(args.check, encoding="ascii") as file:
            if file.read() != to_json(make_vectors()):
                print(f"{args.check}: not what the model makes", file=sys.stderr)
                return 1
    else:
        print(to_json(make_vectors()), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
