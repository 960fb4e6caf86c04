/* surface_read.c - what a surface says: its cells, where verdicts flip, how many there are of each */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/surface.h"

bool surface_is_bare(const struct surface *s, const struct model_cell *block)
{
    if (strcmp(block->axis[AXIS_surround], "none"))
        return false;
    for (size_t i = 0; i < s->block_count; i++)
        if (strcmp(s->blocks[i]->axis[AXIS_surround], "none"))
            return true;
    return false;
}

const struct model_cell *surface_cell(const struct surface *s, const struct model_cell *block, size_t row,
                                      size_t column, const char *path)
{
    for (size_t i = 0; path && i < s->model->cell_count; i++) {
        const struct model_cell *c = &s->model->cells[i];
        if (!strcmp(c->path, path) && !strcmp(c->axis[s->row_axis], s->rows[row]) &&
            !strcmp(c->axis[s->column_axis], s->columns[column]) && surface_same_block(s, c, block))
            return c;
    }
    return NULL;
}

struct flip surface_flip(const struct surface *s, const struct model_cell *block, size_t column,
                         const char *path)
{
    struct flip flip = {.all_resolved = true};
    enum model_verdict last = MODEL_NONE;
    size_t last_row = 0;
    for (size_t row = 0; row < s->row_count; row++) {
        const struct model_cell *c = surface_cell(s, block, row, column, path);
        if (!c || c->status == CELL_SKIPPED)
            continue;
        enum model_verdict v = model_verdict(c);
        if (v != MODEL_FASTER && v != MODEL_SLOWER) {
            flip.all_resolved = false;
            continue;
        }
        if (last == MODEL_NONE) {
            flip.faster_first = v == MODEL_FASTER;
            flip.kind = v == MODEL_FASTER ? FLIP_NEVER_SLOWER : FLIP_NEVER_FASTER;
        } else if (v != last && !flip.turns++) {
            flip.kind = FLIP_BETWEEN;
            flip.low = last_row;
            flip.high = row;
        }
        last = v;
        last_row = row;
    }
    return flip;
}

struct surface_count surface_count(const struct surface *s, const char *path)
{
    struct surface_count count = {.lowest = INFINITY, .highest = -INFINITY};
    for (size_t i = 0; path && i < s->model->cell_count; i++) {
        const struct model_cell *c = &s->model->cells[i];
        enum model_verdict v = model_verdict(c);
        if (strcmp(c->path, path) || !surface_has(s, c) || v == MODEL_NONE || surface_is_bare(s, c))
            continue;
        count.of[v]++;
        count.all++;
        if (v != MODEL_FASTER && v != MODEL_SLOWER && v != MODEL_EQUIVALENT)
            continue;
        count.lowest = fmin(count.lowest, c->vs->ratio.value);
        count.highest = fmax(count.highest, c->vs->ratio.value);
    }
    return count;
}
