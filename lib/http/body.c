/* SPDX-License-Identifier: MIT */
/* TS 26.346 11.4 to 11.8. */
#include "msk/body.h"

#include <string.h>

#include "base/octets.h"
#include "http/http_message.h"
#include "http/xml_text.h"

/* What stands in a body. */
enum body_node {
    ROOT = MSK_XML_ROOT,
    RESPONSE,
    SERVICE,
    MSK,
    DOMAIN,
    MSK_ID,
    CODE
};

#define HAS_SERVICE MSK_XML_BIT(SERVICE)
#define HAS_MSK (MSK_XML_BIT(MSK) | MSK_XML_BIT(DOMAIN) | MSK_XML_BIT(MSK_ID))
#define HAS_CODE (MSK_XML_BIT(RESPONSE) | MSK_XML_BIT(CODE))

static const struct msk_xml_rule service_rules[] = {
    { ROOT, SERVICE, "serviceID" },
};
static const struct msk_xml_rule service_answer_rules[] = {
    { ROOT, RESPONSE, "Response" },
    { RESPONSE, SERVICE, "serviceID" },
    { RESPONSE, CODE, "ResponseCode" },
};
static const struct msk_xml_rule msk_rules[] = {
    { ROOT, MSK, "MSK" },
    { MSK, DOMAIN, "keyDomainID" },
    { MSK, MSK_ID, "MSKID" },
};
static const struct msk_xml_rule msk_answer_rules[] = {
    { ROOT, RESPONSE, "Response" },     { RESPONSE, MSK, "MSK" },
    { MSK, DOMAIN, "keyDomainID" },     { MSK, MSK_ID, "MSKID" },
    { RESPONSE, CODE, "ResponseCode" },
};

#define RULES(table) (table), sizeof(table) / sizeof((table)[0])

/* A kind of body: its names, the node that is an item, what an item needs. */
struct shape {
    const char *media_type, *ns, *root;
    const struct msk_xml_rule *rules;
    size_t n_rules;
    uint8_t item;
    unsigned needs;
};

/* By enum msk_body_kind. */
static const struct shape shapes[] = {
    { NULL, NULL, NULL, NULL, 0, 0, 0 },
    { "application/mbms-register+xml",
      "urn:3GPP:metadata:2005:MBMS:securityRegistration",
      "mbmsSecurityRegister", RULES(service_rules), SERVICE, HAS_SERVICE },
    { "application/mbms-deregister+xml",
      "urn:3GPP:metadata:2005:MBMS:securityDeregistration",
      "mbmsSecurityDeregister", RULES(service_rules), SERVICE, HAS_SERVICE },
    { "application/mbms-register-response+xml",
      "urn:3GPP:metadata:2005:MBMS:securityRegistrationResponse",
      "mbmsSecurityRegisterResponse", RULES(service_answer_rules), RESPONSE,
      HAS_SERVICE | HAS_CODE },
    { "application/mbms-msk+xml", "urn:3GPP:metadata:2005:MBMS:mskRequest",
      "mbmsMSKRequest", RULES(msk_rules), MSK, HAS_MSK },
    { "application/mbms-msk-response+xml",
      "urn:3GPP:metadata:2005:MBMS:mskResponse", "mbmsMSKResponse",
      RULES(msk_answer_rules), RESPONSE, HAS_MSK | HAS_CODE },
};

/* NULL: there is no such kind. */
static const struct shape *
shape_of(enum msk_body_kind kind)
{
    return kind >= MSK_BODY_REGISTER && kind <= MSK_BODY_MSK_RESPONSE
               ? &shapes[kind]
               : NULL;
}

struct msk_bytes
msk_body_media_type(enum msk_body_kind kind)
{
    const struct shape *shape = shape_of(kind);

    return msk_text(shape != NULL ? shape->media_type : NULL);
}

static bool
is_service_text(struct msk_bytes service)
{
    return service.n > 0 && service.n <= MSK_SERVICE_ID_MAX &&
           msk_xml_is_text(service);
}

static bool
is_code(int code)
{
    return code >= 100 && code <= 599;
}

/* A body that is being read. */
struct body_reading {
    const struct shape *shape;
    struct msk_xml_walk walk;
    msk_body_sink_fn *sink;
    void *arg;
    size_t n;                  /* items that have started */
    unsigned has;              /* nodes that the item has, as bits */
    struct msk_body_item item; /* its service is in `service` */
    uint8_t service[MSK_SERVICE_ID_MAX];
};

/* Of the parts of an item, each stands once. Their order is not looked at. */
static int
on_body_start(void *arg, struct msk_bytes ns, struct msk_bytes name,
              const struct msk_xml_attribute *attributes, size_t n)
{
    struct body_reading *r = arg;
    uint8_t node;
    int err = msk_xml_walk_start(&r->walk, ns, name, &node);

    (void)attributes;
    (void)n;
    if (err != MSK_OK || node == ROOT)
        return err;
    if (node == r->shape->item) {
        if (++r->n > MSK_BODY_ITEMS_MAX)
            return MSK_ERR_MANY;
        memset(&r->item, 0, sizeof r->item);
        r->has = 0;
    }
    if ((r->has & MSK_XML_BIT(node)) != 0)
        return MSK_ERR_VALUE;
    r->has |= MSK_XML_BIT(node);
    return MSK_OK;
}

static int
take_service_text(struct body_reading *r, struct msk_bytes text)
{
    struct msk_bytes service = msk_view_trim(text);

    if (!is_service_text(service))
        return MSK_ERR_VALUE;
    memcpy(r->service, service.p, service.n);
    r->item.service.p = r->service;
    r->item.service.n = service.n;
    return MSK_OK;
}

/* TS 33.246 6.3.2.4: a value of RFC 2616, so three digits; TS 26.346 lets any
 * text follow, as in "200 OK". */
static int
take_code(struct body_reading *r, struct msk_bytes text)
{
    struct msk_bytes rest = msk_view_trim(text);
    struct msk_bytes digits = msk_view_cut(&rest, 3);
    uint64_t code;

    if (digits.n != 3 || msk_xml_number(digits, 599, &code) != MSK_OK ||
        !is_code((int)code) ||
        (rest.n > 0 && rest.p[0] >= '0' && rest.p[0] <= '9'))
        return MSK_ERR_VALUE;
    r->item.code = (int)code;
    return MSK_OK;
}

static int
take_text(struct body_reading *r, uint8_t node, struct msk_bytes text)
{
    switch (node) {
    case SERVICE: return take_service_text(r, text);
    case DOMAIN: return msk_xml_octets(text, r->item.domain, 3);
    case MSK_ID: return msk_xml_octets(text, r->item.msk_id, 4);
    case CODE: return take_code(r, text);
    default: return MSK_OK; /* text between elements is of no use */
    }
}

static int
on_body_end(void *arg, struct msk_bytes ns, struct msk_bytes name,
            struct msk_bytes text)
{
    struct body_reading *r = arg;
    uint8_t node = msk_xml_walk_end(&r->walk);
    int err = take_text(r, node, text);

    (void)ns;
    (void)name;
    if (err != MSK_OK || node != r->shape->item)
        return err;
    if (r->has != r->shape->needs)
        return MSK_ERR_VALUE;
    return r->sink(r->arg, &r->item);
}

/* TS 33.246 G.2.3 gives the response a type of its own, its example in H.2.1
 * that of the request. */
static bool
is_media_type(enum msk_body_kind kind, struct msk_bytes content_type)
{
    return msk_media_type_is(content_type, shapes[kind].media_type) ||
           (kind == MSK_BODY_MSK_RESPONSE &&
            msk_media_type_is(content_type,
                              shapes[MSK_BODY_MSK_REQUEST].media_type));
}

int
msk_body_read(const struct msk_xml *xml, enum msk_body_kind kind,
              struct msk_bytes content_type, struct msk_bytes body,
              msk_body_sink_fn *sink, void *arg)
{
    static const struct msk_xml_sink events = { on_body_start, on_body_end };
    const struct shape *shape = shape_of(kind);
    struct body_reading r;
    int err;

    if (xml == NULL || xml->size < MSK_SIZE_UPTO(msk_xml, read) ||
        xml->read == NULL || shape == NULL || sink == NULL)
        return MSK_ERR_ARGUMENT;
    if (!is_media_type(kind, content_type))
        return MSK_ERR_MEDIA_TYPE;
    memset(&r, 0, sizeof r);
    r.shape = shape;
    r.sink = sink;
    r.arg = arg;
    msk_xml_walk_init(&r.walk, shape->ns, shape->root, shape->rules,
                      shape->n_rules);
    err = xml->read(xml->user, body, &events, &r);
    return err == MSK_OK && r.n == 0 ? MSK_ERR_MISSING : err;
}

/* What follows the number in a ResponseCode; nothing for most. */
static const char *
phrase(int code)
{
    switch (code) {
    case 200: return " OK";
    case 204: return " No Content";
    case 400: return " Bad Request";
    case 401: return " Unauthorized";
    case 403: return " Forbidden";
    case 404: return " Not Found";
    case 503: return " Service Unavailable";
    default: return "";
    }
}

static void
put_item(struct msk_writer *w, const struct shape *shape,
         const struct msk_body_item *item)
{
    if (shape->item == RESPONSE)
        msk_xml_put_tag(w, "Response", false);
    if ((shape->needs & HAS_SERVICE) != 0) {
        msk_xml_put_tag(w, "serviceID", false);
        msk_xml_put_text(w, item->service);
        msk_xml_put_tag(w, "serviceID", true);
    } else {
        msk_xml_put_msk(w, item->domain, item->msk_id);
    }
    if (shape->item != RESPONSE)
        return;
    msk_xml_put_tag(w, "ResponseCode", false);
    msk_xml_put_number(w, (uint64_t)item->code);
    msk_xml_put(w, phrase(item->code));
    msk_xml_put_tag(w, "ResponseCode", true);
    msk_xml_put_tag(w, "Response", true);
}

static bool
may_write_item(const struct shape *shape, const struct msk_body_item *item)
{
    return ((shape->needs & HAS_SERVICE) == 0 ||
            is_service_text(item->service)) &&
           (shape->item != RESPONSE || is_code(item->code));
}

int
msk_body_write(enum msk_body_kind kind, const struct msk_body_item *items,
               size_t n, uint8_t *buf, size_t cap, size_t *len)
{
    const struct shape *shape = shape_of(kind);
    struct msk_writer w;

    if (shape == NULL || items == NULL || n == 0 || n > MSK_BODY_ITEMS_MAX ||
        len == NULL)
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf, cap < MSK_HTTP_BODY_MAX ? cap : MSK_HTTP_BODY_MAX);
    msk_xml_put_root(&w, shape->root, shape->ns);
    for (size_t i = 0; i < n; i++) {
        if (!may_write_item(shape, &items[i]))
            return MSK_ERR_ARGUMENT;
        put_item(&w, shape, &items[i]);
    }
    msk_xml_put_tag(&w, shape->root, true);
    return msk_writer_end(&w, len);
}
