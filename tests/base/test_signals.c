/* test_signals.c - a fault that nobody sees to ends the program, whoever put a handler over ours */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"

enum { GRANULE = 4096, CALLS_MAX = 8, TOO_MANY = 9, SECONDS = 20 };

/* What a child tells: how often each was called. */
struct told {
    unsigned ours, foreign, first;
};

static struct told *told(void)
{
    static struct told *shared;
    if (!shared)
        shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared;
}

static struct sigaction *chained(void)
{
    static struct sigaction below;
    return &below;
}

static bool *sees_to_it(void)
{
    static bool yes;
    return &yes;
}

static bool not_ours(int number, int code, void *address)
{
    (void)number, (void)code, (void)address;
    told()->ours++;
    return false;
}

/* As a library does: what is not its own goes to whoever was there. */
static void foreign(int number, siginfo_t *info, void *context)
{
    if (++told()->foreign > CALLS_MAX)
        _exit(TOO_MANY);
    if (*sees_to_it())
        mprotect((void *)((uintptr_t)info->si_addr & -(uintptr_t)GRANULE), GRANULE, PROT_READ | PROT_WRITE);
    else if (chained()->sa_flags & SA_SIGINFO)
        chained()->sa_sigaction(number, info, context);
}

static void first(int number)
{
    if (++told()->first > CALLS_MAX)
        _exit(TOO_MANY);
    signal(number, SIG_DFL);
}

static void put_foreign(void)
{
    struct sigaction action = {.sa_sigaction = foreign, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, chained());
}

static void store_to_nothing(void)
{
    volatile unsigned char *none = mmap(NULL, GRANULE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *none = 1;
    _exit(0);
}

/* How a child ends that does all this; a hang ends it by SIGALRM. */
static int ends(void (*child)(void))
{
    int status;
    *told() = (struct told){0};
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        alarm(SECONDS);
        signal(SIGSEGV, SIG_DFL);
        child();
        store_to_nothing();
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void died_by_segv(int status)
{
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV)
        fail_msg("ended with status %x; ours %u, foreign %u, first %u", (unsigned)status, told()->ours,
                 told()->foreign, told()->first);
}

static void ours_alone(void)
{
    signals_faults(not_ours);
    signals_faults(not_ours);
}

static void over_ours(void)
{
    signals_faults(not_ours);
    put_foreign();
}

static void over_ours_and_again(void)
{
    over_ours();
    signals_faults(not_ours); /* protection_begin, before each period */
    signals_faults(not_ours);
}

static void again_with_a_first_handler(void)
{
    signal(SIGSEGV, first);
    over_ours_and_again();
}

/* The same handler below ours and over it. */
static void in_a_circle(void)
{
    put_foreign();
    over_ours_and_again();
}

static void each_puts_itself_over_the_other(void)
{
    for (unsigned i = 0; i < 3; i++)
        over_ours_and_again();
}

static void seen_to_by_the_foreign_one(void)
{
    over_ours_and_again();
    *sees_to_it() = true;
}

static void what_nobody_sees_to_ends_the_program(void **state)
{
    (void)state;
    died_by_segv(ends(ours_alone));
    assert_int_equal(told()->foreign, 0);
    died_by_segv(ends(over_ours));
    died_by_segv(ends(over_ours_and_again));
    assert_int_equal(told()->foreign, 1);
    died_by_segv(ends(in_a_circle));
    died_by_segv(ends(each_puts_itself_over_the_other));
}

static void the_handlers_below_are_asked_last_first(void **state)
{
    (void)state;
    died_by_segv(ends(again_with_a_first_handler));
    assert_true(told()->foreign == 1 && told()->first == 1);
    int status = ends(seen_to_by_the_foreign_one);
    assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
    assert_int_equal(told()->foreign, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_sees_to_ends_the_program),
        cmocka_unit_test(the_handlers_below_are_asked_last_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
