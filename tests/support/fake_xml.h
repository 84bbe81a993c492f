/* SPDX-License-Identifier: MIT */
/*
 * fake_xml.h - a reader of XML that knows only what msk_body_write
 * writes, on every machine, and that fails when told to. Without cmocka, for
 * the fuzz targets.
 */
#ifndef TESTS_SUPPORT_FAKE_XML_H
#define TESTS_SUPPORT_FAKE_XML_H

#include "msk/xml.h"

struct fake_xml {
    struct msk_xml xml; /* for the library */
    int fails;          /* what every read returns; 0: none fails */
};

void fake_xml_start(struct fake_xml *fake);

#endif
