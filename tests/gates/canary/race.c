/* SPDX-License-Identifier: MIT */
/* Must be stopped by ThreadSanitizer: two threads write without a lock. */
#include <pthread.h>

static int n;

static void *
count(void *arg)
{
    (void)arg;
    n++;
    return NULL;
}

int
main(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, count, NULL) != 0)
        return 0;
    n++;
    return pthread_join(thread, NULL);
}
