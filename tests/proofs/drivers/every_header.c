/* SPDX-License-Identifier: MIT */
/* Every header value of LENGTH octets, for Frama-C's Eva: see tests/proofs/eva.
 * Each main is one run. Shorter values are the ends of longer ones: a cursor is
 * looked at from every offset on. */
#include <stdbool.h>
#include <stdint.h>

/* What an octet is: the octet stays unknown, so that octets need not be told
 * apart. main_classes shows that this is all that these do. */
/*@ assigns \result \from c, classes;
    ensures \result == 0 || \result == 1;
    ensures c == 0 ==> \result == 0; */
static bool is_class(uint8_t c, unsigned classes);

/* One unit, so that Eva can look into them all. */
#include "base/octets.c"
#include "http/auth_param.c"
#include "http/digest_param.c"
#include "http/http_message.c"

#include <__fc_builtin.h>

static uint8_t octets[LENGTH + 1];

/* Any n octets; after them is nothing that may be read. */
static struct msk_bytes
any(size_t n)
{
    struct msk_bytes text = { octets + (LENGTH + 1 - n), n };

    for (size_t i = 0; i <= LENGTH; i++)
        octets[i] = (uint8_t)Frama_C_interval(0, 255);
    return text;
}

void main_next(void);
void main_skip(void);
void main_value(void);
void main_word(void);
void main_fits(void);
void main_lists(void);
void main_classes(void);

/* One step of a cursor, from any state that it can have: at each offset. */
void
main_next(void)
{
    for (size_t at = 0; at <= LENGTH; at++) {
        struct msk_auth_cursor c;
        struct msk_bytes name = { NULL, 0 };
        struct msk_auth_value value = { { NULL, 0 }, false, false };

        struct msk_http_header header = { msk_text("x"), any(LENGTH) };

        msk_auth_begin(&c, header.value);
        c.headers = &header; /* perhaps another line comes */
        c.n = (size_t)Frama_C_interval(0, 1);
        c.name = "x";
        c.r.at = at;
        c.apart = Frama_C_interval(0, 1);
        c.closed = Frama_C_interval(0, 1);
        (void)msk_auth_next(&c, &name, &value);
    }
}

/* What is skipped, likewise. */
void
main_skip(void)
{
    for (size_t at = 0; at <= LENGTH; at++) {
        struct msk_auth_cursor c;

        msk_auth_begin(&c, any(LENGTH));
        c.r.at = at;
        msk_auth_skip(&c);
    }
}

/* A value that was cut out: n of any octets, in quotes or not. */
static struct msk_auth_value
any_value(size_t n)
{
    struct msk_auth_value value = { any(n), Frama_C_interval(0, 1),
                                    Frama_C_interval(0, 1) };

    return value;
}

/* What is done with such a value; each as long as it may be. */
void
main_value(void)
{
    uint8_t out[LENGTH + 1];
    size_t len;

    for (size_t n = 0; n <= LENGTH; n++)
        for (size_t m = 0; m <= LENGTH; m++) {
            struct msk_auth_value value = any_value(n);
            struct msk_bytes other = { out + (LENGTH + 1 - m), m };

            (void)msk_auth_copy(&value, out + (LENGTH + 1 - m), m, &len);
            for (size_t i = 0; i <= LENGTH; i++)
                out[i] = (uint8_t)Frama_C_interval(0, 255);
            (void)msk_auth_equal(&value, other);
        }
}

/* Which values may be read at all; as long as they may be. */
void
main_fits(void)
{
    for (size_t n = 0; n <= LENGTH; n++)
        (void)msk_header_fits(any(n));
}

/* Words that a value is compared with. */
void
main_word(void)
{
    for (size_t n = 0; n <= LENGTH; n++) {
        struct msk_auth_value value = any_value(n);

        (void)msk_auth_is(&value, "a");
        (void)msk_auth_is(&value, "SHA-256");
    }
}

/* Lists; in eva a word has at most 2 octets, so that some are longer. */
void
main_lists(void)
{
    for (size_t n = 0; n <= LENGTH; n++) {
        struct msk_auth_value value = any_value(n);

        (void)msk_auth_lists(&value, "a");
    }
}

/* The functions that are taken on trust above, for all that they can be asked. */
void
main_classes(void)
{
    for (unsigned c = 0; c <= 255; c++)
        for (unsigned classes = 1; classes <= 31; classes++) {
            bool is = is_class((uint8_t)c, classes);

            //@ assert c == 0 ==> !is;
            (void)is;
        }
}
