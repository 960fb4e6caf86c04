/* test_mmap_faults.c - page faults of stores through a mapping: the system's own are known, others show */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "tests/kernels/mmap_rig.h"

enum { PERIODS = 16, FEW = 2 };

/* Page faults around the periods of one visit, besides those that are expected. */
static uint64_t faults_besides(struct cell *cell)
{
    static const struct variant whole = {.kind = VARIANT_WHOLE};
    struct error err = {0};
    struct visit out = {0};
    if (cell_visit(cell, &whole, LAYOUT_PATH, 0, PERIODS, false, &out, &err))
        fail_msg("%s", err.text);
    return out.faults;
}

/* A delivered fault is not counted by the system; what is besides is known before, and nothing is left over.
 */
static void what_is_expected_is_all(void **state)
{
    static const struct axes axes[] = {{.size = 4096, .slots = 1, .windows = PERIODS},
                                       {.size = 64, .slots = 4, .windows = PERIODS},
                                       {.size = 8192, .slots = 3, .windows = PERIODS}};
    for (size_t m = 0; m < MAPPED; m++)
        for (size_t a = 0; a < sizeof(axes) / sizeof(axes[0]) && way_runs(mapped_all[m].way); a++) {
            char text[80];
            struct cell *cell = mapped_cell(*state, &mapped_all[m], &axes[a]);
            uint64_t expected = mmap_kernel_faults(cell, 0, PERIODS), besides = faults_besides(cell);
            if (mapped_all[m].way == PROTECT_PAGEMAP)
                assert_true(expected >= PERIODS);
            if (besides > FEW)
                fail_msg("%s, %llu bytes: %llu faults besides %llu", mapped_text(&mapped_all[m], text),
                         (unsigned long long)axes[a].size, (unsigned long long)besides,
                         (unsigned long long)expected);
            cell_destroy(cell);
        }
}

/* As where somebody else's fsync has protected the pages: what is not expected is told. */
static void a_fault_that_is_not_expected_shows(void **state)
{
    static const struct mapped by_pages = {TRACK_none, PROTECT_PAGEMAP};
    static const struct axes axes = {.size = 4096, .slots = 1, .windows = PERIODS};
    if (!way_runs(PROTECT_PAGEMAP))
        skip();
    struct cell *cell = mapped_cell(*state, &by_pages, &axes);
    assert_int_equal(cell->kernel_faults, 1);
    cell->kernel_faults = 0;
    assert_in_range(faults_besides(cell), PERIODS, PERIODS + FEW);
    cell_destroy(cell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_expected_is_all),
        cmocka_unit_test(a_fault_that_is_not_expected_shows),
    };
    return cmocka_run_group_tests_name("mmap_faults", tests, mmap_rig_open, mmap_rig_close);
}
