/* visit.c - one visit of a cell: a dropped sample, the destination's state, the timed periods, the check */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/resource.h>

#include "base/clock.h"
#include "kernels/latency.h"
#include "kernels/mmap_cell.h"
#include "kernels/sys_cell.h"
#include "kernels/team.h"
#include "strategies/prim.h"

enum { PAUSE_NS = 20000 };

/* How a variant is executed. */
struct plan {
    period_fn run;
    uint32_t mask;   /* the steps that `run` executes */
    unsigned ghosts; /* what is done before the clock */
    uint64_t spin;
    bool unflushed; /* the drain is left out until the visit ends */
};

static unsigned ghosts_of(const struct cell *cell, enum step left_out)
{
    if (cell->sys)
        return sys_ghosts_of(cell, left_out);
    if (cell->period.protection)
        return mmap_ghosts_of(cell, left_out);
    if (cell->period.track->shape == SHAPE_DIRECT || !cell->period.remember)
        return left_out == STEP_COPY && cell->period.copy->finish ? GHOST_LINES : GHOST_NONE;
    switch (left_out) {
    case STEP_COPY:
        return GHOST_LINES;
    case STEP_MARK:
        return GHOST_MARKS;
    case STEP_TAG:
        return GHOST_MARKS | GHOST_TAGS;
    case STEP_SCAN:
        return GHOST_RUNS;
    default:
        return GHOST_NONE;
    }
}

static struct plan plan_variant(const struct cell *cell, const struct variant *v, unsigned layout)
{
    const struct path_parts *parts = path_parts(layout);
    enum track_shape shape = cell->period.track->shape;
    bool tracked = shape != SHAPE_DIRECT && cell->period.remember;
    const struct kernel_table *of = &parts->of[cell->spec.kernel];
    struct plan all = {.mask = STEPS_ALL};
    switch (v->kind) {
    case VARIANT_WHOLE:
    case VARIANT_SPIN:
        return (struct plan){.run = of->whole->run[shape], .mask = STEPS_ALL, .spin = v->spin_links};
    case VARIANT_TWIN:
        return (struct plan){.run = of->twin->run[shape], .mask = STEPS_ALL};
    case VARIANT_STAMPED:
        return (struct plan){.run = of->stamped ? of->stamped->run[shape] : NULL, .mask = STEPS_ALL};
    case VARIANT_TAGGED:
        return (struct plan){.run = of->tagged ? of->tagged->run[shape] : NULL, .mask = STEPS_ALL};
    case VARIANT_PREFIX:
        return (struct plan){.run = of->ladder->prefix[shape][v->step], .mask = (2u << v->step) - 1};
    case VARIANT_WITHOUT:
        return (struct plan){.run = of->ladder->without[shape][v->step],
                             .mask = STEPS_ALL & ~STEP_BIT(v->step),
                             .ghosts = ghosts_of(cell, v->step)};
    case VARIANT_UNFLUSHED:
        return (struct plan){.run = of->ladder->without[shape][STEP_DRAIN],
                             .mask = STEPS_ALL & ~STEP_BIT(STEP_DRAIN),
                             .unflushed = true};
    case VARIANT_PREMARKED:
        all.run = of->ladder->prefix[shape][STEP_DRAIN];
        all.ghosts = tracked ? GHOST_MARKS : GHOST_NONE;
        return all;
    }
    return all;
}

/* Whether fsync ends with a drain that this machine has. */
static bool drains(const struct cell *cell)
{
    return cell->period.drain_device && cell->spec.kernel != KERNEL_TRACK &&
           period_steps(&cell->period) & STEP_BIT(STEP_DRAIN);
}

/* One period by itself: from before its first write until its fsync has returned. */
static uint64_t timed_period(struct cell *cell, const struct plan *plan)
{
    struct period *p = &cell->period;
    p->excluded = 0;
    cell_ghosts(cell, plan->ghosts);
    uint64_t start = clock_begin_drained();
    plan->run(p);
    uint64_t ticks = (plan->spin ? clock_end_spun(plan->spin) : clock_end_drained()) - start;
    cell_finish_period(cell, plan->mask, plan->ghosts);
    if (!plan->unflushed && drains(cell) && !(plan->mask & STEP_BIT(STEP_DRAIN)))
        cell_drain(cell);
    return ticks - p->excluded;
}

static uint64_t sample(struct cell *cell, const struct plan *plan, uint64_t first, uint64_t periods)
{
    uint64_t ticks = 0;
    cell->written += periods * cell->period.writes * cell->period.size;
    bool condition = cell->spec.dest != DEST_OWN && cell->spec.kernel != KERNEL_TRACK;
    if (cell->lanes) {
        struct lanes_work work = {plan->run, plan->spin, first, cell->serial, periods, condition};
        for (uint64_t i = 0; i < periods; i++)
            cell->serials[i] = cell->serial++;
        return lanes_sample(cell, &work);
    }
    for (uint64_t i = 0; i < periods; i++) {
        if (condition)
            cell_condition(cell, first + i, 1, false); /* a state other than own holds for one period only */
        cell->serials[i] = cell->serial;
        cell_set_period(cell, first + i, cell->serial++);
        sys_before_period(cell, cell->period.window);
        ticks += timed_period(cell, plan);
        sys_after_period(cell);
    }
    return ticks;
}

/* A store to each page of the windows, whose line is then as far away as before: the first store after a
 * flush request is the one that the host notices. */
static void touch_pages(struct cell *cell, uint64_t first, uint64_t periods)
{
    enum { PAGE = 4096 };
    const struct period *p = &cell->period;
    for (uint64_t i = 0; i < periods; i++) {
        cell_set_period(cell, first + i, cell->serial + i);
        for (uint64_t w = 0; w < p->writes; w++) {
            unsigned char *start = write_target(p, w);
            for (unsigned char *at = start; at < start + p->size; at += PAGE - (uintptr_t)at % PAGE) {
                volatile unsigned char *byte = at;
                *byte = *byte;
                line_clflush(at);
                cell->written += LINE;
            }
        }
    }
}

/* What was written beside the periods is no part of the first one's drain. Where the drain is left out, pages
 * that were last written long ago are as if there had been none since. */
static void settle(struct cell *cell, const struct plan *plan, uint64_t first, uint64_t periods, bool natural)
{
    if (!drains(cell))
        return;
    if (!plan->unflushed)
        cell_drain(cell);
    else if (natural) {
        mmap_open_windows(cell, first, periods);
        touch_pages(cell, first, periods);
        mmap_close_windows(cell, first, periods);
    }
}

static uint64_t page_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_minflt + usage.ru_majflt);
}

static int verify_sample(struct cell *cell, uint64_t first, uint64_t periods, struct error *err)
{
    if (cell->spec.kernel == KERNEL_TRACK || sys_has_scratch(cell)) /* which is looked at after each period */
        return 0;
    uint64_t windows = cell->spec.stream.windows; /* where the sample has wrapped, the last writer counts */
    for (uint64_t i = periods > windows ? periods - windows : 0; i < periods; i++)
        if (cell_verify(cell, first + i, cell->serials[i], err))
            return -1;
    return 0;
}

int cell_visit(struct cell *cell, const struct variant *variant, unsigned layout, uint64_t first,
               uint64_t periods, bool natural, struct visit *out, struct error *err)
{
    uint64_t written = cell->written;
    cell_use_layout(cell, layout);
    struct plan plan = plan_variant(cell, variant, layout);
    if (cell->lanes && plan.mask != STEPS_ALL)
        return error_set(err, EXIT_CANNOT,
                         "threads: the ladder is built of one thread's path; use --threads 1");
    if (!plan.run)
        return error_set(err, EXIT_CANNOT, "kernel: it has no such variant; leave out --ledger or --latency");
    if (variant->kind == VARIANT_STAMPED && !cell->latency)
        return error_set(err, EXIT_CANNOT, "latency: this cell has no room for stamped calls");
    if (mmap_begin(cell, err))
        return -1;
    sys_forget(cell);
    full_fence();
    for (uint64_t start = clock_now_ns(); clock_now_ns() - start < PAUSE_NS;)
        _mm_pause();
    uint64_t windows = cell->spec.stream.windows;
    sample(cell, &plan, natural ? first + windows - periods % windows : first, periods);
    if (cell->spec.kernel != KERNEL_TRACK)
        cell_condition(cell, first, periods, natural);
    settle(cell, &plan, first, periods, natural);
    latency_clear(cell);
    uint64_t faults = page_faults();
    out->ticks = sample(cell, &plan, first, periods);
    faults = page_faults() - faults;
    uint64_t expected = mmap_kernel_faults(cell, first, periods);
    out->faults = faults > expected ? faults - expected : 0;
    if (plan.unflushed && drains(cell))
        cell_drain(cell);
    mmap_end(cell);
    out->written = cell->written - written;
    out->skew = cell->team ? team_skew(cell->team) : 0;
    out->moved = 0;
    for (unsigned i = 0; cell->lanes && i < cell->threads; i++)
        out->moved += cell->lanes[i].moved;
    if (sys_failed(cell, err) || mmap_failed(cell, err))
        return -1;
    return verify_sample(cell, first, periods, err);
}
