# SPDX-License-Identifier: MIT
"""The programs msk-ue and msk-bmsc as separate processes, and peers for them that the model makes.

A UE and a BM-SC here are made of oracle.py and digest_oracle.py of tests/oracle alone: they share
no code with the library.
"""
import atexit
import base64
import http.client
import http.server
import json
import os
import re
import secrets
import select
import socket
import ssl
import subprocess
import threading
import time

from model import digest_oracle, oracle

FQDN, DOMAIN, GROUP = "bmsc.example.org", bytes.fromhex("216354"), 6351
OTHER_DOMAIN = bytes.fromhex("216353")  # which has the same group, and stands before
KEY_GROUP, OTHER_GROUP = f"{DOMAIN.hex()}:{GROUP}", f"{OTHER_DOMAIN.hex()}:{GROUP}"
MUK, MRK = bytes(range(32)), bytes(range(32, 64))
BTID = "alice@bsf.example.org"
FREE = range(20000, 32000)  # below the ports that a kernel gives to those who name none
PATIENCE = 40  # seconds; for machines under load, never the time of a test that passes


def seed(arguments, otherwise=1):
    """Of a random test: the environment's MSK_TEST_SEED, or the first of these arguments; and says it,
    so that a failure can be had again."""
    value = int(str(os.environ.get("MSK_TEST_SEED") or (arguments or [otherwise])[0]), 0)
    print(f"MSK_TEST_SEED={value}", flush=True)
    return value


def free_port():
    """One that nobody has, for TCP and for UDP, and that the kernel gives to nobody: a program
    that is started again finds it free. Between two tests at once it needs luck, or alone.py."""
    while True:
        port = secrets.choice(FREE)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def private(path, *objects):
    """A file of JSON lines for its owner alone."""
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w",
              encoding="ascii") as file:
        file.writelines(json.dumps(each) + "\n" for each in objects)
    return path


class Program:
    """A process that reads lines of commands and says events, one JSON object a line."""

    def __init__(self, *args):
        self.events, self.raw, self.more = [], [], threading.Condition()
        # SIGXFSZ stays ignored, as Python has it: a test lets writes fail with it.
        self.process = subprocess.Popen([*args, "--json"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, restore_signals=False)
        atexit.register(self.process.kill)  # whatever becomes of the test
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.at = 0

    def read(self):
        for line in self.process.stdout:
            with self.more:
                self.events.append(json.loads(line))
                self.raw.append(line)
                self.more.notify_all()

    def say(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    def wait(self, event, **fields):
        """The next event of that name with those fields; those before it are passed over."""
        until = time.monotonic() + PATIENCE
        with self.more:
            while True:
                while self.at < len(self.events):
                    got = self.events[self.at]
                    self.at += 1
                    if got["event"] == event and fields.items() <= got.items():
                        return got
                if not self.more.wait(until - time.monotonic()):
                    raise AssertionError(f"no {event} {fields} in {self.events[-5:]}")

    def ask(self, command, event, **fields):
        self.say(command)
        return self.wait(event, **fields)

    def count(self, event):
        return sum(e["event"] == event for e in self.events)

    def quit(self):
        self.ask("quit", "quit")
        assert self.process.wait(PATIENCE) == 0

    def kill(self):
        """All that it said until then is in its events."""
        self.process.kill()
        self.process.wait()
        self.reader.join(PATIENCE)


def write(path, *objects):
    """A file of JSON lines; its name."""
    with open(path, "w", encoding="ascii") as file:
        file.writelines(json.dumps(each) + "\n" for each in objects)
    return path


def at(host):
    """A free port of it, as bind() wants it; with its scope, if it has one."""
    return socket.getaddrinfo(host, 0, type=socket.SOCK_DGRAM)[0][4]


def udp(host="127.0.0.1"):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.settimeout(PATIENCE)
    s.bind(at(host))
    return s


def address(s):
    host, port = s.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def announcement(*servers, terms='uiccKeyManagement="false"'):
    """The securityDescription of a service that GROUP protects."""
    uris = "".join(f"<serverURI>{uri}</serverURI>" for uri in servers)
    return (f'<?xml version="1.0" encoding="UTF-8"?><securityDescription '
            f'xmlns="urn:3GPP:metadata:2005:MBMS:securityDescription"><keyManagement {terms}>{uris}'
            f'</keyManagement><keyId><mediaFlow flowID="239.1.2.3/5004"><MSK><keyDomainID>'
            f'{base64.b64encode(DOMAIN).decode()}</keyDomainID><MSKID>'
            f'{base64.b64encode(GROUP.to_bytes(2, "big") + bytes(2)).decode()}</MSKID></MSK>'
            f'</mediaFlow></keyId></securityDescription>')


class Arrivals:
    """Which of some sockets has something to read first. Linux puts what becomes ready at the end
    of a list, and epoll reads it from the front."""

    def __init__(self, *sockets):
        self.epoll = select.epoll()
        for each in sockets:
            self.add(each)

    def add(self, s):
        self.epoll.register(s, select.EPOLLIN | select.EPOLLET)

    def order(self, count):
        """The first so many, all of which are there before it is looked."""
        copy = select.poll()
        copy.register(self.epoll, select.POLLIN)
        got = []
        until = time.monotonic() + PATIENCE
        time.sleep(0.05)
        while len(got) < count and copy.poll(1000 * (until - time.monotonic())):
            got += [fd for fd, _ in self.epoll.poll(0)]
        return got[:count]


class Ue:
    """A UE that is the model: it asks over HTTP and answers what is pushed."""
    tries = 1  # of a request that is refused for lack of time

    def __init__(self, layout, host="127.0.0.1"):
        self.http_at, self.layout, self.nc = "", layout, 0
        self.btid, self.muk, self.mrk, self.challenge = BTID, MUK, MRK, None
        self.domains = (DOMAIN,)  # of what it may be sent
        self.socket, self.connected = udp(host), lambda s: None

    def credentials(self, target, body, qop="auth-int", spoil=False):
        """The value of Authorization, and what it was made of."""
        wish = {"username": self.btid, "method": "POST", "uri": target, "body": body, "qop": qop,
                "password": base64.b64encode(b"wrong" if spoil else self.mrk).decode()}
        return digest_oracle.authorize(self.challenge, wish, self.nc)

    def begin(self, kind, body, qop="auth-int", authorize=True, spoil=False):
        """A connection with a POST on its way, and what it was signed with."""
        target = f"/keymanagement?requesttype={kind}"
        host, port = self.http_at.rsplit(":", 1)
        connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=PATIENCE)
        headers, m = {"Content-Type": "application/mbms-" + {
            "msk-request": "msk", "register": "register", "deregister": "deregister"}[kind] + "+xml",
            "Host": FQDN}, None
        if authorize and self.challenge:
            self.nc += 1
            headers["Authorization"], m = self.credentials(target, body, qop, spoil)
        connection.connect()
        self.connected(connection.sock)
        connection.request("POST", target, body, headers)
        return connection, m

    def post(self, kind, body, **more):
        """One POST: status, body; what claims to be signed is."""
        connection, m = self.begin(kind, body, **more)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "www-authenticate":
                self.challenge, self.nc = digest_oracle.params(value), 0
        info = digest_oracle.params(answer.getheader("Authentication-Info") or "")
        if answer.status == 200:
            assert info["rspauth"] == digest_oracle.digest(m, "", text), "rspauth"
            if "nextnonce" in info:
                self.challenge, self.nc = self.challenge | {"nonce": info["nextnonce"]}, 0
        return answer.status, text

    def ask(self, kind, body):
        """As a UE does: without credentials if there are none yet, then with them; and again, if it
        is patient and there was no time for it, as on a machine under load."""
        for _ in range(self.tries):
            status, text = self.post(kind, body)
            if status == 401:
                status, text = self.post(kind, body)
            if status != 503:
                break
            time.sleep(1)
        return status, text

    def take(self):
        """The next message, opened; and where it came from."""
        octets, sender = self.socket.recvfrom(4096)
        got = oracle.accept(octets, self.muk)
        assert got["layout"] == self.layout and got["idr"] == self.btid.encode(), got
        assert got["domain"] in self.domains, got
        return got, sender

    def acknowledge(self, got, sender):
        self.socket.sendto(oracle.build_verification(got), sender)


class Named(Ue):
    """A UE of the model with a name and keys of its own."""

    def __init__(self, name):
        super().__init__("keyid")
        self.name, self.btid = name, name + "@bsf.example.org"
        self.muk, self.mrk = os.urandom(32), os.urandom(32)

    def subscriber(self):
        return {"btid": self.btid, "impi": self.name, "muk": self.muk.hex(),
                "mrk": self.mrk.hex(), "expires": 4000000000, "address": address(self.socket)}


def msk_request(*groups, domains=(DOMAIN,)):
    keys = "".join(
        f"<MSK><keyDomainID>{base64.b64encode(domain).decode()}</keyDomainID><MSKID>"
        f"{base64.b64encode(group.to_bytes(2, 'big') + number.to_bytes(2, 'big')).decode()}</MSKID></MSK>"
        for domain in domains for group, number in groups)
    return (f'<?xml version="1.0" encoding="UTF-8"?><mbmsMSKRequest xmlns='
            f'"urn:3GPP:metadata:2005:MBMS:mskRequest">{keys}</mbmsMSKRequest>').encode()


def answered(body):
    """What a BM-SC says to a request that it grants."""
    if b"mbmsMSKRequest" in body:
        return body.replace(b"mbmsMSKRequest", b"mbmsMSKResponse").replace(
            b"mskRequest", b"mskResponse").replace(b"<MSK>", b"<Response><MSK>").replace(
            b"</MSK>", b"</MSK><ResponseCode>200 OK</ResponseCode></Response>")
    services = re.findall(rb"<serviceID>[^<]*</serviceID>", body)
    return (b'<mbmsSecurityRegisterResponse xmlns="urn:3GPP:metadata:2005:MBMS:'
            b'securityRegistrationResponse">' +
            b"".join(b"<Response>" + s + b"<ResponseCode>200 OK</ResponseCode></Response>"
                     for s in services) + b"</mbmsSecurityRegisterResponse>")


class Bmsc:
    """A BM-SC that is the model: it challenges, answers and pushes to a UE at `to`."""

    def __init__(self, layout, host="127.0.0.1", fqdn=FQDN, tls=None):
        self.layout, self.counter, self.numbers = layout, 0, {}
        self.fqdn, self.scheme, self.hosts = fqdn, "https" if tls else "http", []
        self.btid, self.muk, self.mrk = BTID, MUK, MRK
        self.lie, self.requests, self.nonce = None, [], secrets.token_hex(8)
        self.silent, self.algorithm = False, "SHA-256"
        self.bootstrap, self.agents = "bootstrapping", set()  # or bootstrapping-akma
        self.socket = udp(host)
        bmsc = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                bmsc.serve(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

            def handle_error(self, *_):
                pass  # a UE that was killed hears no answer

        self.server = Server(at(host), Handler)
        if tls:  # a certificate and its key
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self):
        host, port = self.server.server_address[:2]
        return f"{self.scheme}://[{host}]:{port}" if ":" in host else f"{self.scheme}://{host}:{port}"

    def announced(self):
        """The same by its name."""
        return f"{self.scheme}://{self.fqdn}:{self.server.server_address[1]}"

    def serve(self, request, body):
        while self.silent:
            time.sleep(0.1)
        given = digest_oracle.params(request.headers.get("Authorization") or "")
        realm = f"3GPP-{self.bootstrap}@{self.fqdn}"
        self.agents.add(request.headers.get("User-Agent"))
        self.hosts.append(request.headers.get("Host"))
        m = given | {"password": base64.b64encode(self.mrk).decode(), "mrk": None}
        good = given and given["nonce"] == self.nonce and given["username"] == self.btid \
            and given["uri"] == request.path and given["realm"] == realm \
            and given["response"] == digest_oracle.digest(m, "POST", body)
        self.requests.append((request.path, bool(good), body))
        answer, headers = b"", {}
        if good:
            answer = answered(body)
            rspauth = digest_oracle.digest(m, "", answer)
            if self.lie == "rspauth":
                rspauth = rspauth[:-1] + ("0" if rspauth[-1] != "0" else "1")
            headers["Content-Type"] = ("application/mbms-msk-response+xml" if b"mskResponse" in answer
                                       else "application/mbms-register-response+xml")
            headers["Authentication-Info"] = (
                f'qop={m["qop"]}, rspauth="{rspauth}", cnonce="{m["cnonce"]}", nc={m["nc"]}')
        else:
            wrong = "3GPP-bootstrapping@evil.example.org" if self.lie == "realm" else realm
            headers["WWW-Authenticate"] = (f'Digest realm="{wrong}", nonce="{self.nonce}", '
                                           f'qop="auth-int", algorithm={self.algorithm}')
        request.send_response(200 if good else 401)
        for name, value in (headers | {"Content-Length": str(len(answer))}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(answer)

    def message(self, kind="msk", number=1, group=GROUP, domain=DOMAIN, **more):
        """The next message under the MUK."""
        self.counter += 1
        csb = self.layout == "csb"
        key = self.numbers.setdefault((domain, group, number), (secrets.token_bytes(16), secrets.token_bytes(16)))
        m = {"kind": kind, "layout": self.layout, "psk": self.muk, "rand": key[0],
             "counter": self.counter, "v": kind == "msk", "csb_id": group if csb else secrets.randbits(32),
             "domain": domain, "group": group, "number": 0 if kind == "pull" else number,
             "idr": self.btid.encode(), "idi": domain if csb else self.fqdn.encode(),
             "ext_before_kemac": False, "streaming": False, "sp": b"", "salt": b"", "mtk_id": 0,
             "key": key[1] if kind == "msk" else b"", "seq_low": 0, "seq_high": 0xFFFE}
        return oracle.build(m | more)

    def send(self, m, to):
        host, port = to.rsplit(":", 1)
        self.socket.sendto(m["message"] if isinstance(m, dict) else m, (host.strip("[]"), int(port)))

    def answered(self, m):
        """The acknowledgement of m, checked."""
        octets, _ = self.socket.recvfrom(4096)
        got = oracle.accept(octets, self.muk, rand=m["rand"], idi=m["idi"])
        assert got["counter"] == m["counter"], got
        return got
