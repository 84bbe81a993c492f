/* SPDX-License-Identifier: MIT */
#include "member.h"

#include "../host.h"
#include "../provider.h"
#include "held.h"
#include "keys.h"
#include "wire.h"

/* A member has room for the Key Groups of this crowd, and no more: that is most
 * of what it costs to start one. */
static struct msk_ue_limits
limits_of(const struct crowd *crowd)
{
    return (struct msk_ue_limits){ crowd->options->n_groups, 1 };
}

static size_t
records_of(const struct crowd *crowd)
{
    return MSK_MGVF_RECORDS(1, crowd->options->n_groups);
}

/* --- what the session tells ----------------------------------------------- */

static void
on_msk(void *user, const struct msk_msk_event *msk)
{
    held_take(user, msk);
}

static bool
is_lost(struct crowd *crowd)
{
    bool lost = crowd_chance(crowd, 1000) < crowd->options->lose;

    crowd->counts.n[COUNT_LOST] += lost ? 1 : 0;
    return lost;
}

static void
send_mikey(void *user, struct msk_bytes peer, struct msk_bytes message)
{
    struct member *m = user;
    struct crowd *crowd = m->crowd;
    struct address own;

    crowd->counts.n[COUNT_ACK]++;
    if (is_lost(crowd))
        return;
    wire_address(m->index, crowd->options->port, &own);
    capture_udp(&crowd->capture, address_view(&own), peer, message);
    (void)wire_send(crowd->udp, m->index, peer, message);
}

static void
give_up_post(struct member *m)
{
    if (m->post == NULL)
        return;
    posts_forget(m->post);
    m->post = NULL;
    m->crowd->counts.n[COUNT_NO_ANSWER]++;
}

static void
send_http(void *user, const struct msk_http_request *request)
{
    struct member *m = user;
    struct crowd *crowd = m->crowd;

    give_up_post(m);
    crowd->counts.n[COUNT_REQUESTS]++;
    m->post = posts_add(crowd->posts, m, m->server, request);
}

static void
on_bootstrap_needed(void *user, enum msk_reason reason)
{
    struct member *m = user;

    (void)reason;
    m->crowd->counts.n[COUNT_BOOTSTRAP]++;
}

static void
on_leave(void *user, const struct msk_leave_event *leave)
{
    struct member *m = user;
    struct counts *counts = &m->crowd->counts;

    counts->n[COUNT_LEFT]++;
    counts->left[leave->reason % COUNTS_REASONS]++;
    m->left = true;
    m->reason = leave->reason;
}

static void
on_result(void *user, const struct msk_result_event *result)
{
    struct member *m = user;

    if (result->reason != MSK_REASON_NONE)
        m->crowd->counts.failed[result->reason % COUNTS_REASONS]++;
}

static const struct msk_ue_hooks hooks = {
    .size = sizeof hooks,
    .send_mikey = send_mikey,
    .send_http = send_http,
    .on_msk = on_msk,
    .on_bootstrap_needed = on_bootstrap_needed,
    .on_leave = on_leave,
    .on_result = on_result,
};

/* --- power ----------------------------------------------------------------- */

static void
set_due(struct member *m, msk_time now)
{
    due_set(&m->crowd->due, m->index,
            m->ue != NULL ? msk_ue_due(m->ue, now) : MSK_NEVER);
}

static size_t
rounded(size_t n)
{
    return (n + 63) / 64 * 64;
}

static size_t
size_of_records(const struct crowd *crowd)
{
    return rounded(records_of(crowd) * sizeof(struct msk_ram_record));
}

size_t
member_size(const struct crowd *crowd)
{
    struct msk_ue_limits limits = limits_of(crowd);

    return size_of_records(crowd) + MSK_MGVF_SIZE +
           rounded(msk_ue_size(&limits));
}

static bool
has_memory(struct member *m)
{
    struct crowd *crowd = m->crowd;

    if (m->memory != NULL)
        return true;
    m->memory = crowd->memory + m->index * member_size(crowd);
    m->records = (struct msk_ram_record *)(void *)m->memory;
    return msk_store_ram_init(&m->store, &m->ram, m->records,
                              records_of(crowd)) == MSK_OK;
}

static bool
make_session(struct member *m)
{
    const struct options *o = m->crowd->options;
    const struct msk_ue_limits limits = limits_of(m->crowd);
    struct msk_mgvf_config mgvf = { sizeof mgvf, host_crypto(), &m->store };
    struct msk_ue_config ue = { .size = sizeof ue,
                                .layout = o->layout,
                                .fqdn = msk_text(o->fqdn),
                                .crypto = host_crypto(),
                                .xml = &m->crowd->xml,
                                .random = &host_random,
                                .hooks = &hooks,
                                .limits = limits };
    uint8_t *mgvf_memory = m->memory + size_of_records(m->crowd);
    uint8_t *session = mgvf_memory + MSK_MGVF_SIZE;

    ue.qop = MSK_QOP_AUTH_INT | (o->auth ? MSK_QOP_AUTH : 0);
    if (msk_mgvf_init(&m->mgvf, mgvf_memory, MSK_MGVF_SIZE, &mgvf) != MSK_OK)
        return false;
    ue.mgvf = m->mgvf;
    return msk_ue_init(&m->ue, session, msk_ue_size(&limits), &ue, m) == MSK_OK;
}

static bool
set_keys(struct member *m, msk_time now)
{
    struct msk_ue_keys keys = { .size = sizeof keys, .age = 1 };
    struct keys own;

    if (!keys_of(m->crowd->options->seed, m->index, &own))
        return false;
    keys.btid = msk_text(own.btid);
    keys.muk = host_bytes(own.muk, sizeof own.muk);
    keys.mrk = host_bytes(own.mrk, sizeof own.mrk);
    return msk_ue_set_keys(m->ue, &keys, now) == MSK_OK;
}

bool
member_start(struct member *m, msk_time now)
{
    bool fine;

    m->began = posts_clock();
    m->left = false;
    fine = has_memory(m) && make_session(m) && set_keys(m, now) &&
           msk_ue_start(m->ue, &m->crowd->service, now) == MSK_OK;
    set_due(m, now);
    return fine;
}

void
member_stop(struct member *m)
{
    give_up_post(m);
    msk_ue_wipe(m->ue);
    msk_mgvf_wipe(m->mgvf);
    m->ue = NULL;
    m->mgvf = NULL;
    due_set(&m->crowd->due, m->index, MSK_NEVER);
}

void
member_end(struct member *m)
{
    if (m->ue != NULL)
        member_stop(m);
    if (m->records != NULL)
        msk_wipe(m->records, size_of_records(m->crowd));
}

/* --- what comes ------------------------------------------------------------ */

void
member_receive(struct member *m, struct msk_bytes from,
               struct msk_bytes message, msk_time now)
{
    struct crowd *crowd = m->crowd;
    struct address own;

    crowd->counts.n[COUNT_DATAGRAMS]++;
    wire_address(m->index, crowd->options->port, &own);
    capture_udp(&crowd->capture, from, address_view(&own), message);
    if (m->ue == NULL || is_lost(crowd))
        return;
    if (msk_ue_receive(m->ue, message, from, now) != MSK_OK)
        crowd->counts.n[COUNT_REFUSED]++;
    set_due(m, now);
}

void
member_timer(struct member *m, msk_time now)
{
    (void)msk_ue_timer(m->ue, now);
    set_due(m, now);
}

void
member_answered(struct member *m, const struct msk_http_response *answer,
                uint64_t us, msk_time now)
{
    struct counts *counts = &m->crowd->counts;

    m->post = NULL;
    if (answer != NULL) {
        counts->n[COUNT_ANSWERS]++;
        counts->status[answer->status % COUNTS_STATUS]++;
        samples_add(&counts->http, us);
    } else {
        counts->n[COUNT_NO_ANSWER]++;
        m->server = (m->server + 1) % m->crowd->options->n_servers;
    }
    if (msk_ue_take_response(m->ue, answer, now) == MSK_OK && answer != NULL)
        counts->n[COUNT_BELIEVED]++;
    set_due(m, now);
}
