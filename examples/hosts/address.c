/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct msk_bytes
address_view(const struct address *address)
{
    return (struct msk_bytes){ address->octets, address->n };
}

uint16_t
address_port(struct msk_bytes packed)
{
    if (packed.n < 2)
        return 0;
    return (uint16_t)(packed.p[packed.n - 2] << 8 | packed.p[packed.n - 1]);
}

void
address_set_port(struct address *address, uint16_t port)
{
    if (address->n < 2)
        return;
    address->octets[address->n - 2] = (uint8_t)(port >> 8);
    address->octets[address->n - 1] = (uint8_t)port;
}

/* The host part of "host:port" or "[host]:port" into out. */
static bool
split(const char *text, char out[ADDRESS_TEXT_MAX], const char **port)
{
    bool bracket = text[0] == '[';
    const char *end = bracket ? strstr(text, "]:") : strrchr(text, ':');
    size_t n;

    if (end == NULL)
        return false;
    text += bracket ? 1 : 0;
    n = (size_t)(end - text);
    if (n == 0 || n >= ADDRESS_TEXT_MAX)
        return false;
    memcpy(out, text, n);
    out[n] = '\0';
    *port = end + (bracket ? 2 : 1);
    return true;
}

static bool
parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    *port = (uint16_t)value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && value <= 65535;
}

static void
put_scope(struct address *out, uint32_t scope)
{
    for (int i = 0; i < 4; i++)
        out->octets[16 + i] = (uint8_t)(scope >> (24 - 8 * i));
    out->n = ADDRESS_SCOPED;
}

static uint32_t
scope_of(struct msk_bytes packed)
{
    const uint8_t *p = packed.p + 16;

    return packed.n == ADDRESS_SCOPED
               ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
                     (uint32_t)p[2] << 8 | p[3]
               : 0;
}

bool
address_parse(const char *text, struct address *out)
{
    char ip[ADDRESS_TEXT_MAX], *zone;
    const char *port_text;
    uint16_t port;

    if (!split(text, ip, &port_text) || !parse_port(port_text, &port))
        return false;
    zone = strchr(ip, '%');
    if (zone != NULL)
        *zone++ = '\0';
    if (zone == NULL && inet_pton(AF_INET, ip, out->octets) == 1)
        out->n = ADDRESS_V4;
    else if (inet_pton(AF_INET6, ip, out->octets) == 1)
        out->n = ADDRESS_V6;
    else
        return false;
    if (zone != NULL) {
        put_scope(out, if_nametoindex(zone));
        if (scope_of(address_view(out)) == 0)
            return false;
    }
    address_set_port(out, port);
    return true;
}

struct msk_bytes
address_wire(struct msk_bytes packed, uint8_t room[ADDRESS_V6])
{
    if (packed.n != ADDRESS_SCOPED)
        return packed;
    memcpy(room, packed.p, 16);
    memcpy(room + 16, packed.p + ADDRESS_SCOPED - 2, 2);
    return (struct msk_bytes){ room, ADDRESS_V6 };
}

bool
address_is_multicast(struct msk_bytes packed)
{
    if (packed.n == ADDRESS_V4)
        return packed.p[0] >> 4 == 14;
    return packed.n >= ADDRESS_V6 && packed.p[0] == 0xFF;
}

void
address_text(struct msk_bytes packed, char out[ADDRESS_TEXT_MAX])
{
    char ip[INET6_ADDRSTRLEN], zone[IF_NAMESIZE + 1] = "";
    bool v6 = packed.n == ADDRESS_V6 || packed.n == ADDRESS_SCOPED;
    uint32_t scope = v6 ? scope_of(packed) : 0;

    if (scope != 0 && if_indextoname(scope, zone + 1) != NULL)
        zone[0] = '%';
    if ((!v6 && packed.n != ADDRESS_V4) ||
        inet_ntop(v6 ? AF_INET6 : AF_INET, packed.p, ip, sizeof ip) == NULL)
        (void)snprintf(out, ADDRESS_TEXT_MAX, "?");
    else
        (void)snprintf(out, ADDRESS_TEXT_MAX, v6 ? "[%s%s]:%u" : "%s%s:%u", ip,
                       zone, (unsigned)address_port(packed));
}

bool
address_to_socket(struct msk_bytes packed, struct sockaddr_storage *to,
                  socklen_t *len)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

    memset(to, 0, sizeof *to);
    if (packed.n == ADDRESS_V4) {
        memcpy(&v4.sin_addr, packed.p, 4);
        v4.sin_port = htons(address_port(packed));
        memcpy(to, &v4, sizeof v4);
        *len = sizeof v4;
        return true;
    }
    if (packed.n != ADDRESS_V6 && packed.n != ADDRESS_SCOPED)
        return false;
    memcpy(&v6.sin6_addr, packed.p, 16);
    v6.sin6_scope_id = scope_of(packed);
    v6.sin6_port = htons(address_port(packed));
    memcpy(to, &v6, sizeof v6);
    *len = sizeof v6;
    return true;
}

static void
from_v6(const struct sockaddr_in6 *v6, struct address *out)
{
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        memcpy(out->octets, v6->sin6_addr.s6_addr + 12, 4);
        out->n = ADDRESS_V4;
    } else {
        memcpy(out->octets, v6->sin6_addr.s6_addr, 16);
        out->n = ADDRESS_V6;
        if (v6->sin6_scope_id != 0)
            put_scope(out, v6->sin6_scope_id);
    }
    address_set_port(out, ntohs(v6->sin6_port));
}

bool
address_from_socket(const struct sockaddr *from, struct address *out)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (from->sa_family == AF_INET6) {
        memcpy(&v6, from, sizeof v6);
        from_v6(&v6, out);
        return true;
    }
    if (from->sa_family != AF_INET)
        return false;
    memcpy(&v4, from, sizeof v4);
    memcpy(out->octets, &v4.sin_addr, 4);
    out->n = ADDRESS_V4;
    address_set_port(out, ntohs(v4.sin_port));
    return true;
}
