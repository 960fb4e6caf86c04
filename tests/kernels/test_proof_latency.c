/* test_proof_latency.c - a delay planted in a step of write() or fsync() is in that call's latencies, and
 * only there */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"
#include "kernels/latency.h"
#include "tests/kernels/rig.h"

enum { WRITES = 4, PERIODS = 3 };
static const uint64_t DELAY_NS = 2000000; /* a write; far above what a call takes by itself */

/* The step's delay, or none of it, is in each call of this histogram. */
static void check_side(const struct histogram *h, bool planted, uint64_t delay, const char *what)
{
    if (planted && h->min < delay - delay / 50)
        fail_msg("%s: a call of %llu ns lacks the planted delay", what, (unsigned long long)h->min);
    if (!planted && h->min >= DELAY_NS)
        fail_msg("%s: each call has a delay that is not its own", what);
}

static void check_step(struct cell *cell, enum step step)
{
    const struct variant v = {.kind = VARIANT_STAMPED};
    struct histogram write = {0}, fsync = {0};
    struct error err = {0};
    struct visit out;
    bool side = STEP_BIT(step) & STEPS_FSYNC;
    cell->period.hook_delay = (int)step;
    if (cell_visit(cell, &v, LAYOUT_PATH, 0, PERIODS, false, &out, &err))
        fail_msg("%s", err.text);
    latency_gather(cell, &write, &fsync);
    assert_true(write.n == WRITES * PERIODS && fsync.n == PERIODS);
    bool loop = step == STEP_LOOP; /* between the calls: in none of them */
    check_side(&write, !side && !loop, DELAY_NS, step_info(step)->symbol);
    check_side(&fsync, side, WRITES * DELAY_NS, step_info(step)->symbol);
}

static void a_planted_delay_is_in_its_call(void **state)
{
    static const char *const names[] = {"bypass", "deferred-xarray", "deferred-bitmap"};
    double ghz = clock_measure_ghz();
    for (unsigned i = 0; i < 3; i++) {
        struct combo c = combo_named(names[i]);
        struct error err = {0};
        const struct stamp_clock stamp_clock = {.ns_per_tick = 1 / ghz, .empty_ticks = stamp_empty_ticks()};
        struct cell *cell = rig_combo(
            *state, &c,
            &(struct axes){.size = 4096, .slots = WRITES, .windows = 4, .surround = SURROUND_KERNEL});
        if (!cell)
            continue;
        assert_int_equal(latency_create(cell, &stamp_clock, &err), 0);
        cell->period.hook_ticks = (uint64_t)((double)DELAY_NS * ghz);
        uint32_t steps = period_steps(&cell->period);
        for (int s = 0; s < STEPS; s++)
            if ((steps & STEP_BIT(s)) && s != STEP_HOLD && s != STEP_WRITEBACK)
                check_step(cell, (enum step)s); /* those two spin once a granule: see below */
        cell_destroy(cell);
    }
}

/* These steps' delay comes once an entry: the fsync has it at least once. */
static void a_delay_of_each_entry_is_in_fsync(void **state)
{
    struct combo c = combo_named("deferred-xarray");
    struct error err = {0};
    double ghz = clock_measure_ghz();
    const struct stamp_clock stamp_clock = {.ns_per_tick = 1 / ghz, .empty_ticks = stamp_empty_ticks()};
    struct cell *cell = rig_combo(*state, &c, &(struct axes){.size = 4096, .slots = WRITES, .windows = 4});
    if (!cell)
        return;
    assert_int_equal(latency_create(cell, &stamp_clock, &err), 0);
    cell->period.hook_ticks = (uint64_t)((double)DELAY_NS * ghz) / 4;
    uint32_t steps = period_steps(&cell->period);
    for (int s = STEP_HOLD; s <= STEP_WRITEBACK; s++)
        if (steps & STEP_BIT(s)) {
            cell->period.hook_delay = s;
            const struct variant v = {.kind = VARIANT_STAMPED};
            struct histogram write = {0}, fsync = {0};
            struct visit out;
            assert_int_equal(cell_visit(cell, &v, LAYOUT_PATH, 0, PERIODS, false, &out, &err), 0);
            latency_gather(cell, &write, &fsync);
            check_side(&write, false, 0, step_info((enum step)s)->symbol);
            check_side(&fsync, true, DELAY_NS, step_info((enum step)s)->symbol);
        }
    cell_destroy(cell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_delay_is_in_its_call),
        cmocka_unit_test(a_delay_of_each_entry_is_in_fsync),
    };
    return cmocka_run_group_tests_name("planted latencies", tests, rig_open, rig_close);
}
