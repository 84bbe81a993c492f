/* SPDX-License-Identifier: MIT */
#include "bundle.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define FRAGMENT_MAX 65536

struct scan {
    XML_Parser parser;
    struct bundle *bundle;
    const char *wanted;
    size_t depth;
    bool bad, in_service, in_fragment;
    char item[BUNDLE_URI_MAX]; /* whose fragment is open */
    char *text;
    size_t n;
};

static void
stop(struct scan *s)
{
    s->bad = true;
    XML_StopParser(s->parser, XML_FALSE);
}

/* Names are compared without their namespace, which changes with releases. */
static const char *
local(const XML_Char *name)
{
    const char *at = strrchr(name, '\n');

    return at != NULL ? at + 1 : name;
}

static const char *
attribute(const XML_Char **atts, const char *name)
{
    for (; *atts != NULL; atts += 2)
        if (strcmp(atts[0], name) == 0)
            return atts[1];
    return NULL;
}

static bool
copy(char out[BUNDLE_URI_MAX], const char *text)
{
    if (text == NULL || strlen(text) >= BUNDLE_URI_MAX)
        return false;
    strcpy(out, text);
    return true;
}

static enum bundle_kind
kind_of(const char *root)
{
    if (strcmp(root, "securityDescription") == 0)
        return BUNDLE_SECURITY;
    if (strcmp(root, "bundleDescription") == 0)
        return BUNDLE_SERVICES;
    return strcmp(root, "metadataEnvelope") == 0 ? BUNDLE_ENVELOPE
                                                 : BUNDLE_OTHER;
}

static void
start_service(struct scan *s, const char *id)
{
    struct bundle *b = s->bundle;

    b->services++;
    s->in_service =
        s->wanted == NULL || (id != NULL && strcmp(id, s->wanted) == 0);
    if (s->in_service && !copy(b->service, id))
        stop(s);
    b->found = b->found || s->in_service;
}

static void
start_delivery(struct scan *s, const char *uri)
{
    struct bundle *b = s->bundle;

    if (!s->in_service || uri == NULL)
        return;
    b->ambiguous =
        b->ambiguous || (b->uri[0] != '\0' && strcmp(b->uri, uri) != 0);
    if (!copy(b->uri, uri))
        stop(s);
}

static void XMLCALL
on_start(void *user, const XML_Char *full, const XML_Char **atts)
{
    struct scan *s = user;
    const char *name = local(full);

    if (++s->depth > DEPTH_MAX) {
        stop(s);
    } else if (s->depth == 1) {
        s->bundle->kind = kind_of(name);
    } else if (s->bundle->kind == BUNDLE_SERVICES) {
        if (s->depth == 2 && strcmp(name, "userServiceDescription") == 0)
            start_service(s, attribute(atts, "serviceId"));
        else if (strcmp(name, "deliveryMethod") == 0)
            start_delivery(s, attribute(atts, "protectionDescriptionURI"));
    } else if (s->bundle->kind == BUNDLE_ENVELOPE) {
        if (strcmp(name, "item") == 0 &&
            !copy(s->item, attribute(atts, "metadataURI")))
            s->item[0] = '\0';
        s->in_fragment = strcmp(name, "metadataFragment") == 0;
        s->n = 0;
    }
}

static void XMLCALL
on_end(void *user, const XML_Char *full)
{
    struct scan *s = user;
    const struct bundle *b = s->bundle;

    (void)full;
    if (--s->depth == 1)
        s->in_service = false;
    if (s->in_fragment &&
        !b->fragment(b->arg, msk_text(s->item),
                     (struct msk_bytes){ (const uint8_t *)s->text, s->n }))
        stop(s);
    s->in_fragment = false;
}

static void XMLCALL
on_text(void *user, const XML_Char *piece, int n)
{
    struct scan *s = user;

    if (!s->in_fragment)
        return;
    if ((size_t)n > FRAGMENT_MAX - s->n) {
        stop(s);
        return;
    }
    memcpy(s->text + s->n, piece, (size_t)n);
    s->n += (size_t)n;
}

static void XMLCALL
on_doctype(void *user, const XML_Char *name, const XML_Char *system,
           const XML_Char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(user);
}

bool
bundle_read(struct bundle *bundle, struct msk_bytes document,
            const char *service)
{
    struct scan s = { .bundle = bundle, .wanted = service };
    bool fine;

    s.text = malloc(FRAGMENT_MAX);
    s.parser = XML_ParserCreateNS("UTF-8", '\n');
    fine = s.text != NULL && s.parser != NULL;
    if (fine) {
        XML_SetUserData(s.parser, &s);
        XML_SetElementHandler(s.parser, on_start, on_end);
        XML_SetCharacterDataHandler(s.parser, on_text);
        XML_SetStartDoctypeDeclHandler(s.parser, on_doctype);
        fine = XML_Parse(s.parser, (const char *)document.p, (int)document.n,
                         XML_TRUE) == XML_STATUS_OK &&
               !s.bad;
    }
    if (s.parser != NULL)
        XML_ParserFree(s.parser);
    free(s.text);
    return fine;
}
