/* SPDX-License-Identifier: MIT */
#include "received.h"

#include "text.h"

static const char *
outcome_of(const struct msk_mgvf_result *result)
{
    switch (result->outcome) {
    case MSK_OUTCOME_STORED: return "stored";
    case MSK_OUTCOME_VALIDITY: return "validity";
    case MSK_OUTCOME_COUNTER: return "counter";
    case MSK_OUTCOME_PULL: return "pull";
    case MSK_OUTCOME_STALE: return "stale";
    case MSK_OUTCOME_MTK: return "mtk";
    case MSK_OUTCOME_DONE: break;
    }
    return "done";
}

/* An MTK is shown: a player of the traffic reads this. An MSK is not. */
static void
set_keys(json_t *object, const struct msk_mgvf_result *result, bool secrets)
{
    bool mtk = result->outcome == MSK_OUTCOME_MTK;

    if (result->sp.n > 0)
        set_hex(object, "sp", result->sp);
    if (mtk)
        set_int(object, "mtk_id", result->mtk_id);
    if (mtk || (secrets && result->key.n > 0))
        set_hex(object, "key", result->key);
    if (mtk && result->salt.n > 0)
        set_hex(object, "salt", result->salt);
}

json_t *
accepted_json(const struct msk_mgvf_result *result, bool secrets)
{
    bool mtk = result->outcome == MSK_OUTCOME_MTK;
    json_t *object = json_object();

    json_object_set_new(object, "result",
                        json_string(mtk ? "delivered" : "accepted"));
    json_object_set_new(object, "outcome", json_string(outcome_of(result)));
    set_hex(object, "domain", (struct msk_bytes){ result->id.domain, 3 });
    set_int(object, "group", result->id.group);
    set_int(object, "number", result->id.number);
    if (result->btid.n > 0)
        set_text(object, "btid", result->btid);
    if (result->has_interval) {
        set_int(object, "seq_low", result->seq_low);
        set_int(object, "seq_high", result->seq_high);
    }
    if (result->has_deleted)
        set_int(object, "deleted", result->deleted.number);
    set_keys(object, result, secrets);
    if (result->acknowledgement.n > 0)
        set_hex(object, "acknowledged", result->acknowledgement);
    return object;
}

json_t *
refused_json(int err)
{
    json_t *object = json_object();

    json_object_set_new(object, "result", json_string("refused"));
    json_object_set_new(object, "reason", json_string(msk_err_text(err)));
    set_int(object, "error", err);
    return object;
}
