/* signals.c - the signal flag: the one mutable global of the house */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t received;

static void remember(int number)
{
    received = number;
}

void signals_install(void)
{
    struct sigaction action = {.sa_handler = remember, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int signals_received(void)
{
    return received;
}
