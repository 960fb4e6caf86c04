/* segments.c - cuts sizes into stretches, each with one strategy that is nowhere much worse than the best */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/segments.h"

#include <math.h>

static const struct interval *at(const struct surface_view *view, size_t z, size_t s)
{
    return &view->ratio[z * view->strategies + s];
}

static bool measured(const struct surface_view *view, size_t z, size_t s)
{
    double value = at(view, z, s)->value;
    return value > 0 && isfinite(value);
}

static size_t measured_at(const struct surface_view *view, size_t z)
{
    size_t count = 0;
    for (size_t s = 0; s < view->strategies; s++)
        count += measured(view, z, s);
    return count;
}

bool segments_good(const struct surface_view *view, size_t z, size_t s, double margin)
{
    const struct interval *ratio = at(view, z, s);
    return measured(view, z, s) && (isnan(ratio->low) ? ratio->value : ratio->low) <= margin;
}

/* The same, and at least the cheapest is. */
static bool serves(const struct surface_view *view, size_t z, size_t s, double margin)
{
    if (!measured(view, z, s) || segments_good(view, z, s, margin))
        return measured(view, z, s);
    for (size_t other = 0; other < view->strategies; other++)
        if (segments_good(view, z, other, margin) ||
            (measured(view, z, other) && at(view, z, other)->value < at(view, z, s)->value))
            return false;
    return true;
}

/* How far a strategy serves from a size on: the first size where it does not; and what it costs there. */
struct reach {
    size_t end;
    double cost; /* mean log */
};

static struct reach reach_of(const struct surface_view *view, size_t from, size_t s, double margin)
{
    struct reach r = {from, 0};
    size_t count = 0;
    for (; r.end < view->sizes; r.end++) {
        if (!measured_at(view, r.end))
            continue;
        if (!serves(view, r.end, s, margin))
            break;
        r.cost += log(at(view, r.end, s)->value);
        count++;
    }
    r.cost = count ? r.cost / (double)count : INFINITY;
    return r;
}

size_t segments_cut(const struct surface_view *view, double margin, struct segment *out, size_t most)
{
    size_t count = 0, from = 0, measured_sizes = 0;
    for (size_t z = 0; z < view->sizes; z++)
        measured_sizes += measured_at(view, z) > 0;
    while (measured_sizes && from < view->sizes && count < most) {
        struct reach best = {from, INFINITY};
        size_t strategy = 0;
        for (size_t s = 0; s < view->strategies; s++) {
            struct reach r = reach_of(view, from, s, margin);
            if (r.end > best.end || (r.end == best.end && r.cost < best.cost)) {
                best = r;
                strategy = s;
            }
        }
        out[count++] = (struct segment){strategy, from, best.end - 1};
        from = best.end;
    }
    return count;
}

bool segments_no_difference(const struct surface_view *view, double margin)
{
    size_t compared = 0;
    for (size_t z = 0; z < view->sizes; z++) {
        size_t count = measured_at(view, z);
        if (count == 1)
            return false;
        compared += count > 1;
        for (size_t s = 0; s < view->strategies; s++)
            if (measured(view, z, s) && !segments_good(view, z, s, margin))
                return false;
    }
    return compared > 0;
}

void segments_equal(const struct surface_view *view, const struct segment *segment, double margin,
                    bool *equal)
{
    for (size_t s = 0; s < view->strategies; s++) {
        size_t seen = 0, good = 0;
        for (size_t z = segment->from; z <= segment->to && z < view->sizes; z++) {
            seen += measured(view, z, s);
            good += segments_good(view, z, s, margin);
        }
        equal[s] = s != segment->strategy && seen && good == seen;
    }
}
