/* signals.c - the signal flags: the only mutable globals of the house */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t received, received_at; /* the first signal, and the second of its arrival */
static atomic_bool asked, bus;
static atomic_uintptr_t guard_base, guard_bytes, bus_offset; /* lock-free, so a handler may use them */

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

/* The whole range is replaced, not one page: once, however many pages are gone, and a device's mapping cannot
 * be split inside its alignment. mmap is a bare system call. */
static void replace(int number, siginfo_t *info, void *context)
{
    uintptr_t base = guard_base, bytes = guard_bytes, offset = (uintptr_t)info->si_addr - base;
    (void)context;
    if (info->si_code > 0 && offset < bytes &&
        mmap((void *)base, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
            MAP_FAILED) {
        if (!bus)
            bus_offset = offset;
        bus = true;
        return;
    }
    signal(number, SIG_DFL);
    raise(number);
}

void signals_install(void)
{
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

int signals_received(void)
{
    return received;
}

void signals_guard(void *base, size_t bytes)
{
    struct sigaction action = {.sa_sigaction = replace, .sa_flags = SA_SIGINFO};
    guard_bytes = base ? bytes : 0;
    guard_base = (uintptr_t)base;
    if (!base)
        return;
    bus = false;
    sigaction(SIGBUS, &action, NULL);
}

bool signals_bus(uint64_t *offset)
{
    if (offset)
        *offset = bus_offset;
    return bus;
}

void signals_ask(void)
{
    asked = true;
}

bool signals_stop(void)
{
    return received || bus || asked;
}
