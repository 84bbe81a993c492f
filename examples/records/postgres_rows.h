/* SPDX-License-Identifier: MIT */
/* postgres_rows.h - requests as statements, and their results. */
#ifndef RECORDS_POSTGRES_ROWS_H
#define RECORDS_POSTGRES_ROWS_H

#include "postgres_link.h"

#define GROUP_KEY 5
#define PARAMETERS_MAX 9

/* Parameters in the binary form of the protocol. */
struct parameters {
    int n;
    const char *values[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX];
    uint8_t numbers[PARAMETERS_MAX][8];
    uint8_t groups[GROUP_KEY * MSK_SUBSCRIBER_GROUPS_MAX];
};

/* --- postgres_values.c --------------------------------------------------- */

void value_put(struct parameters *p, const void *octets, size_t n);
/* NULL if there are no octets. */
void value_put_if(struct parameters *p, const void *octets, size_t n);
void value_put_number(struct parameters *p, uint64_t number);
/* The name of a Key Group, which is written to out. */
void value_put_group(struct parameters *p, const struct msk_group_id *id,
                     uint8_t *out);
/* False: there are more than cap. */
bool value_get(const PGresult *res, int row, int column, void *out, size_t cap,
               size_t *n);
uint64_t value_get_number(const PGresult *res, int row, int column);

/* --- postgres_jobs.c ----------------------------------------------------- */

/* Of a request for a job: its parameters, and the name of its statement; its
 * result. */
const char *describe_job(struct parameters *p, const struct records_request *q);
enum records_result take_job(struct records_request *q, const PGresult *res);

/* --- postgres_repair.c --------------------------------------------------- */

/* The same of a repair. */
const char *describe_repair(struct parameters *p,
                            const struct records_request *q);
enum records_result take_repair(struct records_request *q, const PGresult *res);

/* --- postgres_rows.c ----------------------------------------------------- */

/* Sends the statement of op->request. False as link_send. */
bool request_send(struct link *link, const struct op *op);

/* The result of a request, of what the server says to its statement. */
enum records_result request_take(struct records_request *q,
                                 const PGresult *res);

/* Of an error: RECORDS_CONFLICT if somebody else was in the way. */
enum records_result request_error(const PGresult *res);

#endif
