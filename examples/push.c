/* SPDX-License-Identifier: MIT */
/*
 * push.c - one MSK push from end to end. A BM-SC and a UE, each with its own
 * UDP socket on 127.0.0.1, share a MUK and nothing else. The BM-SC pushes an
 * MSK, the UE stores and acknowledges it, the BM-SC verifies that. Then three
 * messages that a UE must refuse without a word: a wrong key, a flipped bit,
 * a replay. Once in each layout.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/time.h>

#include "host.h"
#include "msk/mbms.h"
#include "msk/mgvf.h"
#include "msk/store_ram.h"
#include "provider.h"

static const char fqdn[] = "bmsc.example.org";
static const char btid[] = "dGhlLVJBTkQ@bsf.example.org";
static const struct msk_key_id key_group = { { 0x21, 0x63, 0x54 }, 0x68CA, 0 };

struct verdict {
    unsigned checks, failed;
};

struct bmsc {
    enum msk_layout layout;
    int fd;
    struct sockaddr_in ue;
    uint8_t muk[32], msk[16], rand[16];
    uint32_t csb_id, counter; /* of the message in sent */
    uint8_t sent[MSK_MIKEY_MAX];
    size_t len;
};

struct ue {
    enum msk_layout layout;
    int fd;
    struct msk_mgvf *mgvf;
    struct msk_store store;
    struct msk_ram ram;
    struct msk_ram_record records[MSK_MGVF_RECORDS(1, 1)];
    uint8_t mem[MSK_MGVF_SIZE];
    uint8_t got[MSK_MIKEY_MAX];
    uint8_t key[MSK_KEY_MAX]; /* the MSK that was stored last */
    size_t key_len;
};

static void
check(struct verdict *verdict, bool good, const char *what)
{
    verdict->checks++;
    if (good)
        return;
    verdict->failed++;
    printf("    FAILED: %s\n", what);
}

/* One rung of the ladder. The name and the counter are what the message
 * claims; whether that is so is checked at the end. */
static void
rung(const char *left, const struct msk_key_id *id, uint32_t counter,
     const char *right, const char *what)
{
    printf("UE  %s  %02x %02x %02x / %04x / %04x  counter %" PRIu32
           " %s  BM-SC   %s\n",
           left, id->domain[0], id->domain[1], id->domain[2], id->group,
           id->number, counter, right, what);
}

/* --- the BM-SC ----------------------------------------------------------- */

/* Makes an MSK message with a fresh MSK and a fresh RAND. */
static int
bmsc_make(struct bmsc *b, const uint8_t muk[32], uint16_t number,
          uint32_t counter)
{
    struct msk_msk_message m = { .size = sizeof m };

    if (host_fill(NULL, b->msk, sizeof b->msk) != 0 ||
        host_fill(NULL, b->rand, sizeof b->rand) != 0)
        return MSK_ERR_RANDOM;
    b->counter = counter;
    m.layout = b->layout;
    m.content = MSK_CONTENT_MSK;
    m.id = key_group;
    m.id.number = number;
    m.fqdn = msk_text(fqdn);
    m.btid = msk_text(btid);
    m.rand = host_bytes(b->rand, sizeof b->rand);
    m.csb_id = b->csb_id;
    m.counter = counter;
    m.v = true;
    m.key = host_bytes(b->msk, sizeof b->msk);
    m.seq_high = 0xFFFE;
    return msk_msk_message_make(host_crypto(), host_bytes(muk, 32), &m, b->sent,
                                sizeof b->sent, &b->len);
}

/* Turns one bit of the encrypted MSK over; once more puts it right. */
static void
bmsc_flip(struct bmsc *b)
{
    struct msk_message m;

    if (msk_message_read(b->layout, host_bytes(b->sent, b->len), &m, NULL) ==
        MSK_OK)
        b->sent[m.protection.data.p - b->sent] ^= 0x10;
}

static int
bmsc_send(const struct bmsc *b)
{
    ssize_t n = sendto(b->fd, b->sent, b->len, 0,
                       (const struct sockaddr *)&b->ue, sizeof b->ue);

    return n >= 0 && (size_t)n == b->len ? 0 : -1;
}

/* Waits for the acknowledgement of what was sent last, and verifies it. */
static bool
bmsc_acknowledged(const struct bmsc *b, uint16_t number)
{
    uint8_t got[MSK_MIKEY_MAX];
    ssize_t n = recv(b->fd, got, sizeof got, 0);
    struct msk_key_id id = key_group;
    const struct msk_expected sent = {
        .size = sizeof sent,
        .layout = b->layout,
        .muk = host_bytes(b->muk, sizeof b->muk),
        .rand = host_bytes(b->rand, sizeof b->rand),
        .csb_id = b->csb_id,
        .domain = { key_group.domain[0], key_group.domain[1],
                    key_group.domain[2] },
        .fqdn = msk_text(fqdn),
        .btid = msk_text(btid),
    };
    struct msk_message ack;
    int err;

    if (n < 0)
        return false;
    id.number = number;
    err = msk_message_read(b->layout, host_bytes(got, (size_t)n), &ack, NULL);
    if (err == MSK_OK)
        err = msk_verification_check(host_crypto(), &sent, &ack);
    if (err == MSK_OK && ack.counter != b->counter)
        err = MSK_ERR_NOT_MINE; /* authentic, but of another message */
    rung("=== ACK", &id, b->counter, "==>",
         err == MSK_OK ? "verified" : msk_err_text(err));
    return err == MSK_OK;
}

/* Loopback delivers before sendto returns: what is not there yet was never
 * sent. */
static bool
bmsc_hears_nothing(const struct bmsc *b)
{
    uint8_t octet;

    return recv(b->fd, &octet, 1, MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* --- the UE -------------------------------------------------------------- */

static void
ue_tell(const struct ue *ue, struct msk_bytes message, int err,
        enum msk_outcome outcome)
{
    struct msk_message m;
    char what[64] = "stored";

    if (err != MSK_OK)
        (void)snprintf(what, sizeof what, "refused: %s", msk_err_text(err));
    else if (outcome != MSK_OUTCOME_STORED)
        (void)snprintf(what, sizeof what, "not stored");
    if (msk_message_read(ue->layout, message, &m, NULL) == MSK_OK)
        rung("<== MSK", &m.id, m.counter, "== ", what);
}

/* Takes one datagram and answers it if the MGV-F says so. Returns what the
 * MGV-F returned; MSK_ERR_MISSING when none came in time. */
static int
ue_turn(struct ue *ue)
{
    struct sockaddr_in from;
    struct msk_mgvf_result result = { .size = sizeof result };
    struct msk_mgvf_input input = { .size = sizeof input };
    int err;

    input.message = host_receive(ue->fd, ue->got, sizeof ue->got, &from);
    if (input.message.n == 0)
        return MSK_ERR_MISSING;
    input.layout = ue->layout;
    input.fqdn = msk_text(fqdn);
    err = msk_mgvf_process(ue->mgvf, &input, &result);
    ue_tell(ue, input.message, err, result.outcome);
    if (err != MSK_OK)
        return err; /* and not a word to the sender */
    if (result.outcome == MSK_OUTCOME_STORED &&
        result.key.n <= sizeof ue->key) {
        memcpy(ue->key, result.key.p, result.key.n);
        ue->key_len = result.key.n;
    }
    if (result.acknowledgement.n > 0)
        host_send(ue->fd, host_bytes(&from, sizeof from),
                  result.acknowledgement);
    return MSK_OK;
}

/* --- what must hold ------------------------------------------------------ */

static void
must_be_stored(struct verdict *verdict, struct bmsc *b, struct ue *ue,
               uint16_t number)
{
    check(verdict, bmsc_send(b) == 0, "the push leaves");
    check(verdict, ue_turn(ue) == MSK_OK, "the UE accepts the MSK");
    check(verdict,
          ue->key_len == sizeof b->msk &&
              memcmp(ue->key, b->msk, sizeof b->msk) == 0,
          "both ends hold the same MSK");
    check(verdict, bmsc_acknowledged(b, number), "the push is acknowledged");
}

static void
must_be_refused(struct verdict *verdict, struct bmsc *b, struct ue *ue, int why,
                const char *what)
{
    printf("    %s, to be refused without a word:\n", what);
    check(verdict, bmsc_send(b) == 0, "the message leaves");
    check(verdict, ue_turn(ue) == why, what);
    check(verdict, bmsc_hears_nothing(b), "nothing is answered");
}

static void
run(struct verdict *verdict, struct bmsc *b, struct ue *ue)
{
    const struct msk_group_id group = msk_key_id_group(&key_group);
    struct msk_held held = { .size = sizeof held };
    uint8_t stranger[32];

    check(verdict, bmsc_make(b, b->muk, 1, 1) == MSK_OK, "push 1 is made");
    must_be_stored(verdict, b, ue, 1);

    check(verdict,
          host_fill(NULL, stranger, sizeof stranger) == 0 &&
              bmsc_make(b, stranger, 2, 2) == MSK_OK,
          "a push under another MUK is made");
    must_be_refused(verdict, b, ue, MSK_ERR_MAC, "a MUK that is not the UE's");
    msk_wipe(stranger, sizeof stranger);

    check(verdict, bmsc_make(b, b->muk, 2, 2) == MSK_OK, "push 2 is made");
    bmsc_flip(b);
    must_be_refused(verdict, b, ue, MSK_ERR_MAC, "a flipped bit");

    /* Counter 2 was refused twice and is still good: no refused message
     * changed anything. */
    bmsc_flip(b);
    printf("    the same without the flip, for nothing was changed:\n");
    must_be_stored(verdict, b, ue, 2);
    must_be_refused(verdict, b, ue, MSK_ERR_REPLAY, "a replay");

    check(verdict,
          msk_mgvf_held(ue->mgvf, &group, &held) == MSK_OK && held.n == 2 &&
              held.msk[0].number == 2 && held.msk[1].number == 1,
          "the UE holds both MSKs, the newer first");
}

/* --- setting up ---------------------------------------------------------- */

static int
open_socket(struct sockaddr_in *at)
{
    struct timeval patience = { .tv_sec = 2 };
    socklen_t len = sizeof *at;
    int fd = host_udp(INADDR_LOOPBACK, 0);

    if (fd >= 0 &&
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ==
            0 &&
        getsockname(fd, (struct sockaddr *)at, &len) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static int
ue_init(struct ue *ue, const uint8_t key[32])
{
    const struct msk_group_id group = msk_key_id_group(&key_group);
    struct msk_mgvf_config config = { .size = sizeof config };
    struct msk_muk muk = { .size = sizeof muk };
    int err;

    config.crypto = host_crypto();
    config.store = &ue->store;
    muk.fqdn = msk_text(fqdn);
    muk.btid = msk_text(btid);
    muk.key = host_bytes(key, 32);
    err = msk_store_ram_init(&ue->store, &ue->ram, ue->records,
                             sizeof ue->records / sizeof ue->records[0]);
    if (err == MSK_OK)
        err = msk_mgvf_init(&ue->mgvf, ue->mem, sizeof ue->mem, &config);
    if (err == MSK_OK)
        err = msk_mgvf_set_muk(ue->mgvf, &muk);
    if (err == MSK_OK)
        err =
            msk_mgvf_allow(ue->mgvf, msk_text(fqdn), &group, MSK_REQUIRE_BOTH);
    if (err != MSK_OK)
        printf("    FAILED: the UE cannot start: %s\n", msk_err_text(err));
    return err;
}

/* The CSB ID is the Key Group in the one layout, and of the BM-SC's own
 * choice in the other. */
static int
bmsc_init(struct bmsc *b)
{
    uint8_t random[4];

    if (host_fill(NULL, b->muk, sizeof b->muk) != 0 ||
        host_fill(NULL, random, sizeof random) != 0)
        return MSK_ERR_RANDOM;
    memcpy(&b->csb_id, random, sizeof b->csb_id);
    if (b->layout == MSK_LAYOUT_CSB)
        b->csb_id = key_group.group;
    return MSK_OK;
}

static void
run_layout(struct verdict *verdict, enum msk_layout layout, const char *name)
{
    static struct bmsc b;
    static struct ue ue;
    struct sockaddr_in bmsc_at;

    memset(&b, 0, sizeof b);
    memset(&ue, 0, sizeof ue);
    b.layout = ue.layout = layout;
    b.fd = open_socket(&bmsc_at);
    ue.fd = open_socket(&b.ue);
    printf("%s\n", name);
    if (b.fd < 0 || ue.fd < 0 || bmsc_init(&b) != MSK_OK ||
        ue_init(&ue, b.muk) != MSK_OK)
        check(verdict, false, "both ends start");
    else
        run(verdict, &b, &ue);
    if (b.fd >= 0)
        (void)close(b.fd);
    if (ue.fd >= 0)
        (void)close(ue.fd);
    msk_wipe(&b, sizeof b);
    msk_wipe(&ue, sizeof ue); /* with the memory of MGV-F and store */
}

int
main(void)
{
    struct verdict verdict = { 0 };

    run_layout(&verdict, MSK_LAYOUT_CSB,
               "CSB: Key Group ID in the CSB ID, Network ID in IDi");
    run_layout(&verdict, MSK_LAYOUT_KEYID,
               "KEYID: Key Domain ID and MSK ID in the extension payload");
    if (verdict.failed > 0)
        printf("FAIL %u of %u checks\n", verdict.failed, verdict.checks);
    else
        printf("PASS %u checks\n", verdict.checks);
    return verdict.failed > 0;
}
