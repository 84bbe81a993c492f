# SPDX-License-Identifier: MIT
"""A template for Conan 2: say in conandata.yml where you take libmsk from."""
import os

from conan import ConanFile
from conan.tools.files import copy, get, rmdir
from conan.tools.gnu import PkgConfigDeps
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain

required_conan_version = ">=2.0"


class LibmskConan(ConanFile):
    """libmsk with providers on mbedTLS and, if wanted, expat."""

    name = "libmsk"
    version = "0.1.0"
    description = "Keys of MBMS services, between BM-SC and UE (3GPP TS 33.246)"
    license = "MIT"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "with_expat": [True, False]}
    default_options = {"shared": False, "fPIC": True, "with_expat": True}
    implements = ["auto_shared_fpic"]
    languages = "C"

    def layout(self):
        basic_layout(self, src_folder="src")

    def requirements(self):
        self.requires("mbedtls/[>=2.28 <4]")
        if self.options.with_expat:
            self.requires("expat/[>=2.4 <3]")

    def build_requirements(self):
        self.tool_requires("meson/[>=1.0.1 <2]")
        self.tool_requires("pkgconf/[>=1.9 <3]")

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def generate(self):
        toolchain = MesonToolchain(self)
        toolchain.project_options.update({
            "crypto": "mbedtls", "xml": "expat" if self.options.with_expat else "none",
            "tests": "disabled", "examples": "disabled", "man": "disabled", "html": "disabled"})
        toolchain.generate()
        PkgConfigDeps(self).generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        copy(self, "COPYING", self.source_folder, os.path.join(self.package_folder, "licenses"))
        Meson(self).install()
        for folder in ("lib/pkgconfig", "lib/cmake", "share"):
            rmdir(self, os.path.join(self.package_folder, folder))

    def package_info(self):
        self.cpp_info.libs = ["msk"]
        self.cpp_info.set_property("pkg_config_name", "libmsk")
        self.cpp_info.set_property("cmake_file_name", "libmsk")
        self.cpp_info.set_property("cmake_target_name", "libmsk::libmsk")
