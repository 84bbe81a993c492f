/* SPDX-License-Identifier: MIT */
/*
 * msk-srtp - SRTP packets, protected and opened with an MTK by libsrtp2. An
 * MBMS packet names its MTK by an MKI of 6 octets: Key Group, MSK number, MTK
 * ID (TS 33.246 6.6). Payloads and packets are lines of hex, in and out:
 *
 *   msk-srtp protect KEY SALT MKI SEQUENCE   the packets of payloads, whose
 *                                            numbers go up from SEQUENCE
 *   msk-srtp open KEY SALT MKI               the payloads of packets; "-" for
 *                                            one that does not open, or again
 *   msk-srtp mki                             the MKIs of packets
 *   msk-srtp --help | --version
 *
 * KEY, SALT, MKI: hex. Exit status: 0, 1 usage, or a line that is none.
 */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../hosts/input.h"
#include "msk/mikey.h"

#define RTP_HEADER 12
#define TAG_LEN 10 /* HMAC-SHA-1-80 */
#define MKI_LEN 6
#define PACKET_MAX 1500
#define SSRC 0x4D534B31u

/* A packet, or its payload: libsrtp2 wants it aligned, with room behind it. */
struct packet {
    uint32_t aligned[(PACKET_MAX + SRTP_MAX_TRAILER_LEN + MKI_LEN) / 4 + 1];
    size_t n;
};

struct session {
    srtp_t srtp;
    uint64_t sequence;
    uint8_t key[MSK_KEY_MAX + MSK_SALT_MAX], mki[MKI_LEN];
};

static bool
make_session(struct session *s, char **hex)
{
    srtp_master_key_t master = { s->key, s->mki, MKI_LEN };
    srtp_master_key_t *keys[1] = { &master };
    srtp_policy_t policy;
    size_t key, salt, mki;

    if (!input_hex(hex[0], s->key, 16, &key) || key != 16 ||
        !input_hex(hex[1], s->key + 16, 14, &salt) || salt != 14 ||
        !input_hex(hex[2], s->mki, MKI_LEN, &mki) || mki != MKI_LEN)
        return false;
    memset(&policy, 0, sizeof policy);
    srtp_crypto_policy_set_rtp_default(&policy.rtp);
    srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    policy.ssrc.type = ssrc_specific;
    policy.ssrc.value = SSRC;
    policy.keys = keys;
    policy.num_master_keys = 1;
    return srtp_create(&s->srtp, &policy) == srtp_err_status_ok;
}

static void
end_session(struct session *s)
{
    (void)srtp_dealloc(s->srtp);
    msk_wipe(s, sizeof *s);
}

static void
print_hex(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%02x", p[i]);
    printf("\n");
}

/* --- one line ------------------------------------------------------------- */

/* Takes a packet that was read, and prints what comes of it. False: it is none. */
typedef bool line_fn(struct session *s, struct packet *packet);

static bool
protect(struct session *s, struct packet *packet)
{
    uint8_t *p = (uint8_t *)packet->aligned;
    int len = (int)(RTP_HEADER + packet->n);

    if (packet->n > PACKET_MAX - RTP_HEADER || s->sequence > 0xFFFF)
        return false;
    memmove(p + RTP_HEADER, p, packet->n);
    memset(p, 0, RTP_HEADER);
    p[0] = 0x80; /* RTP version 2 */
    p[1] = 96;
    p[2] = (uint8_t)(s->sequence >> 8);
    p[3] = (uint8_t)s->sequence++;
    for (int i = 0; i < 4; i++)
        p[8 + i] = (uint8_t)(SSRC >> (24 - 8 * i));
    if (srtp_protect_mki(s->srtp, p, &len, 1, 0) != srtp_err_status_ok)
        return false;
    print_hex(p, (size_t)len);
    return true;
}

static bool
unprotect(struct session *s, struct packet *packet)
{
    uint8_t *p = (uint8_t *)packet->aligned;
    int len = (int)packet->n;

    if (len > RTP_HEADER &&
        srtp_unprotect_mki(s->srtp, p, &len, 1) == srtp_err_status_ok)
        print_hex(p + RTP_HEADER, (size_t)(len - RTP_HEADER));
    else
        printf("-\n");
    return true;
}

/* The MKI stands in front of the tag. */
static bool
mki(struct session *s, struct packet *packet)
{
    uint8_t *p = (uint8_t *)packet->aligned;

    (void)s;
    if (packet->n < RTP_HEADER + MKI_LEN + TAG_LEN)
        return false;
    print_hex(p + packet->n - TAG_LEN - MKI_LEN, MKI_LEN);
    return true;
}

/* --- all of them ---------------------------------------------------------- */

static bool
run(struct session *s, line_fn *each)
{
    static struct packet packet;
    char *line = NULL;
    size_t cap = 0;
    bool fine = true;

    while (fine && getline(&line, &cap, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        fine =
            input_hex(line, (uint8_t *)packet.aligned, PACKET_MAX, &packet.n) &&
            each(s, &packet);
    }
    free(line);
    return fine;
}

static bool
run_session(char **arguments, line_fn *each, uint64_t sequence)
{
    struct session s;
    bool fine;

    if (!make_session(&s, arguments))
        return false;
    s.sequence = sequence;
    fine = run(&s, each);
    end_session(&s);
    return fine;
}

static int
usage(FILE *to, int status)
{
    (void)fprintf(to, "usage: msk-srtp protect KEY SALT MKI SEQUENCE |"
                      " open KEY SALT MKI | mki; lines of hex on stdin\n");
    return status;
}

static bool
run_words(int argc, char **argv)
{
    uint64_t sequence = 0;

    if (argc == 6 && strcmp(argv[1], "protect") == 0)
        return input_number(argv[5], 0xFFFF, &sequence) &&
               run_session(argv + 2, protect, sequence);
    if (argc == 5 && strcmp(argv[1], "open") == 0)
        return run_session(argv + 2, unprotect, 0);
    return argc == 2 && strcmp(argv[1], "mki") == 0 && run(NULL, mki);
}

int
main(int argc, char **argv)
{
    bool fine;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage(stdout, 0);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("msk-srtp %s\n", msk_version()) < 0;
    if (srtp_init() != srtp_err_status_ok)
        return 2;
    fine = run_words(argc, argv);
    (void)srtp_shutdown();
    return fine ? 0 : usage(stderr, 1);
}
