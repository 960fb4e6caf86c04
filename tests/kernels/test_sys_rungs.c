/* test_sys_rungs.c - each rung of the sys kernels runs its own steps, and leaves the file as the full path
 * does
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/sys_rig.h"

static const struct axes plain = {.size = 1500, .offset = 7, .slots = 9, .windows = 3, .delay = 4096};

static const enum step rows[] = {STEP_LOOP, STEP_FAULT, STEP_SYS_WRITE, STEP_SYS_FSYNC};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void steps_are(struct sys_rig *r, enum kernel kernel, enum sys_end end, bool never, uint32_t steps)
{
    struct axes axes = plain;
    axes.never = never;
    struct cell_spec spec = sys_spec(kernel, (struct sys_calls){.end = end}, &axes);
    spec.surround = SURROUND_KERNEL; /* there is a real call */
    struct cell *cell = rig_cell(&r->w, &spec);
    assert_int_equal(period_steps(&cell->period), steps);
    const struct ladder_table *ladder = path_parts(LAYOUT_RUNG)->of[kernel].ladder;
    for (unsigned shape = 0; shape < SHAPES; shape++)
        for (unsigned s = 0; s < STEPS; s++)
            if (steps & STEP_BIT(s)) {
                assert_non_null(ladder->prefix[shape][s]);
                assert_non_null(ladder->without[shape][s]);
            }
    struct period bare = {.kernel = kernel, /* as bench asks, before there is a cell */
                          .track = track_get(TRACK_none, 0),
                          .copy = cell->period.copy,
                          .domain = cell->period.domain,
                          .fsync = !never};
    struct sys_period sys = {.end = end};
    bare.sys = end == SYS_END_FSYNC ? NULL : &sys;
    assert_int_equal(period_steps(&bare), steps);
    cell_destroy(cell);
}

static void a_cell_has_the_rows_of_its_calls(void **state)
{
    const uint32_t loop = STEP_BIT(STEP_LOOP), fault = STEP_BIT(STEP_FAULT), write = STEP_BIT(STEP_SYS_WRITE),
                   sync = STEP_BIT(STEP_SYS_FSYNC);
    struct sys_rig r;
    if (!sys_rig_open(&r, state, "/dev/shm"))
        skip();
    steps_are(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_FSYNC, false, loop | write | sync);
    steps_are(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_FDATASYNC, false, loop | write | sync);
    steps_are(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_RWF_DSYNC, false, loop | write);
    steps_are(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_O_DSYNC, false, loop | write);
    steps_are(&r, KERNEL_SYS_WRITE_FSYNC, SYS_END_FSYNC, true, loop | write);
    steps_are(&r, KERNEL_SYS_MMAP_FSYNC, SYS_END_MSYNC, false, loop | fault | write | sync);
    steps_are(&r, KERNEL_SYS_MMAP_FSYNC, SYS_END_FSYNC, true, loop | fault | write);
    sys_rig_close(&r);
}

/* What one run of the function calls, and whether it stores. */
struct done {
    uint64_t writes, syncs;
    bool stored;
};

static struct done run_alone(struct sys_rig *r, struct cell *cell, period_fn run)
{
    struct period *p = &cell->period;
    struct done d = {0};
    cell_set_period(cell, 0, cell->serial++);
    unsigned char *first = r->w.base + p->window;
    memset(first, 0xe1, p->size);
    log_clear();
    run(p);
    for (uint64_t i = 0; i < log_here()->count; i++)
        log_here()->entry[i].call <= SYS_CALL_PWRITEV2 ? d.writes++ : d.syncs++;
    for (uint64_t b = 0; b < p->size; b++)
        d.stored |= first[b] != 0xe1;
    return d;
}

static void runs(struct sys_rig *r, struct cell *cell, period_fn run, bool writes, bool syncs)
{
    bool mmap = cell->spec.kernel == KERNEL_SYS_MMAP_FSYNC;
    struct done d = run_alone(r, cell, run);
    assert_int_equal(d.writes, writes && !mmap ? cell->period.writes : 0);
    assert_int_equal(d.syncs, syncs);
    assert_int_equal(d.stored, writes);
}

static void a_rung_runs_its_own_steps(void **state)
{
    struct sys_rig r;
    if (!sys_rig_open(&r, state, "/dev/shm"))
        skip();
    for (enum kernel k = KERNEL_SYS_WRITE_FSYNC; k <= KERNEL_SYS_MMAP_FSYNC; k++) {
        struct cell_spec spec = sys_spec(k, (struct sys_calls){0}, &plain);
        struct cell *cell = rig_cell(&r.w, &spec);
        const struct kernel_table *t = &path_parts(LAYOUT_RUNG)->of[k];
        const period_fn *prefix = t->ladder->prefix[SHAPE_DIRECT];
        const period_fn *without = t->ladder->without[SHAPE_DIRECT];
        runs(&r, cell, prefix[STEP_LOOP], false, false);
        runs(&r, cell, prefix[STEP_SYS_WRITE], true, false);
        runs(&r, cell, prefix[STEP_SYS_FSYNC], true, true);
        runs(&r, cell, without[STEP_SYS_WRITE], false, true);
        runs(&r, cell, without[STEP_SYS_FSYNC], true, false);
        if (k == KERNEL_SYS_MMAP_FSYNC) {
            runs(&r, cell, prefix[STEP_FAULT], false, false);
            runs(&r, cell, without[STEP_FAULT], true, true);
        }
        cell_destroy(cell);
    }
    sys_rig_close(&r);
}

/* Of a rung's periods, too, each is made of all writes and then, last of all, its sync; cell_visit looks at
 * the data. */
static void check_rung(struct cell *cell, struct variant v)
{
    const struct log *log = log_here();
    bool call = sys_end_is_call(cell->spec.sys.end), mmap = cell->spec.kernel == KERNEL_SYS_MMAP_FSYNC;
    uint64_t writes = mmap ? 0 : cell->period.writes, at = 0;
    uint32_t steps = period_steps(&cell->period);
    log_clear();
    sys_visit(cell, v, LAYOUT_RUNG, 0, 3);
    for (unsigned period = 0; period < 12; period++) {
        for (uint64_t i = 0; i < writes; i++)
            assert_in_range(log->entry[at++].call, SYS_CALL_PWRITE, SYS_CALL_PWRITEV2);
        if (!call || !(steps & STEP_BIT(STEP_SYS_FSYNC)))
            continue;
        assert_in_range(log->entry[at++].call, SYS_CALL_FSYNC, SYS_CALL_MSYNC);
        bool late = mmap && (v.kind == VARIANT_WITHOUT ? v.step == STEP_SYS_WRITE : false);
        bool own = period >= 3 && period < 9; /* the history is the whole path's */
        if (late && !own)                     /* the stores come after the timed sync, and are synced */
            assert_in_range(log->entry[at++].call, SYS_CALL_FSYNC, SYS_CALL_MSYNC);
    }
    assert_int_equal(log->count, at);
}

static void check_ladder(struct sys_rig *r, enum kernel kernel, struct sys_calls calls, bool never)
{
    struct axes axes = plain;
    axes.never = never;
    struct cell_spec spec = sys_spec(kernel, calls, &axes);
    struct cell *cell = rig_cell(&r->w, &spec);
    for (unsigned i = 0; i < ROWS; i++) {
        if (!(period_steps(&cell->period) & STEP_BIT(rows[i])))
            continue;
        check_rung(cell, (struct variant){.kind = VARIANT_PREFIX, .step = rows[i]});
        check_rung(cell, (struct variant){.kind = VARIANT_WITHOUT, .step = rows[i]});
    }
    cell_destroy(cell);
}

static void rungs_leave_the_state_of_the_path(void **state)
{
    for (unsigned place = 0; place < SYS_PLACES; place++) {
        struct sys_rig r;
        if (!sys_rig_open(&r, state, sys_places[place]))
            continue;
        for (unsigned b = 0; b < SYS_BLOCKS; b++)
            for (unsigned e = 0; e < SYS_ENDS; e++)
                if (e != SYS_END_MSYNC && (place == 0 || e % 3 == 0))
                    check_ladder(&r, KERNEL_SYS_WRITE_FSYNC,
                                 (struct sys_calls){(enum sys_end)e, (enum sys_blocks)b}, false);
        for (unsigned e = 0; e <= SYS_END_MSYNC; e++)
            check_ladder(&r, KERNEL_SYS_MMAP_FSYNC, (struct sys_calls){.end = (enum sys_end)e}, false);
        check_ladder(&r, KERNEL_SYS_WRITE_FSYNC, (struct sys_calls){0}, true);
        check_ladder(&r, KERNEL_SYS_MMAP_FSYNC, (struct sys_calls){0}, true);
        sys_rig_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_has_the_rows_of_its_calls),
        cmocka_unit_test(a_rung_runs_its_own_steps),
        cmocka_unit_test(rungs_leave_the_state_of_the_path),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}
