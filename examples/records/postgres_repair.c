/* SPDX-License-Identifier: MIT */
/* Repairs in PostgreSQL. */
#include <stdio.h>
#include <string.h>

#include "postgres.h"

/* --- who may write ------------------------------------------------------- */

/* What is behind a new connection may lack what was done over the one before:
 * that is for a repair that looks how far it is. No owner is all zeros. */
static void
doubt_owner(struct postgres *p)
{
    if (p->repairs_n > 0 && p->repairs_life != p->writes.lives)
        memset(p->repairs, 0, sizeof p->repairs);
}

bool
repair_send(struct postgres *p, const struct records_request *first)
{
    const struct op op = { .kind = OP_BARRED }, set = { .kind = OP_BEGIN };
    const char *value = (const char *)p->repairs;
    const int n = (int)p->repairs_n;

    doubt_owner(p);
    if (first->kind == RECORDS_REPAIR)
        return link_send_text(&p->writes, &set,
                              "SET LOCAL lock_timeout = " LINK_LOCK_MS) &&
               link_send(&p->writes, &op, "begin_repair", 0, NULL, NULL);
    return link_send(&p->writes, &op, "barred", 1, &value, &n);
}

/* If it is somebody else's it divides by zero; a lock is not to be had. */
void
repair_take_barred(struct postgres *p, const PGresult *res)
{
    const char *code = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    if (code != NULL && strcmp(code, "22012") == 0)
        (void)snprintf(p->writes.why, sizeof p->writes.why, RECORDS_BARRED);
    else if (code != NULL && strcmp(code, "55P03") == 0)
        (void)snprintf(p->writes.why, sizeof p->writes.why,
                       "somebody stands still in a transaction: stop it");
    else if (strcmp(p->writes.why, RECORDS_BARRED) == 0)
        p->writes.why[0] = '\0';
}

/* Whether a begin that failed was committed nobody knows: then nobody is the
 * owner, and all is barred here. */
void
repair_note(struct postgres *p, const struct records_request *q)
{
    if (q->kind == RECORDS_REPAIR && q->owner.n <= sizeof p->repairs) {
        memcpy(p->repairs, q->owner.p, q->owner.n);
        p->repairs_n = q->owner.n;
        p->repairs_life = p->writes.lives;
    } else if (q->kind == RECORDS_END_REPAIR && q->result == RECORDS_OK)
        p->repairs_n = 0;
}

/* --- as statements ------------------------------------------------------- */

const char *
describe_repair(struct parameters *p, const struct records_request *q)
{
    if (q->kind == RECORDS_LOOK_REPAIR)
        return "look_repair";
    value_put(p, q->owner.p, q->owner.n);
    value_put(p, q->note->octets, q->note->n);
    if (q->kind == RECORDS_REPAIR)
        return "repair";
    return q->kind == RECORDS_END_REPAIR ? "end_repair" : "note_repair";
}

enum records_result
take_repair(struct records_request *q, const PGresult *res)
{
    bool looks = q->kind == RECORDS_LOOK_REPAIR;

    if (looks && PQntuples(res) == 0) {
        q->note->n = 0;
        return RECORDS_NONE;
    }
    if (PQntuples(res) != 1 || !value_get(res, 0, 0, q->note->octets,
                                          sizeof q->note->octets, &q->note->n))
        return RECORDS_FAILED;
    return looks && PQgetlength(res, 0, 1) == 0 ? RECORDS_NONE : RECORDS_OK;
}
