/* test_region_written.c - what is written is added up, and at the limit the run is asked to end */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/signals.h"
#include "bench/region_written.h"

enum { MIB = 1 << 20 };

static struct run_cell cell_of(enum kernel kernel)
{
    struct run_cell c = {
        .spec.kernel = kernel,
        .spec.stream = {.size = 4096, .footprint = 64 << 10, .granule = 4096, .overwrite = 1}};
    assert_int_equal(stream_resolve(&c.spec.stream, NULL), 0);
    return c;
}

/* The memory, in whole 2 MiB, and of each variant least rounds of two periods. */
static void least_is_what_every_run_writes(void **state)
{
    struct run_cell path = cell_of(KERNEL_WRITE_FSYNC), track = cell_of(KERNEL_TRACK);
    struct run_cell *members[] = {&path, &track};
    struct group groups[] = {{.members = &members[0], .member_count = 1, .slot_count = 5},
                             {.members = &members[1], .member_count = 1, .slot_count = 3}};
    uint64_t period = path.spec.stream.writes * 4096;
    (void)state;
    assert_int_equal(period, 64 << 10);
    assert_int_equal(written_least(groups, 0, 1), 2 * MIB);
    assert_int_equal(written_least(groups, 0, 2 * MIB), 2 * MIB);
    assert_int_equal(written_least(groups, 2, 3 * MIB), 4 * MIB + 5 * ROUNDS_LEAST * 2 * period);
}

static void less_than_that_is_refused(void **state)
{
    struct written w = {.most = 4 * MIB};
    struct error err = {0};
    (void)state;
    assert_int_equal(written_check(&w, 4 * MIB, &err), 0);
    assert_int_equal(written_check(&w, 4 * MIB + 1, &err), -1);
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_non_null(strstr(err.text, "--max-written 4MiB"));
    assert_non_null(strstr(err.text, "at least 5 MiB"));
    w.most = 0;
    assert_int_equal(written_check(&w, UINT64_MAX, NULL), 0);
}

/* The last of this program: what was asked for stays. */
static void the_run_ends_at_the_limit(void **state)
{
    struct written none = {.most = 0}, w = {.most = 4 * MIB, .bytes = 2 * MIB};
    (void)state;
    written_add(NULL, 1);
    written_add(&none, UINT64_MAX);
    assert_false(none.exceeded);
    written_add(&w, 2 * MIB - 1);
    assert_false(w.exceeded);
    assert_false(signals_stop());
    written_add(&w, 1);
    assert_true(w.exceeded);
    assert_true(signals_stop());
    assert_int_equal(signals_received(), 0);
    written_add(&w, MIB);
    assert_int_equal(w.bytes, 5 * MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_is_what_every_run_writes),
        cmocka_unit_test(less_than_that_is_refused),
        cmocka_unit_test(the_run_ends_at_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
