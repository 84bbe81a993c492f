/* SPDX-License-Identifier: MIT */
/*
 * minimal_ue.c - the smallest whole UE: one session that is polled, one UDP
 * socket, one blocking HTTP client (libcurl, as transport only), one loop.
 *
 *   minimal_ue ANNOUNCEMENT.xml SERVICE-ID KEYFILE [PORT]
 *
 * KEYFILE (host.h): what a GBA client left there. It is removed when the keys
 * are taken: the store here is in RAM and forgets how far their counters were,
 * so that they must never be used again.
 */
#include <stdlib.h>

#include "host_http.h"
#include "msk/announcement.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "msk/xml_expat.h"
#include "provider.h"

enum { GROUPS = 8, RECORDS = MSK_MGVF_RECORDS(1, GROUPS) };

static struct {
    struct msk_ue *ue;
    struct msk_xml xml;
    struct msk_store store;
    struct msk_ram ram;
    struct msk_ram_record records[RECORDS];
    uint8_t mgvf[MSK_MGVF_SIZE], session[MSK_UE_SIZE(GROUPS, 1)];
    struct msk_bytes server;
    struct host_answer answer;
    CURL *curl;
    int udp;
    bool keyless, asked; /* what the session waits for now */
} h;

/* A phone runs GBA here; this UE takes what another program left. */
static int
bootstrap(const char *path)
{
    struct msk_ue_keys keys = { .size = sizeof keys, .age = host_unix_time() };
    struct host_keys file;
    int err = host_keys(&file, path);

    keys.btid = file.btid;
    keys.muk = file.muk;
    keys.mrk = file.mrk;
    if (err == MSK_OK && unlink(path) == 0)
        err = msk_ue_set_keys(h.ue, &keys, host_now());
    msk_wipe(&file, sizeof file);
    return err;
}

static bool
start(const char *announcement, const char *id)
{
    static uint8_t document[MSK_XML_DOCUMENT_MAX], arena[8192];
    size_t n = host_file(announcement, document, sizeof document);
    struct msk_service service = { .size = sizeof service };
    struct msk_mgvf_config mgvf = { sizeof mgvf, host_crypto(), &h.store };
    struct msk_ue_config ue = { .size = sizeof ue,
                                .layout = MSK_LAYOUT_CSB,
                                .crypto = host_crypto(),
                                .xml = &h.xml,
                                .random = &host_random,
                                .limits = { GROUPS, 1 } };

    return msk_xml_expat_init(&h.xml, NULL) == MSK_OK &&
           msk_announcement_read(&h.xml, host_bytes(document, n), msk_text(id),
                                 arena, sizeof arena, &service) == MSK_OK &&
           msk_service_pick(&service, &host_random, &h.server, &ue.fqdn) ==
               MSK_OK &&
           msk_store_ram_init(&h.store, &h.ram, h.records, RECORDS) == MSK_OK &&
           msk_mgvf_init(&ue.mgvf, h.mgvf, sizeof h.mgvf, &mgvf) == MSK_OK &&
           msk_ue_init(&h.ue, h.session, sizeof h.session, &ue, NULL) ==
               MSK_OK &&
           msk_ue_start(h.ue, &service, host_now()) == MSK_OK;
}

/* Does what the session wants done; what it is told of that comes later, when
 * nothing is left here. False: it has left the service. */
static bool
settle(void)
{
    struct msk_ue_effect e = { .size = sizeof e };
    bool goes_on = true;

    h.keyless = h.asked = false;
    while (msk_ue_next(h.ue, &e)) {
        h.keyless = h.keyless || e.kind == MSK_UE_EFFECT_BOOTSTRAP_NEEDED;
        h.asked = h.asked || e.kind == MSK_UE_EFFECT_SEND_HTTP;
        goes_on = goes_on && e.kind != MSK_UE_EFFECT_LEAVE;
        if (e.kind == MSK_UE_EFFECT_SEND_MIKEY)
            host_send(h.udp, e.peer, e.message);
        else if (e.kind == MSK_UE_EFFECT_SEND_HTTP)
            host_http_post(h.curl, h.server, e.request, &h.answer);
        else if (e.kind == MSK_UE_EFFECT_MSK)
            printf("MSK %04x/%04x\n", e.msk->id.group, e.msk->id.number);
        else if (e.kind == MSK_UE_EFFECT_MTK) /* for SRTP: key and salt */
            printf("MTK %04x/%04x/%04x\n", e.mtk->id.group, e.mtk->id.number,
                   e.mtk->mtk_id);
    }
    (void)fflush(stdout);
    return goes_on;
}

/* What the session waits for, else what came in, else what is due. */
static int
turn(const char *keyfile)
{
    uint8_t buf[MSK_MIKEY_MAX];
    struct sockaddr_in from;

    if (h.keyless)
        return bootstrap(keyfile);
    if (h.asked)
        return msk_ue_take_response(h.ue, host_http_response(&h.answer),
                                    host_now());
    if (!host_wait(h.udp, host_now(), msk_ue_due(h.ue, host_now())))
        return msk_ue_timer(h.ue, host_now());
    return msk_ue_receive(h.ue, host_receive(h.udp, buf, sizeof buf, &from),
                          host_bytes(&from, sizeof from), host_now());
}

int
main(int argc, char **argv)
{
    uint16_t port = argc > 4 ? (uint16_t)atoi(argv[4]) : MSK_MBMS_PORT;
    int err = MSK_OK;

    h.udp = host_udp(INADDR_ANY, port);
    h.curl = curl_easy_init();
    if (argc < 4 || h.udp < 0 || h.curl == NULL || !start(argv[1], argv[2]))
        return 2;
    /* Other errors are the noise of an open port, or the session sees to it. */
    while (settle() && msk_err_kind(err) != MSK_KIND_FATAL)
        err = turn(argv[3]);
    msk_wipe(&h, sizeof h); /* with the keys in session, MGV-F and store */
    return 1;
}
