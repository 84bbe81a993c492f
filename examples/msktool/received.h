/* SPDX-License-Identifier: MIT */
/* received.h - what a receiver prints about a message that it was given. */
#ifndef MSKTOOL_RECEIVED_H
#define MSKTOOL_RECEIVED_H

#include "msk/mgvf.h"
#include "tool.h"

/* The MGV-F took it. secrets: an MSK is shown too. */
json_t *accepted_json(const struct msk_mgvf_result *result, bool secrets);

json_t *refused_json(int err);

#endif
