/* count.c - what one period executes, counted by the instance that is compiled for it and never timed */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "kernels/mmap_cell.h"
#include "kernels/sys_cell.h"
#include "strategies/prim.h"

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Distinct lines of the period's slots. 0 when memory is short. */
static uint64_t distinct_lines(const struct cell *cell)
{
    const struct period *p = &cell->period;
    uint64_t per_slot = p->size / LINE + 2, slots = cell->spec.stream.slots, n = 0, distinct = 0;
    uint64_t *lines = malloc(slots * per_slot * sizeof(*lines));
    if (!lines)
        return 0;
    for (uint64_t i = 0; i < slots; i++)
        for (uint64_t at = (p->window + i * p->stride) / LINE;
             at <= (p->window + i * p->stride + p->size - 1) / LINE; at++)
            lines[n++] = at;
    qsort(lines, n, sizeof(*lines), compare_u64);
    for (uint64_t i = 0; i < n; i++)
        distinct += i == 0 || lines[i] != lines[i - 1];
    free(lines);
    return distinct;
}

int cell_count(struct cell *cell, struct cell_counts *out, struct error *err)
{
    struct period *p = &cell->period;
    const struct path_parts *parts = path_parts(LAYOUT_TRACE);
    uint64_t serial = cell->serial++;
    cell->written += p->writes * p->size;
    struct trace trace = {0};
    cell_use_layout(cell, LAYOUT_TRACE);
    cell_set_period(cell, 0, serial);
    p->counts = (struct path_counts){0};
    if (mmap_begin(cell, err))
        return -1;
    sys_forget(cell);
    sys_before_period(cell, p->window);
    struct trace *before = trace_use(&trace);
    const struct whole_table *table = parts->of[cell->spec.kernel].whole;
    if (cell->lanes)
        lanes_in_turn(cell, serial, table->run[p->track->shape]);
    else
        table->run[p->track->shape](p);
    trace_use(before);
    mmap_end(cell);
    *out = (struct cell_counts){.path = p->counts,
                                .nt_bytes = trace.nt_bytes,
                                .lines_flushed = trace.lines_flushed,
                                .fences = trace.fences,
                                .locked_ops = trace.locked_ops,
                                .lines_dirtied = distinct_lines(cell),
                                .writes = p->writes,
                                .ours = !cell->sys};
    if (sys_failed(cell, err) || mmap_failed(cell, err))
        return -1;
    return cell->spec.kernel == KERNEL_TRACK ? 0 : cell_verify(cell, 0, serial, err);
}
