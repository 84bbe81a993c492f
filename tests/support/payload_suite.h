/* SPDX-License-Identifier: MIT */
/* payload_suite.h - what holds for each payload, those of MBMS and the
 * others alike: tables of them, and the tests that run over a table. */
#ifndef TESTS_SUPPORT_PAYLOAD_SUITE_H
#define TESTS_SUPPORT_PAYLOAD_SUITE_H

#include "base/bytes.h"
#include "msk/mikey.h"
#include "support.h"

/* A payload as octets, behind the next payload octet (of SIGN: at the start),
 * and as values. */
struct payload_row {
    const char *what;
    uint8_t type;
    const char *octets;
    uint8_t kind, detail;
    const char *data, *tail;
};

/* An octet that tells a length, from first to last not known. */
struct payload_unknown {
    const char *what;
    uint8_t type;
    const char *before; /* the octets in front of it */
    int first, last;
};

/* What one file of payloads does, and what is known of it. */
struct payload_suite {
    int (*get)(struct msk_reader *r, uint8_t type, struct msk_payload *payload,
               uint8_t *next);
    int (*put)(struct msk_writer *w, const struct msk_payload *payload);
    uint32_t types; /* those of the file, 1 << type */
    const struct payload_row *rows;
    size_t n_rows;
    const struct payload_unknown *unknown;
    size_t n_unknown;
};

/* Defined by the test that uses this. */
extern const struct payload_suite payload_suite;

void reads_each_payload(void **state);
void takes_no_octet_of_the_next_payload(void **state);
void writes_each_payload(void **state);
void counts_and_writes_nothing_past_any_buffer_that_is_too_short(void **state);
void refuses_each_payload_cut_at_every_length(void **state);
void refuses_kinds_whose_length_is_unknown(void **state);
void knows_no_other_payload_type(void **state);

#endif
