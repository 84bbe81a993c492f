/* SPDX-License-Identifier: MIT */
/*
 * An image holds the whole store: "MSKF", a version, the size of a slot in 4
 * octets, a sequence number in 8, the length of the records in 4, the records,
 * a CRC of 4. A record is the length of its key (2), that of its value (2),
 * its version (8), key and value. Numbers are big endian.
 */
#include "store_image.h"

#include <string.h>

#define SLOT_AT 5
#define SEQUENCE_AT 9
#define LENGTH_AT 17
#define RECORD_HEAD 12

static const uint8_t magic[] = { 'M', 'S', 'K', 'F', 1 };
#define VERSION_AT 4

static void
put(uint8_t *p, size_t n, uint64_t v)
{
    for (; n > 0; n--) {
        p[n - 1] = (uint8_t)v;
        v >>= 8;
    }
}

static uint64_t
get(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* CRC-32 as in IEEE 802.3. Bit by bit: a commit is rare, a table is not
 * small. */
static uint32_t
crc(const uint8_t *p, size_t n)
{
    uint32_t c = 0xFFFFFFFF;

    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            c = c >> 1 ^ ((c & 1) != 0 ? 0xEDB88320 : 0);
    }
    return ~c;
}

static size_t
length_of(const uint8_t *image)
{
    return (size_t)get(image + LENGTH_AT, 4);
}

static size_t
end_of(const uint8_t *image)
{
    return STORE_IMAGE_HEAD + length_of(image);
}

bool
store_image_record(const uint8_t *image, size_t at, struct store_record *r)
{
    size_t left = end_of(image) - at;
    const uint8_t *p = image + at;

    if (left < RECORD_HEAD)
        return false;
    r->key.n = (size_t)get(p, 2);
    r->value.n = (size_t)get(p + 2, 2);
    r->version = get(p + 4, 8);
    r->key.p = p + RECORD_HEAD;
    r->value.p = r->key.p + r->key.n;
    r->end = at + RECORD_HEAD + r->key.n + r->value.n;
    return r->key.n >= 1 && r->key.n <= MSK_STORE_KEY_MAX &&
           r->value.n <= MSK_STORE_VALUE_MAX && r->version != 0 &&
           r->end <= end_of(image);
}

bool
store_image_is_of(const struct store_record *r, struct msk_bytes key)
{
    return r->key.n == key.n && memcmp(r->key.p, key.p, key.n) == 0;
}

bool
store_image_find(const uint8_t *image, struct msk_bytes key,
                 struct store_record *r)
{
    for (size_t at = STORE_IMAGE_HEAD; store_image_record(image, at, r);
         at = r->end)
        if (store_image_is_of(r, key))
            return true;
    return false;
}

bool
store_image_append(uint8_t *image, size_t slot, const struct store_record *r)
{
    size_t at = end_of(image);
    size_t n = RECORD_HEAD + r->key.n + r->value.n;

    if (slot - STORE_IMAGE_CRC - at < n)
        return false;
    put(image + at, 2, r->key.n);
    put(image + at + 2, 2, r->value.n);
    put(image + at + 4, 8, r->version);
    memcpy(image + at + RECORD_HEAD, r->key.p, r->key.n);
    if (r->value.n > 0)
        memcpy(image + at + RECORD_HEAD + r->key.n, r->value.p, r->value.n);
    put(image + LENGTH_AT, 4, length_of(image) + n);
    return true;
}

void
store_image_begin(uint8_t *image, size_t slot, uint64_t sequence)
{
    memset(image, 0, slot);
    memcpy(image, magic, sizeof magic);
    put(image + SLOT_AT, 4, slot);
    put(image + SEQUENCE_AT, 8, sequence);
}

bool
store_image_is_whole(const uint8_t *image, size_t slot)
{
    return memcmp(image, magic, VERSION_AT) == 0 &&
           length_of(image) <= slot - STORE_IMAGE_HEAD - STORE_IMAGE_CRC &&
           crc(image, end_of(image)) ==
               get(image + end_of(image), STORE_IMAGE_CRC);
}

bool
store_image_is_blank(const uint8_t *image, size_t slot)
{
    for (size_t i = 1; i < slot; i++)
        if (image[i] != image[0])
            return false;
    return image[0] == 0x00 || image[0] == 0xFF;
}

/* A whole image may be of a later version, or for slots of another size. */
int
store_image_check(const uint8_t *image, size_t slot)
{
    struct store_record r;
    size_t at = STORE_IMAGE_HEAD;

    if (image[VERSION_AT] != magic[VERSION_AT] ||
        get(image + SLOT_AT, 4) != slot)
        return MSK_ERR_RECORD;
    while (store_image_record(image, at, &r))
        at = r.end;
    return at == end_of(image) ? MSK_OK : MSK_ERR_RECORD;
}

uint64_t
store_image_sequence(const uint8_t *image)
{
    return get(image + SEQUENCE_AT, 8);
}

void
store_image_end(uint8_t *image)
{
    size_t end = end_of(image);

    put(image + end, STORE_IMAGE_CRC, crc(image, end));
}
