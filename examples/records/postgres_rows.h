/* SPDX-License-Identifier: MIT */
/* postgres_rows.h - requests as statements, and their results. */
#ifndef RECORDS_POSTGRES_ROWS_H
#define RECORDS_POSTGRES_ROWS_H

#include "postgres_link.h"

/* Sends the statement of op->request. False as link_send. */
bool request_send(struct link *link, const struct op *op);

/* The result of a request, of what the server says to its statement. */
enum records_result request_take(struct records_request *q,
                                 const PGresult *res);

/* Of an error: RECORDS_CONFLICT if somebody else was in the way. */
enum records_result request_error(const PGresult *res);

#endif
