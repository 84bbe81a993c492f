/* SPDX-License-Identifier: MIT */
#include "keylog.h"

#include "private.h"

bool
keylog_open(FILE **file, const char *path)
{
    int fd;

    *file = NULL;
    if (path == NULL)
        return true;
    fd = private_open(path, false);
    if (fd >= 0)
        *file = fdopen(fd, "ab");
    return *file != NULL;
}

static void
put(FILE *file, struct msk_bytes octets)
{
    (void)fputc(' ', file);
    if (octets.n == 0)
        (void)fputc('-', file);
    for (size_t i = 0; i < octets.n; i++)
        (void)fprintf(file, "%02x", octets.p[i]);
}

static void
put_id(FILE *file, const struct msk_key_id *id)
{
    put(file, (struct msk_bytes){ id->domain, sizeof id->domain });
    (void)fprintf(file, " %04x %04x", id->group, id->number);
}

void
keylog_write(FILE *file, const struct msk_keylog *key)
{
    if (file == NULL)
        return;
    switch (key->kind) {
    case MSK_KEYLOG_MUK:
        (void)fprintf(file, "MIKEY_MUK");
        put(file, key->btid);
        put(file, key->key);
        break;
    case MSK_KEYLOG_MSK:
        (void)fprintf(file, "MIKEY_MSK");
        put_id(file, &key->id);
        put(file, key->rand);
        put(file, key->key);
        break;
    case MSK_KEYLOG_MTK:
        (void)fprintf(file, "MIKEY_MTK");
        put_id(file, &key->id);
        (void)fprintf(file, " %04x", key->mtk_id);
        put(file, key->key);
        put(file, key->salt);
        break;
    }
    (void)fprintf(file, "\n");
    (void)fflush(file);
}
