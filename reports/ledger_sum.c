/* ledger_sum.c - sums over rows of a ledger, with their intervals */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/sections.h"

static bool named(const char *const *stages, const char *stage)
{
    for (; *stages; stages++)
        if (!strcmp(*stages, stage))
            return true;
    return false;
}

/* The rows' intervals are independent medians of paired differences: half-widths add as squares. */
struct interval ledger_sum(const struct model_cell *cell, const char *const *stages, const char *side)
{
    double value = 0, below = 0, above = 0;
    bool any = false;
    for (size_t i = 0; i < cell->row_count; i++) {
        const struct model_row *row = &cell->rows[i];
        if (!named(stages, row->stage) || (side && strcmp(side, row->side)) || !isfinite(row->added.value))
            continue;
        any = true;
        value += row->added.value;
        below += pow(row->added.value - row->added.low, 2);
        above += pow(row->added.high - row->added.value, 2);
    }
    if (!any)
        return (struct interval){NAN, NAN, NAN};
    return (struct interval){value, value - sqrt(below), value + sqrt(above)};
}

struct interval ledger_persistence(const struct model_cell *cell)
{
    static const char *const untracked[] = {"copy", "finish", "fence", NULL};
    static const char *const tracked[] = {"fault",         "copy",      "entry-lock", "mark",  "tag", "scan",
                                          "write-protect", "writeback", "fence",      "drain", NULL};
    bool direct = !*cell->track || !strcmp(cell->track, "none");
    if (isfinite(cell->persistence.value))
        return cell->persistence;
    if (model_is_sys(cell)) /* a call does not say which part of it is what */
        return (struct interval){NAN, NAN, NAN};
    return ledger_sum(cell, direct && strcmp(cell->kernel, "mmap_fsync") ? untracked : tracked, NULL);
}
