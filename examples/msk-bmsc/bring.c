/* SPDX-License-Identifier: MIT */
#include "bring.h"

#include <poll.h>
#include <stdio.h>

#include "brought.h"
#include "repair_place.h"

#define START_TRIES 25 /* while the store fails */
#define START_MS 200

const char brought_refused[] = "the library refuses a value";

static struct {
    const char *why;
    size_t which;
} wrong;

enum bring_result
brought_wrong(size_t which, const char *why)
{
    wrong.which = which;
    wrong.why = why;
    return BRING_WRONG;
}

static struct records_note last_repair;

struct records_request
brought_repair(void)
{
    return (struct records_request){ .kind = RECORDS_LOOK_REPAIR,
                                     .note = &last_repair };
}

bool
brought_may_be_lost(uint64_t age)
{
    return repair_place_after(&last_repair, age);
}

json_t *
brought_lost(struct host *h, const char *what, const char *why)
{
    json_t *event = event_new(&h->log, "refused");

    wrong.why = why;
    h->stats.refused++;
    event_word(event, "what", what);
    event_word(event, "reason", why);
    return event;
}

static void
forget(void)
{
    bring_forget_subscribers();
    bring_forget_groups();
}

static enum bring_result
bring(struct host *h, bool subscribers)
{
    enum bring_result result =
        subscribers ? bring_subscribers(h) : bring_groups(h);

    if (result != BRING_AGAIN)
        forget();
    return result;
}

const char *
bring_one(struct host *h, const char *json, bool subscriber)
{
    const char *why;

    if (h->reload.file.n > 0)
        return h->store.why; /* what the file says waits for the store */
    why = input_json_line(
        json, subscriber ? bring_take_subscriber : bring_take_group, h);
    if (why != NULL)
        return why;
    switch (bring(h, subscriber)) {
    case BRING_DONE: break;
    case BRING_LESS:
    case BRING_WRONG: why = wrong.why; break;
    case BRING_AGAIN: why = h->store.why; break;
    }
    forget();
    return why;
}

/* --- files --------------------------------------------------------------- */

bool
bring_open(struct bring_file *file, const char *path, bool subscribers)
{
    bring_close(file);
    file->subscribers = subscribers;
    return input_file_open(&file->file, path);
}

void
bring_close(struct bring_file *file)
{
    input_file_close(&file->file);
    if (file->n > 0)
        forget();
    file->n = 0;
}

/* Takes lines, as many as go together. */
static enum input_next
take_lines(struct host *h, struct bring_file *file)
{
    input_json_take *take =
        file->subscribers ? bring_take_subscriber : bring_take_group;
    enum input_next next = INPUT_MORE;
    bool taken;

    while (next == INPUT_MORE && file->n < BRING_MAX) {
        next = input_file_next(&file->file, take, h, &taken);
        if (next == INPUT_MORE && taken)
            file->lines[file->n++] = file->file.line;
    }
    return next;
}

enum input_next
bring_some(struct host *h, struct bring_file *file, bool *again)
{
    if (file->n == 0)
        file->next = take_lines(h, file);
    *again = false;
    switch (file->n > 0 ? bring(h, file->subscribers) : BRING_DONE) {
    case BRING_DONE:
    case BRING_LESS: break;
    case BRING_AGAIN: *again = true; return INPUT_MORE;
    case BRING_WRONG:
        (void)fprintf(stderr, "%s:%u: %s\n", file->file.path,
                      file->lines[wrong.which], wrong.why);
        file->next = INPUT_WRONG;
        break;
    }
    file->n = 0;
    return file->next;
}

static bool
bring_all(struct host *h, const char *path, bool subscribers)
{
    static struct bring_file file;
    enum input_next next = INPUT_MORE;
    int tries = 0;

    if (!bring_open(&file, path, subscribers))
        return false;
    while (next == INPUT_MORE && tries < START_TRIES) {
        bool again;

        next = bring_some(h, &file, &again);
        tries = again ? tries + 1 : 0;
        if (again)
            (void)poll(NULL, 0, START_MS);
    }
    bring_close(&file);
    if (next == INPUT_MORE)
        (void)fprintf(stderr, "%s: %s\n", path, h->store.why);
    return next == INPUT_END;
}

bool
bring_files(struct host *h)
{
    return bring_all(h, h->options.groups, false) &&
           bring_all(h, h->options.subscribers, true);
}
