/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: records that are damaged between calls, and read back by the
 * objects that live with them: the store of a software MGV-F, the records of a
 * subscriber and of a Key Group at a BM-SC. Damage is octets changed, records
 * cut or made longer, exchanged for each other, or those of an earlier day.
 * Whatever it is,
 *
 *   - a call returns an error that its contract knows: the host did no wrong;
 *   - what an MGV-F refuses as no record stays as it is, and has no answer;
 *   - it can always be made to forget all;
 *   - of a Key Group no more MSKs are told than can be held, each once;
 *   - what it committed it reads again;
 *   - a record of a BM-SC is refused, or is one that a BM-SC could have made:
 *     packed again it is the same octets, after every call as well;
 *   - no MTK message is made beyond the interval of its MSK.
 */
#include "records.h"
#include "target.h"

#define OPERATIONS_MAX 64

static void
live_mgvf(struct records_input *input)
{
    static struct records_mgvf end;

    records_mgvf_start(&end, input);
    for (int i = 0; i < OPERATIONS_MAX && input->in.n > 0; i++)
        records_mgvf_step(&end);
    records_mgvf_forget(&end);
}

static void
live_bmsc(struct records_input *input)
{
    static struct records_bmsc end;

    records_bmsc_start(&end, input);
    for (int i = 0; i < OPERATIONS_MAX && input->in.n > 0; i++)
        records_bmsc_step(&end);
}

/* The first octet says which layout, and which end. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct records_input input;
    uint8_t how;

    input.in = (struct msk_bytes){ data, size };
    how = input_octet(&input.in);
    input.layout = how % 2 == 0 ? MSK_LAYOUT_KEYID : MSK_LAYOUT_CSB;
    toy_crypto_start(&input.toy, size);
    if (how / 2 % 2 == 0)
        live_mgvf(&input);
    else
        live_bmsc(&input);
    return 0;
}
