/* SPDX-License-Identifier: MIT */
#include "announced.h"

#include <stdlib.h>
#include <string.h>

#include "../hosts/fields.h"
#include "bundle.h"
#include "mime.h"
#include "msk/announcement.h"

/* What was announced, taken apart. */
struct pieces {
    struct mime_part part[ANNOUNCED_PARTS];
    enum bundle_kind kind[ANNOUNCED_PARTS];
    size_t n;
    char service[BUNDLE_URI_MAX], uri[BUNDLE_URI_MAX];
    bool has_bundle, ambiguous;
    uint8_t *room; /* for fragments that stood inside others */
    size_t room_n, room_cap;
};

static uint8_t first_octets[ANNOUNCED_MAX], fragments[ANNOUNCED_MAX];

static bool
read_file(const char *path, uint8_t *out, size_t cap, size_t *n)
{
    FILE *file = fopen(path, "rb");

    *n = file != NULL ? fread(out, 1, cap, file) : 0;
    if (file != NULL)
        (void)fclose(file);
    return *n > 0 && *n < cap;
}

static uint8_t
first_of(struct msk_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == 0 || strchr(" \t\r\n\xEF\xBB\xBF", text.p[i]) == NULL)
            return text.p[i];
    return 0;
}

/* A fragment that stood in an envelope becomes a part like the others. */
static bool
add_fragment(void *arg, struct msk_bytes uri, struct msk_bytes text)
{
    struct pieces *p = arg;
    struct mime_part *part = &p->part[p->n];
    uint8_t *to = p->room + p->room_n;

    if (p->n == ANNOUNCED_PARTS || uri.n + text.n > p->room_cap - p->room_n)
        return false;
    memset(part, 0, sizeof *part);
    if (uri.n > 0)
        memcpy(to, uri.p, uri.n);
    if (text.n > 0)
        memcpy(to + uri.n, text.p, text.n);
    part->location = (struct msk_bytes){ to, uri.n };
    part->body = (struct msk_bytes){ to + uri.n, text.n };
    p->room_n += uri.n + text.n;
    p->n++;
    return true;
}

static bool
is_plain(struct msk_bytes encoding)
{
    static const char *const plain[] = { "7bit", "8bit", "binary" };

    for (size_t i = 0; i < 3; i++)
        if (fields_is(encoding, plain[i]))
            return true;
    return encoding.n == 0;
}

static const char *
look_at(struct pieces *p, size_t i, const char *service)
{
    struct bundle bundle = { .fragment = add_fragment, .arg = p };

    p->kind[i] = BUNDLE_OTHER;
    if (!is_plain(p->part[i].encoding))
        return "a part of it is encoded";
    if (first_of(p->part[i].body) != '<')
        return NULL;
    if (!bundle_read(&bundle, p->part[i].body, service))
        return "its XML is not well formed, or too large";
    p->kind[i] = bundle.kind;
    if (bundle.kind != BUNDLE_SERVICES)
        return NULL;
    if (service == NULL && bundle.services > 1)
        return "it has several services; --service says which one";
    p->has_bundle = true;
    if (bundle.found) {
        strcpy(p->service, bundle.service);
        strcpy(p->uri, bundle.uri);
        p->ambiguous = bundle.ambiguous;
    }
    return NULL;
}

/* --- the part that is wanted ---------------------------------------------- */

static struct msk_bytes
last_part(struct msk_bytes uri)
{
    for (size_t i = uri.n; i > 0; i--)
        if (uri.p[i - 1] == '/')
            return (struct msk_bytes){ uri.p + i, uri.n - i };
    return uri;
}

static bool
same(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && a.n > 0 && memcmp(a.p, b.p, a.n) == 0;
}

/* By its whole URI, else by the last part of that, else the only one. */
static const struct mime_part *
choose(const struct pieces *p)
{
    const struct mime_part *only = NULL;
    struct msk_bytes uri = msk_text(p->uri);
    size_t n = 0;

    for (int whole = 1; whole >= 0; whole--)
        for (size_t i = 0; i < p->n; i++) {
            struct msk_bytes at = p->part[i].location;

            if (p->kind[i] == BUNDLE_SECURITY &&
                same(whole == 1 ? at : last_part(at),
                     whole == 1 ? uri : last_part(uri)))
                return &p->part[i];
        }
    for (size_t i = 0; i < p->n; i++)
        if (p->kind[i] == BUNDLE_SECURITY) {
            only = &p->part[i];
            n++;
        }
    return n == 1 && (!p->has_bundle || only->location.n == 0) ? only : NULL;
}

/* The file of that name in the folder of the bundle. */
static bool
read_beside(const struct host *h, struct pieces *p, struct msk_bytes *out)
{
    const char *bundle = h->options.announcement;
    struct msk_bytes name = last_part(msk_text(p->uri));
    const char *slash = strrchr(bundle, '/');
    int folder = slash != NULL ? (int)(slash - bundle) + 1 : 0;
    char path[4096];
    size_t n;
    int len = snprintf(path, sizeof path, "%.*s%.*s", folder, bundle,
                       (int)name.n, (const char *)name.p);

    if (name.n == 0 || len < 0 || (size_t)len >= sizeof path ||
        !read_file(path, p->room + p->room_n, p->room_cap - p->room_n, &n))
        return false;
    *out = (struct msk_bytes){ p->room + p->room_n, n };
    return true;
}

static const char *
read_fragment(struct host *h, struct pieces *p)
{
    const struct mime_part *part = choose(p);
    struct msk_bytes document = { NULL, 0 };
    const char *service = h->options.service;

    if (p->has_bundle && p->service[0] == '\0')
        return "it has no such service";
    if (p->ambiguous)
        return "the service has several securityDescriptions";
    if (p->has_bundle && p->uri[0] == '\0')
        return "the service is not protected: it has no "
               "protectionDescriptionURI";
    if (part != NULL)
        document = part->body;
    else if (!p->has_bundle || !read_beside(h, p, &document))
        return "its securityDescription is not there";
    if (p->has_bundle)
        service = p->service;
    if (service == NULL)
        return "it does not say which service it is for; --service does";
    h->service.size = sizeof h->service;
    return msk_announcement_read(&h->xml, document, msk_text(service), h->arena,
                                 sizeof h->arena, &h->service) == MSK_OK
               ? NULL
               : "its securityDescription is not as TS 26.346 has it";
}

static const char *
take_apart(struct host *h, struct msk_bytes all, struct pieces *p)
{
    const char *why = NULL;

    p->room = fragments;
    p->room_cap = sizeof fragments;
    p->n = 1;
    p->part[0].body = all;
    if (mime_is(all) && !mime_split(all, p->part, ANNOUNCED_PARTS, &p->n))
        return "it is no whole multipart document";
    for (size_t i = 0; why == NULL && i < p->n; i++)
        why = look_at(p, i, h->options.service);
    return why;
}

static const char *
read_all(struct host *h, struct msk_bytes all)
{
    static struct pieces p;
    const char *why = take_apart(h, all, &p);

    for (size_t i = 0; why == NULL && i < p.n; i++) {
        uint8_t first = first_of(p.part[i].body);

        if (first != '{' && first != '[')
            continue;
        if (h->options.service == NULL)
            return "--service is missing";
        return json_service(h, p.part[i].body);
    }
    return why != NULL ? why : read_fragment(h, &p);
}

int
announced_read(struct host *h)
{
    char text[256];
    size_t n;
    const char *why = "it cannot be read, or is too large";

    if (read_file(h->options.announcement, first_octets, sizeof first_octets,
                  &n))
        why = read_all(h, (struct msk_bytes){ first_octets, n });
    if (why == NULL)
        return MSK_OK;
    (void)snprintf(text, sizeof text, "the announcement: %s", why);
    event_error(&h->log, text);
    return MSK_ERR_ARGUMENT;
}
