/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <string.h>

static const struct fields table[] = {
    { MSK_PAYLOAD_KEMAC, "KEMAC", "encr_alg", "mac_alg", "encr_data", "mac" },
    { MSK_PAYLOAD_PKE, "PKE", "c", NULL, "data", NULL },
    { MSK_PAYLOAD_DH, "DH", "group", NULL, "value", NULL },
    { MSK_PAYLOAD_SIGN, "SIGN", "s_type", NULL, "data", NULL },
    { MSK_PAYLOAD_T, "T", "ts_type", NULL, "ts", NULL },
    { MSK_PAYLOAD_ID, "ID", "id_type", NULL, "data", NULL },
    { MSK_PAYLOAD_CERT, "CERT", "cert_type", NULL, "data", NULL },
    { MSK_PAYLOAD_CHASH, "CHASH", "hash_func", NULL, "hash", NULL },
    { MSK_PAYLOAD_V, "V", "auth_alg", NULL, NULL, "mac" },
    { MSK_PAYLOAD_SP, "SP", "prot", "policy", NULL, NULL },
    { MSK_PAYLOAD_RAND, "RAND", NULL, NULL, "rand", NULL },
    { MSK_PAYLOAD_ERR, "ERR", "err", NULL, NULL, NULL },
    { MSK_PAYLOAD_TR, "TR", "ts_type", "role", "ts", NULL },
    { MSK_PAYLOAD_IDR, "IDR", "id_type", "role", "data", NULL },
    { MSK_PAYLOAD_RANDR, "RANDR", NULL, "role", "rand", NULL },
    { MSK_PAYLOAD_EXT, "EXT", "ext_type", NULL, "data", NULL },
    { MSK_PAYLOAD_SAKKE, "SAKKE", "params", "id_scheme", "data", NULL },
};

#define N_FIELDS (sizeof table / sizeof table[0])

const struct fields *
fields_of_type(uint8_t type)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (table[i].type == type)
            return &table[i];
    return NULL;
}

const struct fields *
fields_of_name(const char *name)
{
    for (size_t i = 0; name != NULL && i < N_FIELDS; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

const char *
data_type_name(uint8_t data_type)
{
    static const char *const names[] = {
        "PSK_INIT",
        "PSK_RESP",
        "PK_INIT",
        "PK_RESP",
        "DH_INIT",
        "DH_RESP",
        "ERROR",
        "DHHMAC_INIT",
        "DHHMAC_RESP",
        "RSAR_I",
        "RSAR_R",
        "REQUEST_INIT_PSK",
        "REQUEST_INIT_PK",
        "REQUEST_RESP",
        "TRANSFER_INIT",
        "TRANSFER_RESP",
        "RESOLVE_INIT_PSK",
        "RESOLVE_INIT_PK",
        "RESOLVE_RESP",
        "REQUEST_KEY_PSK",
        "REQUEST_KEY_PKE",
        "REQUEST_KEY_RESP",
        "I_MESSAGE_1",
        "R_MESSAGE_1",
        "I_MESSAGE_2",
        "R_MESSAGE_2",
        "SAKKE",
    };

    return data_type < sizeof names / sizeof names[0] ? names[data_type]
                                                      : "unassigned";
}
