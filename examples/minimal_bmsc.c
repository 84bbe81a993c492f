/* SPDX-License-Identifier: MIT */
/*
 * minimal_bmsc.c - the smallest whole BM-SC: one subscriber, one Key Group,
 * one UDP socket, libmicrohttpd, one loop. Its records are in memory, so they
 * end with it; a real one commits them where "commit" stands.
 *
 *   minimal_bmsc FQDN HTTP-PORT KEYFILE [UE-PORT]
 *
 * KEYFILE (host.h): MUK, MRK and B-TID of the subscriber. They register for a
 * service, of whatever name, and become a member of the Key Group.
 */
#include <stdlib.h>

#include "host_web.h"
#include "msk/bmsc.h"
#include "msk/xml_expat.h"
#include "provider.h"

static struct {
    struct msk_bmsc *bmsc;
    struct msk_subscriber subscriber;
    struct msk_key_group group;
    struct msk_outbox *outbox;
    struct msk_xml xml;
    int udp;
    uint16_t ue_port; /* where UEs listen */
    bool answers;     /* an answer is on its way */
    uint8_t bmsc_memory[MSK_BMSC_SIZE], outbox_memory[MSK_OUTBOX_SIZE];
} b;

static const struct msk_key_group_config group_config = {
    .size = sizeof group_config,
    .id = { { 0x21, 0x63, 0x54 }, 0x18CF, 1 },
};

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    const struct msk_group_id own = msk_key_id_group(&group_config.id);

    (void)user;
    return msk_group_id_equal(group, &own) ? &b.group : NULL;
}

static enum msk_permission
authorise(void *user, const struct msk_subscriber *s,
          const struct msk_group_id *group)
{
    (void)s;
    return find_group(user, group) != NULL ? MSK_PERMISSION_GRANTED
                                           : MSK_PERMISSION_REFUSED;
}

/* The Key Groups that a service needs. */
static size_t
service_groups(void *user, struct msk_bytes service, struct msk_group_id *ids,
               size_t cap)
{
    (void)user;
    (void)service;
    (void)cap; /* is never 0 */
    ids[0] = msk_key_id_group(&group_config.id);
    return 1;
}

/* Does what the outbox wants done, up to an HTTP answer, which is returned. A
 * real one has committed b.subscriber before. */
static const struct msk_http_response *
send_outbox(void)
{
    struct msk_bmsc_effect e = { .size = sizeof e };

    while (msk_outbox_next(b.outbox, &e)) {
        if (e.kind == MSK_BMSC_EFFECT_SEND_HTTP)
            return e.response;
        if (e.kind == MSK_BMSC_EFFECT_SEND_MIKEY)
            host_send(b.udp, e.peer, e.message);
        else if (e.kind == MSK_BMSC_EFFECT_DELIVERED)
            printf("MSK %04x/%04x delivered\n", e.id.group, e.id.number);
    }
    (void)fflush(stdout);
    return NULL;
}

/* TS 33.246 6.3.2.2.1: the 200 has left; now the MSK that was asked for. */
static void
answered(void)
{
    b.answers = false;
    (void)send_outbox();
}

/* The port that pushes go to is that of MIKEY, where the request came from. */
static const struct msk_http_response *
answer(const struct msk_http_request *request, const struct sockaddr_in *from)
{
    struct msk_bytes mine = msk_subscriber_btid(&b.subscriber);
    struct sockaddr_in peer = *from;
    uint8_t btid[MSK_BTID_MAX];
    size_t n;
    bool known =
        msk_digest_server_btid(request, btid, sizeof btid, &n) == MSK_OK &&
        n == mine.n && memcmp(btid, mine.p, n) == 0;

    peer.sin_port = htons(b.ue_port);
    b.answers = msk_bmsc_answer(b.bmsc, NULL, known ? &b.subscriber : NULL,
                                request, host_bytes(&peer, sizeof peer),
                                host_unix_time(), b.outbox) == MSK_OK;
    return b.answers ? send_outbox() : NULL;
}

static bool
start(const char *fqdn, const struct host_keys *keys)
{
    uint8_t nonce_key[32];
    const struct msk_bmsc_config c = { .size = sizeof c,
                                       .layout = MSK_LAYOUT_KEYID,
                                       .fqdn = msk_text(fqdn),
                                       .crypto = host_crypto(),
                                       .random = &host_random,
                                       .xml = &b.xml,
                                       .nonce_key = { nonce_key, 32 },
                                       .registration = true,
                                       .authorise = authorise,
                                       .find_group = find_group,
                                       .service_groups = service_groups };
    const struct msk_subscriber_config s = { .size = sizeof s,
                                             .btid = keys->btid,
                                             .id = msk_text("subscriber-1"),
                                             .muk = keys->muk,
                                             .mrk = keys->mrk,
                                             .expires = MSK_NEVER };

    return msk_xml_expat_init(&b.xml, NULL) == MSK_OK &&
           host_fill(NULL, nonce_key, sizeof nonce_key) == 0 &&
           msk_bmsc_init(&b.bmsc, b.bmsc_memory, MSK_BMSC_SIZE, &c) == MSK_OK &&
           msk_outbox_init(&b.outbox, b.outbox_memory, MSK_OUTBOX_SIZE, NULL) ==
               MSK_OK &&
           msk_key_group_init(&b.group, &group_config, &host_random) ==
               MSK_OK &&
           msk_subscriber_init(&b.subscriber, &s) == MSK_OK;
}

/* What came in, else what is due. */
static void
turn(void)
{
    uint8_t buf[MSK_MIKEY_MAX];
    struct sockaddr_in from;
    int err = MSK_ERR_STATE;

    if (host_wait(b.udp, 0, 50))
        err = msk_bmsc_take_ack(b.bmsc, NULL, &b.subscriber,
                                host_receive(b.udp, buf, sizeof buf, &from),
                                host_unix_time(), b.outbox);
    else if (msk_subscriber_due(&b.subscriber) <= host_unix_time())
        err = msk_bmsc_timer(b.bmsc, NULL, &b.subscriber, host_unix_time(),
                             b.outbox);
    if (err == MSK_OK)
        (void)send_outbox();
}

int
main(int argc, char **argv)
{
    static struct host_web_calls calls = { answer, answered };
    struct MHD_Daemon *http;
    struct host_keys keys;

    b.ue_port = argc > 4 ? (uint16_t)atoi(argv[4]) : MSK_MBMS_PORT;
    if (argc < 4 || host_keys(&keys, argv[3]) != MSK_OK ||
        !start(argv[1], &keys))
        return 2;
    msk_wipe(&keys, sizeof keys);
    b.udp = host_udp(INADDR_ANY, 0);
    http = host_web_start((uint16_t)atoi(argv[2]), &calls);
    while (b.udp >= 0 && http != NULL && MHD_run(http) == MHD_YES)
        if (!b.answers) /* the outbox is the answer's until it has left */
            turn();
    return 1;
}
