/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include <string.h>
#include <time.h>

#include "private.h"

#define LINKTYPE_RAW 101
#define SEGMENT_MAX 16384
#define HEADERS_MAX (40 + 20)

/* Octets of a packet that is put together. */
struct packet {
    uint8_t octets[HEADERS_MAX + SEGMENT_MAX];
    size_t n;
};

static void
u16(struct packet *p, unsigned v)
{
    p->octets[p->n++] = (uint8_t)(v >> 8);
    p->octets[p->n++] = (uint8_t)v;
}

static void
u32(struct packet *p, uint32_t v)
{
    u16(p, v >> 16);
    u16(p, v & 0xffff);
}

static void
put(struct packet *p, struct msk_bytes b)
{
    if (b.n > 0)
        memcpy(p->octets + p->n, b.p, b.n);
    p->n += b.n;
}

/* The Internet checksum (RFC 1071), over octets and a first sum. */
static uint16_t
checksum(const uint8_t *p, size_t n, uint32_t sum)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)p[i] << 8 | p[i + 1];
    if (n % 2 == 1)
        sum += (uint32_t)p[n - 1] << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* IPv4 or IPv6 header of a packet with n octets after it. Returns the sum of
 * the pseudo header. */
static uint32_t
ip_header(struct packet *p, struct msk_bytes from, struct msk_bytes to,
          uint8_t protocol, size_t n)
{
    size_t ip = from.n - 2;

    p->n = 0;
    if (ip == 4) {
        u16(p, 0x4500);
        u16(p, (unsigned)(20 + n));
        u32(p, 0);
        u16(p, 64 << 8 | protocol);
        u16(p, 0);
    } else {
        u32(p, 0x60000000);
        u16(p, (unsigned)n);
        u16(p, (unsigned)protocol << 8 | 64);
    }
    put(p, (struct msk_bytes){ from.p, ip });
    put(p, (struct msk_bytes){ to.p, ip });
    if (ip == 4) {
        uint16_t sum = checksum(p->octets, p->n, 0);

        p->octets[10] = (uint8_t)(sum >> 8);
        p->octets[11] = (uint8_t)sum;
    }
    return protocol + (uint32_t)n +
           (uint16_t)~checksum(p->octets + p->n - 2 * ip, 2 * ip, 0);
}

static void
set_checksum(struct packet *p, size_t begin, size_t at, uint32_t pseudo)
{
    uint16_t sum = checksum(p->octets + begin, p->n - begin, pseudo);

    p->octets[at] = (uint8_t)(sum >> 8);
    p->octets[at + 1] = (uint8_t)sum;
}

/* pcapng blocks are in the order of octets of the machine that wrote them. */
static void
block_u32(FILE *file, uint32_t v)
{
    (void)fwrite(&v, sizeof v, 1, file);
}

static void
write_packet(struct capture *capture, const struct packet *p)
{
    static const uint8_t zero[4];
    uint32_t padded = (uint32_t)(p->n + 3) / 4 * 4;
    struct timespec now;
    uint64_t us;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    block_u32(capture->file, 6); /* enhanced packet block */
    block_u32(capture->file, 32 + padded);
    block_u32(capture->file, 0); /* interface */
    block_u32(capture->file, (uint32_t)(us >> 32));
    block_u32(capture->file, (uint32_t)us);
    block_u32(capture->file, (uint32_t)p->n);
    block_u32(capture->file, (uint32_t)p->n);
    (void)fwrite(p->octets, 1, p->n, capture->file);
    (void)fwrite(zero, 1, padded - p->n, capture->file);
    block_u32(capture->file, 32 + padded);
    (void)fflush(capture->file);
}

static void
block_u16(FILE *file, uint16_t v)
{
    (void)fwrite(&v, sizeof v, 1, file);
}

bool
capture_open(struct capture *capture, const char *path)
{
    FILE *file = NULL;
    int fd;

    memset(capture, 0, sizeof *capture);
    if (path == NULL)
        return true;
    fd = private_open(path, true);
    if (fd >= 0)
        file = capture->file = fdopen(fd, "ab");
    if (file == NULL)
        return false;
    block_u32(file, 0x0A0D0D0A); /* section header block */
    block_u32(file, 28);
    block_u32(file, 0x1A2B3C4D);
    block_u16(file, 1); /* version 1.0 */
    block_u16(file, 0);
    block_u32(file, 0xFFFFFFFF);
    block_u32(file, 0xFFFFFFFF);
    block_u32(file, 28);
    block_u32(file, 1); /* interface description block */
    block_u32(file, 20);
    block_u32(file, LINKTYPE_RAW);
    block_u32(file, 0);
    block_u32(file, 20);
    (void)fflush(file);
    return true;
}

void
capture_close(struct capture *capture)
{
    if (capture->file != NULL)
        (void)fclose(capture->file);
    capture->file = NULL;
}

static bool
both(const struct capture *capture, struct msk_bytes from, struct msk_bytes to)
{
    return capture->file != NULL && from.n == to.n &&
           (from.n == ADDRESS_V4 || from.n == ADDRESS_V6);
}

void
capture_udp(struct capture *capture, struct msk_bytes from, struct msk_bytes to,
            struct msk_bytes message)
{
    struct packet p;
    uint8_t room[2][ADDRESS_V6];
    uint32_t pseudo;
    size_t begin;

    from = address_wire(from, room[0]);
    to = address_wire(to, room[1]);
    if (!both(capture, from, to) || message.n > SEGMENT_MAX)
        return;
    pseudo = ip_header(&p, from, to, 17, 8 + message.n);
    begin = p.n;
    u16(&p, address_port(from));
    u16(&p, address_port(to));
    u16(&p, (unsigned)(8 + message.n));
    u16(&p, 0);
    put(&p, message);
    set_checksum(&p, begin, begin + 6, pseudo);
    write_packet(capture, &p);
}

static bool
same(const struct address *a, struct msk_bytes b)
{
    return a->n == b.n && memcmp(a->octets, b.p, b.n) == 0;
}

static void
set(struct address *to, struct msk_bytes from)
{
    to->n = from.n;
    memcpy(to->octets, from.p, from.n);
}

/* What is remembered of a connection; a new one takes the place of the one
 * that has been there longest. */
static struct capture_stream *
stream_of(struct capture *capture, struct msk_bytes client,
          struct msk_bytes server)
{
    struct capture_stream *stream;

    for (size_t i = 0; i < CAPTURE_STREAMS; i++)
        if (same(&capture->streams[i].client, client) &&
            same(&capture->streams[i].server, server))
            return &capture->streams[i];
    stream = &capture->streams[capture->next++ % CAPTURE_STREAMS];
    memset(stream, 0, sizeof *stream);
    set(&stream->client, client);
    set(&stream->server, server);
    return stream;
}

/* A TCP segment of one end: seq, what it says; ack, what it has heard. */
static void
write_segment(struct capture *capture, struct msk_bytes from,
              struct msk_bytes to, const uint32_t seq_ack[2],
              struct msk_bytes said)
{
    struct packet p;
    uint32_t pseudo = ip_header(&p, from, to, 6, 20 + said.n);
    size_t begin = p.n;

    u16(&p, address_port(from));
    u16(&p, address_port(to));
    u32(&p, 1 + seq_ack[0]);
    u32(&p, 1 + seq_ack[1]);
    u16(&p, 0x5018); /* 20 octets of header; PSH, ACK */
    u16(&p, 0xffff);
    u32(&p, 0);
    put(&p, said);
    set_checksum(&p, begin, begin + 16, pseudo);
    write_packet(capture, &p);
}

void
capture_tcp(struct capture *capture, struct msk_bytes client,
            struct msk_bytes server, struct msk_bytes said, bool request)
{
    struct capture_stream *stream;
    uint8_t room[2][ADDRESS_V6];
    size_t mine = request ? 0 : 1;

    client = address_wire(client, room[0]);
    server = address_wire(server, room[1]);
    if (!both(capture, client, server))
        return;
    stream = stream_of(capture, client, server);
    while (said.n > 0) {
        size_t n = said.n < SEGMENT_MAX ? said.n : SEGMENT_MAX;
        uint32_t seq_ack[2] = { stream->seq[mine], stream->seq[1 - mine] };

        write_segment(capture, request ? client : server,
                      request ? server : client, seq_ack,
                      (struct msk_bytes){ said.p, n });
        stream->seq[mine] += (uint32_t)n;
        said.p += n;
        said.n -= n;
    }
}
