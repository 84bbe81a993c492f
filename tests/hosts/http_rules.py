#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What RFC 9110 and RFC 9112 ask of a server behind no proxy, asked of msk-bmsc.

    http_rules.py MSK-BMSC [NAME...]

A row is a name, the clause, the octets that a client sends, and what may come back: alone, behind
another request, and together with another one. Where the
RFCs leave a choice, what msk-bmsc chose stands in doc/operations.md. A request that is accepted
gets 401: nobody here has keys. NAME: only rows whose names begin so.
"""
import email.utils
import re
import socket
import sys
import tempfile
import time

from peers import DOMAIN, FQDN, GROUP, Program, write

PATIENCE = 30
REQUESTS = 100  # of a connection
TARGET = "/keymanagement?requesttype=msk-request"
KIND = "Content-Type: application/mbms-msk+xml\r\n"
FINE, BAD = {401}, {400}


def ask(line=None, host=f"Host: {FQDN}\r\n", more="", body="", end="\r\n"):
    """A request; what is not given is as it ought to be."""
    line = f"POST {TARGET} HTTP/1.1" if line is None else line
    text = f"{line}\r\n{host}{more}{end}{body}"
    return text.encode("latin-1")


def length(value, body="x" * 5):
    return ask(more=f"Content-Length: {value}\r\n", body=body)


def coded(chunks, more="Transfer-Encoding: chunked\r\n"):
    return ask(more=more, body=chunks)


def long_target(n):
    return ask(f"POST {TARGET}&x={'y' * n} HTTP/1.1")


ROWS = [
    # --- the message as a whole: RFC 9112 2
    ("plain", "", ask(), FINE),
    ("with a body", "9112 6.2", length("5"), FINE),
    ("an empty line in front", "9112 2.2", b"\r\n" + ask(), FINE),
    ("a blank before the first field", "9112 2.2", ask(host=f" Host: {FQDN}\r\n"), BAD),
    ("a fold before the first field", "9112 2.2", ask(host=f"\tX: y\r\nHost: {FQDN}\r\n"), BAD),
    ("CR alone in the request line", "9112 2.2", ask(f"POST {TARGET}\rHTTP/1.1"), BAD),
    ("CR alone in a field", "9112 2.2", ask(more="X: a\rb\r\n"), BAD),
    ("CR CR LF", "9112 2.2", ask(more="X: a\r\r\n"), BAD),
    ("LF alone", "9112 2.2", ask(more="X: a\nY: b\r\n"), BAD),
    ("LF alone everywhere", "9112 2.2", ask().replace(b"\r", b""), BAD),
    ("LF alone at the end", "9112 2.2", ask(end="\n"), BAD),
    ("no HTTP at all", "9112 2.2", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", BAD),
    ("words", "9112 2.2", b"hello there\r\n\r\n", BAD),
    ("one word", "9112 3", b"POST\r\n\r\n", BAD),
    ("one word and a blank", "9112 3", b"POST \r\n\r\n", BAD),
    # --- version: RFC 9112 2.3, RFC 9110 2.5
    ("HTTP/1.0", "9112 2.3", ask(f"POST {TARGET} HTTP/1.0"), FINE),
    ("HTTP/1.0 without Host", "9112 3.2", ask(f"POST {TARGET} HTTP/1.0", host=""), FINE),
    ("HTTP/1.2", "9110 2.5", ask(f"POST {TARGET} HTTP/1.2"), FINE),
    ("HTTP/1.9", "9110 2.5", ask(f"POST {TARGET} HTTP/1.9"), FINE),
    ("HTTP/2.0", "9110 15.6.6", ask(f"POST {TARGET} HTTP/2.0"), {505}),
    ("HTTP/0.9", "9112 2.3", f"POST {TARGET}\r\n\r\n".encode(), BAD),
    ("http/1.1", "9112 2.3", ask(f"POST {TARGET} http/1.1"), BAD),
    ("HTTP/1.1x", "9112 2.3", ask(f"POST {TARGET} HTTP/1.1x"), BAD),
    ("HTTP/11.1", "9112 2.3", ask(f"POST {TARGET} HTTP/11.1"), BAD),
    ("HTTP/1", "9112 2.3", ask(f"POST {TARGET} HTTP/1"), BAD),
    ("HTTP 1.1", "9112 2.3", ask(f"POST {TARGET} HTTP 1.1"), BAD),
    # --- request line: RFC 9112 3
    ("two blanks before the target", "9112 3", ask(f"POST  {TARGET} HTTP/1.1"), BAD),
    ("two blanks before the version", "9112 3", ask(f"POST {TARGET}  HTTP/1.1"), BAD),
    ("a blank at the end", "9112 3", ask(f"POST {TARGET} HTTP/1.1 "), BAD),
    ("a blank in front", "9112 3", ask(f" POST {TARGET} HTTP/1.1"), BAD),
    ("tabs for blanks", "9112 3", ask(f"POST\t{TARGET}\tHTTP/1.1"), BAD),
    ("a blank in the target", "9112 3.2", ask("POST /key management HTTP/1.1"), BAD),
    ("a NUL in the target", "9112 3.2", ask("POST /key\0management HTTP/1.1"), BAD),
    ("eight bits in the target", "9112 3.2", ask("POST /k\xe9y HTTP/1.1"), BAD),
    ("a fragment", "9112 3.2", ask(f"POST {TARGET}#x HTTP/1.1"), BAD),
    ("quotes in the target", "9112 3.2", ask('POST /"x" HTTP/1.1'), BAD),
    ("a cut escape", "9110 4.2", ask("POST /keymanagement?requesttype=%6 HTTP/1.1"), BAD),
    ("no escape", "9110 4.2", ask("POST /%zz HTTP/1.1"), BAD),
    ("a target of 8000", "9112 3", long_target(7800), FINE | {400, 404}),
    ("a target too long", "9112 3", long_target(20000), {414}),
    ("a target without end", "9112 3", b"POST /" + b"y" * 30000, {414}),
    ("a query of 3000 parts", "9110 15.5.15", ask(f"POST {TARGET}{'&' * 3000} HTTP/1.1"), {414}),
    ("a query of 100 parts", "9110 4.2.1", ask(f"POST {TARGET}{'&a=b' * 100} HTTP/1.1"), FINE),
    # --- method: RFC 9110 9
    ("an unknown method", "9110 9.1", ask(f"FETCH {TARGET} HTTP/1.1"), {501}),
    ("post", "9110 9.1", ask(f"post {TARGET} HTTP/1.1"), {501}),
    ("GET", "9110 15.5.6", ask(f"GET {TARGET} HTTP/1.1"), {405}),
    ("HEAD", "9110 9.3.2", ask(f"HEAD {TARGET} HTTP/1.1"), {405}),
    ("PUT", "9110 15.5.6", ask(f"PUT {TARGET} HTTP/1.1"), {405}),
    ("DELETE", "9110 15.5.6", ask(f"DELETE {TARGET} HTTP/1.1"), {405}),
    ("OPTIONS *", "9110 9.3.7", ask("OPTIONS * HTTP/1.1"), {404, 405, 501}),
    ("CONNECT", "9110 9.3.6", ask(f"CONNECT {FQDN}:443 HTTP/1.1"), {400, 405, 501}),
    ("TRACE", "9110 9.3.8", ask(f"TRACE {TARGET} HTTP/1.1"), {405, 501}),
    ("a method that is none", "9110 9.1", ask(f"PO(ST {TARGET} HTTP/1.1"), BAD),
    # --- Host and the target: RFC 9112 3.2, RFC 9110 7.2
    ("no Host", "9112 3.2", ask(host=""), BAD),
    ("two Hosts", "9112 3.2", ask(host=f"Host: {FQDN}\r\nHost: {FQDN}\r\n"), BAD),
    ("two Hosts, one foreign", "9112 3.2", ask(host=f"Host: {FQDN}\r\nhost: b\r\n"), BAD),
    ("a foreign Host", "9110 7.4", ask(host="Host: evil.example.org\r\n"), BAD),
    ("more of our Host", "9110 7.4", ask(host=f"Host: {FQDN}.evil.org\r\n"), BAD),
    ("less of our Host", "9110 7.4", ask(host=f"Host: {FQDN[:-1]}\r\n"), BAD),
    ("an empty Host", "9112 3.2", ask(host="Host:\r\n"), BAD),
    ("a Host of two words", "9112 3.2", ask(host=f"Host: {FQDN} x\r\n"), BAD),
    ("a list of Hosts", "9112 3.2", ask(host=f"Host: {FQDN}, {FQDN}\r\n"), BAD),
    ("a Host with a user", "9112 3.2", ask(host=f"Host: me@{FQDN}\r\n"), BAD),
    ("a Host with a path", "9112 3.2", ask(host=f"Host: {FQDN}/x\r\n"), BAD),
    ("a Host with a bad port", "9112 3.2", ask(host=f"Host: {FQDN}:8x\r\n"), BAD),
    ("a Host with a port", "9110 7.2", ask(host=f"Host: {FQDN}:8080\r\n"), FINE),
    ("a Host with an empty port", "9110 4.2.3", ask(host=f"Host: {FQDN}:\r\n"), FINE),
    ("a Host in capitals", "9110 4.2.3", ask(host=f"HOST: {FQDN.upper()}\r\n"), FINE),
    ("our address as Host", "9110 7.2", ask(host="Host: 127.0.0.1:80\r\n"), FINE),
    ("another address as Host", "9110 7.4", ask(host="Host: 192.0.2.1\r\n"), BAD),
    ("an IPv6 address as Host", "9110 7.4", ask(host="Host: [2001:db8::1]:80\r\n"), BAD),
    ("half an IPv6 address", "9112 3.2", ask(host="Host: [::1\r\n"), BAD),
    ("absolute form", "9112 3.2.2", ask(f"POST http://{FQDN}{TARGET} HTTP/1.1"), FINE),
    ("absolute form, in capitals", "9110 4.2.3",
     ask(f"POST HTTP://{FQDN.upper()}:80{TARGET} HTTP/1.1"), FINE),
    ("absolute form goes before Host", "9112 3.2.2",
     ask(f"POST http://{FQDN}{TARGET} HTTP/1.1", host="Host: b.org\r\n"), FINE),
    ("absolute form, foreign", "9110 7.4", ask(f"POST http://b.org{TARGET} HTTP/1.1"), BAD),
    ("absolute form needs a Host too", "9112 3.2",
     ask(f"POST http://{FQDN}{TARGET} HTTP/1.1", host=""), BAD),
    ("absolute form with a user", "9110 4.2.4", ask(f"POST http://a@{FQDN}{TARGET} HTTP/1.1"), BAD),
    ("absolute form without a host", "9110 4.2.1", ask(f"POST http://{TARGET} HTTP/1.1"), BAD),
    ("another scheme", "9110 7.4", ask(f"POST ftp://{FQDN}{TARGET} HTTP/1.1"), BAD),
    ("asterisk for POST", "9112 3.2.4", ask("POST * HTTP/1.1"), BAD),
    ("authority for POST", "9112 3.2.3", ask(f"POST {FQDN}:80 HTTP/1.1"), BAD),
    ("no slash in front", "9112 3.2.1", ask("POST keymanagement HTTP/1.1"), BAD),
    # --- fields: RFC 9112 5, RFC 9110 5
    ("a blank before the colon", "9112 5.1", ask(more="Authorization : x\r\n"), BAD),
    ("a blank before Host's colon", "9112 5.1", ask(host=f"Host : {FQDN}\r\n"), BAD),
    ("a tab before the colon", "9112 5.1", ask(more="X\t: y\r\n"), BAD),
    ("no name", "9112 5.1", ask(more=": y\r\n"), BAD),
    ("no colon", "9112 5", ask(more="X\r\n"), BAD),
    ("brackets in a name", "9110 5.1", ask(more="X(y): z\r\n"), BAD),
    ("eight bits in a name", "9110 5.1", ask(more="X\xe9: z\r\n"), BAD),
    ("a NUL in a name", "9110 5.1", ask(more="X\0: z\r\n"), BAD),
    ("no blank after the colon", "9112 5.1", ask(host=f"Host:{FQDN}\r\n"), FINE),
    ("blanks around a value", "9112 5.1", ask(host=f"Host: \t {FQDN} \t \r\n"), FINE),
    ("an empty value", "9110 5.5", ask(more="X:\r\n"), FINE),
    ("a colon in a value", "9110 5.5", ask(more="X: a:b\r\n"), FINE),
    ("eight bits in a value", "9110 5.5", ask(more="X: \xe9\xff\r\n"), FINE),
    ("a NUL in a value", "9110 5.5", ask(more="X: a\0b\r\n"), BAD),
    ("a NUL in Host", "9110 5.5", ask(host=f"Host: {FQDN}\0.evil.org\r\n"), BAD),
    ("a bell in a value", "9110 5.5", ask(more="X: a\x07b\r\n"), BAD),
    ("a DEL in a value", "9110 5.5", ask(more="X: a\x7fb\r\n"), BAD),
    ("a value over two lines", "9112 5.2", ask(more="X: a\r\n b\r\n"), BAD),
    ("a fold that makes a Host", "9112 5.2", ask(host="Ho: x\r\n st\r\nX: y\r\n"), BAD),
    ("a field of 4 kB", "9110 5.4", ask(more=f"X: {'y' * 4000}\r\n"), FINE),
    ("a field of 20 kB", "9110 5.4", ask(more=f"X: {'y' * 20000}\r\n"), {431}),
    ("a field without end", "9110 5.4", ask(more="X: " + "y" * 40000, end=""), {431}),
    ("60 fields", "9110 5.4", ask(more="X: y\r\n" * 60), FINE),
    ("2000 cookies", "6585 5", ask(more="Cookie: " + "a=b;" * 2000 + "\r\n"), {431}),
    ("2000 cookies in 20 fields", "6585 5", ask(more=("Cookie: " + "a=b;" * 100 + "\r\n") * 20), {431}),
    ("2000 cookies with commas", "6585 5", ask(more="Cookie: " + "a=b," * 2000 + "\r\n"), {431}),
    ("100 cookies", "6265 5.4", ask(more="Cookie: " + "a=b; " * 99 + "a=b\r\n"), FINE),
    ("all that may be at once", "9110 5.4",
     ask(f"POST {TARGET}{'&' * 126} HTTP/1.1",
         more="Cookie: " + "a=b;" * 127 + "\r\n" + f"X: {'y' * 250}\r\n" * 60), FINE),
    ("100 fields", "9110 5.4", ask(more="X: y\r\n" * 100), {431}),
    # --- bodies: RFC 9112 6
    ("two lengths", "9112 6.3", ask(more="Content-Length: 5\r\nContent-Length: 6\r\n", body="x" * 6), BAD),
    ("two lengths, the same", "9112 6.3", ask(more="Content-Length: 5\r\n" * 2, body="x" * 5), BAD),
    ("a list of lengths", "9112 6.3", length("5, 5"), BAD),
    ("a length of two words", "9110 8.6", length("5 5"), BAD),
    ("a length with letters", "9110 8.6", length("5x"), BAD),
    ("a length in hex", "9110 8.6", length("0x5"), BAD),
    ("a negative length", "9110 8.6", length("-5"), BAD),
    ("a length with a plus", "9110 8.6", length("+5"), BAD),
    ("an empty length", "9110 8.6", length(""), BAD),
    ("a length with zeros in front", "9110 8.6", length("0005"), FINE),
    ("blanks before a length", "9112 5.1", length(" \t 5"), FINE),
    ("a tab after a length", "9112 5.1", length("5\t"), BAD),
    ("a blank after a length", "9112 5.1", length("5 "), BAD),
    ("a length of 0", "9110 8.6", length("0", ""), FINE),
    ("a length beyond 64 bits", "9110 8.6", length("18446744073709551621"), {400, 413}),
    ("a length too long", "9110 15.5.14", length("1000000000"), {413}),
    ("a length too long, sent", "9110 15.5.14", length("40000", "x" * 40000), {413}),
    ("no length, no body", "9112 6.3", ask(more=KIND), FINE),
    ("a length and a coding", "9112 6.1",
     coded("5\r\nxxxxx\r\n0\r\n\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), BAD),
    ("a coding and a length", "9112 6.1",
     coded("5\r\nxxxxx\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), BAD),
    ("an unknown coding", "9112 6.1", coded("x", "Transfer-Encoding: zip\r\n"), BAD),
    ("identity", "9112 6.1", coded("", "Transfer-Encoding: identity\r\n"), BAD),
    ("gzip, chunked", "9112 6.1", coded("0\r\n\r\n", "Transfer-Encoding: gzip, chunked\r\n"), BAD),
    ("chunked, gzip", "9112 6.3", coded("0\r\n\r\n", "Transfer-Encoding: chunked, gzip\r\n"), BAD),
    ("chunked twice", "9112 6.1", coded("0\r\n\r\n", "Transfer-Encoding: chunked\r\n" * 2), BAD),
    ("chunked and a word", "9112 6.1", coded("0\r\n\r\n", "Transfer-Encoding: chunked x\r\n"), BAD),
    ("blanks before chunked", "9112 5.1",
     coded("5\r\nxxxxx\r\n0\r\n\r\n", "Transfer-Encoding: \t chunked\r\n"), FINE),
    ("a blank after chunked", "9112 5.1",
     coded("5\r\nxxxxx\r\n0\r\n\r\n", "Transfer-Encoding: chunked \r\n"), BAD),
    ("a tab after chunked", "9112 5.1",
     coded("5\r\nxxxxx\r\n0\r\n\r\n", "Transfer-Encoding: chunked\t\r\n"), BAD),
    ("a blank after Expect", "9112 5.1",
     ask(more="Expect: 100-continue \r\nContent-Length: 5\r\n", body="x" * 5), FINE),
    ("a blank after close", "9112 5.1", ask(more="Connection: close \r\n"), FINE),
    ("xchunked", "9112 6.1", coded("0\r\n\r\n", "Transfer-Encoding: xchunked\r\n"), BAD),
    ("an empty coding", "9112 6.1", coded("0\r\n\r\n", "Transfer-Encoding:\r\n"), BAD),
    ("chunked in HTTP/1.0", "9112 6.1", ask(f"POST {TARGET} HTTP/1.0",
                                            more="Transfer-Encoding: chunked\r\n", body="0\r\n\r\n"), BAD),
    # --- content: RFC 9110 8
    ("gzip", "9110 15.5.16", ask(more=KIND + "Content-Encoding: gzip\r\nContent-Length: 5\r\n",
                                 body="x" * 5), {415}),
    ("GZIP, in a list", "9110 8.4",
     ask(more=KIND + "Content-Encoding: identity, GZIP\r\nContent-Length: 5\r\n", body="x" * 5), {415}),
    ("a coding in a second field", "9110 5.3",
     ask(more=KIND + "Content-Encoding: identity\r\nContent-Encoding: br\r\n"), {415}),
    ("content as it is", "9110 8.4",
     ask(more=KIND + "Content-Encoding: identity\r\nContent-Length: 5\r\n", body="x" * 5), FINE),
    # --- chunks: RFC 9112 7.1
    ("chunked", "9112 7.1", coded("5\r\nxxxxx\r\n0\r\n\r\n"), FINE),
    ("CHUNKED", "9112 7", coded("5\r\nxxxxx\r\n0\r\n\r\n", "TRANSFER-ENCODING: CHUNKED\r\n"), FINE),
    ("many chunks", "9112 7.1", coded("1\r\nx\r\n" * 50 + "0\r\n\r\n"), FINE),
    ("chunks with zeros in front", "9112 7.1", coded("0005\r\nxxxxx\r\n000\r\n\r\n"), FINE),
    # Libmicrohttpd 0.9 ignores it, as it should; 1.0 refuses it, however lenient it is told to be.
    ("a chunk extension", "9112 7.1.1", coded('5;a=b;c="d"\r\nxxxxx\r\n0;e\r\n\r\n'), FINE | BAD),
    ("trailers", "9112 7.1.2", coded("5\r\nxxxxx\r\n0\r\nX: y\r\n\r\n"), FINE),
    ("a chunk size that is none", "9112 7.1", coded("g\r\nxxxxx\r\n0\r\n\r\n"), BAD),
    ("a negative chunk", "9112 7.1", coded("-5\r\nxxxxx\r\n0\r\n\r\n"), BAD),
    ("a chunk in 0x", "9112 7.1", coded("0x5\r\nxxxxx\r\n0\r\n\r\n"), BAD),
    ("no chunk size", "9112 7.1", coded("\r\nxxxxx\r\n0\r\n\r\n"), BAD),
    ("a chunk beyond 64 bits", "9112 7.1", coded("10000000000000005\r\nxxxxx\r\n0\r\n\r\n"), {400, 413}),
    ("a chunk that is longer", "9112 7.1", coded("5\r\nxxxxxx\r\n0\r\n\r\n"), BAD),
    ("chunks too long", "9110 15.5.14", coded("3e8\r\n" + "x" * 1000 + "\r\n", ) [:-2]
     + (b"\r\n3e8\r\n" + b"x" * 1000) * 40 + b"\r\n0\r\n\r\n", {413}),
    # --- Expect: RFC 9110 10.1.1
    ("Expect", "9110 10.1.1", ask(more="Expect: 100-continue\r\nContent-Length: 5\r\n", end="\r\n"),
     {100}),
    ("Expect with the body", "9110 10.1.1",
     ask(more="Expect: 100-continue\r\nContent-Length: 5\r\n", body="x" * 5), FINE),
    ("Expect too much", "9110 10.1.1",
     ask(more="Expect: 100-continue\r\nContent-Length: 1000000\r\n"), {413}),
    ("Expect something else", "9110 10.1.1", ask(more="Expect: wonders\r\n"), {417}),
    ("Expect in HTTP/1.0", "9110 10.1.1",
     ask(f"POST {TARGET} HTTP/1.0", more="Expect: 100-continue\r\nContent-Length: 5\r\n", body="x" * 5),
     FINE),
    # --- connections: RFC 9112 9
    ("Connection: close", "9112 9.6", ask(more="Connection: close\r\n"), FINE),
    ("Connection: close, in a list", "9110 7.6.1", ask(more="Connection: x, Close\r\n"), FINE),
    ("Connection: keep-alive", "9112 9.3", ask(more="Connection: keep-alive, x\r\n"), FINE),
    ("a word that begins with close", "9110 7.6.1", ask(more="Connection: closed\r\n"), FINE),
    ("Upgrade", "9110 7.8", ask(more="Connection: Upgrade\r\nUpgrade: h2c\r\n"), FINE),
    ("what HTTP/2 begins with", "9113 3.4", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 501, 505}),
    # --- where: RFC 9110 15.5.5
    ("another place", "9110 15.5.5", ask("POST /nothing HTTP/1.1"), {400, 401, 404}),
]


class Connection:
    """Answers, one after the other."""

    def __init__(self, at):
        self.socket = socket.create_connection(at, PATIENCE)
        self.octets = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, octets):
        try:
            self.socket.sendall(octets)
        except OSError:
            pass  # it closed before all was said; what it said is here

    def more(self):
        """False: there is no more."""
        got = self.socket.recv(65536)
        self.octets += got
        return bool(got)

    def take(self, n):
        taken, self.octets = self.octets[:n], self.octets[n:]
        return taken

    def answer(self, name="", until_100=False):
        while b"\r\n\r\n" not in self.octets and self.more():
            pass
        answer = Answer(self.take(self.octets.find(b"\r\n\r\n") + 4 or len(self.octets)))
        if answer.status == 100 and not until_100:
            return self.answer(name)  # RFC 9110 15.2: before the answer
        length = answer.fields.get("content-length", ["0"])[0] if name != "HEAD" else 0
        while len(self.octets) < int(length) and self.more():
            pass
        answer.body = self.take(int(length))
        return answer

    def ends(self):
        """It closes, without another octet, and orderly."""
        while not self.octets and self.more():
            pass
        return not self.octets


class Answer:
    def __init__(self, octets):
        lines = octets.decode("latin-1").split("\r\n")
        words = lines[0].split(" ", 2)
        self.octets, self.body = octets, b""
        self.status = int(words[1]) if len(words) > 1 and words[0] == "HTTP/1.1" else 0
        self.fields = {}
        for line in lines[1:-2]:
            name, _, value = line.partition(":")
            self.fields.setdefault(name.lower(), []).append(value.strip())


def is_last(octets, answer):
    """Does the connection end with this answer? RFC 9112 9.6; what is not of the library's making
    is the last one, and so is what the door knows no length of."""
    return answer.status not in (401, 404, 405, 415) or re.search(
        rb" http/1.0\r\n|\nconnection:[^\r]*\bclose[ \t]*\r\n|chunked\r\n", octets.lower()) is not None


def check(name, octets, answer, may):
    """What is wrong with an answer, beyond its status."""
    if answer.status not in may:
        return f"{answer.status or answer.octets[:60]!r} instead of {sorted(may)}"
    if answer.status == 100:
        return None
    fields = answer.fields
    if (fields.get("connection") == ["close"]) != is_last(octets, answer):
        return "it did not say right if it closes"
    if len(fields.get("date", [])) != 1 or not email.utils.parsedate(fields["date"][0]):
        return "no Date"  # RFC 9110 6.6.1
    if len(fields.get("content-length", [])) != 1 or "transfer-encoding" in fields:
        return "not one Content-Length"  # RFC 9110 8.6
    if len(answer.body) != (0 if name == "HEAD" else int(fields["content-length"][0])):
        return "the body has another length"
    if answer.status == 401 and not fields.get("www-authenticate"):
        return "no challenge"  # RFC 9110 15.5.2
    if answer.status == 405 and fields.get("allow") != ["POST"]:
        return "no Allow"  # RFC 9110 15.5.6
    if answer.status == 415 and fields.get("accept-encoding") != ["identity"]:
        return "no Accept-Encoding"  # RFC 9110 15.5.16
    return None


def judge(row, connection):
    """Of a row that was said. Then it ends; or serves another one, which it tells from this one."""
    name, _, octets, may = row
    answer = connection.answer(name, 100 in may)
    why = check(name, octets, answer, may)
    if why or answer.status == 100:
        return why
    if not is_last(octets, answer):
        connection.say(ask(more="Connection: close\r\n"))
        if connection.answer().status != 401:
            return "the next request is not understood"
    return None if connection.ends() else "it did not close"


def alone(row, at):
    with Connection(at) as connection:
        connection.say(row[2])
        return judge(row, connection)


def behind_another(row, at):
    with Connection(at) as connection:
        connection.say(ask(more="Content-Length: 5\r\n", body="x" * 5))
        if connection.answer().status != 401:
            return "the first one was refused"
        connection.say(row[2])
        return judge(row, connection)


def together_with_another(row, at):
    with Connection(at) as connection:
        connection.say(ask(more="Content-Length: 5\r\n", body="x" * 5) + row[2])
        if connection.answer().status != 401:
            return "the first one was refused"
        return judge(row, connection)


def too_many(at):
    """As many as a connection may have, all at once, and more: the last one says so."""
    with Connection(at) as connection:
        connection.say(length("5") * (REQUESTS + 20))
        answers = [connection.answer() for _ in range(REQUESTS)]
        told = ["connection" in each.fields for each in answers]
        if {each.status for each in answers} != FINE or told != [False] * (REQUESTS - 1) + [True]:
            return "of many at once, not each is answered"
        return None if connection.ends() else "of many at once, too many are answered"


def slices(octets, at):
    """The same request, an octet at a time."""
    with socket.create_connection(at, PATIENCE) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(octets)):
            s.send(octets[i:i + 1])
            if i % 16 == 0:
                time.sleep(0.001)
        s.settimeout(PATIENCE)
        return s.recv(100)


def cut(octets, at):
    """Requests that end too early, at every place, are not served, and harm nothing."""
    for n in range(0, len(octets), 3):
        with socket.create_connection(at, PATIENCE) as s:
            s.sendall(octets[:n])
            s.shutdown(socket.SHUT_WR)
            s.settimeout(PATIENCE)
            got = s.recv(100)
            if got and not got.startswith(b"HTTP/1.1 400 "):
                return n, got
    return None


def main():
    tool, wanted = sys.argv[1], sys.argv[2:]
    wrong = []
    with tempfile.TemporaryDirectory() as where:
        bmsc = Program(tool, "--http", "127.0.0.1:0", "--mikey", "127.0.0.1:0", "--fqdn", FQDN,
                       "--layout", "keyid", "--subscribers", write(f"{where}/subscribers"),
                       "--groups", write(f"{where}/groups", {
                           "domain": DOMAIN.hex(), "group": GROUP, "number": 1}),
                       "--store", f"{where}/bmsc.db")
        host, port = bmsc.wait("ready")["http"].rsplit(":", 1)
        at = host, int(port)
        rows = [row for row in ROWS if not wanted or any(row[0].startswith(w) for w in wanted)]
        for row in rows:
            for way in alone, behind_another, together_with_another:
                try:
                    why = way(row, at)
                except OSError as error:
                    why = str(error)
                if why:
                    wrong.append(f"{row[0]} ({row[1]}), {way.__name__}: {why}")
                if bmsc.process.poll() is not None:
                    wrong.append(f"{row[0]} ({row[1]}): that ended it")
                    break
        if not wanted and not wrong:
            wrong += filter(None, [too_many(at)])
        if not wanted and not wrong:
            whole = length("5")
            got = slices(whole, at)
            if not got.startswith(b"HTTP/1.1 401 "):
                wrong.append(f"octet by octet: {got}")
            got = cut(whole, at)
            if got:
                wrong.append(f"cut short: {got}")
        if bmsc.process.poll() is None:
            bmsc.quit()
    print("\n".join(wrong))
    print(f"{len(rows)} requests, {len(wrong)} answered wrongly")
    return 1 if wrong else 0


sys.exit(main())
