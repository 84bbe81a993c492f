/* SPDX-License-Identifier: MIT */
/*
 * late_ue.c - a UE whose MGV-F does not answer at once. Either the store is
 * slow flash:  late_ue store KEYFILE
 * or the keys are on a UICC:  late_ue card KEYFILE
 * KEYFILE (host.h) has never been used before: nothing here is durable.
 *
 * Both return MSK_PENDING; the event loop goes on, and brings the answer with
 * msk_ue_complete when it is there. While something is pending the session
 * takes nothing: datagrams wait in the socket, and msk_ue_due is not asked.
 *
 * The session only receives (no requests), and is polled with msk_ue_next.
 */
#include "host.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "provider.h"

#define LATE 50 /* milliseconds that flash or card take */

static const char fqdn[] = "bmsc.example.org";
static const struct msk_flow flow = { { (const uint8_t *)"239.1.1.1/5000", 14 },
                                      { { 0x21, 0x63, 0x54 }, 0x68CA } };

/* What is awaited: there is never more than one for one MGV-F. */
static struct {
    uint32_t token;
    msk_time ready;
    struct msk_bytes key; /* of a load: */
    struct msk_stored *out;
    const struct msk_change *changes; /* of a commit; NULL: it is a load */
    size_t n;
} late;

static int
be_late(uint32_t token)
{
    late.token = token;
    late.ready = host_now() + LATE;
    return MSK_PENDING;
}

/* --- a store that answers later: user is the one it puts off ------------- */

/* The pointers stay good until the answer, so that nothing is copied. */
static int
flash_load(void *user, uint32_t token, struct msk_bytes key,
           struct msk_stored *out)
{
    (void)user;
    late.key = key;
    late.out = out;
    late.changes = NULL;
    return be_late(token);
}

static int
flash_commit(void *user, uint32_t token, const struct msk_change *changes,
             size_t n)
{
    (void)user;
    late.changes = changes;
    late.n = n;
    return be_late(token);
}

static int
flash_each(void *user, struct msk_bytes prefix,
           int (*visit)(void *arg, struct msk_bytes key,
                        struct msk_bytes value),
           void *arg)
{
    const struct msk_store *medium = user;

    return medium->each(medium->user, prefix, visit, arg);
}

/* What load or commit would have returned, had they waited. */
static int
flash_answer(const struct msk_store *medium)
{
    return late.changes == NULL
               ? medium->load(medium->user, 0, late.key, late.out)
               : medium->commit(medium->user, 0, late.changes, late.n);
}

/* --- an MGV-F on a card -------------------------------------------------- */

/*
 * The struct msk_mgvf stands first, so that a pointer to it is one to the
 * card. Here the chip is a software MGV-F; on a phone process writes the
 * message into an AUTHENTICATE command in the MBMS security context, and
 * complete reads the response.
 */
struct card {
    struct msk_mgvf mgvf;
    struct msk_mgvf *chip;
    bool busy;
    struct msk_mgvf_input input;
    uint8_t message[MSK_MIKEY_MAX];
};

/* The message is the caller's and gone when this returns: copy it. */
static int
card_process(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
             struct msk_mgvf_result *result)
{
    struct card *c = (struct card *)(void *)mgvf;

    (void)result; /* card_complete fills one */
    if (c->busy)
        return MSK_ERR_BUSY;
    if (input->message.n > sizeof c->message)
        return MSK_ERR_ARGUMENT;
    memcpy(c->message, input->message.p, input->message.n);
    c->input = *input;
    c->input.fqdn = msk_text(fqdn);
    c->input.message.p = c->message;
    c->busy = true;
    return be_late(late.token + 1);
}

static int
card_complete(struct msk_mgvf *mgvf, uint32_t token, int result,
              struct msk_mgvf_result *out)
{
    struct card *c = (struct card *)(void *)mgvf;

    if (!c->busy || token != late.token)
        return MSK_ERR_STATE;
    c->busy = false;
    if (result != MSK_OK)
        return MSK_ERR_CARD; /* no response: card pulled, reader broken */
    return msk_mgvf_process(c->chip, &c->input, out);
}

/* A card has no list of Key Groups: each holder of the MUK may bring one. */
static int
card_agrees(struct msk_mgvf *mgvf, struct msk_bytes owner,
            const struct msk_group_id *group)
{
    (void)mgvf;
    (void)owner;
    (void)group;
    return MSK_OK;
}

static int
card_allows(struct msk_mgvf *mgvf, struct msk_bytes owner,
            const struct msk_group_id *group, enum msk_require require)
{
    (void)require;
    return card_agrees(mgvf, owner, group);
}

/* It makes its MUK itself, takes no MSK but from MIKEY, and tells of none. */
static const struct msk_mgvf_ops card_ops = { .size = sizeof card_ops,
                                              .process = card_process,
                                              .complete = card_complete,
                                              .allow = card_allows,
                                              .forget = card_agrees };

/* --- the UE -------------------------------------------------------------- */

struct host {
    int udp;
    bool on_card, pending;
    enum { SET_KEYS, START, RUN } step;
    struct host_keys file;
    struct card card;
    /* what the session stands on */
    struct msk_ue *ue;
    struct msk_store store, medium;
    struct msk_ram ram;
    struct msk_ram_record records[MSK_MGVF_RECORDS(1, 1)];
    uint8_t mgvf_memory[MSK_MGVF_SIZE];
    uint8_t ue_memory[MSK_UE_SIZE(1, 1)];
};

/* On flash: software on the late store. On a card: software that plays it,
 * on a store that answers at once, with a MUK that the session never sees. */
static int
make_session(struct host *h)
{
    const struct msk_mgvf_config mgvf = { .size = sizeof mgvf,
                                          .crypto = host_crypto(),
                                          .store = h->on_card ? &h->medium
                                                              : &h->store };
    const struct msk_muk muk = { .size = sizeof muk,
                                 .fqdn = msk_text(fqdn),
                                 .btid = h->file.btid,
                                 .key = h->file.muk };
    struct msk_ue_config ue = { .size = sizeof ue,
                                .layout = MSK_LAYOUT_KEYID,
                                .fqdn = msk_text(fqdn),
                                .crypto = host_crypto(),
                                .limits = { 1, 1 } };
    int err = msk_store_ram_init(&h->medium, &h->ram, h->records,
                                 MSK_MGVF_RECORDS(1, 1));

    h->store = (struct msk_store){ .size = sizeof h->store,
                                   .user = &h->medium,
                                   .load = flash_load,
                                   .each = flash_each,
                                   .commit = flash_commit };
    if (err == MSK_OK)
        err = msk_mgvf_init(&ue.mgvf, h->mgvf_memory, MSK_MGVF_SIZE, &mgvf);
    if (err == MSK_OK && h->on_card) {
        h->card.mgvf.ops = &card_ops;
        h->card.chip = ue.mgvf;
        ue.mgvf = &h->card.mgvf;
        err = msk_mgvf_set_muk(h->card.chip, &muk);
        if (err == MSK_OK)
            err = msk_mgvf_allow(h->card.chip, msk_text(fqdn), &flow.group,
                                 MSK_REQUIRE_BOTH);
    }
    if (err == MSK_OK)
        err = msk_ue_init(&h->ue, h->ue_memory, sizeof h->ue_memory, &ue, NULL);
    return err;
}

/* What is to be done after each call that came to an end. */
static void
drain(struct host *h)
{
    struct msk_ue_effect e = { .size = sizeof e };

    while (msk_ue_next(h->ue, &e))
        if (e.kind == MSK_UE_EFFECT_SEND_MIKEY)
            host_send(h->udp, e.peer, e.message);
        else if (e.kind == MSK_UE_EFFECT_MTK) /* for SRTP, in a player */
            printf("MTK %04x/%04x/%04x\n", e.mtk->id.group, e.mtk->id.number,
                   e.mtk->mtk_id);
}

/* The one call that is next; each may be pending before the one after. */
static int
turn(struct host *h)
{
    const struct msk_bytes server = msk_text(fqdn);
    const struct msk_ue_keys keys = {
        .size = sizeof keys,
        .btid = h->file.btid,
        .muk = { h->file.muk.p, h->on_card ? 0 : h->file.muk.n },
    };
    const struct msk_service service = { .size = sizeof service,
                                         .id = msk_text("urn:example:news"),
                                         .servers = &server,
                                         .n_servers = 1,
                                         .flows = &flow,
                                         .n_flows = 1 };
    uint8_t buf[MSK_MIKEY_MAX];
    struct sockaddr_in from;
    struct msk_bytes datagram;

    if (h->pending) {
        (void)host_wait(-1, host_now(), late.ready); /* time for others */
        return msk_ue_complete(h->ue, late.token,
                               h->on_card ? MSK_OK : flash_answer(&h->medium),
                               host_now());
    }
    if (h->step != RUN)
        return h->step++ == SET_KEYS
                   ? msk_ue_set_keys(h->ue, &keys, host_now())
                   : msk_ue_start(h->ue, &service, host_now());
    if (!host_wait(h->udp, host_now(), msk_ue_due(h->ue, host_now())))
        return msk_ue_timer(h->ue, host_now());
    datagram = host_receive(h->udp, buf, sizeof buf, &from);
    return msk_ue_receive(h->ue, datagram, host_bytes(&from, sizeof from),
                          host_now());
}

int
main(int argc, char **argv)
{
    static struct host h;
    int err;

    if (argc != 3)
        return 2;
    h.on_card = strcmp(argv[1], "card") == 0;
    h.udp = host_udp(INADDR_ANY, MSK_MBMS_PORT);
    err = h.udp < 0 ? MSK_ERR_STATE : host_keys(&h.file, argv[2]);
    if (err == MSK_OK)
        err = make_session(&h);
    while (err == MSK_OK || err == MSK_PENDING ||
           (h.step == RUN && msk_err_kind(err) != MSK_KIND_FATAL)) {
        err = turn(&h);
        h.pending = err == MSK_PENDING;
        if (!h.pending)
            drain(&h);
    }
    (void)fprintf(stderr, "late_ue: %s\n", msk_err_text(err));
    msk_wipe(&h, sizeof h); /* with the keys in session, MGV-F and store */
    return 1;
}
