/* SPDX-License-Identifier: MIT */
/*
 * The life of a UE and a BM-SC in both layouts: after each of their public
 * calls no eight octets of a key are on the stack, and none of a key that was
 * replaced are in the session, the MGV-F or a record. Then each call once more
 * for each call of its provider, and of randomness, that fails. Prints how many
 * calls that were, and exits with 1 if a key was found.
 */
#include <stdio.h>

#include "life.h"
#include "recorder.h"
#include "secrets.h"
#include "stack.h"

#define STEPS_MAX 128

/* What a step needs of its providers when all goes well. */
static size_t crypto_calls[STEPS_MAX], draws[STEPS_MAX];
static size_t tries, used;
static bool wrong;

static void
fail(const char *name, const char *what, size_t at, const char *secret)
{
    printf("FAIL: %s, %s %zu: left %s\n", name, what, at, secret);
    wrong = true;
}

static void
look(const struct life_step *step, const char *what, size_t at)
{
    const size_t mark = secrets_mark();
    const char *secret;

    recorder_add();
    secret = stack_holds(&used);
    secrets_forget_since(mark);
    tries++;
    if (secret != NULL)
        fail(step->name, what, at, secret);
}

/* The first n steps, as they should be. */
static void
live(size_t n, bool first)
{
    for (size_t i = 0; i < n; i++) {
        const struct life_step *step = &life_steps[i];
        size_t from = 0;
        const char *secret;
        int err;

        life_crypto.calls = life_draws = 0;
        recorder_clear();
        err = stack_run(step->call);
        crypto_calls[i] = first ? life_crypto.calls : crypto_calls[i];
        draws[i] = first ? life_draws : draws[i];
        if (step->after != NULL) /* what is a secret now was one already */
            step->after();
        if (!first)
            continue;
        look(step, "step", i);
        if (err != step->want)
            fail(step->name, "step", i, "another result");
        while ((secret = life_remembers(&from)) != NULL)
            fail(step->name, "step", i, secret);
    }
}

static void
end(const struct life_step *step)
{
    if (!life_end())
        fail(step->name, "the end", 0, "something in its memory");
}

static void
spoil(enum msk_layout layout, size_t i, size_t crypto_at, size_t draw_at)
{
    life_begin(layout);
    live(i, false);
    life_crypto.calls = life_draws = 0;
    life_crypto.fail_at = crypto_at;
    life_fail_draw = draw_at;
    recorder_clear();
    (void)stack_run(life_steps[i].call);
    life_crypto.fail_at = life_fail_draw = 0;
    look(&life_steps[i], crypto_at > 0 ? "crypto" : "randomness",
         crypto_at + draw_at);
    end(&life_steps[i]);
}

int
main(void)
{
    static const enum msk_layout layouts[] = { MSK_LAYOUT_CSB,
                                               MSK_LAYOUT_KEYID };

    for (size_t k = 0; k < 2; k++) {
        life_begin(layouts[k]);
        live(life_n, true);
        end(&life_steps[life_n - 1]);
        for (size_t i = 0; i < life_n; i++) {
            for (size_t n = 1; n <= crypto_calls[i]; n++)
                spoil(layouts[k], i, n, 0);
            for (size_t n = 1; n <= draws[i]; n++)
                spoil(layouts[k], i, 0, n);
        }
    }
    printf("%zu calls, at most %zu octets of stack\n", tries, used);
    return wrong ? 1 : 0;
}
