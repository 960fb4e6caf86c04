/* test_proof_mmap.c - stores through a mapping with one step emptied are found by counts or by the data */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/mmap_expect.h"

/* false: a whole period counts otherwise than it must, or leaves wrong data, or a wrong tracker. */
static bool passes(struct cell *cell)
{
    struct mapped_tally usual = expected(&cell->spec);
    struct cell_counts counts;
    struct error err = {0};
    for (unsigned n = 0; n < 2; n++) {
        uint64_t a, b;
        if (cell_count(cell, &counts, &err))
            return false;
        struct mapped_tally is = mapped_of(&counts);
        if (tally_differs(is.all, usual.all, &a, &b) || is.faults != usual.faults ||
            is.protects != usual.protects)
            return false;
    }
    return true;
}

static void every_emptied_step_is_found(void **state)
{
    for (unsigned m = 0; m < MAPPED; m++) {
        char name[80];
        if (!way_runs(mapped_all[m].way))
            continue;
        mapped_text(&mapped_all[m], name);
        for (unsigned step = STEP_LOOP + 1; step < STEPS; step++) {
            struct cell *cell =
                mapped_cell(*state, &mapped_all[m],
                            &(struct axes){.size = 4097, .offset = 3, .slots = 12, .domain = DOMAIN_adr});
            uint32_t steps = period_steps(&cell->period);
            /* the kernel itself resolves what page tables remember: there is nothing of ours to empty; and
             * one entry of 2 MiB is all of the footprint, which an emptied fault opens */
            bool ours = step != STEP_FAULT ||
                        (mapped_all[m].track != TRACK_none && mapped_all[m].track != TRACK_xarray_order);
            assert_true(passes(cell));
            cell->period.hook_skip = (int)step;
            if (steps & STEP_BIT(step) && ours && passes(cell))
                fail_msg("%s: step %s emptied passes", name, step_info((enum step)step)->symbol);
            cell_destroy(cell);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_emptied_step_is_found),
    };
    return cmocka_run_group_tests_name("mmap mutants", tests, mmap_rig_open, mmap_rig_close);
}
