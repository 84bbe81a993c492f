/* SPDX-License-Identifier: MIT */
#include "payload_suite.h"

#include <string.h>

/* The octets of payload i, its next payload octet, if it has one, in front. */
static struct msk_bytes
octets_of(size_t i, uint8_t next)
{
    struct msk_bytes body = hex(payload_suite.rows[i].octets);
    uint8_t *whole = room(body.n + 1);

    if (payload_suite.rows[i].type == MSK_PAYLOAD_SIGN)
        return body;
    whole[0] = next;
    memcpy(whole + 1, body.p, body.n);
    return exact(whole, body.n + 1);
}

static void
check_payload(size_t i, const struct msk_payload *p)
{
    check_int(payload_suite.rows[i].what, p->type, payload_suite.rows[i].type);
    check_int(payload_suite.rows[i].what, p->kind, payload_suite.rows[i].kind);
    check_int(payload_suite.rows[i].what, p->detail,
              payload_suite.rows[i].detail);
    check_octets(payload_suite.rows[i].what, p->data,
                 hex(payload_suite.rows[i].data));
    check_octets(payload_suite.rows[i].what, p->tail,
                 hex(payload_suite.rows[i].tail));
}

void
reads_each_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < payload_suite.n_rows; i++) {
        bool is_sign = payload_suite.rows[i].type == MSK_PAYLOAD_SIGN;
        struct msk_bytes in = octets_of(i, 0x7B);
        struct msk_payload p = { .kind = 99, .detail = 99 };
        struct msk_reader r;
        uint8_t next = 99;

        p.tail = in;
        msk_reader_init(&r, in.p, in.n);
        check_int(payload_suite.rows[i].what,
                  payload_suite.get(&r, payload_suite.rows[i].type, &p, &next),
                  MSK_OK);
        check_int(payload_suite.rows[i].what, msk_reader_done(&r), true);
        check_int(payload_suite.rows[i].what, next,
                  is_sign ? MSK_PAYLOAD_LAST : 0x7B);
        check_payload(i, &p);
    }
}

/* Behind a payload others may follow: no more is taken than is its own. */
void
takes_no_octet_of_the_next_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < payload_suite.n_rows; i++) {
        struct msk_bytes own = octets_of(i, 1);
        uint8_t *in = room(own.n + 300);
        struct msk_payload p;
        struct msk_reader r;
        uint8_t next;

        memcpy(in, own.p, own.n);
        memset(in + own.n, 0xff, 300);
        msk_reader_init(&r, in, own.n + 300);
        check_int(payload_suite.rows[i].what,
                  payload_suite.get(&r, payload_suite.rows[i].type, &p, &next),
                  MSK_OK);
        check_int(payload_suite.rows[i].what, (long long)r.at,
                  (long long)own.n);
        check_payload(i, &p);
    }
}

/* What the table says, as it would be given to be written. */
static struct msk_payload
payload_of(size_t i)
{
    struct msk_payload p = { .type = payload_suite.rows[i].type,
                             .kind = payload_suite.rows[i].kind,
                             .detail = payload_suite.rows[i].detail };

    p.data = hex(payload_suite.rows[i].data);
    p.tail = hex(payload_suite.rows[i].tail);
    return p;
}

void
writes_each_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < payload_suite.n_rows; i++) {
        struct msk_bytes want = octets_of(i, MSK_PAYLOAD_LAST);
        struct msk_payload p = payload_of(i);
        uint8_t *out = room(want.n);
        struct msk_writer w;
        size_t len = 0;

        msk_writer_init(&w, out, want.n);
        check_int(payload_suite.rows[i].what, payload_suite.put(&w, &p),
                  MSK_OK);
        check_int(payload_suite.rows[i].what, msk_writer_end(&w, &len), MSK_OK);
        check_octets(payload_suite.rows[i].what,
                     ((struct msk_bytes){ out, len }), want);
    }
}

void
counts_and_writes_nothing_past_any_buffer_that_is_too_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < payload_suite.n_rows; i++) {
        size_t want = octets_of(i, 0).n, len = 0;
        struct msk_payload p = payload_of(i);
        struct msk_writer w;

        for (size_t cap = 0; cap < want; cap++) {
            msk_writer_init(&w, room(cap), cap);
            check_int(payload_suite.rows[i].what, payload_suite.put(&w, &p),
                      MSK_OK);
            check_int(payload_suite.rows[i].what, msk_writer_end(&w, &len),
                      MSK_ERR_SPACE);
            check_int(payload_suite.rows[i].what, (long long)len,
                      (long long)want);
        }
        msk_writer_init(&w, NULL, 0);
        check_int(payload_suite.rows[i].what, payload_suite.put(&w, &p),
                  MSK_OK);
        check_int(payload_suite.rows[i].what, msk_writer_end(&w, &len), MSK_OK);
        check_int(payload_suite.rows[i].what, (long long)len, (long long)want);
    }
}

void
refuses_each_payload_cut_at_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < payload_suite.n_rows; i++) {
        struct msk_bytes whole = octets_of(i, 0);

        for (size_t n = 0; n < whole.n; n++) {
            struct msk_bytes in = exact(whole.p, n);
            struct msk_payload p;
            struct msk_reader r;
            uint8_t next;

            msk_reader_init(&r, in.p, in.n);
            check_int(
                payload_suite.rows[i].what,
                payload_suite.get(&r, payload_suite.rows[i].type, &p, &next),
                MSK_ERR_TRUNCATED);
        }
    }
}

void
refuses_kinds_whose_length_is_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; i < payload_suite.n_unknown; i++) {
        struct msk_bytes before = hex(payload_suite.unknown[i].before);

        for (int kind = payload_suite.unknown[i].first;
             kind <= payload_suite.unknown[i].last; kind++) {
            uint8_t *in = room(before.n + 300);
            struct msk_payload p;
            struct msk_reader r;
            uint8_t next;

            memcpy(in, before.p, before.n);
            in[before.n] = (uint8_t)kind;
            msk_reader_init(&r, in, before.n + 300);
            check_int(
                payload_suite.unknown[i].what,
                payload_suite.get(&r, payload_suite.unknown[i].type, &p, &next),
                MSK_ERR_UNSUPPORTED);
        }
    }
}

void
knows_no_other_payload_type(void **state)
{
    (void)state;
    for (int type = 0; type <= 255; type++) {
        bool known = type < 32 && (payload_suite.types >> type & 1) != 0;
        uint8_t *octets = room(300);
        struct msk_payload p = { .type = 0 };
        struct msk_reader r;
        struct msk_writer w;
        uint8_t next;

        memset(octets, 0, 300);
        msk_reader_init(&r, octets, 300);
        check_int("read", payload_suite.get(&r, (uint8_t)type, &p, &next),
                  known ? MSK_OK : MSK_ERR_PAYLOAD);
        p.type = (uint8_t)type;
        msk_writer_init(&w, octets, 300);
        check_int("written", payload_suite.put(&w, &p),
                  known ? MSK_OK : MSK_ERR_PAYLOAD);
    }
}
