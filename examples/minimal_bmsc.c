/* SPDX-License-Identifier: MIT */
/*
 * minimal_bmsc.c - the smallest whole BM-SC: one subscriber, one Key Group,
 * one UDP socket, libmicrohttpd, one loop. Its records are in memory, so they
 * end with it; a real one commits them where "commit" stands.
 *
 *   minimal_bmsc FQDN HTTP-PORT KEYFILE [UE-PORT]
 *
 * KEYFILE (host.h): MUK, MRK and B-TID of the subscriber. They register for a
 * service, of whatever name, and becomes a member of the Key Group.
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
    int udp;
    uint16_t ue_port; /* where UEs listen */
    struct sockaddr_in letter_to;
    uint8_t letter[MSK_MIKEY_MAX]; /* leaves after the answer */
    size_t letter_n;
    uint8_t bmsc_memory[MSK_BMSC_SIZE], outbox_memory[MSK_OUTBOX_SIZE];
} b;

static const struct msk_key_group_config group_config = {
    .size = sizeof group_config,
    .id = { { 0x21, 0x63, 0x54 }, 0x18CF, 1 },
};

static enum msk_permission
authorise(void *user, const struct msk_subscriber *s,
          const struct msk_group_id *group)
{
    const struct msk_group_id own = msk_key_id_group(&group_config.id);

    (void)user;
    (void)s;
    return msk_group_id_equal(group, &own) ? MSK_PERMISSION_GRANTED
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

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    const struct msk_group_id own = msk_key_id_group(&group_config.id);

    (void)user;
    return msk_group_id_equal(group, &own) ? &b.group : NULL;
}

static void
send_letter(void)
{
    if (b.letter_n > 0)
        host_send(b.udp, host_bytes(&b.letter_to, sizeof b.letter_to),
                  host_bytes(b.letter, b.letter_n));
    b.letter_n = 0;
}

/* TS 33.246 6.3.2.2.1: the 200 leaves before the MSK that was asked for, of
 * which one is on its way at a time. */
static void
keep_letter(const struct msk_bmsc_effect *e)
{
    send_letter();
    memcpy(&b.letter_to, e->peer.p, sizeof b.letter_to);
    memcpy(b.letter, e->message.p, e->message.n);
    b.letter_n = e->message.n;
}

/* Commit b.subscriber here. Then, and not before, send what is to be sent. */
static const struct msk_http_response *
commit_and_send(void)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    const struct msk_http_response *answer = NULL;

    while (msk_outbox_next(b.outbox, &e))
        if (e.kind == MSK_BMSC_EFFECT_SEND_MIKEY)
            keep_letter(&e);
        else if (e.kind == MSK_BMSC_EFFECT_SEND_HTTP)
            answer = e.response;
        else if (e.kind == MSK_BMSC_EFFECT_DELIVERED)
            printf("MSK %04x/%04x delivered\n", e.id.group, e.id.number);
    (void)fflush(stdout);
    return answer;
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
    if (msk_bmsc_answer(b.bmsc, NULL, known ? &b.subscriber : NULL, request,
                        host_bytes(&peer, sizeof peer), host_unix_time(),
                        b.outbox) != MSK_OK)
        return NULL;
    return commit_and_send();
}

/* --- setting up, and the loop -------------------------------------------- */

static int
start(const char *fqdn, const char *keyfile, const struct msk_xml *xml)
{
    struct msk_subscriber_config s = { .size = sizeof s, .expires = MSK_NEVER };
    struct msk_bmsc_config c = { .size = sizeof c,
                                 .layout = MSK_LAYOUT_KEYID,
                                 .crypto = host_crypto(),
                                 .random = &host_random,
                                 .registration = true,
                                 .authorise = authorise,
                                 .service_groups = service_groups,
                                 .find_group = find_group };
    struct host_keys keys;
    uint8_t nonce_key[32];
    int err = host_keys(&keys, keyfile);

    if (err == MSK_OK && host_fill(NULL, nonce_key, sizeof nonce_key) != 0)
        err = MSK_ERR_RANDOM;
    c.fqdn = msk_text(fqdn);
    c.xml = xml;
    c.nonce_key = host_bytes(nonce_key, sizeof nonce_key);
    if (err == MSK_OK)
        err = msk_bmsc_init(&b.bmsc, b.bmsc_memory, sizeof b.bmsc_memory, &c);
    if (err == MSK_OK)
        err =
            msk_outbox_init(&b.outbox, b.outbox_memory, MSK_OUTBOX_SIZE, NULL);
    if (err == MSK_OK)
        err = msk_key_group_init(&b.group, &group_config, &host_random);
    s.id = msk_text("subscriber-1");
    if (err == MSK_OK) {
        s.btid = keys.btid;
        s.muk = keys.muk;
        s.mrk = keys.mrk;
        err = msk_subscriber_init(&b.subscriber, &s);
    }
    msk_wipe(&keys, sizeof keys);
    return err;
}

static void
turn(struct MHD_Daemon *http)
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
    if (err == MSK_OK) {
        (void)commit_and_send();
        send_letter();
    }
    (void)MHD_run(http);
}

int
main(int argc, char **argv)
{
    static struct msk_xml xml;
    static struct host_web_calls calls = { answer, send_letter };
    struct MHD_Daemon *http;

    b.ue_port = argc > 4 ? (uint16_t)atoi(argv[4]) : MSK_MBMS_PORT;
    if (argc < 4 || msk_xml_expat_init(&xml, NULL) != MSK_OK ||
        start(argv[1], argv[3], &xml) != MSK_OK)
        return 2;
    b.udp = host_udp(INADDR_ANY, 0);
    http = host_web_start((uint16_t)atoi(argv[2]), &calls);
    while (b.udp >= 0 && http != NULL)
        turn(http);
    return 1;
}
