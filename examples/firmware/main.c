/* SPDX-License-Identifier: MIT */
/*
 * main.c - a firmware around receive_only.c: its MUK, a provider, a store in
 * flash. What a board has otherwise is for the desk here: the radio is the
 * console, a line of hex for each datagram, and the flash chip is a file. So
 * it runs in an emulator with semihosting, and on any host.
 *
 *   firmware csb|keyid FLASHFILE [CUT]
 *
 * CUT: the power goes after so many octets were erased or programmed. It tells
 * what happens in lines: ready, ack HEX, mtk ID KEY SALT, taken, refused WHY,
 * cut. Exit status: 0 the console ended, 2 it could not start.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip_file.h"
#include "desk.h"
#include "provider.h"
#include "receive_only.h"

/* The keys of one key server and of one Key Group, and what is left of MSKs
 * that went: octets of keys and values, see doc/storage.md. */
#define RECORDS MSK_MGVF_RECORDS(1, 1)
#define OCTETS (254 + 658 + 6 + 495 + MSK_HISTORY_RECORDS * (2 + 1010))
#define SLOT STORE_FILE_SLOT(RECORDS, OCTETS)

/* What bootstrapping or the factory leaves in a device. */
static const uint8_t muk[32] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A,
    0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15,
    0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F,
};
static struct app_setup setup = {
    .muk = { muk, sizeof muk },
    .group = { { 0x21, 0x63, 0x54 }, 0x18CF },
};

static uint8_t memory[STORE_FILE_MEMORY(SLOT)];
static struct store_flash flash;
static struct store_file file;
static struct msk_store store;

static void
print_hex(const char *word, struct msk_bytes octets)
{
    printf("%s", word);
    for (size_t i = 0; i < octets.n; i++)
        printf("%02x", octets.p[i]);
}

int
app_send(const uint8_t *message, size_t n)
{
    print_hex("ack ", (struct msk_bytes){ message, n });
    printf("\n");
    return 0;
}

/* Keys on a console are for the desk, too. */
void
app_mtk(uint16_t mtk_id, struct msk_bytes key, struct msk_bytes salt)
{
    printf("mtk %04x", mtk_id);
    print_hex(" ", key);
    print_hex(" ", salt);
    printf("\n");
}

/* Nothing happens any more, as without power. */
static void
stop(void)
{
    printf("cut\n");
    (void)fflush(stdout);
    for (;;)
        ;
}

/* --- the radio ----------------------------------------------------------- */

static int
nibble(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A line of hex. What is none, and what is too long, is left out. False: no
 * line comes any more. */
static bool
read_datagram(uint8_t *out, size_t cap, size_t *n)
{
    size_t digits = 0;
    int c;

    for (c = desk_octet(); c >= 0 && c != '\n'; c = desk_octet()) {
        if (nibble(c) < 0 || digits / 2 == cap)
            continue;
        out[digits / 2] = (uint8_t)(out[digits / 2] << 4 | nibble(c));
        digits++;
    }
    *n = digits / 2;
    return c >= 0;
}

static void
receive(void)
{
    static uint8_t datagram[MSK_MIKEY_MAX];
    size_t n;

    while (read_datagram(datagram, sizeof datagram, &n)) {
        int err = app_datagram(datagram, n);

        if (err == MSK_OK)
            printf("taken\n");
        else
            printf("refused %s\n", msk_err_text(err));
        (void)fflush(stdout);
    }
}

/* --- setting up ---------------------------------------------------------- */

static int
open_store(const char *path, unsigned long cut)
{
    const struct flash_chip *chip =
        chip_file_open(path, STORE_FLASH_OCTETS(SLOT, CHIP_SECTOR), cut, stop);
    int err = store_flash_init(&flash, chip, 0, SLOT);

    /* No commit is delayed: an MTK message is not taken twice either. */
    if (err == MSK_OK)
        err = store_file_open(&store, &file, &flash.io, memory, SLOT, 0);
    return err;
}

static enum msk_layout
layout_of(const char *name)
{
    return strcmp(name, "csb") == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
}

int
main(int argc, char **argv)
{
    int err;

    if (argc < 3)
        return 2;
    setup.layout = layout_of(argv[1]);
    setup.fqdn = msk_text("bmsc.example.com");
    setup.btid = msk_text("alice@bsf.example.com");
    setup.crypto = host_crypto();
    setup.store = &store;
    err = open_store(argv[2], argc > 3 ? strtoul(argv[3], NULL, 10) : 0);
    if (err == MSK_OK)
        err = app_init(&setup);
    printf("%s\n", err == MSK_OK ? "ready" : msk_err_text(err));
    (void)fflush(stdout);
    if (err == MSK_OK)
        receive();
    app_stop();
    store_file_wipe(&file);
    return err == MSK_OK ? 0 : 2;
}
