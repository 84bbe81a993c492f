/* SPDX-License-Identifier: MIT */
/*
 * chip_file.h - NOR flash for the desk: a file stands for the chip. On a board
 * this is the driver of its flash. Like flash it takes 1 to 0 when it
 * programs and 0 to 1 only by sectors; and its power can be cut.
 */
#ifndef CHIP_FILE_H
#define CHIP_FILE_H

#include "store_flash.h"

#define CHIP_SECTOR 4096u
#define CHIP_PAGE 16u

/*
 * Opens the chip of so many octets; a file that is not there is made, erased.
 * cut: after so many octets that are erased or programmed the power goes, in
 * the middle of a page or a sector: cut_power is called. 0: never.
 * NULL: it cannot be opened.
 */
const struct flash_chip *chip_file_open(const char *path, size_t octets,
                                        unsigned long cut,
                                        void (*cut_power)(void));

#endif
