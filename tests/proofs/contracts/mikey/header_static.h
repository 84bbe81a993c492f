/* SPDX-License-Identifier: MIT */
/* Contracts of the static functions of mikey/header.c. */

/*@ requires \valid_read(header) && \valid(len) && \separated(len, header);
    assigns *len;
    ensures \result == MSK_OK || \result == MSK_ERR_UNSUPPORTED;
    ensures \result == MSK_OK ==> *len <= 255 * 9;
 */
static int map_len(const struct msk_mikey_header *header, size_t *len);
