#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Spoils what the demo left, so that demo_check.py has something to see.

usage: demo_spoil.py FOLDER plain|key|page|noise

plain: the first packet of the picture has it in clear, in the capture and in the events alike; key:
another MTK is in the key log; page: the page shows noise for the picture; noise: and the picture for
noise.
"""
import json
import pathlib
import re
import sys

from demo_check import picture

NAME = "msk-demo"


def plain(folder):
    events = [json.loads(line) for line in (folder / f"{NAME}.jsonl").read_text().splitlines()]
    packets = next(event["packets"] for event in events if event["event"] == "srtp")
    old = bytes.fromhex(packets[0])
    stripe = picture.stripes(picture.draw())[0]
    new = old[:12] + stripe + old[12 + len(stripe):]
    packets[0] = new.hex()
    (folder / f"{NAME}.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    capture = folder / f"{NAME}.pcapng"
    octets = capture.read_bytes()
    assert octets.count(old) == 1
    capture.write_bytes(octets.replace(old, new))


def key(folder):
    log = folder / f"{NAME}.keys"
    text, n = re.subn(r"(MIKEY_MTK [0-9a-f]{6} \S+ \S+ \S+ )[0-9a-f]{32}", r"\1" + 32 * "5",
                      log.read_text())
    assert n > 1
    log.write_text(text)


def page(folder, which=1):
    """Both images are the same, the noise or the picture."""
    file = folder / f"{NAME}.html"
    urls = re.findall(r'src="(data:[^"]*)"', file.read_text())
    file.write_text(file.read_text().replace(urls[which], urls[1 - which]))


def noise(folder):
    page(folder, 0)


if __name__ == "__main__":
    {"plain": plain, "key": key, "page": page, "noise": noise}[sys.argv[2]](pathlib.Path(sys.argv[1]))
