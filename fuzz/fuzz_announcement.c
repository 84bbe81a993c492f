/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the first octet chooses how large the arena is and where it
 * begins; the others are a securityDescription. Whatever they are,
 *
 *   - reading ends with MSK_OK or says that the message is no good, or that
 *     the arena is too small;
 *   - all that the service points to lies in the arena, nothing twice, and is
 *     as service.h says;
 *   - what was read, written and read again is the same;
 *   - a server can be picked of it.
 */
#include <stdlib.h>
#include <string.h>

#include "msk/announcement.h"
#include "msk/xml_expat.h"
#include "target.h"

#define ARENA_MAX 65536

/* Memory in which each octet may be taken once. */
struct ground {
    uint8_t *p;
    size_t n, used;
};

static void
check_inside(struct ground *ground, const void *p, size_t n)
{
    const uint8_t *at = p;

    if (n == 0)
        return;
    REQUIRE(at >= ground->p && n <= ground->n);
    REQUIRE((size_t)(at - ground->p) <= ground->n - n);
    ground->used += n;
    REQUIRE(ground->used <= ground->n);
}

static void
check_text(struct ground *ground, struct msk_bytes text, size_t least,
           size_t most)
{
    check_inside(ground, text.p, text.n);
    REQUIRE(text.n >= least && text.n <= most);
    for (size_t i = 0; i < text.n; i++)
        REQUIRE(text.p[i] >= ' ' && text.p[i] != 0x7F);
}

static void
check_service(const struct msk_service *s, struct ground *ground)
{
    check_inside(ground, s->servers, s->n_servers * sizeof *s->servers);
    check_inside(ground, s->flows, s->n_flows * sizeof *s->flows);
    check_text(ground, s->id, 1, MSK_SERVICE_ID_MAX);
    for (size_t i = 0; i < s->n_servers; i++)
        check_text(ground, s->servers[i], 1, MSK_XML_TEXT_MAX);
    for (size_t i = 0; i < s->n_flows; i++) {
        check_text(ground, s->flows[i].id, 1, MSK_FLOW_ID_MAX);
        REQUIRE(s->flows[i].group.group != 0);
    }
    check_text(ground, s->fec_oti, 0, MSK_XML_DOCUMENT_MAX);
    REQUIRE(s->has_fec || (s->fec_oti.n == 0 && s->fec_encoding == 0));
    REQUIRE(s->confidentiality <= MSK_SWITCH_OFF);
    REQUIRE(s->integrity <= MSK_SWITCH_OFF);
}

static bool
equal(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static void
check_same(const struct msk_service *a, const struct msk_service *b)
{
    REQUIRE(equal(a->id, b->id) && equal(a->fec_oti, b->fec_oti));
    REQUIRE(a->n_servers == b->n_servers && a->n_flows == b->n_flows);
    for (size_t i = 0; i < a->n_servers; i++)
        REQUIRE(equal(a->servers[i], b->servers[i]));
    for (size_t i = 0; i < a->n_flows; i++) {
        REQUIRE(equal(a->flows[i].id, b->flows[i].id));
        REQUIRE(memcmp(a->flows[i].group.domain, b->flows[i].group.domain, 3) ==
                0);
        REQUIRE(a->flows[i].group.group == b->flows[i].group.group);
    }
    REQUIRE(a->uicc_required == b->uicc_required);
    REQUIRE(a->confidentiality == b->confidentiality);
    REQUIRE(a->integrity == b->integrity);
    REQUIRE(a->offset_time == b->offset_time);
    REQUIRE(a->random_period == b->random_period);
    REQUIRE(a->has_fec == b->has_fec && a->fec_encoding == b->fec_encoding);
    REQUIRE(a->fec_instance == b->fec_instance);
}

static int
fill(void *user, uint8_t *out, size_t n)
{
    memset(out, *(uint8_t *)user, n);
    return 0;
}

static void
check_pick(const struct msk_service *service, uint8_t octet)
{
    struct msk_random random = { sizeof random, &octet, fill };
    struct msk_bytes server, fqdn;
    int err = msk_service_pick(service, &random, &server, &fqdn);

    REQUIRE(err == MSK_OK || (err == MSK_ERR_RANDOM && octet == 0xFF));
    REQUIRE(err != MSK_OK || (fqdn.n > 0 && fqdn.n <= MSK_FQDN_MAX));
}

/* Where a service is read to, and once more. */
static uint8_t first[ARENA_MAX + 16], second[ARENA_MAX + 16];

static int
take(struct msk_bytes document, struct ground *ground,
     struct msk_service *service)
{
    struct msk_xml xml;
    int err;

    memset(service, 0, sizeof *service);
    service->size = sizeof *service;
    REQUIRE(msk_xml_expat_init(&xml, NULL) == MSK_OK);
    err = msk_announcement_read(&xml, document, msk_text("urn:a"), ground->p,
                                ground->n, service);
    REQUIRE(err == MSK_OK || err == MSK_ERR_SPACE ||
            msk_err_kind(err) == MSK_KIND_DROP);
    if (err == MSK_OK || err == MSK_ERR_MISSING)
        check_service(service, ground);
    REQUIRE(err != MSK_OK || (service->n_servers > 0 && service->n_flows > 0));
    return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t document[MSK_XML_DOCUMENT_MAX];
    uint8_t how = size > 0 ? data[0] : 0;
    struct ground here = { first + how % 16, ARENA_MAX, 0 };
    struct ground there = { second, ARENA_MAX, 0 };
    struct msk_bytes octets = { size > 1 ? data + 1 : NULL,
                                size > 1 ? size - 1 : 0 };
    struct msk_bytes written = { document, 0 };
    struct msk_service service, again;
    int err;

    if (how >= 128)
        here.n = (size_t)(how - 128) * 8;
    if (take(octets, &here, &service) != MSK_OK)
        return 0;
    check_pick(&service, how);
    err =
        msk_announcement_write(&service, document, sizeof document, &written.n);
    REQUIRE(err == MSK_OK || err == MSK_ERR_SPACE || err == MSK_ERR_ARGUMENT);
    if (err != MSK_OK)
        return 0;
    REQUIRE(take(written, &there, &again) == MSK_OK);
    check_same(&service, &again);
    return 0;
}
