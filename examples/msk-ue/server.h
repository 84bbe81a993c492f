/* SPDX-License-Identifier: MIT */
/*
 * server.h - the key management servers that a UE may ask, as announced
 * ("http://FQDN[:port][/path]", or the FQDN alone) or given with --bmsc.
 */
#ifndef MSK_UE_SERVER_H
#define MSK_UE_SERVER_H

#include "msk/service.h"

#define SERVER_TEXT_MAX 320 /* scheme, name and port, or a path */
#define SERVERS_MAX 16

struct server {
    char origin[SERVER_TEXT_MAX];     /* "https://FQDN:8443" */
    char host[SERVER_TEXT_MAX];       /* "FQDN:8443", for the Host header */
    char fqdn[MSK_FQDN_MAX + 1];      /* names realm and keys; or an address */
    char base[SERVER_TEXT_MAX];       /* "/path", or empty */
    char connect_to[SERVER_TEXT_MAX]; /* "ADDR:PORT" */
};

/*
 * Reads a URI. False: *why says what is wrong with it: it is none, neither
 * http nor https, has a user name or a password (which would go into logs, and
 * has no meaning here), a query or a fragment.
 */
bool server_parse(struct server *server, const char *uri, const char **why);

/* The server is asked where, and as, `over` says: its scheme, address and path
 * (--bmsc); its name stays what was announced. */
bool server_override(struct server *server, const struct server *over);

/* A BSF at a URL, named fqdn, or as the URL has it (NULL). False: *why. */
bool server_bsf(struct server *server, const char *uri, const char *fqdn,
                const char **why);

/* The same key server by name, whatever port, path or scheme? */
bool server_is(const struct server *server, const char *fqdn);

#endif
