# SPDX-License-Identifier: MIT
# A template: say where you take libmsk from, which commit, and its checksum.
vcpkg_from_git(
    OUT_SOURCE_PATH SOURCE_PATH
    URL https://LIBMSK_REPOSITORY
    REF LIBMSK_COMMIT
)

set(xml none)
if("expat" IN_LIST FEATURES)
    set(xml expat)
endif()

vcpkg_configure_meson(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -Dcrypto=mbedtls
        -Dxml=${xml}
        -Dtests=disabled
        -Dexamples=disabled
        -Dman=disabled
        -Dhtml=disabled
)
vcpkg_install_meson()
vcpkg_fixup_pkgconfig()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/libmsk)
file(REMOVE_RECURSE
    "${CURRENT_PACKAGES_DIR}/debug/include"
    "${CURRENT_PACKAGES_DIR}/debug/share"
)
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/COPYING")
