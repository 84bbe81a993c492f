/* SPDX-License-Identifier: MIT */
#include "http/xml_write.h"

#include "base/base64.h"

void
msk_xml_put(struct msk_writer *w, const char *text)
{
    struct msk_bytes octets = msk_text(text);

    msk_writer_put(w, octets.p, octets.n);
}

void
msk_xml_put_root(struct msk_writer *w, const char *root, const char *ns)
{
    msk_xml_put(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    msk_xml_put(w, root);
    msk_xml_put(w, " xmlns=\"");
    msk_xml_put(w, ns);
    msk_xml_put(w, "\">");
}

void
msk_xml_put_tag(struct msk_writer *w, const char *name, bool end)
{
    msk_xml_put(w, end ? "</" : "<");
    msk_xml_put(w, name);
    msk_xml_put(w, ">");
}

void
msk_xml_put_text(struct msk_writer *w, struct msk_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        switch (text.p[i]) {
        case '&': msk_xml_put(w, "&amp;"); break;
        case '<': msk_xml_put(w, "&lt;"); break;
        case '>': msk_xml_put(w, "&gt;"); break;
        case '"': msk_xml_put(w, "&quot;"); break;
        default: msk_writer_u8(w, text.p[i]); break;
        }
}

void
msk_xml_put_number(struct msk_writer *w, uint64_t number)
{
    uint64_t unit = 1;

    while (number / unit >= 10)
        unit *= 10;
    for (; unit > 0; unit /= 10)
        msk_writer_u8(w, (uint8_t)('0' + number / unit % 10));
}

/* What stands in front of a value and after it. */
static void
open_attribute(struct msk_writer *w, const char *name)
{
    msk_xml_put(w, " ");
    msk_xml_put(w, name);
    msk_xml_put(w, "=\"");
}

void
msk_xml_put_attribute(struct msk_writer *w, const char *name,
                      struct msk_bytes value)
{
    open_attribute(w, name);
    msk_xml_put_text(w, value);
    msk_xml_put(w, "\"");
}

void
msk_xml_put_attribute_number(struct msk_writer *w, const char *name,
                             uint64_t value)
{
    open_attribute(w, name);
    msk_xml_put_number(w, value);
    msk_xml_put(w, "\"");
}

void
msk_xml_put_attribute_boolean(struct msk_writer *w, const char *name,
                              bool value)
{
    open_attribute(w, name);
    msk_xml_put(w, value ? "true\"" : "false\"");
}

void
msk_xml_put_octets(struct msk_writer *w, const uint8_t *p, size_t n)
{
    uint8_t text[8];
    size_t len = 0;

    if (msk_base64_encode((struct msk_bytes){ p, n }, text, sizeof text,
                          &len) == MSK_OK)
        msk_writer_put(w, text, len);
}

void
msk_xml_put_msk(struct msk_writer *w, const uint8_t domain[3],
                const uint8_t msk_id[4])
{
    msk_xml_put(w, "<MSK><keyDomainID>");
    msk_xml_put_octets(w, domain, 3);
    msk_xml_put(w, "</keyDomainID><MSKID>");
    msk_xml_put_octets(w, msk_id, 4);
    msk_xml_put(w, "</MSKID></MSK>");
}
