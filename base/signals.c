/* signals.c - the signal flags: the only mutable globals of the house */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t received, received_at; /* the first signal, and the second of its arrival */
static atomic_bool asked, bus;
static atomic_uintptr_t bus_offset; /* lock-free, so a handler may use them */
static struct {
    atomic_uintptr_t base, bytes;
} guards[2];
static _Atomic(signals_fault_fn) fault_fn;
/* The handlers under ours: [0] the one that was there first, [1] the last one that ours was put over again.
 */
struct under {
    struct sigaction action[2];
    unsigned count;
};
static struct under under_segv, under_bus;
static _Thread_local unsigned
    passing; /* handlers that this thread's fault was passed on to and is still in */

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
static bool replace(const siginfo_t *info)
{
    for (unsigned i = 0; i < 2; i++) {
        uintptr_t base = guards[i].base, bytes = guards[i].bytes, offset = (uintptr_t)info->si_addr - base;
        if (offset >= bytes || mmap((void *)base, bytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
            continue;
        if (!bus)
            bus_offset = offset;
        bus = true;
        return true;
    }
    return false;
}

/* Such a handler may chain to ours, which was there when it came: the fault then goes one further down, and
 * past the first handler to the default, so that it ends. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    const struct under *under = number == SIGBUS ? &under_bus : &under_segv;
    const struct sigaction *next = passing < under->count ? &under->action[under->count - 1 - passing] : NULL;
    passing++;
    if (next && next->sa_flags & SA_SIGINFO) {
        next->sa_sigaction(number, info, context);
    } else if (next && next->sa_handler != SIG_DFL && next->sa_handler != SIG_IGN) {
        next->sa_handler(number);
    } else {
        signal(number, SIG_DFL);
        raise(number);
    }
    passing--;
}

static void fault(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    signals_fault_fn fn = fault_fn;
    bool from_kernel = info->si_code > 0;
    if (!(from_kernel && fn && fn(number, info->si_code, info->si_addr)) &&
        !(from_kernel && number == SIGBUS && replace(info)))
        pass_on(number, info, context);
    errno = saved;
}

/* Over a handler that somebody has put over ours since then, too: it may not chain. */
static void install_fault(int number, struct under *under)
{
    struct sigaction ours = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_ONSTACK}, now;
    if (sigaction(number, NULL, &now) || (now.sa_flags & SA_SIGINFO && now.sa_sigaction == fault))
        return;
    unsigned at = under->count ? 1 : 0;
    under->action[at] = now;
    under->count = at + 1;
    sigaction(number, &ours, NULL);
}

static void guard(unsigned i, void *base, size_t bytes)
{
    guards[i].bytes = base ? bytes : 0;
    guards[i].base = (uintptr_t)base;
    if (base)
        install_fault(SIGBUS, &under_bus);
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
    if (base)
        bus = false;
    guard(0, base, bytes);
}

void signals_guard_also(void *base, size_t bytes)
{
    guard(1, base, bytes);
}

void signals_faults(signals_fault_fn fn)
{
    fault_fn = fn;
    if (!fn)
        return;
    install_fault(SIGSEGV, &under_segv);
    install_fault(SIGBUS, &under_bus);
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
