/* SPDX-License-Identifier: MIT */
/* GStreamer's MIKEY parser, on a message that it can take: some payloads of RFC
 * 3830 keep it for ever, so the program has a time limit. */
#include <gst/gst.h>
#include <gst/sdp/gstmikey.h>
#include <unistd.h>

#include "bench.h"

#define SECONDS 240

static int
run_parse(void *state, size_t i)
{
    GstMIKEYMessage *message =
        gst_mikey_message_new_from_bytes(state, NULL, NULL);

    (void)i;
    if (message == NULL || gst_mikey_message_get_n_payloads(message) != 4)
        return 1;
    gst_mikey_message_unref(message);
    return 0;
}

void
bench_add_gst(struct bench *b)
{
    struct msk_bytes small = bench_small();

    (void)alarm(SECONDS);
    gst_init(NULL, NULL);
    bench_add(b, "other", "GStreamer parses it", run_parse,
              g_bytes_new(small.p, small.n));
}
