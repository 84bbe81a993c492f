/* SPDX-License-Identifier: MIT */
#include "mikey_twice.h"

#include <string.h>

#include "mbms/chain.h"
#include "target.h"

/* The same octets at the same place. */
static bool
is_same(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || a.p == b.p);
}

static uint32_t
number(struct msk_bytes b)
{
    return (uint32_t)b.p[0] << 24 | (uint32_t)b.p[1] << 16 |
           (uint32_t)b.p[2] << 8 | b.p[3];
}

static void
compare(const struct msk_message *m, const struct msk_payload *p)
{
    switch (p->type) {
    case MSK_PAYLOAD_T:
        REQUIRE(p->kind == MSK_TS_COUNTER && p->data.n == 4);
        REQUIRE(m->counter == number(p->data));
        break;
    case MSK_PAYLOAD_RAND: REQUIRE(is_same(m->rand, p->data)); break;
    case MSK_PAYLOAD_ID:
        REQUIRE(is_same(m->idi, p->data) || is_same(m->idr, p->data));
        break;
    case MSK_PAYLOAD_SP: REQUIRE(m->has_sp && is_same(m->sp, p->data)); break;
    case MSK_PAYLOAD_KEMAC:
    case MSK_PAYLOAD_V:
        REQUIRE(m->protection.type == p->type);
        REQUIRE(m->protection.kind == p->kind);
        REQUIRE(m->protection.detail == p->detail);
        REQUIRE(is_same(m->protection.data, p->data));
        REQUIRE(is_same(m->protection.tail, p->tail));
        REQUIRE(m->protection.offset == p->offset);
        REQUIRE(m->protection.length == p->length);
        break;
    default: REQUIRE(p->type == MSK_PAYLOAD_EXT); break;
    }
}

static bool
has(const struct msk_payload *payloads, size_t n, uint8_t type)
{
    for (size_t i = 0; i < n; i++)
        if (payloads[i].type == type)
            return true;
    return false;
}

void
twice_message(const struct msk_message *m,
              const struct msk_mikey_header *header,
              const struct msk_payload *payloads, size_t n)
{
    REQUIRE(m->csb_id == header->csb_id);
    REQUIRE(m->kind != MSK_MESSAGE_MSK || m->v == header->v);
    for (size_t i = 0; i < n; i++)
        compare(m, &payloads[i]);
    REQUIRE(has(payloads, n, MSK_PAYLOAD_T));
    REQUIRE(m->has_sp == has(payloads, n, MSK_PAYLOAD_SP));
    REQUIRE(m->rand.n == 0 || has(payloads, n, MSK_PAYLOAD_RAND));
}

void
twice_key(struct msk_bytes plain)
{
    struct msk_bytes rest = plain;
    struct msk_key_data any = { 0 }, own = { 0 };
    int err = msk_key_data_get(&rest, &any);

    if (err == MSK_OK && rest.n > 0)
        err = MSK_ERR_MANY;
    REQUIRE(msk_plain_key(plain, &own) == err);
    if (err != MSK_OK)
        return;
    REQUIRE(own.type == any.type && own.kv == any.kv);
    REQUIRE(is_same(own.key, any.key) && is_same(own.salt, any.salt));
    REQUIRE(is_same(own.spi, any.spi));
    REQUIRE(is_same(own.valid_from, any.valid_from));
    REQUIRE(is_same(own.valid_to, any.valid_to));
}
