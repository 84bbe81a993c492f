/* SPDX-License-Identifier: MIT */
#include "msk/types.h"

#define QUOTE(x) #x
#define TEXT(x) QUOTE(x)

msk_time
msk_never(void)
{
    return MSK_NEVER;
}

const char *
msk_version(void)
{
    return TEXT(MSK_VERSION_MAJOR) "." TEXT(MSK_VERSION_MINOR) "." TEXT(
        MSK_VERSION_PATCH);
}

enum msk_err_kind
msk_err_kind(int err)
{
    if (err >= 0)
        return MSK_KIND_FINE;
    switch (err / 100) {
    case -1: return MSK_KIND_CALLER;
    case -2: return MSK_KIND_DROP;
    case -3: return MSK_KIND_ASK;
    default: return MSK_KIND_FATAL;
    }
}

/* No default: so the compiler names what is missing. NULL: not in the list. */
static const char *
text(enum msk_err err)
{
    switch (err) {
    case MSK_OK: return "success";
    case MSK_PENDING: return "not done yet";
    case MSK_WARN_CARD: return "done, but long for a UICC";
    case MSK_ERR_ARGUMENT: return "invalid argument";
    case MSK_ERR_STATE: return "not possible in this state";
    case MSK_ERR_SPACE: return "buffer too small";
    case MSK_ERR_REENTRY: return "called from a hook that may not";
    case MSK_ERR_BUSY: return "an answer is still pending";
    case MSK_ERR_CONFLICT: return "name taken by another value";
    case MSK_ERR_LIMIT: return "table full";
    case MSK_ERR_OLD_KEY: return "older than a key that was set before";
    case MSK_ERR_TRUNCATED: return "message ends inside a field";
    case MSK_ERR_TRAILING: return "octets after the last payload";
    case MSK_ERR_VERSION: return "not MIKEY version 1";
    case MSK_ERR_PAYLOAD: return "payload type unknown or not allowed here";
    case MSK_ERR_UNSUPPORTED: return "unknown type or algorithm number";
    case MSK_ERR_MISSING: return "payload missing";
    case MSK_ERR_DUPLICATE: return "payload stands twice";
    case MSK_ERR_ORDER: return "payload after the last one allowed";
    case MSK_ERR_LENGTH: return "field of a length that is not allowed";
    case MSK_ERR_VALUE: return "field with a value that is not allowed";
    case MSK_ERR_MANY: return "too many payloads, items or levels";
    case MSK_ERR_LAYOUT: return "message of the other layout";
    case MSK_ERR_KIND: return "message of another kind";
    case MSK_ERR_NULL_ALG: return "NULL encryption or NULL MAC";
    case MSK_ERR_NOT_MINE: return "for another session, group or server";
    case MSK_ERR_NO_MUK: return "no MUK of that name";
    case MSK_ERR_REPLAY: return "counter not newer";
    case MSK_ERR_MAC: return "wrong MAC";
    case MSK_ERR_RANGE: return "MTK ID out of range";
    case MSK_ERR_POLICY: return "announced protection switched off";
    case MSK_ERR_XML: return "XML not well formed or not allowed";
    case MSK_ERR_MEDIA_TYPE: return "body of another media type";
    case MSK_ERR_DIGEST: return "HTTP answer does not verify";
    case MSK_ERR_ENCODING: return "body with a Content-Encoding";
    case MSK_ERR_NO_RAND: return "no RAND, nor had the MSK one";
    case MSK_ERR_NO_MSK: return "MSK not held";
    case MSK_ERR_INVALIDATED: return "MSK used up";
    case MSK_ERR_REFUSED: return "refused by the BM-SC";
    case MSK_ERR_CRYPTO: return "crypto provider failed";
    case MSK_ERR_STORE: return "store failed";
    case MSK_ERR_RANDOM: return "no randomness";
    case MSK_ERR_RECORD: return "stored record unknown or damaged";
    case MSK_ERR_CARD: return "UICC failed";
    }
    return NULL;
}

/* An enum may be as short as its values: look before the cast cuts. */
const char *
msk_err_text(int err)
{
    const char *found = NULL;

    if (err >= -999 && err <= MSK_WARN_CARD)
        found = text((enum msk_err)err);
    return found != NULL ? found : "unknown error";
}
