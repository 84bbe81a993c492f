/* SPDX-License-Identifier: MIT */
/* TS 26.346 11.3. */
#include "msk/announcement.h"

#include <string.h>

#include "base/octets.h"
#include "http/arena.h"
#include "http/uri.h"
#include "http/xml_text.h"

static const char announcement_ns[] =
    "urn:3GPP:metadata:2005:MBMS:securityDescription";
static const char announcement_root[] = "securityDescription";

/* What stands in the document. */
enum announcement_node {
    IN_ROOT = MSK_XML_ROOT,
    IN_MANAGEMENT,
    IN_SERVER,
    IN_KEY_ID,
    IN_FLOW,
    IN_MSK,
    IN_DOMAIN,
    IN_MSK_ID,
    IN_FEC
};

#define PER_FLOW \
    (MSK_XML_BIT(IN_MSK) | MSK_XML_BIT(IN_DOMAIN) | MSK_XML_BIT(IN_MSK_ID))

static const struct msk_xml_rule announcement_rules[] = {
    { IN_ROOT, IN_MANAGEMENT, "keyManagement" },
    { IN_MANAGEMENT, IN_SERVER, "serverURI" },
    { IN_ROOT, IN_KEY_ID, "keyId" },
    { IN_KEY_ID, IN_FLOW, "mediaFlow" },
    { IN_FLOW, IN_MSK, "MSK" },
    { IN_MSK, IN_DOMAIN, "keyDomainID" },
    { IN_MSK, IN_MSK_ID, "MSKID" },
    { IN_ROOT, IN_FEC, "fecProtection" },
};

/* A document that is being read. */
struct announcement_reading {
    struct msk_xml_walk walk;
    struct msk_arena arena;
    struct msk_service service;
    struct msk_bytes *servers; /* the first of them */
    struct msk_flow *flows;
    struct msk_flow *flow; /* the last one, which may be open */
    unsigned has;          /* nodes met that may stand once, as bits */
};

static int
start_management(struct announcement_reading *r,
                 const struct msk_xml_attributes *attributes)
{
    struct msk_service *s = &r->service;
    int err = msk_xml_attribute_u32(attributes, "offsetTime", &s->offset_time);

    if (err == MSK_OK)
        err = msk_xml_attribute_u32(attributes, "randomTimePeriod",
                                    &s->random_period);
    if (err == MSK_OK)
        err = msk_xml_attribute_boolean(attributes, "uiccKeyManagement",
                                        &s->uicc_required);
    /* Not of TS 26.346; the change request asks for them. */
    if (err == MSK_OK)
        err = msk_xml_attribute_switch(attributes, "confidentialityProtection",
                                       &s->confidentiality);
    if (err == MSK_OK)
        err = msk_xml_attribute_switch(attributes, "integrityProtection",
                                       &s->integrity);
    return err;
}

static int
start_fec(struct announcement_reading *r,
          const struct msk_xml_attributes *attributes)
{
    const struct msk_bytes *oti =
        msk_xml_attribute(attributes, "fecOtiExtension");
    struct msk_service *s = &r->service;
    int err =
        msk_xml_attribute_u64(attributes, "fecEncodingId", &s->fec_encoding);

    s->has_fec = true;
    if (err == MSK_OK)
        err = msk_xml_attribute_u64(attributes, "fecInstanceId",
                                    &s->fec_instance);
    if (err == MSK_OK && oti != NULL)
        err = msk_xml_is_text(*oti)
                  ? msk_arena_copy(&r->arena, *oti, &s->fec_oti)
                  : MSK_ERR_VALUE;
    return err;
}

static bool
is_flow_id(struct msk_bytes id)
{
    return id.n > 0 && id.n <= MSK_FLOW_ID_MAX && msk_xml_is_text(id);
}

static int
start_flow(struct announcement_reading *r,
           const struct msk_xml_attributes *attributes)
{
    const struct msk_bytes *id = msk_xml_attribute(attributes, "flowID");

    r->has &= ~PER_FLOW;
    if (id == NULL || !is_flow_id(*id))
        return MSK_ERR_VALUE;
    r->flow = msk_arena_put(&r->arena, sizeof *r->flow, sizeof(void *));
    if (r->flow == NULL)
        return MSK_ERR_SPACE;
    memset(r->flow, 0, sizeof *r->flow);
    if (r->service.n_flows++ == 0)
        r->flows = r->flow;
    return msk_arena_copy(&r->arena, *id, &r->flow->id);
}

/* Servers lie after each other in the arena, and then flows do: the schema
 * has them in this order. Others stand once: in the document, or for a flow. */
static int
check_place(struct announcement_reading *r, uint8_t node)
{
    if (node == IN_SERVER || node == IN_KEY_ID || node == IN_FLOW)
        return MSK_OK;
    if ((r->has & MSK_XML_BIT(node)) != 0 ||
        (node == IN_MANAGEMENT && r->service.n_flows > 0))
        return MSK_ERR_VALUE;
    r->has |= MSK_XML_BIT(node);
    return MSK_OK;
}

static int
on_announcement_start(void *arg, struct msk_bytes name_ns,
                      struct msk_bytes name, const struct msk_xml_attribute *p,
                      size_t n)
{
    struct msk_xml_attributes attributes = { p, n };
    struct announcement_reading *r = arg;
    uint8_t node;
    int err = msk_xml_walk_start(&r->walk, name_ns, name, &node);

    if (err == MSK_OK)
        err = check_place(r, node);
    if (err != MSK_OK)
        return err;
    switch (node) {
    case IN_MANAGEMENT: return start_management(r, &attributes);
    case IN_FLOW: return start_flow(r, &attributes);
    case IN_FEC: return start_fec(r, &attributes);
    default: return MSK_OK;
    }
}

/* A server that has no name could never be asked, nor its realm checked: there
 * may be others. */
static int
take_server(struct announcement_reading *r, struct msk_bytes text)
{
    struct msk_bytes uri = msk_view_trim(text), *server;
    struct msk_uri parts;

    if (uri.n > MSK_XML_TEXT_MAX || !msk_uri_split(uri, &parts))
        return MSK_OK;
    server = msk_arena_put(&r->arena, sizeof *server, sizeof(void *));
    if (server == NULL)
        return MSK_ERR_SPACE;
    if (r->service.n_servers++ == 0)
        r->servers = server;
    return msk_arena_copy(&r->arena, uri, server);
}

/* TS 33.246 6.3.2.1: Key Group 0 is not used; the other two octets are zero in
 * an announcement, and not looked at. */
static int
take_msk_id(struct announcement_reading *r, struct msk_bytes text)
{
    uint8_t octets[4];
    int err = msk_xml_octets(text, octets, sizeof octets);

    if (err != MSK_OK)
        return err;
    r->flow->group.group = (uint16_t)(octets[0] << 8 | octets[1]);
    return r->flow->group.group != 0 ? MSK_OK : MSK_ERR_VALUE;
}

static int
on_announcement_end(void *arg, struct msk_bytes name_ns, struct msk_bytes name,
                    struct msk_bytes text)
{
    struct announcement_reading *r = arg;
    uint8_t node = msk_xml_walk_end(&r->walk);

    (void)name_ns;
    (void)name;
    switch (node) {
    case IN_SERVER: return take_server(r, text);
    case IN_DOMAIN: return msk_xml_octets(text, r->flow->group.domain, 3);
    case IN_MSK_ID: return take_msk_id(r, text);
    case IN_FLOW:
        return (r->has & PER_FLOW) == PER_FLOW ? MSK_OK : MSK_ERR_VALUE;
    default: return MSK_OK; /* text between elements is of no use */
    }
}

static bool
is_service_id(struct msk_bytes id)
{
    return id.n > 0 && id.n <= MSK_SERVICE_ID_MAX && id.p != NULL;
}

int
msk_announcement_read(const struct msk_xml *xml, struct msk_bytes document,
                      struct msk_bytes service_id, void *arena, size_t len,
                      struct msk_service *service)
{
    static const struct msk_xml_sink events = { on_announcement_start,
                                                on_announcement_end };
    struct announcement_reading r;
    int err;

    if (xml == NULL || xml->size < MSK_SIZE_UPTO(msk_xml, read) ||
        xml->read == NULL || arena == NULL || service == NULL ||
        service->size < MSK_SIZE_UPTO(msk_service, fec_oti) ||
        !is_service_id(service_id))
        return MSK_ERR_ARGUMENT;
    memset(&r, 0, sizeof r);
    msk_arena_init(&r.arena, arena, len);
    msk_xml_walk_init(&r.walk, announcement_ns, announcement_root,
                      announcement_rules,
                      sizeof announcement_rules / sizeof announcement_rules[0]);
    r.service.uicc_required = true;
    err = msk_arena_copy(&r.arena, service_id, &r.service.id);
    if (err == MSK_OK)
        err = xml->read(xml->user, document, &events, &r);
    r.service.servers = r.servers;
    r.service.flows = r.flows;
    if (err == MSK_OK && (r.service.n_servers == 0 || r.service.n_flows == 0))
        err = MSK_ERR_MISSING;
    msk_sized_give(service, &r.service, sizeof r.service);
    return err;
}

static void
put_management(struct msk_writer *w, const struct msk_service *s)
{
    msk_xml_put(w, "<keyManagement");
    msk_xml_put_attribute_number(w, "offsetTime", s->offset_time);
    msk_xml_put_attribute_number(w, "randomTimePeriod", s->random_period);
    msk_xml_put_attribute_boolean(w, "uiccKeyManagement", s->uicc_required);
    if (s->confidentiality != MSK_SWITCH_DEFAULT)
        msk_xml_put_attribute_boolean(w, "confidentialityProtection",
                                      s->confidentiality == MSK_SWITCH_ON);
    if (s->integrity != MSK_SWITCH_DEFAULT)
        msk_xml_put_attribute_boolean(w, "integrityProtection",
                                      s->integrity == MSK_SWITCH_ON);
    msk_xml_put(w, ">");
    for (size_t i = 0; i < s->n_servers; i++) {
        msk_xml_put_tag(w, "serverURI", false);
        msk_xml_put_text(w, s->servers[i]);
        msk_xml_put_tag(w, "serverURI", true);
    }
    msk_xml_put_tag(w, "keyManagement", true);
}

static void
put_flow(struct msk_writer *w, const struct msk_flow *flow)
{
    uint8_t msk_id[4] = { (uint8_t)(flow->group.group >> 8),
                          (uint8_t)flow->group.group, 0, 0 };

    msk_xml_put(w, "<mediaFlow");
    msk_xml_put_attribute(w, "flowID", flow->id);
    msk_xml_put(w, ">");
    msk_xml_put_msk(w, flow->group.domain, msk_id);
    msk_xml_put_tag(w, "mediaFlow", true);
}

static void
put_fec(struct msk_writer *w, const struct msk_service *s)
{
    msk_xml_put(w, "<fecProtection");
    msk_xml_put_attribute_number(w, "fecEncodingId", s->fec_encoding);
    msk_xml_put_attribute_number(w, "fecInstanceId", s->fec_instance);
    if (s->fec_oti.n > 0)
        msk_xml_put_attribute(w, "fecOtiExtension", s->fec_oti);
    msk_xml_put(w, "/>");
}

/* No more than a reader takes: root, keyManagement, keyId and fecProtection,
 * one element for each server, four for each flow. */
static bool
is_small(const struct msk_service *s)
{
    return s->n_servers <= MSK_XML_ELEMENTS_MAX &&
           s->n_flows <= MSK_XML_ELEMENTS_MAX &&
           4 + s->n_servers + 4 * s->n_flows <= MSK_XML_ELEMENTS_MAX;
}

static bool
may_write_service(const struct msk_service *s)
{
    struct msk_uri parts;
    bool ok = s->servers != NULL && s->n_servers > 0 && s->flows != NULL &&
              s->n_flows > 0 && is_small(s) &&
              s->confidentiality <= MSK_SWITCH_OFF &&
              s->integrity <= MSK_SWITCH_OFF && msk_xml_is_text(s->fec_oti);

    for (size_t i = 0; ok && i < s->n_servers; i++)
        ok = s->servers[i].n <= MSK_XML_TEXT_MAX &&
             msk_uri_split(s->servers[i], &parts);
    for (size_t i = 0; ok && i < s->n_flows; i++)
        ok = is_flow_id(s->flows[i].id) && s->flows[i].group.group != 0;
    return ok;
}

int
msk_announcement_write(const struct msk_service *service, uint8_t *buf,
                       size_t cap, size_t *len)
{
    struct msk_service s;
    struct msk_writer w;

    if (len == NULL ||
        !msk_sized_take(&s, sizeof s, service,
                        MSK_SIZE_UPTO(msk_service, fec_oti)) ||
        !may_write_service(&s))
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf,
                    cap < MSK_XML_DOCUMENT_MAX ? cap : MSK_XML_DOCUMENT_MAX);
    msk_xml_put_root(&w, announcement_root, announcement_ns);
    put_management(&w, &s);
    msk_xml_put_tag(&w, "keyId", false);
    for (size_t i = 0; i < s.n_flows; i++)
        put_flow(&w, &s.flows[i]);
    msk_xml_put_tag(&w, "keyId", true);
    if (s.has_fec)
        put_fec(&w, &s);
    msk_xml_put_tag(&w, announcement_root, true);
    return msk_writer_end(&w, len);
}

struct msk_bytes
msk_announcement_media_type(void)
{
    return msk_text(MSK_ANNOUNCEMENT_MEDIA_TYPE);
}
