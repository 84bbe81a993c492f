/* SPDX-License-Identifier: MIT */
#include "fake_xml.h"

#include <string.h>

#define TEXT_MAX 512

struct reading {
    struct msk_bytes rest;
    const struct msk_xml_sink *sink;
    void *arg;
    struct msk_bytes ns;
    struct msk_bytes open[MSK_XML_DEPTH_MAX];
    size_t depth;
    size_t passed; /* open elements that the sink passed by */
    uint8_t text[TEXT_MAX];
    size_t n_text;
};

static bool
begins(struct msk_bytes b, const char *text)
{
    return b.n >= strlen(text) && memcmp(b.p, text, strlen(text)) == 0;
}

/* What stands before the next `end`, which is taken away too. */
static bool
cut(struct msk_bytes *rest, char end, struct msk_bytes *out)
{
    const uint8_t *at = rest->n > 0 ? memchr(rest->p, end, rest->n) : NULL;

    if (at == NULL)
        return false;
    *out = (struct msk_bytes){ rest->p, (size_t)(at - rest->p) };
    rest->n -= out->n + 1;
    rest->p = at + 1;
    return true;
}

/* One character, or one of the entities. */
static bool
take_text(struct reading *r)
{
    static const struct {
        const char *name, *is;
    } entities[] = {
        { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }
    };
    size_t n = 0;

    if (r->n_text == TEXT_MAX)
        return false;
    for (size_t i = 0; i < 4; i++)
        if (begins(r->rest, entities[i].name)) {
            n = strlen(entities[i].name);
            r->text[r->n_text++] = (uint8_t)entities[i].is[0];
        }
    if (n == 0) {
        if (r->rest.p[0] == '&')
            return false;
        r->text[r->n_text++] = r->rest.p[0];
        n = 1;
    }
    r->rest.p += n;
    r->rest.n -= n;
    return true;
}

/* The root alone has an attribute, its namespace. */
static bool
take_name(struct reading *r, struct msk_bytes tag, struct msk_bytes *name)
{
    static const char xmlns[] = " xmlns=\"";
    const size_t n = sizeof xmlns - 1;

    *name = tag;
    if (r->depth > 0)
        return tag.n > 0 && memchr(tag.p, ' ', tag.n) == NULL;
    if (tag.n == 0 || !cut(&tag, ' ', name))
        return false;
    tag.p--;
    tag.n++;
    if (!begins(tag, xmlns) || tag.p[tag.n - 1] != '"' || tag.n <= n)
        return false;
    r->ns = (struct msk_bytes){ tag.p + n, tag.n - n - 1 };
    return true;
}

static int
take_start(struct reading *r, struct msk_bytes tag)
{
    struct msk_bytes name;
    int err;

    if (r->depth == MSK_XML_DEPTH_MAX || !take_name(r, tag, &name))
        return MSK_ERR_XML;
    r->open[r->depth++] = name;
    r->n_text = 0;
    err = r->passed > 0 ? MSK_XML_PASS_BY
                        : r->sink->start(r->arg, r->ns, name, NULL, 0);
    if (err != MSK_XML_PASS_BY)
        return err;
    r->passed++;
    return MSK_OK;
}

static int
take_end(struct reading *r, struct msk_bytes tag)
{
    struct msk_bytes name = { tag.p + 1, tag.n - 1 };
    struct msk_bytes text = { r->text, r->n_text };

    if (r->depth == 0 || r->open[r->depth - 1].n != name.n ||
        memcmp(r->open[r->depth - 1].p, name.p, name.n) != 0)
        return MSK_ERR_XML;
    r->depth--;
    r->n_text = 0;
    if (r->passed > 0) {
        r->passed--;
        return MSK_OK;
    }
    return r->sink->end(r->arg, r->ns, name, text);
}

static int
step(struct reading *r)
{
    struct msk_bytes tag;

    if (r->rest.p[0] != '<')
        return r->depth > 0 && take_text(r) ? MSK_OK : MSK_ERR_XML;
    r->rest.p++;
    r->rest.n--;
    if (!cut(&r->rest, '>', &tag) || tag.n == 0)
        return MSK_ERR_XML;
    return tag.p[0] == '/' ? take_end(r, tag) : take_start(r, tag);
}

static int
read_all(void *user, struct msk_bytes document, const struct msk_xml_sink *sink,
         void *arg)
{
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    const struct fake_xml *fake = user;
    struct reading r;
    int err;

    if (fake->fails != 0)
        return fake->fails;
    memset(&r, 0, sizeof r);
    r.rest = document;
    r.sink = sink;
    r.arg = arg;
    if (!begins(r.rest, head))
        return MSK_ERR_XML;
    r.rest.p += sizeof head - 1;
    r.rest.n -= sizeof head - 1;
    do
        err = r.rest.n > 0 ? step(&r) : MSK_ERR_XML;
    while (err == MSK_OK && r.depth > 0);
    return err == MSK_OK && r.rest.n > 0 ? MSK_ERR_XML : err;
}

void
fake_xml_start(struct fake_xml *fake)
{
    fake->xml.size = sizeof fake->xml;
    fake->xml.user = fake;
    fake->xml.read = read_all;
    fake->fails = 0;
}
