/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets say what happens to a session (ue_driver.h):
 * calls of the host, datagrams and HTTP answers that are true, stale or
 * spoiled, time, also backwards, failures and late answers of the store.
 * Whatever they say,
 *
 *   - every call returns an error that its contract knows;
 *   - no step is taken that its table does not define;
 *   - no host has to spin, and no hook is called inside a hook;
 *   - when the trouble ends, all comes to rest: each service has its MSKs, or
 *     was left.
 */
#include "target.h"
#include "ue_driver.h"

#define STEPS 400

static struct msk_bytes input;

/* An octet for small ranges, two for others; 0 after the end. */
static uint64_t
next(uint64_t n)
{
    uint64_t value = 0;

    for (uint64_t range = 1; range < n && range <= 65536; range *= 256)
        value = value * 256 + input_octet(&input);
    return value % n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct msk_ue_config c = { .attempts = 2 };
    enum msk_layout layout;

    input = (struct msk_bytes){ data, size };
    driver_below = next;
    layout = next(2) == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    c.registration =
        next(2) == 0 ? MSK_REGISTRATION_NONE : MSK_REGISTRATION_REQUIRED;
    driver_start(layout, &c, next(8) == 0);
    for (int i = 0; i < STEPS && input.n > 0; i++)
        driver_step();
    driver_end_trouble();
    for (int i = 0; i < 4 || !driver_is_quiet(); i++) {
        if (i > 200)
            fail_msg("it does not come to rest");
        driver_be_good();
    }
    driver_end();
    return 0;
}
