/* SPDX-License-Identifier: MIT */
#include "store_flash.h"

#include <string.h>

#define PAGE_MAX 256

static size_t
slot_at(const struct store_flash *f, unsigned slot)
{
    return f->at + slot * STORE_FLASH_SLOT(f->slot, f->chip->sector);
}

static int
flash_read(void *user, unsigned slot, uint8_t *out, size_t n)
{
    const struct store_flash *f = user;

    return f->chip->read(f->chip->user, slot_at(f, slot), out, n);
}

static int
erase(const struct store_flash *f, unsigned slot)
{
    const struct flash_chip *chip = f->chip;
    const size_t at = slot_at(f, slot);
    int failed = 0;

    for (size_t i = 0; failed == 0 && i < f->slot; i += chip->sector)
        failed = chip->erase(chip->user, at + i);
    return failed;
}

/* Programs one page and reads it back: worn flash does not always say so. */
static int
program(const struct flash_chip *chip, size_t at, const uint8_t *page)
{
    uint8_t back[PAGE_MAX];
    int failed = chip->program(chip->user, at, page);

    if (failed == 0)
        failed = chip->read(chip->user, at, back, chip->page);
    if (failed == 0 && memcmp(page, back, chip->page) != 0)
        failed = -1;
    msk_wipe(back, sizeof back);
    return failed;
}

/* The last page is filled up with what erased flash has anyway. */
static int
flash_write(void *user, unsigned slot, const uint8_t *p, size_t n)
{
    const struct store_flash *f = user;
    const size_t size = f->chip->page;
    uint8_t page[PAGE_MAX];
    int failed = erase(f, slot);

    for (size_t i = 0; failed == 0 && i < n; i += size) {
        memset(page, 0xFF, sizeof page);
        memcpy(page, p + i, n - i < size ? n - i : size);
        failed = program(f->chip, slot_at(f, slot) + i, page);
    }
    msk_wipe(page, sizeof page);
    return failed;
}

/* A chip that is done has it. */
static int
flash_sync(void *user)
{
    (void)user;
    return 0;
}

int
store_flash_init(struct store_flash *f, const struct flash_chip *chip,
                 size_t at, size_t slot)
{
    if (f == NULL || chip == NULL || slot == 0 || chip->page == 0 ||
        chip->page > PAGE_MAX || chip->sector == 0 ||
        chip->sector % chip->page != 0 || at % chip->sector != 0)
        return MSK_ERR_ARGUMENT;
    f->chip = chip;
    f->at = at;
    f->slot = slot;
    f->io = (struct store_io){ f, flash_read, flash_write, flash_sync };
    return MSK_OK;
}
