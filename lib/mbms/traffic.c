/* SPDX-License-Identifier: MIT */
/* How traffic names the MTK that protects it. TS 33.246 6.6. */
#include "msk/traffic.h"

#include "base/bytes.h"
#include "msk/base64.h"

void
msk_mki_pack(const struct msk_key_id *id, uint16_t mtk_id,
             uint8_t out[MSK_MKI_LEN])
{
    struct msk_writer w;

    if (id == NULL || out == NULL)
        return;
    msk_writer_init(&w, out, MSK_MKI_LEN);
    msk_writer_u16(&w, id->group);
    msk_writer_u16(&w, id->number);
    msk_writer_u16(&w, mtk_id);
}

void
msk_mki_unpack(const uint8_t mki[MSK_MKI_LEN], struct msk_key_id *id,
               uint16_t *mtk_id)
{
    struct msk_reader r;

    if (mki == NULL || id == NULL || mtk_id == NULL)
        return;
    msk_reader_init(&r, mki, MSK_MKI_LEN);
    id->group = msk_reader_u16(&r);
    id->number = msk_reader_u16(&r);
    *mtk_id = msk_reader_u16(&r);
}

void
msk_dcf_key_id(const struct msk_key_id *id, uint16_t mtk_id,
               uint8_t out[MSK_DCF_KEY_ID_LEN])
{
    struct msk_writer w;

    if (id == NULL || out == NULL)
        return;
    msk_key_id_pack(id, out);
    msk_writer_init(&w, out + MSK_KEY_ID_LEN, 2);
    msk_writer_u16(&w, mtk_id);
}

int
msk_dcf_key_id_text(const struct msk_key_id *id, uint16_t mtk_id,
                    uint8_t out[MSK_DCF_KEY_ID_TEXT_LEN])
{
    uint8_t octets[MSK_DCF_KEY_ID_LEN];
    size_t len;

    if (id == NULL || out == NULL)
        return MSK_ERR_ARGUMENT;
    msk_dcf_key_id(id, mtk_id, octets);
    return msk_base64_encode((struct msk_bytes){ octets, sizeof octets }, out,
                             MSK_DCF_KEY_ID_TEXT_LEN, &len);
}
