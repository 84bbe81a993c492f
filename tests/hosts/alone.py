#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command in a network of its own, a loopback, if such may be made: no port of it clashes.

    alone.py COMMAND...        a command that ends in .py is run by this Python

MSK_TEST_ALONE=no in the environment: in the network that is there. The loopback has a link-local address.
"""
import ctypes
import fcntl
import os
import socket
import struct
import sys

NEW_USER, NEW_NET = 0x10000000, 0x40000000  # for unshare(2)
SET_FLAGS, SET_ADDRESS = 0x8914, 0x8916  # ioctl(2), of netdevice(7)
UP, LOOPBACK = 0x1 | 0x40, "lo"
LINK_LOCAL = "fe80::1"


def unshare():
    """A network for this process. Who is not root makes a user namespace for it, and stays who
    they are."""
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NET if os.geteuid() == 0 else NEW_NET | NEW_USER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if user != 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"),
                           ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)


def bring_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SET_FLAGS, struct.pack("16sH14x", LOOPBACK.encode(), UP))


def bring_up_ipv6():
    """With struct in6_ifreq of linux/ipv6.h."""
    index = socket.if_nametoindex(LOOPBACK)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        address = socket.inet_pton(socket.AF_INET6, LINK_LOCAL)
        fcntl.ioctl(s, SET_ADDRESS, struct.pack("@16sIi", address, 64, index))


def main():
    if os.environ.get("MSK_TEST_ALONE", "yes") == "yes":
        try:
            unshare()
        except OSError as error:
            print(f"alone: {error}; in the network that is there", file=sys.stderr)
        else:
            bring_up()
            try:
                bring_up_ipv6()
            except OSError as error:
                print(f"alone: IPv6: {error}", file=sys.stderr)
    command = sys.argv[1:]
    if command[0].endswith(".py"):
        command.insert(0, sys.executable)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
