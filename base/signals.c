/* signals.c - the signal flag: the one mutable global of the house */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/signals.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t received, received_at; /* the first signal, and the second of its arrival */

/* A wrapper such as timeout(1) signals a program and then its group: what comes at the same time is the same
 * wish. A later signal is an impatient one. */
static void remember(int number)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now); /* async-signal-safe */
    if (received && (sig_atomic_t)now.tv_sec > received_at + 1)
        _exit(128 + number);
    if (!received) {
        received_at = (sig_atomic_t)now.tv_sec;
        received = number;
    }
}

void signals_install(void)
{
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int signals_received(void)
{
    return received;
}
