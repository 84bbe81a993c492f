/* SPDX-License-Identifier: MIT */
/*
 * minimal_ue.c - the smallest whole UE: one session, one UDP socket, one
 * blocking HTTP client (libcurl, as transport only), one loop.
 *
 *   minimal_ue ANNOUNCEMENT.xml SERVICE-ID KEYFILE
 *
 * KEYFILE (host.h): what a GBA client left there. It is removed when the keys
 * are taken: the store here is in RAM and forgets how far their counters were,
 * so that they must never be used again.
 */
#include "host_http.h"
#include "msk/announcement.h"
#include "msk/crypto_mbedtls.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "msk/xml_expat.h"

#define RECORDS MSK_MGVF_RECORDS(1, 8)

struct host {
    struct msk_ue *ue;
    const char *keyfile;
    int udp;
    CURL *curl;
    struct msk_bytes server;
    struct host_answer answer;
    /* what hooks leave to the loop: they may not call the session */
    bool answered, bootstrap, left;
    /* what the session stands on */
    struct msk_xml xml;
    struct msk_store store;
    struct msk_ram ram;
    struct msk_ram_record records[RECORDS];
    uint8_t mgvf_memory[MSK_MGVF_SIZE];
    uint8_t ue_memory[MSK_UE_SIZE(8, 1)];
};

static void
send_http(void *user, const struct msk_http_request *request)
{
    struct host *h = user;

    host_http_post(h->curl, h->server, request, &h->answer);
    h->answered = true;
}

static void
send_mikey(void *user, struct msk_bytes peer, struct msk_bytes message)
{
    host_send(((struct host *)user)->udp, peer, message);
}

static void
on_mtk(void *user, const struct msk_mtk_event *mtk)
{
    (void)user; /* a player gives mtk->key and mtk->salt to SRTP here */
    printf("MTK %04x/%04x/%04x\n", mtk->id.group, mtk->id.number, mtk->mtk_id);
}

static void
on_bootstrap_needed(void *user, enum msk_reason reason)
{
    (void)reason;
    ((struct host *)user)->bootstrap = true;
}

static void
on_leave(void *user, const struct msk_leave_event *leave)
{
    (void)leave;
    ((struct host *)user)->left = true;
}

static const struct msk_ue_hooks hooks = {
    .size = sizeof hooks,
    .send_mikey = send_mikey,
    .send_http = send_http,
    .on_mtk = on_mtk,
    .on_bootstrap_needed = on_bootstrap_needed,
    .on_leave = on_leave,
};

/* A phone runs GBA here; this UE takes what another program left. */
static int
bootstrap(struct host *h)
{
    struct msk_ue_keys keys = { .size = sizeof keys };
    struct host_keys file;
    int err = host_keys(&file, h->keyfile);

    h->bootstrap = false;
    if (err == MSK_OK && unlink(h->keyfile) != 0)
        err = MSK_ERR_STATE;
    if (err == MSK_OK) {
        keys.btid = file.btid;
        keys.muk = file.muk;
        keys.mrk = file.mrk;
        err = msk_ue_set_keys(h->ue, &keys, host_now());
    }
    msk_wipe(&file, sizeof file);
    return err;
}

static int
start(struct host *h, const char *announcement, const char *id)
{
    static uint8_t document[MSK_XML_DOCUMENT_MAX], arena[8192];
    size_t n = host_file(announcement, document, sizeof document);
    struct msk_service service = { .size = sizeof service };
    struct msk_mgvf_config mgvf = { .size = sizeof mgvf,
                                    .crypto = msk_crypto_mbedtls(),
                                    .store = &h->store };
    struct msk_ue_config ue = { .size = sizeof ue,
                                .layout = MSK_LAYOUT_KEYID,
                                .crypto = msk_crypto_mbedtls(),
                                .xml = &h->xml,
                                .random = &host_random,
                                .hooks = &hooks,
                                .limits = { 8, 1 } };
    int err = msk_xml_expat_init(&h->xml, NULL);

    if (err == MSK_OK)
        err =
            msk_announcement_read(&h->xml, host_bytes(document, n),
                                  msk_text(id), arena, sizeof arena, &service);
    if (err == MSK_OK)
        err = msk_service_pick(&service, &host_random, &h->server, &ue.fqdn);
    if (err == MSK_OK)
        err = msk_store_ram_init(&h->store, &h->ram, h->records, RECORDS);
    if (err == MSK_OK)
        err = msk_mgvf_init(&ue.mgvf, h->mgvf_memory, MSK_MGVF_SIZE, &mgvf);
    if (err == MSK_OK)
        err = msk_ue_init(&h->ue, h->ue_memory, sizeof h->ue_memory, &ue, h);
    if (err == MSK_OK)
        err = bootstrap(h);
    return err == MSK_OK ? msk_ue_start(h->ue, &service, host_now()) : err;
}

/* What a hook left to do, else what came in, else what is due. */
static int
turn(struct host *h)
{
    uint8_t buf[MSK_MIKEY_MAX];
    struct sockaddr_in from;
    struct msk_bytes datagram;
    int err;

    if (h->bootstrap)
        return bootstrap(h);
    if (h->answered) {
        h->answered = false;
        err = msk_ue_http(h->ue, host_http_response(&h->answer), host_now());
    } else if (host_wait(h->udp, host_now(), msk_ue_due(h->ue, host_now()))) {
        datagram = host_receive(h->udp, buf, sizeof buf, &from);
        err = msk_ue_receive(h->ue, datagram, host_bytes(&from, sizeof from),
                             host_now());
    } else {
        err = msk_ue_timer(h->ue, host_now());
    }
    /* All else is the noise of an open port, or the session sees to it. */
    return msk_err_kind(err) == MSK_KIND_FATAL ? err : MSK_OK;
}

int
main(int argc, char **argv)
{
    static struct host h;
    int err;

    if (argc != 4)
        return 2;
    h.keyfile = argv[3];
    h.udp = host_udp(INADDR_ANY, MSK_MBMS_PORT);
    h.curl = curl_easy_init();
    err = h.udp < 0 || h.curl == NULL ? MSK_ERR_STATE
                                      : start(&h, argv[1], argv[2]);
    while (err == MSK_OK && !h.left)
        err = turn(&h);
    (void)fprintf(stderr, "minimal_ue: %s\n",
                  err != MSK_OK ? msk_err_text(err) : "the service was left");
    msk_wipe(&h, sizeof h); /* with the keys in session, MGV-F and store */
    return 1;
}
