/* SPDX-License-Identifier: MIT */
/*
 * mgvf/record.h - the octets of the records that an MGV-F keeps in its store.
 * Each value starts with a version; another one is MSK_ERR_RECORD, and so is
 * a value that is not used up exactly.
 */
#ifndef MSK_MGVF_RECORD_H
#define MSK_MGVF_RECORD_H

#include "mgvf/history.h"
#include "mgvf/key_servers.h"

#define MSK_RECORD_KEY_MAX (1 + MSK_FQDN_MAX)
#define MSK_RECORD_SERVER 'U' /* first octets of a store key */
#define MSK_RECORD_GROUP 'G'
#define MSK_RECORD_HISTORY 'H'

/* The store key of the MUKs of a server, whose name is written in lower case,
 * and of a Key Group. *len: octets. */
void msk_record_server_key(struct msk_bytes fqdn,
                           uint8_t out[MSK_RECORD_KEY_MAX], size_t *len);
void msk_record_group_key(const struct msk_group_id *group,
                          uint8_t out[MSK_RECORD_KEY_MAX], size_t *len);

/* Which of the records of pasts the Key Group has its own in. */
uint8_t msk_record_bucket(const struct msk_group_id *group);

/* The store key of the pasts that those of the Key Group are among. */
void msk_record_history_key(const struct msk_group_id *group,
                            uint8_t out[MSK_RECORD_KEY_MAX], size_t *len);

/* Values to structs and back. Writing never fails: out holds the longest. */
int msk_record_get_server(struct msk_bytes value, struct msk_server_keys *keys);
void msk_record_put_server(const struct msk_server_keys *keys,
                           uint8_t out[MSK_STORE_VALUE_MAX], size_t *len);
int msk_record_get_group(struct msk_bytes value, struct msk_held_group *group);
void msk_record_put_group(const struct msk_held_group *group,
                          uint8_t out[MSK_STORE_VALUE_MAX], size_t *len);
int msk_record_get_history(struct msk_bytes value, struct msk_history *history);
void msk_record_put_history(const struct msk_history *history,
                            uint8_t out[MSK_STORE_VALUE_MAX], size_t *len);

#endif
