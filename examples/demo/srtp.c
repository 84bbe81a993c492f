/* SPDX-License-Identifier: MIT */
/*
 * msk-srtp - one SRTP packet, protected or opened with an MTK by libsrtp2. An
 * MBMS packet names its MTK by an MKI of 6 octets: Key Group, MSK number, MTK
 * ID (TS 33.246 6.6).
 *
 *   msk-srtp protect KEY SALT MKI SEQUENCE TEXT     prints the packet in hex
 *   msk-srtp open KEY SALT MKI PACKET               prints the text
 *   msk-srtp mki PACKET                             prints the MKI of a packet
 *   msk-srtp --help | --version
 *
 * KEY, SALT, MKI, PACKET: hex. Exit status: 0, 1 usage, 3 it does not open.
 */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/input.h"
#include "msk/mikey.h"

#define RTP_HEADER 12
#define TAG_LEN 10 /* HMAC-SHA-1-80 */
#define MKI_LEN 6
#define PACKET_MAX 1500
#define SSRC 0x4D534B31u

struct session {
    srtp_t srtp;
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

/* Returns the status, so that a return can both end the session and say it. */
static int
end_session(struct session *s, srtp_err_status_t status)
{
    (void)srtp_dealloc(s->srtp);
    msk_wipe(s, sizeof *s);
    return status == srtp_err_status_ok ? 0 : 3;
}

static void
print_hex(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%02x", p[i]);
    printf("\n");
}

static int
protect(char **arguments)
{
    uint32_t aligned[(PACKET_MAX + SRTP_MAX_TRAILER_LEN + MKI_LEN) / 4 + 1];
    uint8_t *packet = (uint8_t *)aligned;
    struct session s;
    uint64_t sequence;
    size_t n = strlen(arguments[4]);
    int len = (int)(RTP_HEADER + n), status;

    if (n > PACKET_MAX - RTP_HEADER ||
        !input_number(arguments[3], 0xFFFF, &sequence) ||
        !make_session(&s, arguments))
        return 1;
    memset(packet, 0, RTP_HEADER);
    packet[0] = 0x80; /* RTP version 2 */
    packet[1] = 96;
    packet[2] = (uint8_t)(sequence >> 8);
    packet[3] = (uint8_t)sequence;
    for (int i = 0; i < 4; i++)
        packet[8 + i] = (uint8_t)(SSRC >> (24 - 8 * i));
    memcpy(packet + RTP_HEADER, arguments[4], n);
    status = end_session(&s, srtp_protect_mki(s.srtp, packet, &len, 1, 0));
    if (status == 0)
        print_hex(packet, (size_t)len);
    return status;
}

static int
unprotect(char **arguments)
{
    uint32_t aligned[PACKET_MAX / 4];
    uint8_t *packet = (uint8_t *)aligned;
    struct session s;
    size_t n;
    int len, status;

    if (!input_hex(arguments[3], packet, sizeof aligned, &n) ||
        n <= RTP_HEADER || !make_session(&s, arguments))
        return 1;
    len = (int)n;
    status = end_session(&s, srtp_unprotect_mki(s.srtp, packet, &len, 1));
    if (status != 0)
        return status;
    for (int i = RTP_HEADER; i < len; i++)
        (void)putchar(packet[i] >= 0x20 && packet[i] < 0x7F ? packet[i] : '.');
    printf("\n");
    return 0;
}

/* The MKI stands in front of the tag. */
static int
mki(const char *hex)
{
    uint8_t packet[PACKET_MAX];
    size_t n;

    if (!input_hex(hex, packet, sizeof packet, &n) ||
        n < RTP_HEADER + MKI_LEN + TAG_LEN)
        return 1;
    print_hex(packet + n - TAG_LEN - MKI_LEN, MKI_LEN);
    return 0;
}

static int
usage(FILE *to, int status)
{
    (void)fprintf(to, "usage: msk-srtp protect KEY SALT MKI SEQ TEXT |"
                      " open KEY SALT MKI PACKET | mki PACKET\n");
    return status;
}

int
main(int argc, char **argv)
{
    int status = 1;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage(stdout, 0);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("msk-srtp %s\n", msk_version()) < 0;
    if (srtp_init() != srtp_err_status_ok)
        return 2;
    if (argc == 7 && strcmp(argv[1], "protect") == 0)
        status = protect(argv + 2);
    else if (argc == 6 && strcmp(argv[1], "open") == 0)
        status = unprotect(argv + 2);
    else if (argc == 3 && strcmp(argv[1], "mki") == 0)
        status = mki(argv[2]);
    (void)srtp_shutdown();
    return status == 1 ? usage(stderr, 1) : status;
}
