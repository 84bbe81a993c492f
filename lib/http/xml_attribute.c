/* SPDX-License-Identifier: MIT */
#include "http/xml_attribute.h"

#include "http/view.h"
#include "http/xml_value.h"

const struct msk_bytes *
msk_xml_attribute(const struct msk_xml_attributes *attributes, const char *name)
{
    for (size_t i = 0; i < attributes->n; i++)
        if (msk_view_is(attributes->p[i].name, name))
            return &attributes->p[i].value;
    return NULL;
}

static int
take_number(const struct msk_xml_attributes *attributes, const char *name,
            uint64_t most, uint64_t *out)
{
    const struct msk_bytes *value = msk_xml_attribute(attributes, name);

    return value != NULL ? msk_xml_number(*value, most, out) : MSK_OK;
}

int
msk_xml_attribute_u64(const struct msk_xml_attributes *attributes,
                      const char *name, uint64_t *out)
{
    return take_number(attributes, name, UINT64_MAX, out);
}

int
msk_xml_attribute_u32(const struct msk_xml_attributes *attributes,
                      const char *name, uint32_t *out)
{
    uint64_t value = *out;
    int err = take_number(attributes, name, UINT32_MAX, &value);

    *out = (uint32_t)value;
    return err;
}

int
msk_xml_attribute_boolean(const struct msk_xml_attributes *attributes,
                          const char *name, bool *out)
{
    const struct msk_bytes *value = msk_xml_attribute(attributes, name);

    return value != NULL ? msk_xml_boolean(*value, out) : MSK_OK;
}

int
msk_xml_attribute_switch(const struct msk_xml_attributes *attributes,
                         const char *name, enum msk_switch *out)
{
    const struct msk_bytes *value = msk_xml_attribute(attributes, name);
    bool on;
    int err;

    if (value == NULL)
        return MSK_OK;
    err = msk_xml_boolean(*value, &on);
    *out = on ? MSK_SWITCH_ON : MSK_SWITCH_OFF;
    return err;
}
