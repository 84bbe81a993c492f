/* SPDX-License-Identifier: MIT */
/* shelf.h - a store of records to test, and short ways to ask it. */
#ifndef TESTS_RECORDS_SHELF_H
#define TESTS_RECORDS_SHELF_H

#include "records.h"

/* Which adapter: memory, sqlite, postgres. */
extern const char *shelf_adapter;

/* Empties the store and opens it. */
void shelf_open(void);
void shelf_close(void);

/* Opens it once more, as another node does. NULL: nobody can share it. */
struct records *shelf_other(void);

/* The file of sqlite. */
const char *shelf_path(void);

/* The store itself. */
extern struct records *shelf;

/* Does one request, or many, and waits. */
enum records_result ask(struct records *r, struct records_request *q);
void ask_all(struct records *r, struct records_request *q, size_t n);

struct msk_group_id group_of(uint8_t domain, uint16_t group);

/* A subscriber with such an identity, B-TID and content. */
void make_row(struct records_subscriber *row, const char *id, const char *btid,
              const char *packed);
void row_group(struct records_subscriber *row, struct msk_group_id group);

enum records_result save(struct records_subscriber *row);
enum records_result load(const char *id, struct records_subscriber *row);
enum records_result load_btid(const char *btid, struct records_subscriber *row);
bool row_says(const struct records_subscriber *row, const char *id,
              const char *packed);

/* A moment that is passed by `ms`. */
void pass(int ms);

#endif
