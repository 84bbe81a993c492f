#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What msk-ue tells and leaves: bounded events that nobody forges, files that are private.

    told.py MSK-UE [TEST..]
"""
import os
import socket
import subprocess
import sys
import tempfile
import time

import peers
from peers import BTID, DOMAIN, FQDN, GROUP, MRK, MUK, Bmsc, Program, udp

UE = sys.argv[1]
STRANGERS = 3000  # datagrams


def options(where, bmsc, *more):
    return [UE, "--btid", BTID, "--muk", MUK.hex(), "--mrk", MRK.hex(), "--fqdn", FQDN,
            "--bmsc", bmsc.url(), "--mikey", "127.0.0.1:0", "--layout", "keyid",
            "--store", f"{where}/ue.db", "--groups", f"{DOMAIN.hex()}:{GROUP}", *more]


def start(where, bmsc, *more):
    ue = Program(*options(where, bmsc, *more))
    return ue, ue.wait("ready")["mikey"]


def to(at):
    host, port = at.rsplit(":", 1)
    return host, int(port)


def refused(where, bmsc, what, path):
    """It does not start with that file, says which it is, and leaves it alone."""
    before = os.lstat(path)
    done = subprocess.run(options(where, bmsc, what, path), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=peers.PATIENCE)
    assert done.returncode == 2 and path in done.stderr, (what, path, done)
    after = os.lstat(path)
    assert (before.st_ino, before.st_size, before.st_mode) == \
        (after.st_ino, after.st_size, after.st_mode), (what, path)


def files_are_private(where):
    """--store, --keylog, --pcap: made for the owner alone; a symlink or an open one is refused."""
    bmsc = Bmsc("keyid")
    names = {what: f"{where}/new{what}" for what in ("--store", "--keylog", "--pcap")}
    os.umask(0)
    for _ in range(2):  # made, and then as they were made
        ue, _ = start(where, bmsc, *(x for pair in names.items() for x in pair))
        ue.kill()
        for path in names.values():
            assert os.stat(path).st_mode & 0o7777 == 0o600, path
    os.umask(0o022)
    for what, good in names.items():
        for kind in ("open", "link", "hard", "folder", "fifo"):
            path = f"{where}/{kind}{what}"
            if kind == "open":
                with open(good, "rb") as old, open(path, "wb") as new:
                    new.write(old.read())
                os.chmod(path, 0o640)
            elif kind == "link":
                os.symlink(good, path)
            elif kind == "hard":
                os.link(good, path)
            elif kind == "folder":
                os.mkdir(path)
            else:
                os.mkfifo(path, 0o600)
            refused(where, bmsc, what, path)
            if kind == "hard":
                os.unlink(path)
        missing = f"{where}/missing{what}"
        os.symlink(f"{where}/victim", missing)  # nothing is made at the other end either
        refused(where, bmsc, what, missing)
        assert not os.path.exists(f"{where}/victim")


def numbers_are_decimal(where):
    """A zero in front makes no number octal, and what is hexadecimal is none."""
    ue, _ = start(where, Bmsc("keyid"))
    ue.ask("start", "http_request")
    ue.say("request 0%d" % GROUP)
    ue.ask("request 0x%x" % GROUP, "refused", what="request")
    assert ue.count("refused") == 1, ue.events
    ue.kill()


class Liar(Bmsc):
    """Answers with a body of its own."""

    body = b""

    def serve(self, request, body):
        self.requests.append((request.path, True, body))
        request.send_response(403)
        request.send_header("Content-Length", str(len(self.body)))
        request.end_headers()
        request.wfile.write(self.body)


def events_are_bounded(where):
    """16 KiB of control characters in a body become no more than a few KiB of an event."""
    bmsc = Liar("keyid")
    for bmsc.body in (b"\1" * 16000, b"\xff" * 16000, b"<a>\xc3\xa9" * 3000):
        ue, _ = start(where, bmsc)
        ue.say("start")
        told = ue.wait("http_response", status=403)
        line = max(len(raw) for raw in ue.raw)
        assert line < 5000, line
        assert told["body_octets"] == len(bmsc.body), told
        ue.kill()


def plain(where, bmsc, *more):
    """msk-ue without --json."""
    return subprocess.Popen(options(where, bmsc, *more), stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)


def lines_until(process, word):
    got = []
    for line in process.stdout:
        got.append(line)
        if word in line:
            return got
    raise AssertionError(got)


def fields_are_not_forged(where):
    """What a name brings along stays one field, whatever is in it."""
    bmsc = Bmsc("keyid")
    announcement = f"{where}/announcement.xml"
    service = "urn:x  reason fine  event\u202e ok"
    with open(announcement, "w", encoding="utf-8") as file:
        file.write(peers.announcement(bmsc.url().replace("127.0.0.1", FQDN)))
    args = options(where, bmsc, "--announcement", announcement, "--service", service)
    at = args.index("--groups")
    args[args.index("keyid")] = "csb"  # which leaves without a word
    process = subprocess.Popen(args[:at] + args[at + 2:], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    lines_until(process, b"ready")
    process.stdin.write(b"start\nderegister\n")
    process.stdin.flush()
    left = lines_until(process, b"  left ")[-1]
    assert b'service "urn:x  reason fine  event\\u202E ok"' in left, left
    assert b'reason "as told"' in left, left
    process.kill()
    process.wait()


def strangers_fill_no_log(where):
    """Thousands of datagrams of strangers are some hundred events; how many were not told is told."""
    ue, at = start(where, Bmsc("keyid"))
    stranger = udp()
    began = time.monotonic()
    for n in range(STRANGERS):
        stranger.sendto(b"nothing", to(at))
        if n % 100 == 99:  # as much as the socket takes
            ue.ask("keys", "keys")
    seconds = time.monotonic() - began
    assert ue.count("refused") <= 200 + 50 * (seconds + 1) and ue.count("refused") < STRANGERS
    end = time.monotonic() + peers.PATIENCE
    told = 0
    while told <= STRANGERS // 2:  # what was not told is told with the next one that is
        assert time.monotonic() < end, f"{told} were told of"
        time.sleep(0.1)
        stranger.sendto(b"nothing", to(at))
        told = ue.count("refused") + sum(event.get("untold", 0) for event in ue.events)
    ue.quit()


def a_slow_reader_stops_nothing(where):
    """Nobody reads stdout; messages are taken and answered all the same, and then what was lost is told."""
    bmsc = Bmsc("keyid")
    process = plain(where, bmsc, "--json", "--secrets")
    at = peers.json.loads(process.stdout.readline())["mikey"]
    process.stdin.write(b"start\n")
    process.stdin.flush()
    while not any(good for _, good, _ in bmsc.requests):
        time.sleep(0.05)
    for _ in range(40000):  # answers for more than a pipe, and than the program, keeps
        process.stdin.write(b"keys\n")
    process.stdin.flush()
    for number in (1, 2, 3):
        m = bmsc.message(number=number)
        bmsc.send(m, at)
        bmsc.answered(m)
    before = sum(good for _, good, _ in bmsc.requests)
    process.stdin.write(b"request %d\n" % GROUP)  # after all of them
    process.stdin.flush()
    while sum(good for _, good, _ in bmsc.requests) == before:
        time.sleep(0.05)
    process.stdin.write(b"quit\n")
    process.stdin.flush()
    text = process.stdout.read()
    assert b'"dropped"' in text or text.count(b'"keys"') < 40000, "nothing had to wait"
    for line in text.splitlines():
        peers.json.loads(line)
    assert process.wait(peers.PATIENCE) == 0


def main():
    for test in (numbers_are_decimal, files_are_private, events_are_bounded,
                 fields_are_not_forged, strangers_fill_no_log, a_slow_reader_stops_nothing):
        if sys.argv[2:] and test.__name__ not in sys.argv[2:]:
            continue
        with tempfile.TemporaryDirectory() as where:
            test(where)
        print(test.__name__, flush=True)
    return 0


sys.exit(main())
