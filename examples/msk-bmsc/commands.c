/* SPDX-License-Identifier: MIT */
/* The commands on stdin. Each returns NULL, or why it could not be done. */
#include <string.h>

#include "command.h"

const char command_no_group[] =
    "there is no such Key Group, or more than one: say DOMAIN:NUMBER";
const char command_bad_words[] = "not understood; see --help";

static const char *
spread(struct host *h, char **words, size_t n, enum job_kind kind)
{
    if (n < 2 || n > 3)
        return command_bad_words;
    if (!command_find_group(h, words[1]))
        return command_no_group;
    if (n == 3)
        (void)jobs_one(h, &h->group_row.id, msk_text(words[2]), kind);
    else if (!parts_begin(h, &h->group_row.id, kind))
        return "it cannot be begun";
    return NULL;
}

static const char *
push(struct host *h, char **words, size_t n)
{
    return spread(h, words, n, JOB_PUSH);
}

static const char *
push_next(struct host *h, char **words, size_t n)
{
    return spread(h, words, n, JOB_PUSH_NEXT);
}

static const char *
pull(struct host *h, char **words, size_t n)
{
    return spread(h, words, n, JOB_PULL);
}

static const char *
part(struct host *h, char **words, size_t n)
{
    return n == 3 ? spread(h, words, n, JOB_PART) : command_bad_words;
}

static const char *
stats(struct host *h, char **words, size_t n)
{
    (void)words;
    (void)n;
    counts_tell(h);
    return NULL;
}

static const char *
quit(struct host *h, char **words, size_t n)
{
    (void)words;
    (void)n;
    h->quit = true;
    return NULL;
}

static const struct {
    const char *name;
    command_fn *run;
} commands[] = {
    { "push", push },
    { "rekey", command_rekey },
    { "prepare", command_prepare },
    { "push-next", push_next },
    { "switch", command_switch },
    { "part", part },
    { "pull", pull },
    { "reauth", command_reauth },
    { "rebootstrap", command_rebootstrap },
    { "rebind", command_rebind },
    { "mtk", command_mtk },
    { "stats", stats },
    { "quit", quit },
};

/* A line that is a word and a JSON object. False: it is something else. */
static bool
run_json(struct host *h, const char *line, const char *word, bool subscriber)
{
    size_t n = strlen(word);
    const char *why;

    if (strncmp(line, word, n) != 0 || line[n] != ' ')
        return false;
    why = bring_one(h, line + n, subscriber);
    if (why != NULL)
        event_error(&h->log, why);
    return true;
}

void
command_run(struct host *h, char *line)
{
    char *words[INPUT_WORDS_MAX];
    uint64_t failures = h->store.failures;
    const char *why = "unknown command";
    size_t n;

    if (run_json(h, line, "subscriber", true) ||
        run_json(h, line, "group", false))
        return;
    n = input_words(line, words);
    if (n == 0)
        return;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(words[0], commands[i].name) == 0) {
            why = commands[i].run(h, words, n);
            break;
        }
    msk_key_group_wipe(&h->group);
    if (why != NULL && h->store.failures != failures)
        why = h->store.why;
    if (why != NULL)
        event_error(&h->log, why);
}
