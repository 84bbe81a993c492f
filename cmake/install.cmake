# SPDX-License-Identifier: MIT
# Installs what `meson install` does; tests/gates/ways compares the two.
include(CMakePackageConfigHelpers)

set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libmsk)
set(LIBDIR ${CMAKE_INSTALL_LIBDIR})
set(INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
set(VERSION ${PROJECT_VERSION})
set(SERIES ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
string(REPLACE ";" " " LIBRARIES "${MSK_PROVIDER_NAMES}")
list(TRANSFORM MSK_PROVIDER_NAMES PREPEND -l OUTPUT_VARIABLE PRIVATE)
string(REPLACE ";" " " PRIVATE "${PRIVATE}")
# The .pc file finds the tree from where it is.
file(RELATIVE_PATH TOP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)

install(TARGETS msk_static msk_shared
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
file(GLOB headers include/msk/*.h)
foreach(name ${MSK_ABSENT_HEADERS})
  list(REMOVE_ITEM headers ${PROJECT_SOURCE_DIR}/include/msk/${name})
endforeach()
install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/msk)

configure_package_config_file(lib/libmskConfig.cmake.in libmskConfig.cmake
  INSTALL_DESTINATION ${cmake_dir}
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
configure_file(lib/libmskConfigVersion.cmake.in libmskConfigVersion.cmake @ONLY)
configure_file(cmake/libmsk.pc.in libmsk.pc @ONLY)
install(FILES
  ${PROJECT_BINARY_DIR}/libmskConfig.cmake
  ${PROJECT_BINARY_DIR}/libmskConfigVersion.cmake
  DESTINATION ${cmake_dir})
install(FILES ${PROJECT_BINARY_DIR}/libmsk.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
