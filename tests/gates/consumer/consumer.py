#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Somebody else's program, in Python: cffi reads the headers as the preprocessor leaves them, opens
the shared library, and receives the MSK of doc/vectors.md, in the layout KEYID.

    consumer.py INCLUDE LIBRARY
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import cffi

MESSAGE = bytes.fromhex(
    "0100158001c97e3a00010503000b0003216354010418cf00010b02000000010610449da775467d4a3aa46d5291ce33db"
    "0106000010626d73632e6578616d706c652e636f6d01000028734c4779733753317472653475627137764c322b76773d"
    "3d406273662e6578616d706c652e636f6d0001001a7437613a12c9a13db9342aa691c0530ba1f5b42642e98e03daa001"
    "38241368dec320843b553e46b9e08093a8e0947f")
MSK = bytes.fromhex("2625fa0f7e4221581f124dad5dbb0e1a")
GROUP = b"\x21\x63\x54", 0x18CF


def declarations(include):
    """The headers without what they include of others: cffi knows the types of stdint.h."""
    with tempfile.TemporaryDirectory() as fake:
        for name in "stdbool.h", "stddef.h", "stdint.h":
            pathlib.Path(fake, name).write_text("", encoding="ascii")
        text = subprocess.run(
            ["cc", "-E", "-P", "-nostdinc", "-I", fake, "-I", include, "-D__attribute__(x)=", "-"],
            input="#include <msk/msk.h>\n#include <msk/crypto_mbedtls.h>\n", text=True, check=True,
            capture_output=True).stdout
    # What has a body, and the type of a constant, is for a compiler.
    text = re.sub(r"static inline [^{;]*\{.*?\n?\}", "", text, flags=re.DOTALL)
    return re.sub(r"\((?:u?int\d+_t|size_t)\)(?=\w)", "", text)


class Library:
    def __init__(self, include, path):
        self.ffi = cffi.FFI()
        self.ffi.cdef(declarations(include))
        self.lib = self.ffi.dlopen(path)
        self.kept = []  # what the library has pointers to

    def new(self, kind, *value):
        made = self.ffi.new(kind, *value)
        self.kept.append(made)
        return made

    def sized(self, name):
        made = self.new(f"struct {name} *")
        made.size = self.ffi.sizeof(made[0])
        return made

    def octets(self, view, octets):
        view.p, view.n = self.new("uint8_t[]", octets), len(octets)

    def call(self, name, *arguments):
        err = getattr(self.lib, name)(*arguments)
        if err != 0:
            text = self.ffi.string(self.lib.msk_err_text(err)).decode()
            raise SystemExit(f"{name}: {text}")


def receive(library):
    lib = library.lib
    n = lib.msk_mgvf_records(1, 1)
    store, config = library.new("struct msk_store *"), library.sized("msk_mgvf_config")
    records = library.new("struct msk_ram_record[]", n)
    library.call("msk_store_ram_init", store, library.new("struct msk_ram *"), records, n)
    config.crypto, config.store = lib.msk_crypto_mbedtls(), store
    mgvf, size = library.new("struct msk_mgvf **"), lib.msk_mgvf_size()
    library.call("msk_mgvf_init", mgvf, library.new("uint64_t[]", (size + 7) // 8), size, config)

    muk = library.sized("msk_muk")
    library.octets(muk.fqdn, b"bmsc.example.com")
    library.octets(muk.btid, b"sLGys7S1tre4ubq7vL2+vw==@bsf.example.com")
    library.octets(muk.key, bytes(range(0x20, 0x40)))
    library.call("msk_mgvf_set_muk", mgvf[0], muk)
    group = library.new("struct msk_group_id *", {"domain": GROUP[0], "group": GROUP[1]})
    library.call("msk_mgvf_allow", mgvf[0], muk.fqdn, group, lib.MSK_REQUIRE_BOTH)

    message, result = library.sized("msk_mgvf_input"), library.sized("msk_mgvf_result")
    message.layout = lib.MSK_LAYOUT_KEYID
    library.octets(message.message, MESSAGE)
    library.call("msk_mgvf_process", mgvf[0], message, result)
    assert result.outcome == lib.MSK_OUTCOME_STORED, result.outcome
    key = bytes(library.ffi.buffer(result.key.p, result.key.n))
    lib.msk_mgvf_wipe(mgvf[0])
    return key


def main():
    library = Library(*sys.argv[1:3])
    assert library.lib.msk_never() == 2**64 - 1
    if receive(library) != MSK:
        print("FAIL: this is not the MSK")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
