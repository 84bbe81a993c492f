# SPDX-License-Identifier: MIT
# A template: say where you take libmsk from, and which commit.
SUMMARY = "Keys of MBMS services, between BM-SC and UE (3GPP TS 33.246)"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://COPYING;md5=8ad60dc795bf79e8c37639ac2d3e87a6"

SRC_URI = "git://LIBMSK_REPOSITORY;protocol=https;branch=main"
SRCREV = "LIBMSK_COMMIT"
S = "${WORKDIR}/git"

DEPENDS = "mbedtls"

inherit meson pkgconfig

PACKAGECONFIG ??= "expat"
PACKAGECONFIG[expat] = "-Dxml=expat,-Dxml=none,expat"
PACKAGECONFIG[tools] = "-Dexamples=enabled,-Dexamples=disabled,jansson curl libmicrohttpd sqlite3 libsrtp"

EXTRA_OEMESON = "-Dcrypto=mbedtls -Dtests=disabled -Dman=disabled -Dhtml=disabled"

PACKAGES =+ "${PN}-tools"
FILES:${PN}-tools = "${bindir} ${datadir}/libmsk"
RDEPENDS:${PN}-tools = "${@bb.utils.contains('PACKAGECONFIG', 'tools', 'python3-core', '', d)}"
FILES:${PN}-dev += "${libdir}/cmake"
