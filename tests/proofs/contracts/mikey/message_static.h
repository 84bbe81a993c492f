/* SPDX-License-Identifier: MIT */
/* Contracts of the static functions of mikey/message.c. */

/*@ requires \valid_read(cursor);
    assigns \nothing;
    ensures \result ==> cursor->next < 32;
 */
static bool is_allowed(const struct msk_mikey_cursor *cursor);
