/* SPDX-License-Identifier: MIT */
/*
 * daemon.h - what the one who runs a program asks of it and is told: signals as
 * input of the loop, and the protocol of sd_notify(3), which is a datagram
 * and needs no library.
 */
#ifndef HOSTS_DAEMON_H
#define HOSTS_DAEMON_H

#include <stdbool.h>

#include "msk/types.h"

/* From now on SIGTERM, SIGINT and SIGHUP wait to be read from what this
 * returns, and SIGPIPE is ignored. -1: they cannot. */
int daemon_signals(void);

/* The next signal that came; 0: none. */
int daemon_signal(int fd);

/* Tells the service manager, if there is one ($NOTIFY_SOCKET): "READY=1",
 * "RELOADING=1", "STOPPING=1", "STATUS=...". */
void daemon_notify(const char *state);

/* Tells it that the loop turns, as often as it wants to hear that
 * ($WATCHDOG_USEC). now: a clock that is never set. Returns when it wants to
 * hear it next; MSK_NEVER: it does not. */
msk_time daemon_alive(msk_time now);

#endif
