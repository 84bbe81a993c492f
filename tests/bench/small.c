/* SPDX-License-Identifier: MIT */
/* A smaller message, which others can read as well: HDR T RAND SP KEMAC without
 * encryption and MAC, as RTSP servers send it. It has the 123 octets that live555
 * makes, which reads little else. */
#include <stdlib.h>

#include "bench.h"
#include "msk/mikey.h"

static void
add(struct msk_mikey_builder *b, uint8_t type, uint8_t kind, uint8_t detail,
    const uint8_t *p, size_t n)
{
    struct msk_payload payload = {
        .type = type, .kind = kind, .detail = detail, .data = { p, n }
    };

    msk_mikey_build_add(b, &payload);
}

struct msk_bytes
bench_small(void)
{
    static const uint8_t zeros[16];
    static const uint8_t sp[] = { 0,  1, 1, 1, 1, 16, 2, 1,  1, 3, 1,  20, 4, 1,
                                  14, 7, 1, 1, 8, 1,  1, 10, 1, 1, 11, 1,  10 };
    /* TEK and SPI (MKI), 30 octets of key and salt, 4 of SPI. */
    static const uint8_t key[4 + 30 + 1 + 4] = {
        [1] = 0x21, [3] = 30, [4 + 30] = 4
    };
    static uint8_t buf[MSK_MIKEY_MAX];
    struct msk_mikey_header header = { .data_type = MSK_DATA_PSK_INIT,
                                       .csb_id = 1,
                                       .n_cs = 1,
                                       .map = { zeros, 9 } };
    struct msk_mikey_builder b;
    struct msk_bytes message = { buf, 0 };

    msk_mikey_build(&b, buf, sizeof buf, &header);
    add(&b, MSK_PAYLOAD_T, MSK_TS_NTP_UTC, 0, zeros, 8);
    add(&b, MSK_PAYLOAD_RAND, 0, 0, zeros, 16);
    add(&b, MSK_PAYLOAD_SP, 0, 0, sp, sizeof sp);
    add(&b, MSK_PAYLOAD_KEMAC, MSK_ENCR_NULL, MSK_MAC_NULL, key, sizeof key);
    if (msk_mikey_build_end(&b, &message.n) != MSK_OK)
        bench_fail("small message", "cannot be made");
    return message;
}

/* All that GStreamer reads of it: the payloads, and the key in the last one. */
static int
run_read(void *state, size_t i)
{
    const struct msk_bytes *message = state;
    struct msk_mikey_cursor cursor;
    struct msk_mikey_header header;
    struct msk_payload payload = { 0 };
    struct msk_bytes plain = { NULL, 0 };
    struct msk_key_data data;
    int err = msk_mikey_begin(&cursor, *message, MSK_PAYLOADS_MBMS, &header);

    (void)i;
    while (err == MSK_OK) {
        err = msk_mikey_next(&cursor, &payload);
        if (payload.type == MSK_PAYLOAD_KEMAC)
            plain = payload.data;
        if (payload.type == MSK_PAYLOAD_LAST)
            break;
    }
    return err == MSK_OK ? msk_key_data_get(&plain, &data) : err;
}

void
bench_add_small(struct bench *b)
{
    static struct msk_bytes message;

    message = bench_small();
    bench_add(b, "beside", "walk a smaller message", run_read, &message);
}
