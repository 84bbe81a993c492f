/* SPDX-License-Identifier: MIT */
/* The service that the options name: announced, or a list of Key Groups. */
#include <stdlib.h>
#include <string.h>

#include "announced.h"

/* TS 26.346 11.3: MBMS keys only on the UICC, also where nothing is said. */
static int
check_card(const struct host *h)
{
    if (!h->service.uicc_required || h->options.uicc)
        return MSK_OK;
    event_error(&h->log, "uiccKeyManagement: the keys of this service must be "
                         "on a UICC, and there is none");
    return MSK_ERR_CARD;
}

static int
announced(struct host *h)
{
    int err = announced_read(h);

    return err == MSK_OK ? check_card(h) : err;
}

/* "DOMAINHEX:G", which is the name of the flow as well: none was
 * announced. */
static bool
take_group(struct host *h, char *text)
{
    struct msk_flow *flow = &h->flows[h->service.n_flows];
    char *name = h->flow_text[h->service.n_flows], *colon = strchr(text, ':');
    uint64_t group;
    size_t n;

    if (h->service.n_flows == HOST_GROUPS || colon == NULL)
        return false;
    *colon = '\0';
    if (!input_hex(text, flow->group.domain, 3, &n) || n != 3 ||
        !input_number(colon + 1, 0xFFFF, &group) || group == 0)
        return false;
    flow->group.group = (uint16_t)group;
    (void)snprintf(name, sizeof h->flow_text[0], "%02x%02x%02x:%u",
                   flow->group.domain[0], flow->group.domain[1],
                   flow->group.domain[2], (unsigned)group);
    flow->id = msk_text(name);
    h->service.n_flows++;
    return true;
}

static int
listed(struct host *h)
{
    static struct msk_bytes server;
    char list[2048];
    bool fine = strlen(h->options.groups) < sizeof list;

    if (!fine)
        return MSK_ERR_LIMIT;
    strcpy(list, h->options.groups);
    server = msk_text(h->options.fqdn);
    h->service.size = sizeof h->service;
    h->service.id = msk_text("urn:libmsk:groups");
    h->service.servers = &server;
    h->service.n_servers = 1;
    h->service.flows = h->flows;
    for (char *item = strtok(list, ","); fine && item != NULL;
         item = strtok(NULL, ","))
        fine = take_group(h, item);
    return fine && h->service.n_flows > 0 ? MSK_OK : MSK_ERR_ARGUMENT;
}

int
service_read(struct host *h)
{
    h->service.size = sizeof h->service;
    return h->options.groups != NULL ? listed(h) : announced(h);
}
