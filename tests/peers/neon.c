/* SPDX-License-Identifier: MIT */
/* A client on neon, which verifies Authentication-Info and goes on with its
 * nextnonce: POSTs twice, wants 200 twice.
 *     neon PORT TARGET USER PASSWORD */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <neon/ne_auth.h>
#include <neon/ne_request.h>
#include <neon/ne_session.h>

static int
give(void *user, const char *realm, int attempt, char *name, char *password)
{
    char **argv = user;

    (void)realm;
    snprintf(name, NE_ABUFSIZ, "%s", argv[3]);
    snprintf(password, NE_ABUFSIZ, "%s", argv[4]);
    return attempt > 0;
}

static int
post(ne_session *session, const char *target)
{
    static const char body[] = "<mbmsMSKRequest/>\n";
    ne_request *request = ne_request_create(session, "POST", target);
    int err, code;

    ne_set_request_body_buffer(request, body, sizeof body - 1);
    err = ne_request_dispatch(request);
    code = ne_get_status(request)->code;
    ne_request_destroy(request);
    if (err != NE_OK)
        fprintf(stderr, "neon: %s\n", ne_get_error(session));
    return err == NE_OK && code == 200;
}

int
main(int argc, char **argv)
{
    ne_session *session;
    int fine;

    if (argc != 5)
        return 2;
    session = ne_session_create("http", "127.0.0.1", (unsigned)atoi(argv[1]));
    ne_add_server_auth(session, NE_AUTH_DIGEST, give, argv);
    fine = post(session, argv[2]) && post(session, argv[2]);
    ne_session_destroy(session);
    return fine ? 0 : 1;
}
