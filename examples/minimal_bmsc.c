/* SPDX-License-Identifier: MIT */
/*
 * minimal_bmsc.c - the smallest whole BM-SC: one subscriber, one Key Group,
 * one UDP socket, libmicrohttpd, one loop. Its records are in memory, so they
 * end with it; a real one commits them where "commit" stands.
 *
 *   minimal_bmsc FQDN HTTP-PORT KEYFILE [UE-PORT]
 *
 * KEYFILE (host.h): MUK, MRK and B-TID of the subscriber. Their first MSK
 * request makes them a member of the Key Group, as the change request has it.
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
    uint8_t memory[MSK_BMSC_SIZE], room[MSK_OUTBOX_SIZE];
} b;

static const struct msk_key_id first_msk = { { 0x21, 0x63, 0x54 }, 0x18CF, 1 };

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    const struct msk_group_id own = msk_key_id_group(&first_msk);

    (void)user;
    return msk_group_id_equal(group, &own) ? &b.group : NULL;
}

/* The one subscriber may have what there is. */
static enum msk_permission
authorise(void *user, const struct msk_subscriber *subscriber,
          const struct msk_group_id *group)
{
    (void)subscriber;
    return find_group(user, group) != NULL ? MSK_PERMISSION_GRANTED
                                           : MSK_PERMISSION_REFUSED;
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

/* Of several subscribers msk_digest_server_btid says which one asks. The port
 * that pushes go to is that of MIKEY, where the request came from. */
static const struct msk_http_response *
answer(const struct msk_http_request *request, const struct sockaddr_in *from)
{
    struct sockaddr_in peer = *from;

    peer.sin_port = htons(b.ue_port);
    (void)msk_bmsc_answer(b.bmsc, NULL, &b.subscriber, request,
                          host_bytes(&peer, sizeof peer), host_unix_time(),
                          b.outbox);
    return send_outbox();
}

static bool
start(const char *fqdn, const struct host_keys *keys)
{
    uint8_t nonce_key[32];
    const struct msk_bmsc_config bmsc = { .size = sizeof bmsc,
                                          .layout = MSK_LAYOUT_CSB,
                                          .fqdn = msk_text(fqdn),
                                          .crypto = host_crypto(),
                                          .random = &host_random,
                                          .xml = &b.xml,
                                          .nonce_key = { nonce_key, 32 },
                                          .authorise = authorise,
                                          .find_group = find_group };
    const struct msk_key_group_config g = { .size = sizeof g, .id = first_msk };
    const struct msk_subscriber_config s = { .size = sizeof s,
                                             .btid = keys->btid,
                                             .id = msk_text("subscriber-1"),
                                             .muk = keys->muk,
                                             .mrk = keys->mrk,
                                             .expires = MSK_NEVER };

    return host_fill(NULL, nonce_key, sizeof nonce_key) == 0 &&
           msk_xml_expat_init(&b.xml, NULL) == MSK_OK &&
           msk_bmsc_init(&b.bmsc, b.memory, sizeof b.memory, &bmsc) == MSK_OK &&
           msk_outbox_init(&b.outbox, b.room, sizeof b.room, NULL) == MSK_OK &&
           msk_key_group_init(&b.group, &g, &host_random) == MSK_OK &&
           msk_subscriber_init(&b.subscriber, &s) == MSK_OK;
}

/* What is left of an answer that has left, then what came in, else what is due.
 * After an error the outbox is empty. */
static void
turn(void)
{
    uint8_t buf[MSK_MIKEY_MAX];
    struct sockaddr_in from;

    (void)send_outbox(); /* TS 33.246 6.3.2.2.1: the MSK after its 200 */
    if (host_wait(b.udp, 0, 50))
        (void)msk_bmsc_take_ack(b.bmsc, NULL, &b.subscriber,
                                host_receive(b.udp, buf, sizeof buf, &from),
                                host_unix_time(), b.outbox);
    else if (msk_subscriber_due(&b.subscriber) <= host_unix_time())
        (void)msk_bmsc_timer(b.bmsc, NULL, &b.subscriber, host_unix_time(),
                             b.outbox);
}

int
main(int argc, char **argv)
{
    struct host_web web = { .answer = answer };
    struct host_keys keys;

    b.ue_port = argc > 4 ? (uint16_t)atoi(argv[4]) : MSK_MBMS_PORT;
    b.udp = host_udp(INADDR_ANY, 0);
    if (argc < 4 || b.udp < 0 || host_keys(&keys, argv[3]) != MSK_OK ||
        !start(argv[1], &keys) ||
        !host_web_start(&web, (uint16_t)atoi(argv[2])))
        return 2;
    msk_wipe(&keys, sizeof keys);
    while (host_web_run(&web))
        if (!web.answers) /* the outbox is the answer's until it has left */
            turn();
    return 1;
}
