/* SPDX-License-Identifier: MIT */
#include "chip_file.h"

#include <string.h>

#include "desk.h"

static struct {
    size_t octets;
    unsigned long left; /* octets until the power goes; 0: it stays */
    void (*cut_power)(void);
} chip;

/* Is that on the chip? */
static bool
has(size_t at, size_t n)
{
    return at <= chip.octets && n <= chip.octets - at;
}

/* As much of it as there is power for. */
static int
change(size_t at, const uint8_t *p, size_t n)
{
    bool good;

    if (chip.left == 0 || chip.left > n) {
        chip.left -= chip.left > 0 ? n : 0;
        return desk_file_write(at, p, n) ? 0 : -1;
    }
    good = desk_file_write(at, p, chip.left);
    chip.cut_power();
    return good ? 0 : -1;
}

static int
chip_read(void *user, size_t at, uint8_t *out, size_t n)
{
    (void)user;
    return has(at, n) && desk_file_read(at, out, n) ? 0 : -1;
}

static int
chip_erase(void *user, size_t at)
{
    static uint8_t blank[CHIP_SECTOR];

    (void)user;
    memset(blank, 0xFF, sizeof blank);
    return at % CHIP_SECTOR == 0 && has(at, sizeof blank)
               ? change(at, blank, sizeof blank)
               : -1;
}

static int
chip_program(void *user, size_t at, const uint8_t *page)
{
    uint8_t octets[CHIP_PAGE];

    if (at % CHIP_PAGE != 0 || chip_read(user, at, octets, sizeof octets) != 0)
        return -1;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] &= page[i];
    return change(at, octets, sizeof octets);
}

const struct flash_chip *
chip_file_open(const char *path, size_t octets, unsigned long cut,
               void (*cut_power)(void))
{
    static const struct flash_chip driver = {
        NULL, CHIP_SECTOR, CHIP_PAGE, chip_read, chip_erase, chip_program,
    };

    chip.octets = octets;
    chip.left = cut;
    chip.cut_power = cut_power;
    return desk_file_open(path, octets) ? &driver : NULL;
}
