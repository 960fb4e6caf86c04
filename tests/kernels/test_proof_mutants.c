/* test_proof_mutants.c - each step emptied, in each path that has it, is caught: by data, counts, medium, or
 * calls */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "tests/kernels/expect.h"
#include "tests/kernels/shadow.h"
#include "tests/kernels/spy.h"

#define STEP(symbol, row, side) #symbol,
static const char *const step_name[STEPS] = {
#include "kernels/steps.def"
};
#undef STEP

/* Who catches. */
enum { BY_DATA = 1 << 0, BY_COUNTS = 1 << 1, BY_MEDIUM = 1 << 2, BY_CALLS = 1 << 3 };

/* Bytes that end inside a word and a line, so that fix-ups matter. */
static const struct axes tested = {.size = 4097, .offset = 3, .slots = 10, .surround = SURROUND_KERNEL};

/* What was seen of one period. */
struct seen {
    struct tally tally;
    uint64_t calls[SPY_CALLS];
    bool data_wrong, lost;
};

static struct seen observe(struct shadow *s, struct cell *cell, period_fn run)
{
    struct period *p = &cell->period;
    uint64_t serial = cell->serial, at;
    struct seen seen = {0};
    shadow_set_up(cell, 0);
    p->track = spy_on(p->track);
    shadow_run(s, cell, run);
    memcpy(seen.calls, spy_here()->calls, sizeof(seen.calls));
    struct cell_counts counts = {.path = p->counts,
                                 .nt_bytes = s->trace.nt_bytes,
                                 .lines_flushed = s->trace.lines_flushed,
                                 .fences = s->trace.fences,
                                 .locked_ops = s->trace.locked_ops};
    seen.tally = tally_of(&counts);
    seen.lost = shadow_lost(s, cell, &at) != NULL;
    seen.data_wrong = cell_verify(cell, 0, serial, NULL) != 0;
    return seen;
}

/* The path with a mutant of this step, or healthy (-1), in a cell of its own: some leave locks and marks
 * behind. */
static struct seen observe_mutant(struct shadow *s, const struct workspace *w, const struct cell_spec *spec,
                                  bool rung, int skip)
{
    struct cell *cell = rig_cell(w, spec);
    const struct kernel_table *parts = &path_parts(LAYOUT_TRACE)->of[KERNEL_WRITE_FSYNC];
    enum track_shape shape = cell->period.track->shape;
    cell->period.hook_skip = skip;
    struct seen seen =
        observe(s, cell, rung ? parts->ladder->prefix[shape][STEP_DRAIN] : parts->whole->run[shape]);
    cell_destroy(cell);
    return seen;
}

/* Healthy: what the axes ask for, whatever the code does. */
static unsigned caught_by(const struct seen *m, const struct cell_spec *spec, const struct seen *healthy)
{
    struct expect must = expect_period(spec);
    bool durable =
        spec->domain == DOMAIN_eadr || spec->track != TRACK_none || copy_get(spec->copy, 0)->durable;
    uint64_t is, should;
    return (m->data_wrong ? BY_DATA : 0) |
           (tally_differs(m->tally, expect_total(&must), &is, &should) ? BY_COUNTS : 0) |
           (m->lost && durable ? BY_MEDIUM : 0) |
           (memcmp(m->calls, healthy->calls, sizeof(m->calls)) ? BY_CALLS : 0);
}

static void print_cell(unsigned by)
{
    char text[5] = "";
    strcat(text, by & BY_DATA ? "d" : "");
    strcat(text, by & BY_COUNTS ? "c" : "");
    strcat(text, by & BY_MEDIUM ? "m" : "");
    strcat(text, by & BY_CALLS ? "k" : "");
    printf(" %-6s", by ? text : "NONE");
}

static unsigned steps_of(const struct workspace *w, const struct cell_spec *spec)
{
    struct cell *cell = rig_cell(w, spec);
    unsigned steps = period_steps(&cell->period);
    cell_destroy(cell);
    return steps;
}

/* One row of the table; returns how many mutants nobody caught. */
static unsigned row(struct shadow *s, const struct workspace *w, enum domain_id domain, bool rung,
                    unsigned step)
{
    unsigned missed = 0;
    printf("%-12s", step_name[step]);
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct axes a = tested;
        struct path_parts_ids ids;
        a.domain = domain;
        if (!combo_parts(&c, domain, &ids))
            continue;
        struct cell_spec spec = rig_spec(&ids, &a);
        if (!(steps_of(w, &spec) & STEP_BIT(step))) {
            printf(" -     ");
            continue;
        }
        struct seen healthy = observe_mutant(s, w, &spec, rung, -1);
        struct seen mutant = observe_mutant(s, w, &spec, rung, (int)step);
        unsigned by = caught_by(&mutant, &spec, &healthy);
        missed += !by;
        print_cell(by);
    }
    printf("\n");
    return missed;
}

static unsigned table(const struct workspace *w, enum domain_id domain, bool rung)
{
    struct shadow *s = shadow_create(w);
    unsigned missed = 0;
    printf("\ndomain %s, %s: d data, c counts, m medium, k calls of the tracker\n%-12s",
           domain_get(domain, 0)->name, rung ? "last rung" : "path without a mask", "");
    for (unsigned i = 0; i < combo_count(); i++)
        printf(" %-6u", i);
    printf("\n");
    for (unsigned step = 0; step < STEPS; step++)
        if (step != STEP_LOOP && !(STEP_BIT(step) & (STEPS_MMAP_ONLY | STEPS_SYS_ONLY)))
            missed += row(s, w, domain, rung, step);
    printf("%-12s cannot be emptied: without addresses there is nothing to write to\n", step_name[STEP_LOOP]);
    shadow_destroy(s);
    return missed;
}

static void every_mutant_is_caught(void **state)
{
    unsigned missed = 0;
    for (unsigned i = 0; i < combo_count(); i++)
        printf("%u = %s\n", i, combo_get(i).name);
    for (unsigned d = 0; d <= 1; d++)
        for (unsigned rung = 0; rung < 2; rung++)
            missed += table(*state, d ? DOMAIN_eadr : DOMAIN_adr, rung);
    assert_int_equal(missed, 0);
}

/* Nobody cries wolf. */
static void the_healthy_path_is_not_caught(void **state)
{
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned d = 0; d < DOMAINS; d++) {
            struct combo c = combo_get(i);
            struct axes a = tested;
            struct path_parts_ids ids;
            a.domain = (enum domain_id)d;
            if (!combo_parts(&c, a.domain, &ids))
                continue;
            struct cell_spec spec = rig_spec(&ids, &a);
            struct seen first = observe_mutant(s, *state, &spec, false, -1);
            struct seen again = observe_mutant(s, *state, &spec, true, -1);
            assert_int_equal(caught_by(&again, &spec, &first), 0);
            assert_int_equal(caught_by(&first, &spec, &again), 0);
            assert_int_equal(first.lost, c.path && c.path->reference_only && d != DOMAIN_eadr);
        }
    shadow_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_healthy_path_is_not_caught),
        cmocka_unit_test(every_mutant_is_caught),
    };
    return cmocka_run_group_tests_name("mutants", tests, rig_open, rig_close);
}
