/* test_ladder.c - each rung adds exactly its step, and leaves all as the full path leaves it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "tests/kernels/expect.h"

enum { PERIODS = 3, SHAPE_COUNT = 4 };

static const struct axes shapes[SHAPE_COUNT] = {
    {.size = 64, .slots = 150, .access = ACCESS_RANDOM},
    {.size = 4096, .slots = 16},
    {.size = 65536, .slots = 5, .overwrite = 2},
    {.size = 4097, .offset = 3, .slots = 12, .access = ACCESS_SPARSE, .surround = SURROUND_KERNEL},
};

static struct tally counted(struct cell *cell, const char *name)
{
    struct cell_counts counts;
    struct error err = {0};
    if (cell_count(cell, &counts, &err))
        fail_msg("%s: %s", name, err.text);
    return tally_of(&counts);
}

/* Its own check of the data, then the state, then what a whole period counts. */
static void visit_and_look(struct cell *cell, const char *name, const struct variant *v, unsigned layout,
                           struct tally usual)
{
    struct error err = {0};
    struct visit visit;
    uint64_t is, must;
    if (cell_visit(cell, v, layout, v->step, PERIODS, false, &visit, &err))
        fail_msg("%s, variant %d of step %d, layout %u: %s", name, (int)v->kind, (int)v->step, layout,
                 err.text);
    if (rig_unclean(cell))
        fail_msg("%s, variant %d of step %d, layout %u: %s", name, (int)v->kind, (int)v->step, layout,
                 rig_unclean(cell));
    const char *wrong = tally_differs(counted(cell, name), usual, &is, &must);
    if (wrong)
        fail_msg("%s after variant %d of step %d, layout %u: %s of a whole period is %lu, is %lu else", name,
                 (int)v->kind, (int)v->step, layout, wrong, is, must);
}

static void each_variant(struct cell *cell, const char *name, unsigned layout)
{
    static const struct {
        enum variant_kind kind;
        bool track;
    } stepless[] = {{VARIANT_WHOLE, false},     {VARIANT_TWIN, false}, {VARIANT_SPIN, false},
                    {VARIANT_PREMARKED, false}, {VARIANT_WHOLE, true}, {VARIANT_TWIN, true}};
    struct tally usual = counted(cell, name);
    for (unsigned i = 0; i < 6; i++) {
        bool track = stepless[i].track;
        cell->spec.kernel = track ? KERNEL_TRACK : KERNEL_WRITE_FSYNC;
        struct variant v = {.kind = stepless[i].kind, .spin_links = 10};
        struct visit visit;
        if (track) /* has no data to check */
            assert_int_equal(cell_visit(cell, &v, layout, 0, PERIODS, false, &visit, NULL), 0);
        cell->spec.kernel = KERNEL_WRITE_FSYNC;
        if (track)
            v.kind = VARIANT_WHOLE;
        visit_and_look(cell, name, &v, layout, usual);
    }
    for (unsigned step = 0; step < STEPS; step++) {
        if (STEP_BIT(step) & (STEPS_MMAP_ONLY | STEPS_SYS_ONLY))
            continue;
        visit_and_look(cell, name, &(struct variant){VARIANT_PREFIX, (enum step)step, 0}, layout, usual);
        visit_and_look(cell, name, &(struct variant){VARIANT_WITHOUT, (enum step)step, 0}, layout, usual);
    }
}

static void every_rung_leaves_the_full_paths_state(void **state)
{
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned s = 0; s < SHAPE_COUNT; s++)
            for (unsigned layout = 1; layout <= 6; layout += 5) {
                struct combo c = combo_get(i);
                struct axes a = shapes[s];
                a.domain = (s + layout) % 2 ? DOMAIN_adr : DOMAIN_eadr;
                struct cell *cell = rig_combo(*state, &c, &a);
                if (!cell)
                    break;
                each_variant(cell, c.name, layout);
                cell_destroy(cell);
            }
}

/* One period by a function of the counting layout, then what it left out. */
static struct tally run_rung(struct cell *cell, period_fn run, uint32_t mask)
{
    struct period *p = &cell->period;
    struct trace t = {0};
    cell_use_layout(cell, LAYOUT_TRACE);
    cell_set_period(cell, 0, cell->serial++);
    p->counts = (struct path_counts){0};
    struct trace *before = trace_use(&t);
    run(p);
    trace_use(before);
    struct cell_counts counts = {.path = p->counts,
                                 .nt_bytes = t.nt_bytes,
                                 .lines_flushed = t.lines_flushed,
                                 .fences = t.fences,
                                 .locked_ops = t.locked_ops};
    cell_finish_period(cell, mask, 0);
    return tally_of(&counts);
}

static void check_deltas(struct cell *cell, const char *name)
{
    const struct kernel_table *parts = &path_parts(LAYOUT_TRACE)->of[KERNEL_WRITE_FSYNC];
    enum track_shape shape = cell->period.track->shape;
    struct expect must = expect_period(&cell->spec);
    struct tally below = {0};
    uint64_t is, should;
    const char *wrong;
    for (unsigned step = 0; step < STEPS; step++) {
        if (STEP_BIT(step) & (STEPS_MMAP_ONLY | STEPS_SYS_ONLY))
            continue;
        struct tally rung = run_rung(cell, parts->ladder->prefix[shape][step], (2u << step) - 1);
        wrong = tally_differs(tally_add(rung, below, -1), must.step[step], &is, &should);
        if (wrong)
            fail_msg("%s, %lu bytes at offset %lu: rung %u adds %ld %s, must add %lu", name,
                     cell->spec.stream.size, cell->spec.stream.offset, step, (long)is, wrong, should);
        below = rung;
    }
    struct tally whole = run_rung(cell, parts->whole->run[shape], STEPS_ALL);
    wrong = tally_differs(below, whole, &is, &should);
    if (wrong)
        fail_msg("%s: %s of the last rung is %lu, of the path without a mask %lu", name, wrong, is, should);
    wrong = tally_differs(run_rung(cell, parts->twin->run[shape], STEPS_ALL), whole, &is, &should);
    if (wrong)
        fail_msg("%s: %s of the twin is %lu, of the path %lu", name, wrong, is, should);
}

static void a_rung_adds_exactly_its_step(void **state)
{
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned d = 0; d < DOMAINS; d++)
            for (unsigned s = 0; s < 2 * SHAPE_COUNT; s++) {
                struct combo c = combo_get(i);
                struct axes a = shapes[s % SHAPE_COUNT];
                a.domain = (enum domain_id)d;
                a.never = s >= SHAPE_COUNT;
                struct path_parts_ids ids;
                /* a bitmap2's summary stays set where no fsync clears it: its first period alone sets it */
                if (!combo_parts(&c, a.domain, &ids) || (a.never && ids.track != TRACK_none))
                    continue;
                struct cell_spec spec = rig_spec(&ids, &a);
                struct cell *cell = rig_cell(*state, &spec);
                check_deltas(cell, c.name);
                cell_destroy(cell);
            }
}

/* A step that the combination lacks has an empty rung; one that it has is listed. */
static void the_steps_of_a_path_are_those_that_do_something(void **state)
{
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned d = 0; d < DOMAINS; d++) {
            struct combo c = combo_get(i);
            struct axes a = {
                .size = 4097, .offset = 3, .domain = (enum domain_id)d, .surround = SURROUND_KERNEL};
            struct cell *cell = rig_combo(*state, &c, &a);
            if (!cell)
                continue;
            struct expect must = expect_period(&cell->spec);
            uint32_t has = period_steps(&cell->period) & ~(STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_TAG));
            for (unsigned step = 0; step < STEPS; step++) {
                uint64_t x, y;
                if (step == STEP_SCAN && cell->spec.bypass)
                    continue; /* looks at what is empty */
                bool works = tally_differs(must.step[step], (struct tally){0}, &x, &y) != NULL;
                if (step != STEP_TAG && works != !!(has & STEP_BIT(step)))
                    fail_msg("%s: step %s (%s)", c.name, step_info((enum step)step)->row,
                             works ? "not listed" : "does nothing");
            }
            cell_destroy(cell);
        }
}

/* What leaving one step out changes: its own counts, but for what hangs on it. */
static void leaving_a_step_out_takes_its_counts(void **state)
{
    static const enum step alone[] = {STEP_SURROUND, STEP_LOCK, STEP_LOOKUP,    STEP_FENCE,
                                      STEP_FINISH,   STEP_COPY, STEP_WRITEBACK, STEP_FSYNC_FENCE,
                                      STEP_DRAIN,    STEP_HOLD};
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned n = 0; n < sizeof(alone) / sizeof(alone[0]); n++) {
            struct combo c = combo_get(i);
            struct axes a = shapes[3];
            a.domain = DOMAIN_adr;
            struct cell *cell = rig_combo(*state, &c, &a);
            if (!cell)
                continue;
            const struct kernel_table *parts = &path_parts(LAYOUT_TRACE)->of[KERNEL_WRITE_FSYNC];
            enum track_shape shape = cell->period.track->shape;
            struct expect must = expect_period(&cell->spec);
            struct tally left =
                run_rung(cell, parts->ladder->without[shape][alone[n]], STEPS_ALL & ~STEP_BIT(alone[n]));
            uint64_t is, should;
            const char *wrong =
                tally_differs(tally_add(expect_total(&must), left, -1), must.step[alone[n]], &is, &should);
            if (wrong)
                fail_msg("%s without %s: saves %ld %s, must save %lu", c.name, step_info(alone[n])->row,
                         (long)is, wrong, should);
            cell_destroy(cell);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rung_leaves_the_full_paths_state),
        cmocka_unit_test(a_rung_adds_exactly_its_step),
        cmocka_unit_test(the_steps_of_a_path_are_those_that_do_something),
        cmocka_unit_test(leaving_a_step_out_takes_its_counts),
    };
    return cmocka_run_group_tests_name("ladder", tests, rig_open, rig_close);
}
