/* SPDX-License-Identifier: MIT */
/* Which server is this, and may it be the one that writes? */
#include <stdio.h>
#include <string.h>

#include "postgres_link.h"

/* Was this server behind another one that was taken before? Marks of one
 * identity are in the order of their timelines. */
static bool
was_left(const struct link *link, const char *mark)
{
    size_t n = strcspn(mark, " ");

    return link->failover != RECORDS_FAILOVER_ACCEPT &&
           strncmp(link->mark, mark, n + 1) == 0 &&
           strcmp(link->mark, mark) > 0;
}

static void
drop_unsafe(struct link *link)
{
    link_drop(link, "the server waits for no standby: "
                    "synchronous_standby_names is empty");
}

void
link_look_again(struct link *link, const PGresult *res)
{
    if (PQresultStatus(res) == PGRES_TUPLES_OK && PQgetlength(res, 0, 0) == 0)
        drop_unsafe(link);
}

void
link_look_at(struct link *link, const PGresult *res)
{
    const char *mark;

    if (PQresultStatus(res) != PGRES_TUPLES_OK || PQntuples(res) != 1) {
        link_drop(link, PQerrorMessage(link->conn));
        return;
    }
    mark = PQgetvalue(res, 0, 1);
    if (link->failover == RECORDS_FAILOVER_SYNCHRONOUS &&
        PQgetlength(res, 0, 2) == 0)
        drop_unsafe(link);
    else if (strcmp(PQgetvalue(res, 0, 0), mark) != 0 || was_left(link, mark))
        link_drop(link, "the primary is another server than before: what was "
                        "committed last may be lost");
    else
        (void)snprintf(link->mark, sizeof link->mark, "%s", mark);
}
