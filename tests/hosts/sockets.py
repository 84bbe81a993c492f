#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The sockets of both programs: both families at once, multicast groups, link-local addresses.

    sockets.py MSK-BMSC MSK-UE [TEST..]
"""
import os
import socket
import struct
import subprocess
import sys
import tempfile

import peers
from peers import BTID, DOMAIN, FQDN, GROUP, MRK, MUK, Bmsc, Program, free_port, udp, write

BMSC, UE = sys.argv[1:3]
LO = os.environ.get("MSK_TEST_INTERFACE", "lo")  # by hand: one of another network namespace
LOOPBACK = socket.if_nametoindex(LO)
IP_RECVTTL = 12  # of Linux; Python has no name for it


def options(where, layout, url, *more):
    return [UE, "--btid", BTID, "--muk", MUK.hex(), "--mrk", MRK.hex(), "--fqdn", FQDN, "--bmsc", url,
            "--layout", layout, "--store", f"{where}/ue.db", "--groups", f"{DOMAIN.hex()}:{GROUP}",
            "--secrets", *more]


def start(where, layout, url, *more):
    ue = Program(*options(where, layout, url, *more))
    return ue, ue.wait("ready")


def start_bmsc(where, ue_at, *more):
    bmsc = Program(
        BMSC, "--http", "127.0.0.1:0", "--mikey", "[::]:0", "--fqdn", FQDN, "--layout", "keyid",
        "--registration", "none", "--store", f"{where}/bmsc.db", "--subscribers",
        write(f"{where}/subscribers", {"btid": BTID, "impi": "alice", "muk": MUK.hex(),
                                       "mrk": MRK.hex(), "expires": 4000000000, "address": ue_at}),
        "--groups", write(f"{where}/groups", {"domain": DOMAIN.hex(), "group": GROUP, "number": 1,
                                              "services": ["news"], "streaming": True}), *more)
    return bmsc, bmsc.wait("ready")["http"]


def both_families_at_once(where):
    """[::] takes IPv4 as well; what came over it is answered over it."""
    bmsc = Bmsc("csb")
    ue, ready = start(where, "csb", bmsc.url(), "--mikey", "[::]:0")
    ue.ask("start", "result", code=200)
    port = ready["mikey"].rsplit(":", 1)[1]
    for number, host in enumerate(("127.0.0.1", "::1"), 1):
        bmsc.socket = udp(host)
        m = bmsc.message(number=number)
        bmsc.send(m, f"[{host}]:{port}")
        bmsc.answered(m)
        ue.wait("msk", number=number)
    ue.quit()


def listener(group, port):
    """A socket in that group, on the loopback, that hears how many hops are left."""
    s = socket.socket(socket.AF_INET6 if ":" in group else socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(peers.PATIENCE)
    s.bind((group, port))
    if ":" in group:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                     socket.inet_pton(socket.AF_INET6, group) + struct.pack("@I", LOOPBACK))
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     socket.inet_aton(group) + socket.inet_aton("0.0.0.0") + struct.pack("@i", LOOPBACK))
        s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    return s


def hops_of(s):
    _, ancillary, _, _ = s.recvmsg(4096, 64)
    return struct.unpack("@i", ancillary[0][2])[0]


def can_send(group, port):
    """Not every loopback has a route for multicast over IPv6."""
    with udp("::" if ":" in group else "127.0.0.1") as s:
        if ":" in group:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, LOOPBACK)
            try:
                s.sendto(b"x", (group, port))
            except OSError:
                return False
    return True


def mtks_come_in_a_group(where):
    """MTK messages to a group reach the UE that joined it, over as many hops as --ttl says."""
    port = free_port()
    for n, group in enumerate(("239.255.77.1", "ff15::7701")):
        at = f"[{group}]:{port}" if ":" in group else f"{group}:{port}"
        folder = tempfile.mkdtemp(dir=where)
        if not can_send(group, port):
            print("SKIP: no multicast over IPv6 on this loopback; the group is joined, and no more")
            ue, ready = start(folder, "keyid", "http://127.0.0.1:9", "--mikey", at, "--interface", LO)
            assert ready["mikey"] == at, ready
            ue.kill()
            continue
        mine = f"127.0.0.1:{free_port()}"
        bmsc, http = start_bmsc(folder, mine, "--ttl", "7", "--interface", LO)
        ue, ready = start(folder, "keyid", f"http://{http}", "--mikey", mine, "--mikey", at,
                          "--interface", LO)
        assert ready["also"] == [at], ready
        ue.say("start")
        ue.wait("msk", number=1)
        bmsc.wait("acked", number=1)
        sent = bmsc.ask(f"mtk {GROUP} {at}", "mtk")
        assert ue.wait("mtk", mtk_id=sent["mtk_id"])["number"] == 1
        with listener(group, port) as other:  # which joins as well, so not before
            bmsc.say(f"mtk {GROUP} {at}")
            assert hops_of(other) == 7, n
        for program in ue, bmsc:
            program.kill()


def no_such_interface(where):
    for at, name in ("239.255.77.1:0", "nosuch0"), ("[ff15::1]:0", "nosuch0"):
        done = subprocess.run([*options(where, "csb", "http://127.0.0.1:9", "--mikey", at,
                                        "--interface", name)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=peers.PATIENCE)
        assert done.returncode == 2 and "No such device" in done.stderr, done


def link_local():
    """A link-local address of this machine, and its interface."""
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            for line in file:
                octets, _, _, _, flags, name = line.split()
                if octets.startswith("fe80") and int(flags, 16) & 0x40 == 0:  # not tentative
                    return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(octets)), name
    except OSError:
        pass
    return None, None


def scopes_are_kept(where):
    """Over link-local addresses: the HTTP request, the MSK, and where the acknowledgement goes."""
    host, name = link_local()
    if host is None:
        print("SKIP: there is no link-local address here")
        return
    bmsc = Bmsc("keyid", f"{host}%{name}")
    port = bmsc.server.server_address[1]
    ue, ready = start(where, "keyid", f"http://[{host}%25{name}]:{port}", "--mikey",
                      f"[{host}%{name}]:0", "--pcap", f"{where}/pcap")
    assert ready["mikey"].startswith(f"[{host}%{name}]:"), ready
    ue.ask("start", "result", code=200)
    m = bmsc.message()
    bmsc.socket.sendto(m["message"], (host, int(ready["mikey"].rsplit(":", 1)[1]), 0,
                                      socket.if_nametoindex(name)))
    bmsc.answered(m)
    assert ue.wait("ack_sent")["to"].startswith(f"[{host}%{name}]:")
    ue.quit()


def main():
    for test in (both_families_at_once, mtks_come_in_a_group, no_such_interface, scopes_are_kept):
        if sys.argv[3:] and test.__name__ not in sys.argv[3:]:
            continue
        with tempfile.TemporaryDirectory() as where:
            test(where)
        print(test.__name__, flush=True)
    return 0


sys.exit(main())
