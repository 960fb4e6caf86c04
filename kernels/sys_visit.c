/* sys_visit.c - periods of the system's own calls in a visit: their steps, what rungs leave out, failures */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "kernels/sys_cell.h"

uint32_t sys_steps(const struct period *p)
{
    uint32_t steps = STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_SYS_WRITE);
    steps |= p->kernel == KERNEL_SYS_MMAP_FSYNC ? STEP_BIT(STEP_FAULT) : 0;
    bool call = !p->sys || sys_end_is_call(p->sys->end);
    return steps | (p->fsync && call ? STEP_BIT(STEP_SYS_FSYNC) : 0);
}

static const struct kernel_table *functions(const struct cell *cell)
{
    return &path_parts(LAYOUT_RUNG)->of[cell->spec.kernel];
}

void sys_history(struct cell *cell, uint64_t first, uint64_t periods)
{
    struct period *p = &cell->period;
    period_fn run = functions(cell)->whole->run[p->track->shape];
    for (unsigned turn = 0; turn < 2; turn++) {
        struct lanes_work work = {run, 0, first, cell->serial, periods, false};
        cell->written += periods * p->writes * p->size;
        cell->serial += periods;
        if (cell->lanes) {
            lanes_sample(cell, &work);
            continue;
        }
        for (uint64_t i = 0; i < periods; i++) {
            cell_set_period(cell, first + i, work.serial + i);
            sys_before_period(cell, p->window);
            run(p);
            sys_after_period(cell);
        }
    }
}

/* Stores cannot be made before the clock and still meet their faults: the path without them touches its pages
 * in the clock. */
unsigned sys_ghosts_of(const struct cell *cell, enum step left_out)
{
    if (cell->spec.kernel == KERNEL_SYS_MMAP_FSYNC)
        return left_out == STEP_FAULT ? GHOST_PAGES : GHOST_NONE;
    return left_out == STEP_SYS_WRITE ? GHOST_LINES : GHOST_NONE;
}

void sys_ghosts(struct cell *cell, unsigned ghosts)
{
    struct period *p = &cell->period;
    const struct ladder_table *ladder = functions(cell)->ladder;
    if (ghosts & GHOST_PAGES)
        ladder->prefix[p->track->shape][STEP_FAULT](p);
    if (ghosts & GHOST_LINES)
        ladder->prefix[p->track->shape][STEP_SYS_WRITE](p);
}

/* The file system is left as by the full path: all is written, and synced where the path does so. */
void sys_finish_period(struct cell *cell, uint32_t mask, unsigned ghosts)
{
    struct period *p = &cell->period;
    const struct ladder_table *ladder = functions(cell)->ladder;
    uint32_t steps = period_steps(p), missing = steps & ~mask;
    bool late = (missing & STEP_BIT(STEP_SYS_WRITE)) && !(ghosts & GHOST_LINES);
    bool sync = late || (missing & STEP_BIT(STEP_SYS_FSYNC));
    uint64_t excluded = p->excluded; /* of the timed part */
    if (late)
        ladder->prefix[p->track->shape][STEP_SYS_WRITE](p);
    if (sync && (steps & STEP_BIT(STEP_SYS_FSYNC)))
        ladder->without[p->track->shape][STEP_SYS_WRITE](p); /* with its delay, too */
    p->excluded = excluded;
}

void sys_forget(struct cell *cell)
{
    if (!cell->sys)
        return;
    cell->sys->failure = (struct sys_failure){0};
    cell->sys->error = (struct error){0};
}

int sys_failed(struct cell *cell, struct error *err)
{
    static const char *const call[] = {[SYS_CALL_PWRITE] = "pwrite",
                                       [SYS_CALL_PWRITEV2] = "pwritev2(RWF_DSYNC)",
                                       [SYS_CALL_FSYNC] = "fsync",
                                       [SYS_CALL_FDATASYNC] = "fdatasync",
                                       [SYS_CALL_MSYNC] = "msync(MS_SYNC)"};
    if (!cell->sys)
        return 0;
    const struct sys_failure *f = &cell->sys->failure;
    if (f->count)
        return error_set(err, EXIT_CANNOT,
                         "%s at file offset %llu failed: %s (%s), and %llu calls more; give --path a file "
                         "that takes them",
                         call[f->call], (unsigned long long)f->offset,
                         f->error ? strerrordesc_np(f->error) : "it wrote nothing",
                         f->error ? strerrorname_np(f->error) : "no errno", (unsigned long long)f->count - 1);
    if (error_is_set(&cell->sys->error))
        return error_set(err, cell->sys->error.code, "%s", cell->sys->error.text);
    return 0;
}
