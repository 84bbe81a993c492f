/* SPDX-License-Identifier: MIT */
/*
 * SIGHUP: the files are read again, some lines at a time, each time with a
 * commit of its own. Others are served meanwhile, however long the files are.
 */
#include "../hosts/daemon.h"
#include "host.h"

#define PROGRESS_MS 1000
#define REST_MS 200      /* when the store takes nothing, */
#define GIVE_UP_MS 60000 /* and for how long it may */

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
    reload->told = reload->fine = event_monotonic();
    if (!bring_open(&reload->file, h->options.groups, false))
        tell_end(h, "a file was not understood");
}

void
reload_stop(struct host *h)
{
    bring_close(&h->reload.file);
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
    event_text(event, "file", msk_text(reload->file.file.path));
    event_number(event, "line", (json_int_t)reload->file.file.line);
    event_tell(&h->log, event);
}

/* Behind the Key Groups come the subscribers. */
static void
end_file(struct host *h, enum input_next next)
{
    struct reload *reload = &h->reload;

    if (next == INPUT_END && !reload->file.subscribers &&
        bring_open(&reload->file, h->options.subscribers, true))
        return;
    tell_end(h, next == INPUT_END && reload->file.file.file != NULL
                    ? NULL
                    : "a file was not understood");
}

/* While the store takes nothing it is tried again, for so long. */
static msk_time
rest(struct host *h)
{
    if (event_monotonic() - h->reload.fine < GIVE_UP_MS)
        return REST_MS;
    tell_end(h, h->store.why);
    return MSK_NEVER;
}

msk_time
reload_run(struct host *h)
{
    struct reload *reload = &h->reload;
    enum input_next next;
    bool again;

    if (reload->file.file.file == NULL)
        return MSK_NEVER;
    next = bring_some(h, &reload->file, &again);
    if (again)
        return rest(h);
    reload->fine = event_monotonic();
    if (next != INPUT_MORE)
        end_file(h, next);
    else
        tell_progress(h);
    return reload->file.file.file != NULL ? 0 : MSK_NEVER;
}
