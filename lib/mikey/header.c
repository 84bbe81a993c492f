/* SPDX-License-Identifier: MIT */
#include "mikey/header.h"

/* Octets of CS ID map info; an SRTP-ID entry for each CS, or nothing: the "16
 * bits" of RFC 3830 6.1 are an editorial slip that nobody sends. */
static int
map_len(const struct msk_mikey_header *header, size_t *len)
{
    switch (header->map_type) {
    case MSK_MAP_SRTP_ID:
        *len = (size_t)header->n_cs * MSK_HEADER_SRTP_ID;
        return MSK_OK;
    case MSK_MAP_EMPTY: *len = 0; return MSK_OK;
    default: return MSK_ERR_UNSUPPORTED;
    }
}

int
msk_header_get_fields(struct msk_reader *r, struct msk_mikey_header *header,
                      uint8_t *next)
{
    uint8_t version = msk_reader_u8(r);
    uint8_t v_prf;

    header->data_type = msk_reader_u8(r);
    *next = msk_reader_u8(r);
    v_prf = msk_reader_u8(r);
    header->v = v_prf >> 7 != 0;
    header->prf = v_prf & 0x7F;
    header->csb_id = msk_reader_u32(r);
    header->n_cs = msk_reader_u8(r);
    header->map_type = msk_reader_u8(r);
    if (r->bad)
        return MSK_ERR_TRUNCATED;
    return version == MSK_HEADER_VERSION ? MSK_OK : MSK_ERR_VERSION;
}

int
msk_header_get_map(struct msk_reader *r, struct msk_mikey_header *header)
{
    size_t n;

    if (map_len(header, &n) != MSK_OK)
        return MSK_ERR_UNSUPPORTED;
    msk_reader_take(r, n, &header->map);
    return r->bad ? MSK_ERR_TRUNCATED : MSK_OK;
}

int
msk_header_get(struct msk_reader *r, struct msk_mikey_header *header,
               uint8_t *next)
{
    int err = msk_header_get_fields(r, header, next);

    return err == MSK_OK ? msk_header_get_map(r, header) : err;
}

int
msk_header_check_map(const struct msk_mikey_header *header)
{
    size_t n;

    if (map_len(header, &n) != MSK_OK)
        return MSK_ERR_UNSUPPORTED;
    return header->map.n == n ? MSK_OK : MSK_ERR_LENGTH;
}

int
msk_header_put_fields(struct msk_writer *w,
                      const struct msk_mikey_header *header)
{
    unsigned v = header->v ? 0x80 : 0;

    if (header->prf > 0x7F)
        return MSK_ERR_LENGTH;
    msk_writer_u8(w, MSK_HEADER_VERSION);
    msk_writer_u8(w, header->data_type);
    msk_writer_u8(w, MSK_PAYLOAD_LAST);
    msk_writer_u8(w, (uint8_t)(v | header->prf));
    msk_writer_u32(w, header->csb_id);
    msk_writer_u8(w, header->n_cs);
    msk_writer_u8(w, header->map_type);
    msk_writer_put(w, header->map.p, header->map.n);
    return MSK_OK;
}

int
msk_header_put(struct msk_writer *w, const struct msk_mikey_header *header)
{
    int err = msk_header_check_map(header);

    return err == MSK_OK ? msk_header_put_fields(w, header) : err;
}
