/* SPDX-License-Identifier: MIT */
/*
 * SIGHUP: the files are read again, a slice in each turn of the loop, each with
 * a commit of its own. Others are served meanwhile, however long the files are.
 */
#include "../hosts/daemon.h"
#include "host.h"

#define SLICE_MS 5
#define PROGRESS_MS 1000
#define REST_BUSY 200 /* another process has the database */

static void
tell_end(struct host *h, const char *why)
{
    json_t *event = event_new(&h->log, "reloaded");

    reload_stop(h);
    if (why != NULL)
        event_word(event, "reason", why);
    event_tell(&h->log, event);
    daemon_notify("READY=1");
}

/* A key log that was moved away is begun anew. */
static void
reopen_keylog(struct host *h)
{
    FILE *keylog;

    if (!keylog_open(&keylog, h->options.keylog))
        return;
    if (h->keylog != NULL)
        (void)fclose(h->keylog);
    h->keylog = keylog;
}

void
reload_start(struct host *h)
{
    struct reload *reload = &h->reload;

    daemon_notify("RELOADING=1");
    reopen_keylog(h);
    reload_stop(h);
    reload->told = event_monotonic();
    reload->subscribers = false;
    if (!input_file_open(&reload->file, h->options.groups))
        tell_end(h, "a file was not understood");
}

void
reload_stop(struct host *h)
{
    input_file_close(&h->reload.file);
}

/* Behind the Key Groups come the subscribers. */
static enum input_next
open_next(struct reload *reload, const char *subscribers)
{
    if (reload->subscribers)
        return INPUT_END;
    input_file_close(&reload->file);
    reload->subscribers = true;
    return input_file_open(&reload->file, subscribers) ? INPUT_MORE
                                                       : INPUT_WRONG;
}

static enum input_next
read_slice(struct host *h)
{
    struct reload *reload = &h->reload;
    msk_time until = event_monotonic() + SLICE_MS;
    enum input_next next = INPUT_MORE;

    while (next == INPUT_MORE && event_monotonic() < until) {
        next = input_file_next(
            &reload->file, reload->subscribers ? bring_subscriber : bring_group,
            h);
        if (next == INPUT_END)
            next = open_next(reload, h->options.subscribers);
    }
    return next;
}

static void
tell_progress(struct host *h)
{
    struct reload *reload = &h->reload;
    json_t *event;

    if (event_monotonic() - reload->told < PROGRESS_MS)
        return;
    reload->told = event_monotonic();
    event = event_new(&h->log, "progress");
    event_word(event, "what", "reload");
    event_text(event, "file", msk_text(reload->file.path));
    event_number(event, "line", (json_int_t)reload->file.line);
    event_tell(&h->log, event);
}

msk_time
reload_run(struct host *h)
{
    enum input_next next;

    if (h->reload.file.file == NULL)
        return MSK_NEVER;
    if (database_begin(&h->database) != DATABASE_OK) {
        if (h->database.busy)
            return REST_BUSY;
        tell_end(h, h->database.why);
        return MSK_NEVER;
    }
    next = read_slice(h);
    if (database_commit(&h->database) != DATABASE_OK)
        tell_end(h, h->database.why);
    else if (next != INPUT_MORE)
        tell_end(h, next == INPUT_END ? NULL : "a file was not understood");
    else
        tell_progress(h);
    return h->reload.file.file != NULL ? 0 : MSK_NEVER;
}
