/* test_mmap_ladder.c - each rung of the stores adds exactly its step, and leaves all as the full path leaves
 * it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/mmap_expect.h"

static bool has_rung(unsigned step)
{
    return !(STEP_BIT(step) & STEPS_SYS_ONLY);
}

static void every_rung_leaves_the_full_paths_state(void **state)
{
    for (unsigned m = 0; m < MAPPED; m++)
        for (unsigned s = m % 2; s < SHAPE_COUNT && way_runs(mapped_all[m].way); s += 2) {
            struct axes a = mapped_shapes[s];
            char name[80];
            unsigned layout = s % 2 ? LAYOUT_PATH : LAYOUT_RUNG;
            a.domain = s % 2 ? DOMAIN_adr : DOMAIN_eadr;
            struct cell *cell = mapped_cell(*state, &mapped_all[m], &a);
            mapped_text(&mapped_all[m], name);
            struct mapped_tally usual = counted(cell, name);
            for (unsigned kind = VARIANT_WHOLE; kind <= VARIANT_TAGGED; kind++)
                if (kind != VARIANT_PREFIX && kind != VARIANT_WITHOUT && kind != VARIANT_STAMPED)
                    visit_and_look(cell, name,
                                   &(struct variant){.kind = (enum variant_kind)kind, .spin_links = 10},
                                   layout, usual);
            for (unsigned step = 0; step < STEPS; step++) {
                if (!has_rung(step))
                    continue;
                visit_and_look(cell, name, &(struct variant){VARIANT_PREFIX, (enum step)step, 0}, layout,
                               usual);
                visit_and_look(cell, name, &(struct variant){VARIANT_WITHOUT, (enum step)step, 0}, layout,
                               usual);
            }
            cell_destroy(cell);
        }
}

static void run_variant(struct cell *cell, period_fn run, uint32_t mask, unsigned ghosts)
{
    cell_set_period(cell, 1, cell->serial++);
    cell_ghosts(cell, ghosts);
    run(&cell->period);
    cell_finish_period(cell, mask, ghosts);
}

static void no_rung_leaves_a_page_open(void **state)
{
    struct error err = {0};
    for (unsigned m = 0; m < MAPPED; m++)
        for (unsigned s = 0;
             s < SHAPE_COUNT && mapped_all[m].track != TRACK_none && way_runs(mapped_all[m].way); s++) {
            struct cell *cell = mapped_cell(*state, &mapped_all[m], &mapped_shapes[s]);
            const struct ladder_table *of = path_parts(LAYOUT_RUNG)->of[KERNEL_MMAP_FSYNC].ladder;
            enum track_shape shape = cell->period.track->shape;
            assert_int_equal(mmap_begin(cell, &err), 0);
            for (unsigned step = 0; step < STEPS; step++) {
                if (!has_rung(step))
                    continue;
                run_variant(cell, of->prefix[shape][step], (2u << step) - 1, 0);
                if (open_pages(cell))
                    fail_msg("%s: pages open after the rung of step %u", cell->period.track->name, step);
                run_variant(cell, of->without[shape][step], STEPS_ALL & ~STEP_BIT(step),
                            mmap_ghosts_of(cell, (enum step)step));
                if (open_pages(cell))
                    fail_msg("%s: pages open after the path without step %u", cell->period.track->name, step);
            }
            assert_int_equal(mmap_failed(cell, &err), 0);
            mmap_end(cell);
            cell_destroy(cell);
        }
}

/* One period by a function of the counting layout, then what it left out. */
static struct mapped_tally run_rung(struct cell *cell, period_fn run, uint32_t mask, unsigned ghosts)
{
    struct period *p = &cell->period;
    struct trace t = {0};
    cell_use_layout(cell, LAYOUT_TRACE);
    cell_set_period(cell, 0, cell->serial++);
    cell_ghosts(cell, ghosts);
    p->counts = (struct path_counts){0};
    struct trace *before = trace_use(&t);
    run(p);
    trace_use(before);
    struct cell_counts counts = {.path = p->counts,
                                 .nt_bytes = t.nt_bytes,
                                 .lines_flushed = t.lines_flushed,
                                 .fences = t.fences,
                                 .locked_ops = t.locked_ops};
    cell_finish_period(cell, mask, ghosts);
    return mapped_of(&counts);
}

/* What the rung of a step adds: only what is that step's. LOCKed operations are the total's to check. */
static struct mapped_tally step_adds(const struct mapped_tally *whole, enum step step, bool tracked)
{
    const struct tally *w = &whole->all;
    struct mapped_tally t = {0};
    uint64_t found = tracked ? 0 : whole->faults; /* page tables: known when they are scanned */
    switch (step) {
    case STEP_FAULT:
        t.faults = whole->faults - found;
        break;
    case STEP_COPY:
        t.all.copied = w->copied;
        break;
    case STEP_MARK:
        t.all.marked = w->marked;
        break;
    case STEP_SCAN:
        t.all.scanned = tracked ? w->scanned : 0;
        break;
    case STEP_WRITE_PROTECT:
        t.protects = whole->protects;
        t.faults = found;
        t.all.scanned = found;
        break;
    case STEP_WRITEBACK:
        t.all.lines = w->lines;
        break;
    case STEP_FSYNC_FENCE:
        t.all.fences = 1;
        break;
    case STEP_DRAIN:
        t.all.fences = w->fences - 1;
        t.all.drains = w->drains;
        break;
    default:
        break;
    }
    return t;
}

static struct mapped_tally minus(struct mapped_tally a, struct mapped_tally b)
{
    return (struct mapped_tally){tally_add(a.all, b.all, -1), a.faults - b.faults, a.protects - b.protects};
}

static void check_rungs(struct cell *cell, const char *name)
{
    const struct kernel_table *of = &path_parts(LAYOUT_TRACE)->of[KERNEL_MMAP_FSYNC];
    enum track_shape shape = cell->period.track->shape;
    struct mapped_tally whole = run_rung(cell, of->whole->run[shape], STEPS_ALL, 0), below = {0}, last = {0};
    tallies_equal(name, whole, expected(&cell->spec));
    tallies_equal(name, run_rung(cell, of->twin->run[shape], STEPS_ALL, 0), whole);
    for (unsigned step = 0; step < STEPS; step++) {
        char text[160];
        if (!has_rung(step))
            continue;
        struct mapped_tally must = step_adds(&whole, (enum step)step, shape != SHAPE_DIRECT), added;
        last = run_rung(cell, of->ladder->prefix[shape][step], (2u << step) - 1, 0);
        added = minus(last, below);
        added.all.locked = 0;
        snprintf(text, sizeof(text), "%s: rung %s", name, step_info((enum step)step)->symbol);
        tallies_equal(text, added, must);
        below = last;
    }
    tallies_equal(name, last, whole);
}

/* Leaving one out takes what is its own; the fault's marks stay, made without it. */
static void check_left_out(struct cell *cell, const char *name)
{
    static const enum step alone[] = {STEP_FAULT,     STEP_COPY,        STEP_WRITE_PROTECT,
                                      STEP_WRITEBACK, STEP_FSYNC_FENCE, STEP_DRAIN};
    const struct kernel_table *of = &path_parts(LAYOUT_TRACE)->of[KERNEL_MMAP_FSYNC];
    enum track_shape shape = cell->period.track->shape;
    bool tracked = shape != SHAPE_DIRECT;
    struct mapped_tally whole = run_rung(cell, of->whole->run[shape], STEPS_ALL, 0);
    for (unsigned i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
        char text[160];
        struct mapped_tally left = run_rung(cell, of->ladder->without[shape][alone[i]],
                                            STEPS_ALL & ~STEP_BIT(alone[i]), mmap_ghosts_of(cell, alone[i]));
        struct mapped_tally saved = minus(whole, left), must = step_adds(&whole, alone[i], tracked);
        saved.all.locked = 0;
        snprintf(text, sizeof(text), "%s without %s", name, step_info(alone[i])->symbol);
        tallies_equal(text, saved, must);
    }
}

static void a_rung_adds_exactly_its_step(void **state)
{
    struct error err = {0};
    for (unsigned m = 0; m < MAPPED; m++)
        for (unsigned s = 0; s < SHAPE_COUNT && way_runs(mapped_all[m].way); s++) {
            struct axes a = mapped_shapes[s];
            char name[80];
            a.domain = s % 2 ? DOMAIN_eadr : DOMAIN_adr;
            struct cell *cell = mapped_cell(*state, &mapped_all[m], &a);
            mapped_text(&mapped_all[m], name);
            assert_int_equal(mmap_begin(cell, &err), 0);
            check_rungs(cell, name);
            check_left_out(cell, name);
            check_left_out(cell, name);
            mmap_end(cell);
            cell_destroy(cell);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rung_leaves_the_full_paths_state),
        cmocka_unit_test(no_rung_leaves_a_page_open),
        cmocka_unit_test(a_rung_adds_exactly_its_step),
    };
    return cmocka_run_group_tests_name("mmap ladder", tests, mmap_rig_open, mmap_rig_close);
}
