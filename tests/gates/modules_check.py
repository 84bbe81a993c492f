#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The files that Zephyr and the component manager of ESP-IDF read.

usage: modules_check.py ROOT OUT

They are parsed; what they name must be there. For each provider of Zephyr's Kconfig a .config is
left in OUT. kconfiglib is what Zephyr itself reads Kconfig with.
"""
import pathlib
import re
import sys

import kconfiglib
import yaml

ROOT, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
# What a firmware has set, and the provider that it gets by default.
FIRMWARES = [
    ("psa", ["PSA_CRYPTO"], "LIBMSK_CRYPTO_PSA"),
    ("psa-both", ["MBEDTLS", "MBEDTLS_PSA_CRYPTO_C"], "LIBMSK_CRYPTO_PSA"),
    ("mbedtls", ["MBEDTLS"], "LIBMSK_CRYPTO_MBEDTLS"),
    ("none", [], "LIBMSK_CRYPTO_NONE"),
]
WANTS = ["ALG_CTR", "ALG_HMAC", "ALG_MD5", "ALG_SHA_1", "ALG_SHA_256", "KEY_TYPE_AES", "KEY_TYPE_HMAC"]


def check(what, got, want):
    if got != want:
        sys.exit("FAIL: %s: %s, not %s" % (what, got, want))


def module_yml():
    folder = ROOT / "packaging" / "zephyr"
    module = yaml.safe_load((folder / "zephyr" / "module.yml").read_text())
    check("module.yml", sorted(module), ["build", "name"])
    check("build", sorted(module["build"]), ["cmake", "kconfig"])
    check("CMakeLists.txt is there", (folder / module["build"]["cmake"] / "CMakeLists.txt").is_file(), True)
    return folder / module["build"]["kconfig"]


def around(kconfig):
    """A Zephyr in small: what the module's Kconfig refers to, and the module."""
    names = ["MBEDTLS", "MBEDTLS_PSA_CRYPTO_C", "MBEDTLS_PSA_CRYPTO_CLIENT", "PSA_CRYPTO"]
    text = "".join('config %s\n\tbool "%s"\n' % (name, name) for name in
                   names + ["PSA_WANT_" + want for want in WANTS])
    path = OUT / "Kconfig"
    path.write_text(text + 'source "%s"\n' % kconfig)
    return path


def settings(kconfig):
    for name, given, want in FIRMWARES:
        firmware = kconfiglib.Kconfig(str(around(kconfig)), warn_to_stderr=False)
        check("warnings of Kconfig", firmware.warnings, [])
        symbol = firmware.syms
        check("off by default", symbol["LIBMSK"].str_value, "n")
        for set_to in given + ["LIBMSK"]:
            symbol[set_to].set_value("y")
        got = [s for s in symbol if s.startswith("LIBMSK_CRYPTO_") and symbol[s].str_value == "y"]
        check(name, got, [want])
        imply = "y" if want == "LIBMSK_CRYPTO_PSA" else "n"
        check("implied", {symbol["PSA_WANT_" + w].str_value for w in WANTS if w != "ALG_MD5"}, {imply})
        firmware.write_config(str(OUT / (name + ".config")), save_old=False)
    check("symbols without help", [s.name for s in firmware.unique_defined_syms if
                                   s.name.startswith("LIBMSK") and not s.nodes[0].help], [])


def component_yml():
    text = (ROOT / "packaging" / "esp-idf" / "libmsk" / "idf_component.yml").read_text()
    component = yaml.safe_load(text)
    check("idf_component.yml", sorted(component), ["dependencies", "description", "license", "version"])
    version = re.search(r"version: '([\d.]+)'", (ROOT / "meson.build").read_text()).group(1)
    check("version", component["version"], version)
    check("license", component["license"], "MIT")


def main():
    settings(module_yml())
    component_yml()


main()
