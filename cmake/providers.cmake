# SPDX-License-Identifier: MIT
# What the library is built on, by MSK_CRYPTO and MSK_XML. A target of the
# project around comes before what is installed. Sets
#
#   MSK_PROVIDER_SOURCES, _DEFINITIONS, _LIBRARIES   for the build
#   MSK_PROVIDER_NAMES                               of libraries, for linkers
#   MSK_ABSENT_HEADERS                               of providers not in it
include(CheckSymbolExists)

# msk_first_target(OUT NAME...): the first of these that is a target.
function(msk_first_target out)
  foreach(name ${ARGN})
    if(TARGET ${name} AND NOT found)
      set(found ${name})
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

# msk_find_mbedtls(OUT): a target, or nothing.
function(msk_find_mbedtls out)
  msk_first_target(target
    MbedTLS::mbedcrypto mbedcrypto tfpsacrypto msk_mbedtls)
  if(NOT target)
    find_path(MSK_MBEDTLS_INCLUDE psa/crypto.h)
    find_library(MSK_MBEDTLS_LIBRARY NAMES tfpsacrypto mbedcrypto)
    if(MSK_MBEDTLS_INCLUDE AND MSK_MBEDTLS_LIBRARY)
      set(target msk_mbedtls)
      add_library(msk_mbedtls INTERFACE IMPORTED)
      set_target_properties(msk_mbedtls PROPERTIES
        INTERFACE_LINK_LIBRARIES ${MSK_MBEDTLS_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${MSK_MBEDTLS_INCLUDE})
    endif()
  endif()
  set(${out} "${target}" PARENT_SCOPE)
endfunction()

# msk_find_openssl(OUT): a target, or nothing.
function(msk_find_openssl out)
  if(NOT TARGET OpenSSL::Crypto)
    find_package(OpenSSL 3 QUIET COMPONENTS Crypto)
  endif()
  msk_first_target(target OpenSSL::Crypto)
  set(${out} "${target}" PARENT_SCOPE)
endfunction()

# msk_find_expat(OUT): a target, or nothing. Whether it has the limits is tried
# out; of one that is not built yet the project around may say it, by setting
# these two variables.
function(msk_find_expat out)
  msk_first_target(target expat::expat expat)
  if(NOT target)
    if(NOT TARGET EXPAT::EXPAT)
      find_package(EXPAT QUIET)
    endif()
    msk_first_target(target EXPAT::EXPAT)
    if(target)
      set(CMAKE_REQUIRED_QUIET ON)
      set(CMAKE_REQUIRED_LIBRARIES ${target})
      set(CMAKE_REQUIRED_DEFINITIONS -DXML_DTD)
      check_symbol_exists(XML_SetBillionLaughsAttackProtectionMaximumAmplification
        expat.h MSK_EXPAT_HAS_EXPANSION_LIMIT)
      check_symbol_exists(XML_SetAllocTrackerMaximumAmplification
        expat.h MSK_EXPAT_HAS_HEAP_LIMIT)
    endif()
  endif()
  set(${out} "${target}" PARENT_SCOPE)
endfunction()

set(MSK_PROVIDER_SOURCES)
set(MSK_PROVIDER_DEFINITIONS)
set(MSK_PROVIDER_LIBRARIES)
set(MSK_PROVIDER_NAMES)

# `auto` is mbedTLS, by PSA where it has nothing else, then OpenSSL.
set(crypto ${MSK_CRYPTO})
if(crypto MATCHES "^(auto|mbedtls|psa)$")
  msk_find_mbedtls(crypto_target)
  if(crypto STREQUAL auto AND crypto_target MATCHES tfpsacrypto)
    set(crypto psa)
  elseif(crypto STREQUAL auto AND MSK_MBEDTLS_LIBRARY MATCHES tfpsacrypto)
    set(crypto psa)
  elseif(crypto STREQUAL auto AND crypto_target)
    set(crypto mbedtls)
  endif()
  set(crypto_name mbedcrypto)
  if("${crypto_target} ${MSK_MBEDTLS_LIBRARY}" MATCHES tfpsacrypto)
    set(crypto_name tfpsacrypto)
  endif()
endif()
if(crypto MATCHES "^(auto|openssl)$")
  msk_find_openssl(crypto_target)
  set(crypto openssl)
  set(crypto_name crypto)
endif()
if(NOT crypto MATCHES "^(mbedtls|psa|openssl|none)$")
  message(FATAL_ERROR "libmsk: MSK_CRYPTO is ${MSK_CRYPTO}")
elseif(NOT crypto STREQUAL none)
  if(NOT crypto_target)
    message(FATAL_ERROR
      "libmsk: MSK_CRYPTO=${MSK_CRYPTO}: what it needs is not there")
  endif()
  list(APPEND MSK_PROVIDER_SOURCES port/crypto_${crypto}.c)
  list(APPEND MSK_PROVIDER_LIBRARIES ${crypto_target})
  list(APPEND MSK_PROVIDER_NAMES ${crypto_name})
endif()

set(xml none)
if(NOT MSK_XML MATCHES "^(auto|expat|none)$")
  message(FATAL_ERROR "libmsk: MSK_XML is ${MSK_XML}")
elseif(NOT MSK_XML STREQUAL none)
  msk_find_expat(xml_target)
  if(xml_target)
    set(xml expat)
    list(APPEND MSK_PROVIDER_SOURCES
      port/xml_expat.c port/xml_expat_heap.c)
    list(APPEND MSK_PROVIDER_LIBRARIES ${xml_target})
    list(APPEND MSK_PROVIDER_NAMES expat)
    foreach(limit EXPANSION_LIMIT HEAP_LIMIT)
      if(MSK_EXPAT_HAS_${limit})
        list(APPEND MSK_PROVIDER_DEFINITIONS MSK_EXPAT_HAS_${limit})
      endif()
    endforeach()
  elseif(MSK_XML STREQUAL expat)
    message(FATAL_ERROR "libmsk: MSK_XML=expat: expat is not there")
  endif()
endif()

set(MSK_ABSENT_HEADERS
  crypto_mbedtls.h crypto_openssl.h crypto_psa.h xml_expat.h)
list(REMOVE_ITEM MSK_ABSENT_HEADERS crypto_${crypto}.h xml_${xml}.h)
message(STATUS "libmsk ${PROJECT_VERSION}: crypto ${crypto}, xml ${xml}")
