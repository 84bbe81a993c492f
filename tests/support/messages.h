/* SPDX-License-Identifier: MIT */
/*
 * messages.h - MIKEY messages for tests: those of mbms_vectors.h, and
 * such as no library would make, written down payload by payload.
 */
#ifndef TESTS_SUPPORT_MESSAGES_H
#define TESTS_SUPPORT_MESSAGES_H

#include "mbms_vectors.h"
#include "msk/mbms.h"
#include "msk/protect.h"
#include "support.h"

#define N_VECTORS (sizeof mbms_vectors / sizeof mbms_vectors[0])

/* The vector of that name; it must be there. */
const struct mbms_vector *vector(const char *name);

bool vector_is(const struct mbms_vector *v, const char *kind);

/* True for all that an MSK message may be: not MTK, not verification. */
bool vector_is_msk(const struct mbms_vector *v);

/* True for what the library reads and never makes: other senders' habits. */
bool vector_is_read_only(const struct mbms_vector *v);

enum msk_layout vector_layout(const struct mbms_vector *v);
enum msk_layout other_layout(enum msk_layout layout);

/* Reads the message of v, which must be good. Views live until release. */
void vector_read(const struct mbms_vector *v, struct msk_message *message);

/* What msk_msk_message_make is to be told to make the message of v. */
void vector_to_make(const struct mbms_vector *v, struct msk_msk_message *m);

/* The same for an MTK message, which is protected with v->psk. */
void vector_to_make_mtk(const struct mbms_vector *v, struct msk_mtk_message *m);

/* What the message of v is protected with. */
void vector_protection(const struct mbms_vector *v,
                       const struct msk_crypto *crypto,
                       struct msk_protection *protection);

/*
 * A message: head is the header in hexadecimal; payloads are written as
 * "TYPE BODY; TYPE BODY; ...", BODY being all after the next payload octet.
 * The next payload octets are filled in.
 */
struct msk_bytes chain(const char *head, const char *payloads);

/* The same with a KEMAC of the Encr data `plain` after it. */
struct msk_bytes sealed(const struct msk_protection *protection,
                        const char *head, const char *payloads,
                        const char *plain);

#endif
