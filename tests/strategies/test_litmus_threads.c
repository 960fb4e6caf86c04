/* test_litmus_threads.c - a mark loses nothing to the store buffer; one that tests its bit first does */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/sanitized.h"
#include "tests/strategies/litmus.h"

#ifdef SANITIZED
enum { ROUNDS = 200000, TRIES = 1, DEMANDED = 0 };
#else
enum { ROUNDS = 2000000, TRIES = 100, DEMANDED = 1 };
#endif

static uint64_t broken_in(enum litmus_kind kind, const struct track *track, uint64_t rounds)
{
    uint64_t broken = 0;
    int cpu[2];
    if (!litmus_cpus(cpu)) {
        print_message("skipped: two CPUs are needed, and this program may use only one\n");
        skip();
    }
    assert_int_equal(litmus_run(kind, track, rounds, &broken), 0);
    return broken;
}

static void a_locked_mark_loses_nothing(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++) {
        const struct track *track = track_get((enum track_id)t, 0);
        if (track->shape == SHAPE_BITMAP && broken_in(LITMUS_MARK, track, ROUNDS))
            fail_msg("%s: a mark was lost", track->name);
    }
}

static void a_test_behind_a_full_fence_loses_nothing(void **state)
{
    (void)state;
    assert_int_equal(broken_in(LITMUS_TEST_FENCED, NULL, ROUNDS), 0);
}

/* The rounds can show what they are for: the trap is sprung within so many of them. An instrumented program
 * has other instructions, and is asked for nothing. */
static void a_test_without_fence_loses_data(void **state)
{
    uint64_t broken = 0;
    unsigned tries = 0;
    (void)state;
    while (!broken && tries++ < TRIES)
        broken = broken_in(LITMUS_TEST_FIRST, NULL, ROUNDS);
    print_message("test before set: %lu rounds broken of the last %d\n", broken, ROUNDS);
    if (DEMANDED)
        assert_true(broken > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_locked_mark_loses_nothing),
        cmocka_unit_test(a_test_behind_a_full_fence_loses_nothing),
        cmocka_unit_test(a_test_without_fence_loses_data),
    };
    return cmocka_run_group_tests_name("litmus", tests, NULL, NULL);
}
