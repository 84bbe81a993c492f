/* SPDX-License-Identifier: MIT */
/* bmsc/answer.h - the HTTP answer of a call. It is the first effect of the
 * outbox, whenever it is made. */
#ifndef MSK_BMSC_ANSWER_H
#define MSK_BMSC_ANSWER_H

#include "bmsc/call.h"

/* A status alone, which no UE needs to believe. MSK_ERR_SPACE. */
int msk_answer_status(const struct msk_call *call, int status);

/* 401 with a challenge for each algorithm. stale: nothing but the nonce is
 * wrong; proven: the subscriber asks, so that it may have a nonce that
 * is newer than what it was seen with. MSK_ERR_SPACE, MSK_ERR_RANDOM,
 * MSK_ERR_CRYPTO. */
int msk_answer_challenge(const struct msk_call *call, bool stale, bool proven);

/*
 * The answer to a request that verified. kind: of a body with the items of the
 * outbox; 0: none. MSK_ERR_SPACE, MSK_ERR_RANDOM, MSK_ERR_CRYPTO.
 */
int msk_answer_verified(const struct msk_call *call, int status,
                        enum msk_body_kind kind,
                        const struct msk_auth_context *context);

/* Who the UE is, to Digest. */
struct msk_credentials msk_answer_credentials(const struct msk_sub *sub);

#endif
