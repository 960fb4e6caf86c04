/* surface.h - which cells make up the surface: the ratio to the baseline over the axes that a plan varies */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_SURFACE_H
#define REPORTS_SURFACE_H

#include <stdbool.h>
#include <stddef.h>

#include "reports/model.h"

enum { SURFACE_ROWS = 40, SURFACE_COLUMNS = 6, SURFACE_BLOCKS = 64 };

/* Rows and columns are the two axes that a table shows (size and footprint where they vary); a block is what
 * is equal in everything else. The headline is the point that the verdict in words and the ledger speak of.
 */
struct surface {
    const struct model *model;
    enum axis_id row_axis, column_axis;
    const char *rows[SURFACE_ROWS], *columns[SURFACE_COLUMNS];
    size_t row_count, column_count;
    const struct model_cell *blocks[SURFACE_BLOCKS]; /* one cell of each; nearest to the headline first */
    size_t block_count;
    const char *path, *other;          /* deferred one, best of the others; NULL: there is none */
    const struct model_cell *headline; /* of `path`; NULL when nothing was compared */
    size_t groups;                     /* that were compared with the baseline */
};

enum flip_kind {
    FLIP_UNKNOWN,      /* no point has a resolved verdict */
    FLIP_NEVER_FASTER, /* all that is resolved is slower */
    FLIP_NEVER_SLOWER,
    FLIP_BETWEEN
};

struct flip {
    enum flip_kind kind;
    size_t low, high; /* rows between which the verdict first turns */
    size_t turns;
    bool faster_first; /* at the low end */
    bool all_resolved; /* every row that the plan has and could run is faster or slower */
};

void surface_find(struct surface *s, const struct model *m);
/* true for a cell that the surface may show: a whole path, durable, compared with the baseline or meant to
 * be. */
bool surface_has(const struct surface *s, const struct model_cell *cell);
bool surface_same_block(const struct surface *s, const struct model_cell *a, const struct model_cell *b);
/* true when the block leaves out what else a write() does, and other blocks do not. */
bool surface_is_bare(const struct surface *s, const struct model_cell *block);
/* The cell (measured or not) at a place; NULL when the plan has none. */
const struct model_cell *surface_cell(const struct surface *s, const struct model_cell *block, size_t row,
                                      size_t column, const char *path);
struct flip surface_flip(const struct surface *s, const struct model_cell *block, size_t column,
                         const char *path);
/* How many claims of each verdict `path` has in the blocks that are not bare; lowest and highest: of the
 * ratios whose verdict is faster, slower or equivalent (INFINITY, -INFINITY without any). */
struct surface_count {
    size_t of[MODEL_VERDICTS], all;
    double lowest, highest;
};
struct surface_count surface_count(const struct surface *s, const char *path);

#endif
