#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The units of systemd: programs and options that there are, and a sandbox.

    packaging.py FOLDER MSK-BMSC MSK-UE
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER, PROGRAMS = sys.argv[1], dict(zip(("msk-bmsc", "msk-ue"), sys.argv[2:4]))
SANDBOX = {
    "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "",
    "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
    "MemoryDenyWriteExecute": "yes", "RestrictNamespaces": "yes", "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes", "SystemCallArchitectures": "native", "UMask": "0077", "LimitCORE": "0",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX"}
EXPOSURE = "15"  # of 100, as systemd-analyze counts it: "OK" begins at 50


def settings(text):
    """NAME: all its values."""
    found = {}
    for line in text.replace("\\\n", " ").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def check(name, program):
    with open(f"{FOLDER}/{name}.service", encoding="ascii") as file:
        text = file.read()
    unit = settings(text)
    for key, value in SANDBOX.items():
        assert unit.get(key) == [value], f"{name}: {key} is {unit.get(key)}"
    assert unit["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]
    assert unit["User"] == [name] and unit["StateDirectory"] == [name]
    words = unit["ExecStart"][0].split()
    shown = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    assert words[0] == f"/usr/bin/{name}"
    given = re.findall(r"--[a-z-]+", " ".join(words) + text[:text.index("[Unit]")])
    for option in given:
        assert re.search(rf"{option}\b", shown), f"{name} has no {option}"
    with open(f"{FOLDER}/libmsk.sysusers", encoding="ascii") as file:
        assert re.search(rf"^u {name} ", file.read(), re.MULTILINE), name
    return text


def analyze(name, text, where, program):
    """As systemd reads it."""
    path = f"{where}/{name}.service"
    with open(path, "w", encoding="ascii") as file:
        file.write(text.replace(f"/usr/bin/{name}", os.path.abspath(program)))
    for command in (["verify", "--man=no", path],
                    ["security", "--no-pager", "--offline=yes", f"--threshold={EXPOSURE}", path]):
        done = subprocess.run(["systemd-analyze", *command], capture_output=True, text=True, check=False)
        wrong = [line for line in done.stderr.splitlines() if name in line]
        assert done.returncode == 0 and not wrong, done.stdout[-2000:] + done.stderr


def main():
    with tempfile.TemporaryDirectory() as where:
        for name, program in PROGRAMS.items():
            text = check(name, program)
            if shutil.which("systemd-analyze"):
                analyze(name, text, where, program)
    if not shutil.which("systemd-analyze"):
        print("systemd itself is not here to read them")


main()
