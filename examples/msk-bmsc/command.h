/* SPDX-License-Identifier: MIT */
/* command.h - inside of the commands on stdin. Each returns NULL, or why it
 * could not be done. */
#ifndef MSK_BMSC_COMMAND_H
#define MSK_BMSC_COMMAND_H

#include "host.h"

extern const char command_no_group[], command_bad_words[];

/* Loads the Key Group that a word names into h->group and its row into
 * h->group_row: DOMAIN:NUMBER, or its number where no other domain has that. */
bool command_find_group(struct host *h, char *word);
bool command_load_group(struct host *h, const struct msk_group_id *id);
/* Replaces it in the store by h->group; RECORDS_CONFLICT: somebody was
 * faster, or has the lease that h->group_row names as its fence. */
enum records_result command_save_group(struct host *h);

/* --- command_group.c, command_mtk.c -------------------------------------- */

typedef const char *command_fn(struct host *h, char **words, size_t n);

command_fn command_rekey, command_prepare, command_switch, command_mtk;

/* --- command_subscriber.c ------------------------------------------------ */

command_fn command_reauth, command_rebootstrap, command_rebind;

#endif
