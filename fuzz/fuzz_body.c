/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets are a body of the key management procedures.
 * Whatever they are,
 *
 *   - reading ends with MSK_OK or says that the message is no good;
 *   - no more than 64 items come, each as the schema says, each service in
 *     memory that is there;
 *   - at most one kind takes them, and what was read, written and read again
 *     is the same;
 *   - the heap is whole again, and never held more than it may.
 *
 * They are also a media type, a request-target and a URI.
 */
#include <stdlib.h>
#include <string.h>

#include "http/http_message.h"
#include "http/uri.h"
#include "http/xml_text.h"
#include "msk/body.h"
#include "msk/xml_expat.h"
#include "target.h"

/* A heap that counts. */
static size_t held, blocks;

union head {
    size_t n;
    long double real;
};

static void *
give(union head *head, size_t n)
{
    REQUIRE(head != NULL);
    head->n = n;
    held += n;
    blocks++;
    REQUIRE(held <= MSK_XML_EXPAT_HEAP_MAX);
    return head + 1;
}

static void
take_back(const union head *head)
{
    held -= head->n;
    blocks--;
}

static void *
heap_alloc(void *user, size_t n)
{
    (void)user;
    return give(malloc(sizeof(union head) + n), n);
}

static void *
heap_resize(void *user, void *p, size_t n)
{
    union head *head = (union head *)p - 1;

    (void)user;
    take_back(head);
    return give(realloc(head, sizeof *head + n), n);
}

static void
heap_release(void *user, void *p)
{
    union head *head = (union head *)p - 1;

    (void)user;
    take_back(head);
    free(head);
}

static const struct msk_xml_heap heap = { sizeof heap, NULL, heap_alloc,
                                          heap_resize, heap_release };

/* Items that were read, with the octets of their services. */
struct list {
    enum msk_body_kind kind;
    struct msk_body_item items[MSK_BODY_ITEMS_MAX];
    uint8_t services[MSK_BODY_ITEMS_MAX][MSK_SERVICE_ID_MAX];
    size_t n;
};

static bool
names_services(enum msk_body_kind kind)
{
    return kind <= MSK_BODY_REGISTER_RESPONSE;
}

static int
keep(void *arg, const struct msk_body_item *item)
{
    struct list *list = arg;
    bool is_response = list->kind == MSK_BODY_REGISTER_RESPONSE ||
                       list->kind == MSK_BODY_MSK_RESPONSE;

    REQUIRE(list->n < MSK_BODY_ITEMS_MAX);
    REQUIRE(item->service.n <= MSK_SERVICE_ID_MAX);
    REQUIRE(names_services(list->kind) == (item->service.n > 0));
    REQUIRE(msk_xml_is_text(item->service));
    REQUIRE(is_response ? item->code >= 100 && item->code <= 599
                        : item->code == 0);
    list->items[list->n] = *item;
    if (item->service.n > 0) {
        memcpy(list->services[list->n], item->service.p, item->service.n);
        list->items[list->n].service.p = list->services[list->n];
    }
    list->n++;
    return MSK_OK;
}

static int
take(struct list *list, enum msk_body_kind kind, struct msk_bytes body)
{
    struct msk_xml xml;
    int err;

    list->kind = kind;
    list->n = 0;
    REQUIRE(msk_xml_expat_init(&xml, &heap) == MSK_OK);
    err =
        msk_body_read(&xml, kind, msk_body_media_type(kind), body, keep, list);
    REQUIRE(blocks == 0 && held == 0);
    REQUIRE(err == MSK_OK || err == MSK_ERR_SPACE ||
            msk_err_kind(err) == MSK_KIND_DROP);
    REQUIRE(err != MSK_OK || list->n > 0);
    return err;
}

/* A body of another media type is not looked at; a response may have that of
 * the request, as in the example of the standard. */
static void
check_types(enum msk_body_kind kind, struct msk_bytes body)
{
    static struct list list;
    struct msk_xml xml;

    list.kind = kind;
    list.n = 0;
    REQUIRE(msk_xml_expat_init(&xml, &heap) == MSK_OK);
    REQUIRE(msk_body_read(&xml, kind, msk_text("text/xml"), body, keep,
                          &list) == MSK_ERR_MEDIA_TYPE);
    REQUIRE(list.n == 0);
    if (kind == MSK_BODY_MSK_RESPONSE)
        REQUIRE(msk_body_read(&xml, kind,
                              msk_body_media_type(MSK_BODY_MSK_REQUEST), body,
                              keep, &list) == MSK_OK);
}

static void
check_again(const struct list *list)
{
    static struct list again;
    static uint8_t body[MSK_HTTP_BODY_MAX];
    struct msk_bytes written = { body, 0 };
    int err = msk_body_write(list->kind, list->items, list->n, body,
                             sizeof body, &written.n);

    REQUIRE(err == MSK_OK || err == MSK_ERR_SPACE);
    if (err != MSK_OK)
        return;
    REQUIRE(take(&again, list->kind, written) == MSK_OK);
    REQUIRE(again.n == list->n);
    for (size_t i = 0; i < list->n; i++) {
        const struct msk_body_item *a = &list->items[i], *b = &again.items[i];

        REQUIRE(a->code == b->code && a->service.n == b->service.n);
        REQUIRE(memcmp(a->domain, b->domain, sizeof a->domain) == 0);
        REQUIRE(memcmp(a->msk_id, b->msk_id, sizeof a->msk_id) == 0);
        REQUIRE(a->service.n == 0 ||
                memcmp(a->service.p, b->service.p, a->service.n) == 0);
    }
}

static void
check_inside(struct msk_bytes view, struct msk_bytes whole)
{
    if (view.n == 0)
        return;
    REQUIRE(view.p >= whole.p && view.n <= whole.n);
    REQUIRE((size_t)(view.p - whole.p) <= whole.n - view.n);
}

/* A target is taken for one of three procedures, or has a status; one with an
 * octet that may not stand in a request line is never taken. */
static void
check_target(struct msk_bytes target)
{
    struct msk_http_request request = { .size = sizeof request };
    enum msk_procedure procedure;
    int status;

    if (target.n == 0)
        return;
    request.method = msk_text("POST");
    request.target = target;
    status = msk_http_procedure(&request, &procedure);
    REQUIRE(status == 0 || status == 404 || status == 501);
    REQUIRE(status != 0 || (procedure >= 1 && procedure <= 3));
    REQUIRE(status != 0 || msk_xml_is_text(target));
}

/* A target written after any base that it takes is read as what it is. */
static void
check_base(struct msk_bytes base)
{
    struct msk_http_request request = { .size = sizeof request };
    enum msk_procedure want = (enum msk_procedure)(1 + base.n % 3), got;
    uint8_t target[2048];
    size_t len;
    int err = msk_http_target(want, base, target, sizeof target, &len);

    REQUIRE(err == MSK_OK || err == MSK_ERR_ARGUMENT || err == MSK_ERR_SPACE);
    if (err != MSK_OK)
        return;
    request.method = msk_text("POST");
    request.target = (struct msk_bytes){ target, len };
    REQUIRE(msk_http_procedure(&request, &got) == 0 && got == want);
}

static void
check_uri(struct msk_bytes text)
{
    struct msk_uri uri;

    if (!msk_uri_split(text, &uri))
        return;
    check_inside(uri.scheme, text);
    check_inside(uri.host, text);
    check_inside(uri.port, text);
    check_inside(uri.path, text);
    REQUIRE(uri.host.n > 0 && uri.host.n <= MSK_FQDN_MAX);
    REQUIRE(uri.path.n == 0 || uri.path.p[0] == '/');
    REQUIRE(msk_xml_is_text(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct list list;
    struct msk_bytes octets = { data, size };
    unsigned taken = 0;

    for (int kind = MSK_BODY_REGISTER; kind <= MSK_BODY_MSK_RESPONSE; kind++) {
        int err = take(&list, (enum msk_body_kind)kind, octets);

        if (err == MSK_OK) {
            taken++;
            check_types((enum msk_body_kind)kind, octets);
            check_again(&list);
        } else if (err != MSK_ERR_KIND) {
            break; /* no other kind will have it */
        }
    }
    REQUIRE(taken <= 1);
    check_target(octets);
    check_base(octets);
    check_uri(octets);
    if (msk_media_type_is(octets, "application/mbms-msk+xml"))
        REQUIRE(!msk_media_type_is(octets, "application/mbms-msk"));
    return 0;
}
